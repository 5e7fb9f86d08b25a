//! Owners and processes by the name that people know them by, made harmless.

use super::super::Context;
use super::head::Quote;
use crate::model::{Owner, OwnerId, OwnerKind, Region};
use crate::report::escape::shortened;
use crate::report::view::file_name;
use crate::units::Hex;

/// Characters of an owner's name in a table.
const NAME: usize = 28;

/// An owner in a table: `stack of 27459 (worker-1)`, `libc.so.6`, `private`.
pub fn owner_label(cx: Context<'_>, id: OwnerId) -> String {
    match cx.snapshot.owner(id) {
        Some(owner) => label(owner),
        None => "unknown".into(),
    }
}

/// The owner of a neighbour of a gap; `what` is shown where there is none.
pub(super) fn neighbour(cx: Context<'_>, region: Option<&Region>, what: &str) -> String {
    region.map_or_else(|| what.into(), |r| owner_label(cx, r.owner))
}

/// An owner with its address, for those that the name alone does not tell apart.
pub fn owner_with_address(cx: Context<'_>, id: OwnerId) -> String {
    let Some(owner) = cx.snapshot.owner(id) else { return "unknown".into() };
    format!("{} {}", Hex { addr: owner.start, width: cx.snapshot.width() }, label(owner))
}

fn label(owner: &Owner) -> String {
    let name = owner.shown().map(|n| shortened(file_name(n), NAME));
    match (owner.kind, owner.thread_id, name) {
        (OwnerKind::Stack, Some(thread), Some(name)) => format!("stack of {thread} ({name})"),
        (OwnerKind::Stack, Some(thread), None) => format!("stack of {thread}"),
        // `exited thread`, `main thread` of a map without threads, `19 threads in one mapping`.
        (OwnerKind::Stack, None, Some(name)) => format!("stack of {name}"),
        (OwnerKind::Stack, None, None) => "stack without thread".into(),
        (OwnerKind::Teb, Some(thread), _) => format!("TEB of {thread}"),
        (OwnerKind::Module, _, Some(name)) => name.to_string(),
        // These names tell the kind already: vdso, [heap], shared user data, crash reporter's reservation.
        (OwnerKind::Vdso | OwnerKind::Heap | OwnerKind::KernelShared | OwnerKind::CrashReporter, _, Some(name)) => {
            name.to_string()
        }
        (kind, _, Some(name)) => format!("{} {name}", kind.name()),
        (kind, _, None) => kind.name().into(),
    }
}

/// The process in the head of a report: `app (pid 27459)`.
pub fn process_name(cx: Context<'_>, quote: Quote) -> String {
    let dump = &cx.snapshot.dump;
    let name = dump.process_name.as_deref().map(|n| quote(n, 40));
    match (name, dump.pid) {
        (Some(name), Some(pid)) => format!("{name} (pid {pid})"),
        (Some(name), None) => name,
        (None, Some(pid)) => format!("pid {pid}"),
        (None, None) => "a process that the dump does not name".into(),
    }
}
