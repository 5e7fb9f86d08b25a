//! What is said of an archive where a dump was expected.

use super::kind::{ArchiveKind, recognise};
use crate::load::Input;

/// More files than these are not counted.
const MOST_COUNTED: u64 = 10_000;

/// The sentence for an input that begins with `head`, or `None` if it is no archive.
pub(in crate::load) fn describe(input: &Input<'_>, head: &[u8]) -> Option<String> {
    let kind = recognise(head)?;
    let suffix = match (kind, input.compression()) {
        (ArchiveKind::Tar, Some(compression)) => ArchiveKind::CompressedTar(compression).suffix(),
        _ => kind.suffix(),
    };
    let files = files(input, kind);
    Some(format!("this is a {suffix} archive{files}; unpack it, or run fragscope triage on it"))
}

/// How many files there are, in words. Nothing is unpacked for it, so of a stream it is not told.
fn files(input: &Input<'_>, kind: ArchiveKind) -> String {
    if input.len().is_none() || !kind.lists_cheaply() {
        return String::new();
    }
    let mut count = 0u64;
    let Ok(mut entries) = kind.entries(input) else { return String::new() };
    let is_all = loop {
        match entries.next() {
            Ok(Some(_)) if count == MOST_COUNTED => break false,
            Ok(Some(entry)) => count += u64::from(entry.is_member()),
            Ok(None) => break true,
            Err(_) => break false,
        }
    };
    match (count, is_all) {
        (0, true) => " without a file".to_owned(),
        (0, false) => String::new(),
        (1, true) => " with 1 file".to_owned(),
        (count, true) => format!(" with {count} files"),
        (count, false) => format!(" with at least {count} file{}", if count == 1 { "" } else { "s" }),
    }
}
