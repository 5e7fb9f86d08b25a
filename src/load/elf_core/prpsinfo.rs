//! NT_PRPSINFO: the process's id and name (`struct elf_prpsinfo`, include/linux/elfcore.h).

use crate::bytes::Reader;
use crate::model::Endian;

/// What NT_PRPSINFO says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct ProcessInfo {
    /// `pr_pid`: the process's id.
    pub pid: u64,
    /// Name of the executable; untrusted.
    pub name: String,
}

/// Where pr_pid and pr_fname are, by the size of the whole: 32 bit with 2-byte user ids (x86, arm), 32 bit with 4-byte
/// ones, 64 bit.
const LAYOUTS: [(usize, usize, usize); 3] = [(124, 12, 28), (128, 16, 32), (136, 24, 40)];
const NAME_SIZE: usize = 16;
const ARGS_SIZE: usize = 80;

/// Reads the descriptor; `None` if it has none of the known sizes.
pub(super) fn read(desc: &[u8], endian: Endian) -> Option<ProcessInfo> {
    let (_, pid_at, name_at) = LAYOUTS.into_iter().find(|(size, _, _)| *size == desc.len())?;
    let pid = Reader::at(desc, pid_at, endian)?.u32()?;
    let mut at = Reader::at(desc, name_at, endian)?;
    let name = until_nul(at.take(NAME_SIZE)?);
    let arguments = at.take(ARGS_SIZE)?;
    let name = if name.len() < NAME_SIZE - 1 { name } else { completed(name, arguments) };
    Some(ProcessInfo { pid: u64::from(pid), name: String::from_utf8_lossy(name).into_owned() })
}

/// A name of 15 bytes may be cut. The first argument, without folders, has the rest of it, if it begins like the name
/// and ends before the arguments do; the other arguments are nobody's business.
fn completed<'a>(name: &'a [u8], arguments: &'a [u8]) -> &'a [u8] {
    let mut words = arguments.split(|b| *b == 0 || *b == b' ');
    let first = words.next().unwrap_or_default();
    let file = first.rsplit(|b| *b == b'/').next().unwrap_or_default();
    if words.next().is_some() && file.starts_with(name) { file } else { name }
}

fn until_nul(bytes: &[u8]) -> &[u8] {
    bytes.split(|b| *b == 0).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_of(name: &str, arguments: &str) -> String {
        let mut desc = vec![0u8; 136];
        desc[24] = 9;
        desc[40..40 + name.len()].copy_from_slice(name.as_bytes());
        desc[56..56 + arguments.len()].copy_from_slice(arguments.as_bytes());
        read(&desc, Endian::Little).unwrap().name
    }

    #[test]
    fn completes_a_cut_name_from_the_first_argument() {
        assert_eq!(name_of("a-very-long-nam", "/opt/a/a-very-long-name --password=x"), "a-very-long-name");
        assert_eq!(name_of("a-very-long-nam", "renamed --password=x"), "a-very-long-nam");
        assert_eq!(name_of("a-very-long-nam", &format!("/{}/a-very-long-nam", "x".repeat(63))), "a-very-long-nam");
        assert_eq!(name_of("short", "/bin/shorter"), "short");
    }

    #[test]
    fn other_sizes_are_not_guessed_at() {
        assert_eq!(read(&[0; 100], Endian::Little), None);
    }
}
