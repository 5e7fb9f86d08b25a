//! Names in rows: as the dump has them, untrusted, and of bounded length.

use crate::model::{Owner, OwnerKind, Reason, ReasonKind};
use crate::units::Bytes;

/// Characters of a name that are kept: file systems allow no longer names of files.
const LONGEST_NAME: usize = 255;
/// Characters of a sentence that are kept.
const LONGEST_SENTENCE: usize = 1_000;

/// A name, cut where it is longer than names are.
pub(super) fn name(text: &str) -> String {
    cut(text, LONGEST_NAME)
}

/// A sentence, cut where names in it make it too long to read.
pub(super) fn sentence(text: &str) -> String {
    cut(text, LONGEST_SENTENCE)
}

fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Somebody who takes so many bytes, as people know him: `libcairo.so.2`, `stack of thread 27459 (worker-3)`,
/// `private of 64 KiB`.
pub(super) fn owner(owner: &Owner, bytes: u64) -> String {
    let known = owner.shown().map(|n| name(file_name(n)));
    match (owner.kind, owner.thread_id, known) {
        (OwnerKind::Stack, Some(thread), Some(name)) => format!("stack of thread {thread} ({name})"),
        (OwnerKind::Stack, Some(thread), None) => format!("stack of thread {thread}"),
        (OwnerKind::Stack, None, Some(name)) => format!("stack of {name}"),
        (OwnerKind::Stack, None, None) => "stack without thread".into(),
        (OwnerKind::Teb, Some(thread), _) => format!("TEB of thread {thread}"),
        (
            OwnerKind::Module | OwnerKind::Vdso | OwnerKind::Heap | OwnerKind::KernelShared | OwnerKind::CrashReporter,
            _,
            Some(name),
        ) => name,
        (kind, _, Some(name)) => format!("{} {name}", kind.name()),
        (kind, _, None) => format!("{} of {}", kind.name(), Bytes(bytes)),
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().filter(|name| !name.is_empty()).unwrap_or(path)
}

/// The name of a signal or exception, or its number.
pub(super) fn reason(reason: &Reason) -> String {
    match (&reason.name, reason.kind) {
        (Some(known), _) => name(known),
        (None, ReasonKind::Signal) => format!("signal {}", reason.code),
        (None, ReasonKind::Exception) => format!("exception {:#010x}", reason.code),
    }
}
