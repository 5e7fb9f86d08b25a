//! The bytes of a member: in memory if they are few, else in a temporary file, never more than a limit.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use super::limits::in_words;
use crate::error::LoadError;
use crate::load::Input;
use crate::load::prefix::fill;

/// What is held in memory of a member at the most, in bytes.
pub(super) const IN_MEMORY: u64 = 16 << 20;
const CHUNK: usize = 1 << 18;

/// What was unpacked of a member.
pub(super) struct Unpacked {
    /// The bytes, or as many as `IN_MEMORY` of them if there is a file.
    pub head: Vec<u8>,
    /// All of them, if they are many, and how many they are.
    file: Option<(File, u64)>,
    /// Why it is not all, if it is not.
    pub cut: Option<String>,
}

impl Unpacked {
    /// An input for readers of dumps.
    pub(super) fn into_input(self, deep: bool) -> Result<Input<'static>, LoadError> {
        match self.file {
            Some((file, len)) => Input::of_file(file, len, deep),
            None => Input::from_bytes(self.head, deep),
        }
    }

    /// An input for readers of archives.
    pub(super) fn into_archive(self) -> Input<'static> {
        match self.file {
            Some((file, len)) => Input::raw_file(file, len),
            None => Input::raw_bytes(self.head),
        }
    }
}

/// Unpacks up to `limit` bytes of a member that should have `size`.
///
/// # Errors
/// Why not a single byte can be had of one that has some.
pub(super) fn unpack(content: &mut dyn Read, size: Option<u64>, limit: u64) -> Result<Unpacked, LoadError> {
    let (head, failed) = beginning(content, IN_MEMORY.min(limit));
    let mut unpacked = Unpacked { head, file: None, cut: None };
    let mut len = unpacked.head.len() as u64;
    let mut problem = failed.map(|e| e.to_string());
    if problem.is_none() && len == IN_MEMORY {
        let mut spool = Spool::new(&unpacked.head).map_err(|e| LoadError::NotADump(no_room(&e)))?;
        problem = spool.take(content, limit);
        len = spool.len;
        unpacked.file = Some((spool.file, len));
    }
    if let Some(problem) = problem.as_ref().filter(|_| len == 0) {
        return Err(LoadError::NotADump(format!("it cannot be unpacked ({problem}); fetch the archive again")));
    }
    unpacked.cut = problem.map(|p| format!("only its first {len} bytes could be unpacked ({p})"));
    unpacked.cut = unpacked.cut.or_else(|| cut(content, len, size, limit));
    Ok(unpacked)
}

/// The first bytes, up to `limit`, and why there are not more if that is damage.
pub(super) fn beginning(content: &mut dyn Read, limit: u64) -> (Vec<u8>, Option<io::Error>) {
    let mut head = Vec::new();
    // Keeps what came before a failure.
    let failed = content.take(limit).read_to_end(&mut head).err();
    (head, failed)
}

/// Whether the `len` bytes that were unpacked are not all.
fn cut(content: &mut dyn Read, len: u64, size: Option<u64>, limit: u64) -> Option<String> {
    if len == limit && (size.is_some_and(|s| s > len) || fill(content, &mut [0]).0 > 0) {
        let limit = in_words(limit);
        return Some(format!("only its first {limit} were unpacked, the most that a member of an archive may have"));
    }
    let size = size.filter(|s| *s > len)?;
    Some(format!("only {len} of its {size} bytes are in the archive, which is cut or damaged; fetch it again"))
}

fn no_room(e: &io::Error) -> String {
    let folder = std::env::temp_dir();
    format!("no temporary file can be made in {} ({e}); point TMPDIR to a folder with room", folder.display())
}

/// A temporary file that has no name, and holes where zeros would be: dumps have many, and bombs nothing else.
struct Spool {
    file: File,
    len: u64,
}

impl Spool {
    fn new(head: &[u8]) -> io::Result<Spool> {
        let mut spool = Spool { file: tempfile::tempfile()?, len: 0 };
        spool.keep(head)?;
        Ok(spool)
    }

    /// Takes what follows, up to `limit` bytes in all. Returns what went wrong, if anything did.
    fn take(&mut self, content: &mut dyn Read, limit: u64) -> Option<String> {
        let mut chunk = vec![0u8; CHUNK];
        let mut failed = None;
        while self.len < limit && failed.is_none() {
            let room = usize::try_from(limit - self.len).unwrap_or(CHUNK).min(CHUNK);
            let (got, error) = fill(content, chunk.get_mut(..room).unwrap_or_default());
            failed = error.map(|e| e.to_string());
            if let Err(e) = self.keep(chunk.get(..got).unwrap_or_default()) {
                failed = Some(no_room(&e));
            }
            if got < room {
                break;
            }
        }
        // The last bytes may be a hole.
        let sized = self.file.set_len(self.len).err().map(|e| no_room(&e));
        failed.or(sized)
    }

    fn keep(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.iter().any(|b| *b != 0) {
            self.file.seek(SeekFrom::Start(self.len))?;
            self.file.write_all(bytes)?;
        }
        self.len += bytes.len() as u64;
        Ok(())
    }
}
