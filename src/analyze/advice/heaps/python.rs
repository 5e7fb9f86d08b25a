//! Arenas of CPython's obmalloc that few objects pin.

use super::{Advice, Patient, Remedy, giving_back};
use crate::addr::AddrRange;
use crate::heaps::{Allocator, Arena, Heap, Role};
use crate::units::{Bytes, plural};

/// An arena counts as pinned below this share in use: a tenth.
const PINNED: u64 = 10;
/// Ranges that are tried, neighbours joined.
const MOST_RANGES: usize = 64;

/// Without the arenas of which less than a tenth is used.
pub(super) fn try_it(patient: &Patient<'_>) -> Option<Advice> {
    let heap = patient.heaps.list.iter().find(|heap| heap.allocator == Allocator::Cpython)?;
    let mut pinned: Vec<(AddrRange, u64)> = heap.arenas.iter().filter_map(|arena| pinned(heap, arena)).collect();
    pinned.sort_unstable();
    let bytes: u64 = pinned.iter().map(|(range, _)| range.size()).fold(0, u64::saturating_add);
    let live: u64 = pinned.iter().map(|(_, live)| *live).fold(0, u64::saturating_add);
    let what = format!(
        "without {} of CPython, {}, of which objects use less than a tenth ({})",
        plural(pinned.len() as u64, "arena"),
        Bytes(bytes),
        Bytes(live)
    );
    let how = vec![
        "let go of the objects that pin them: `fragscope heap` names one for each arena".to_owned(),
        "PYTHONMALLOC=malloc leaves small objects to malloc, which keeps no arenas for them".to_owned(),
    ];
    let mut ranges = joined(&pinned);
    ranges.sort_by_key(|range| std::cmp::Reverse(range.size()));
    ranges.truncate(MOST_RANGES);
    let memory = bytes.saturating_sub(live);
    (!pinned.is_empty()).then(|| giving_back(patient, Remedy::PythonArenas, &ranges, memory, (what, how)))?
}

/// Where an arena is and what is used of it, if that is little.
fn pinned(heap: &Heap, arena: &Arena) -> Option<(AddrRange, u64)> {
    let live = arena.live?.bytes;
    let part = heap.part_at(arena.id).filter(|part| part.role == Role::PythonArena)?;
    (live.saturating_mul(PINNED) < arena.reserved).then_some((part.range, live))
}

/// Neighbours as one.
fn joined(pinned: &[(AddrRange, u64)]) -> Vec<AddrRange> {
    let mut out: Vec<AddrRange> = Vec::new();
    for (range, _) in pinned {
        match out.last_mut() {
            Some(last) if last.end() == range.start() => *last = last.hull(*range),
            _ => out.push(*range),
        }
    }
    out
}
