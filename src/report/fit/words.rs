//! Owners and changes in words.

use std::collections::BTreeMap;

use crate::analyze::fit::{Change, Changes};
use crate::model::{Os, OwnerId, OwnerKind};
use crate::report::Context;
use crate::report::text::owner_label;
use crate::units::{Bytes, Count, Hex, plural};

/// Owners that a sentence names where there are more than one more.
const NAMED: usize = 5;
/// Characters that the names of a window's owners may have in a table.
const CELL: usize = 40;

/// All owners that must go, with their sizes: `private 0x5afb0000 (2 MiB), the 1 MiB stack of thread 17 (worker-3) and
/// plugin.dll (412 KiB, relocatable)`. Of more than six, five are named.
pub(super) fn named(cx: Context<'_>, changes: &Changes<'_>, owners: &[OwnerId]) -> String {
    let shown = if owners.len() <= NAMED + 1 { owners.len() } else { NAMED };
    let mut names: Vec<String> = owners.iter().take(shown).map(|id| with_size(cx, changes, *id)).collect();
    if let Some(more) = owners.len().checked_sub(shown).filter(|more| *more > 0) {
        names.push(format!("{} more", Count(more as u64)));
    }
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

fn with_size(cx: Context<'_>, changes: &Changes<'_>, id: OwnerId) -> String {
    let Some(owner) = cx.snapshot.owner(id) else { return "unknown".into() };
    let bytes = Bytes(changes.ledger().taken(id).bytes());
    let at = Hex { addr: owner.start, width: cx.snapshot.width() };
    let label = owner_label(cx, id);
    match (owner.kind, owner.thread_id) {
        (OwnerKind::Stack, Some(_)) => format!("the {bytes} {}", label.replacen("stack of ", "stack of thread ", 1)),
        (OwnerKind::Stack, None) => format!("the {bytes} {label} at {at}"),
        (OwnerKind::Module, _) if changes.is_relocatable(id) == Some(true) => format!("{label} ({bytes}, relocatable)"),
        (OwnerKind::Module, _) => format!("{label} ({bytes})"),
        _ => format!("{label} {at} ({bytes})"),
    }
}

/// The same in a table's cell: the names where they have room, else how many there are of each kind.
pub(super) fn in_a_cell(cx: Context<'_>, owners: &[OwnerId]) -> String {
    let few = owners.get(..NAMED + 1).unwrap_or(owners);
    let names: Vec<String> = few.iter().map(|id| owner_label(cx, *id)).collect();
    let names = names.join(", ");
    match few.len() == owners.len() && (owners.len() < 2 || names.chars().count() <= CELL) {
        true => names,
        false => by_kind(cx, owners),
    }
}

fn by_kind(cx: Context<'_>, owners: &[OwnerId]) -> String {
    let mut counts: BTreeMap<OwnerKind, u64> = BTreeMap::new();
    for owner in owners.iter().filter_map(|id| cx.snapshot.owner(*id)) {
        *counts.entry(owner.kind).or_default() += 1;
    }
    let words = counts.into_iter().map(|(kind, count)| match kind {
        OwnerKind::Private | OwnerKind::Shared => format!("{} {}", Count(count), kind.name()),
        _ => plural(count, &kind.name().replace('-', " ")),
    });
    words.collect::<Vec<_>>().join(", ")
}

/// What would move an owner, in few words.
pub(super) fn change(change: Change, os: Option<Os>) -> &'static str {
    let windows = os == Some(Os::Windows);
    match change {
        Change::SmallerStack if windows => "a smaller reserve (/STACK) or fewer threads",
        Change::SmallerStack => "smaller stacks (ulimit -s) or fewer threads",
        Change::CachedStack => "kept for the next thread: smaller stacks",
        Change::MoveModule | Change::MoveModuleIfRelocatable if !windows => "load it at the start, or not at all",
        Change::MoveModule => "rebase it, load it later or not at all",
        Change::MoveModuleIfRelocatable => "rebase it if it can be, load it later or not",
        Change::FixedModule => "not relocatable: load it later or not at all",
        Change::FewerArenas => "fewer arenas (MALLOC_ARENA_MAX)",
        Change::SmallerBrk => "a smaller heap: large blocks by mmap",
        Change::SmallerHeap => "a smaller reserve, fewer heaps",
        Change::MapElsewhere => "map it elsewhere, in parts or not at all",
        Change::AllocateElsewhere => "allocate it elsewhere, earlier or not at all",
        Change::ReserveLess => "reserve less (nothing of it is committed)",
        Change::CrashReporter => "a smaller reservation, or none",
        Change::Pinned => "pinned",
    }
}
