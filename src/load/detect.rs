//! What kind of input it is, by content alone. Everything that is no dump gets a sentence of its own.

use super::input::Input;
use super::prefix::SPOOL;
use crate::addr::FileOffset;
use crate::error::LoadError;

/// A kind of input that can be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    ElfCore,
    Minidump,
    ProcMaps,
    /// A text, which may be the output of a debugger or another tool.
    Transcript,
}

/// How much of the beginning is looked at, in bytes.
const LOOKED_AT: u64 = 4096;

/// Decides from the first bytes.
///
/// # Errors
/// The sentence for what it is instead.
pub(super) fn detect(input: &Input<'_>) -> Result<Kind, LoadError> {
    let head = input.read_available(FileOffset(0), LOOKED_AT);
    if head.is_empty() {
        return Err(empty(input));
    }
    match () {
        () if head.starts_with(b"\x7fELF") => elf(&head),
        () if head.starts_with(b"MDMP") || head.starts_with(b"PMDM") => Ok(Kind::Minidump),
        () if super::proc_fs::looks_like_maps(&head) => Ok(Kind::ProcMaps),
        () => match super::archive::describe(input, &head).or_else(|| what_else(&head).map(str::to_owned)) {
            Some(sentence) => Err(LoadError::NotADump(sentence)),
            None => Ok(Kind::Transcript),
        },
    }
}

fn empty(input: &Input<'_>) -> LoadError {
    match input.ended_early() {
        Some(full) if full.starts_with(SPOOL) => {
            LoadError::NotADump(format!("{full}; point TMPDIR to a folder with room"))
        }
        Some(refusal) if refusal.contains("memory") => LoadError::NotADump(format!(
            "its decompressor would need more memory than the 128 MiB that are allowed ({refusal}); unpack it first (zstd -d \
             --long=31, xz -d) and pass the dump"
        )),
        Some(damage) => LoadError::NotADump(format!(
            "the compressed data is damaged at its very beginning ({damage}); fetch the file again"
        )),
        None => LoadError::Empty,
    }
}

/// e_type is a 16-bit field at offset 16 in both classes (ELF specification, figure 1-3).
fn elf(head: &[u8]) -> Result<Kind, LoadError> {
    let big_endian = head.get(5) == Some(&2);
    let e_type = match head.get(16..18) {
        Some([a, b]) if big_endian => u16::from_be_bytes([*a, *b]),
        Some([a, b]) => u16::from_le_bytes([*a, *b]),
        _ => {
            return Err(LoadError::NotADump(format!(
                "this is an ELF file cut after {} bytes, before its header ends; fetch it again",
                head.len()
            )));
        }
    };
    let kind = match object::elf::FileType(e_type) {
        object::elf::ET_CORE => return Ok(Kind::ElfCore),
        object::elf::ET_REL => "an ELF object file",
        object::elf::ET_EXEC => "an ELF executable",
        object::elf::ET_DYN => "an ELF executable or shared library",
        _ => "an ELF file of an unknown type",
    };
    Err(LoadError::NotADump(format!(
        "this is {kind} (e_type {e_type}), not a core; pass the core file that the crashed process left"
    )))
}

/// Recognises what people upload by mistake. `None` is a text.
fn what_else(head: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 11] = [
        (
            b"PAGEDU64",
            "this is a 64-bit Windows kernel dump; a dump of one process is needed (procdump -ma, .dump /ma)",
        ),
        (
            b"PAGEDUMP",
            "this is a 32-bit Windows kernel dump; a dump of one process is needed (procdump -ma, .dump /ma)",
        ),
        (b"\xcf\xfa\xed\xfe", "this is a 64-bit Mach-O file; Mach-O cores are not read, a minidump by Crashpad is"),
        (b"\xce\xfa\xed\xfe", "this is a 32-bit Mach-O file; Mach-O cores are not read, a minidump by Crashpad is"),
        (b"\xca\xfe\xba\xbe", "this is a universal Mach-O binary (or a Java class), not a dump"),
        (b"MZ", "this is a Windows executable, not a dump; pass the .dmp file"),
        (b"KDUMP   ", "this is a Linux kernel dump (kdump); a core of one process is needed"),
        (b"makedumpfile", "this is a Linux kernel dump (makedumpfile); a core of one process is needed"),
        (b"!<arch>\n", "this is a static library or Debian package, not a dump"),
        (b"BZh", "this is bzip2-compressed, which is not read; unpack it first (bunzip2)"),
        (b"7z\xbc\xaf\x27\x1c", "this is a .7z archive; unpack it first and pass the dump inside"),
    ];
    let known = KNOWN.into_iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, sentence)| sentence);
    known.or_else(|| markup_or_binary(head))
}

fn markup_or_binary(head: &[u8]) -> Option<&'static str> {
    let start = head.trim_ascii_start();
    let markup = [&b"<!doctype"[..], b"<html", b"<?xml", b"<head", b"<body"];
    if markup.iter().any(|m| start.get(..m.len()).is_some_and(|s| s.eq_ignore_ascii_case(m))) {
        return Some(
            "this is an HTML or XML page, most likely an error page that was saved instead of the dump; fetch it again",
        );
    }
    if head.iter().all(|b| *b == 0) {
        return Some("the file begins with zeros only; the disk was full or the copy failed, so fetch it again");
    }
    let binary = "this is neither an ELF core nor a minidump nor a maps file (compressed with zstd, gzip, xz, lz4 or not), and \
                  no text; pass the dump of a process";
    (!super::transcript::looks_like_text(head)).then_some(binary)
}
