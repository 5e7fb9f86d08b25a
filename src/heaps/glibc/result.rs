//! What was walked, as the plain data of [`Heap`].

use super::figures::Walked;
use super::heap_info::ThreadHeap;
use super::layout::Shape;
use super::mmapped::Mapped;
use super::trim;
use crate::addr::{Addr, AddrRange};
use crate::heaps::{Arena, Blocker, ChunkState, Heap, Part, Role, Tally, Trim};
use crate::model::Snapshot;

/// What an arena says of itself, and the address space it takes; figures of chunks are `None`.
pub(super) fn unwalked(state: &super::arena::State, heaps: &[ThreadHeap], max: u64) -> Arena {
    Arena {
        main: state.main,
        system: state.system,
        max_system: state.max_system,
        reserved: heaps.len() as u64 * max,
        subheaps: heaps.len() as u64,
        threads: state.threads,
        ..Arena::new(state.at)
    }
}

/// Adds what a walk found. `cached` are the chunks that caches hold of it.
pub(super) fn fill(arena: &mut Arena, snapshot: &Snapshot, shape: Shape, walked: &Walked, cached: &[(u64, u64)]) {
    if arena.main {
        arena.subheaps = walked.runs.len() as u64;
    }
    let empty = walked.state.system == Some(0);
    if walked.walked == 0 && !empty {
        return;
    }
    let held = cached.iter().fold(Tally::default(), |mut tally, (_, size)| {
        tally.add(*size);
        tally
    });
    arena.live = Some(Tally {
        count: walked.in_use.count.saturating_sub(held.count),
        bytes: walked.in_use.bytes.saturating_sub(held.bytes),
    });
    arena.cached = Some(held);
    arena.fast = Some(walked.fast);
    arena.free = Some(walked.free.clone());
    arena.bins.clone_from(&walked.rows);
    arena.top = walked.top.map(|(_, size)| size).or(empty.then_some(0));
    // A sum that is smaller than what was walked is damaged.
    arena.system = arena.system.filter(|system| walked.walked <= *system);
    arena.trim = trim_of(snapshot, shape, walked, cached).or(empty.then(Trim::default));
}

/// Where something is broken or missing, what was not found may be just that.
pub(super) fn forget_zeros(heap: &mut Heap) {
    let some = |tally: &Tally| tally.count > 0;
    heap.mmapped = heap.mmapped.filter(some);
    for arena in heap.arenas.iter_mut().filter(|arena| arena.system != Some(0)) {
        arena.live = arena.live.filter(some);
        arena.cached = arena.cached.filter(some);
        arena.fast = arena.fast.filter(some);
        arena.free = arena.free.take().filter(|free| some(&free.all));
    }
}

fn trim_of(snapshot: &Snapshot, shape: Shape, walked: &Walked, cached: &[(u64, u64)]) -> Option<Trim> {
    let (trimmed, top) = (walked.trimmed?, walked.top?);
    let end = top.0.checked_add(top.1)?;
    let from_brk = walked.state.main
        && brk_ends_at(snapshot, end)
        && walked.runs.iter().any(|run| run.role == Role::MainBrk && run.first <= top.0 && top.0 < run.end);
    // Heaps of thread arenas stay, even those that are free as a whole: free() gives them back, malloc_trim() does not.
    let top_pages = if from_brk { trim::of_top(shape, trimmed.top) } else { 0 };
    let top_memory = if from_brk { trimmed.top_touched } else { 0 };
    let blocker = trimmed.pinned.map(|(at, size)| Blocker {
        address: Addr(at),
        size,
        state: match cached.binary_search_by_key(&at, |(at, _)| *at) {
            Ok(_) => ChunkState::Cached,
            Err(_) => ChunkState::Live,
        },
        free_below: trimmed.free_below,
    });
    Some(Trim { memory: trimmed.inside + top_memory, address_space: top_pages, blocker })
}

/// Whether a mapping ends here, so that brk can be taken back.
fn brk_ends_at(snapshot: &Snapshot, end: u64) -> bool {
    let last = Addr(end.saturating_sub(1));
    snapshot.space.region_at(last).is_some_and(|region| region.range.end().0 == end)
}

/// The ranges of an arena's runs, and of thread heaps with their reserved tails.
pub(super) fn parts_of(shape: Shape, walked: Walked, max: u64) -> Vec<Part> {
    let parts = walked.runs.into_iter().filter_map(|run| {
        let range = match run.thread {
            true => AddrRange::from_size(Addr(run.start), max),
            false => AddrRange::new(Addr(run.start), Addr(run.end)).map(|range| range.grown_to(shape.page)),
        };
        Some(Part { range: range?, role: run.role, fill: run.fill })
    });
    parts.collect()
}

/// Of chunks with a mapping of their own.
pub(super) fn parts_of_mapped(mapped: &[Mapped]) -> impl Iterator<Item = Part> + '_ {
    mapped.iter().map(|mapped| Part { range: mapped.range, role: Role::Mmapped, fill: None })
}

/// Of heaps that were not walked.
pub(super) fn parts_of_heaps(arena: u32, heaps: &[ThreadHeap], max: u64) -> impl Iterator<Item = Part> + '_ {
    heaps.iter().zip(0..).filter_map(move |(heap, number)| {
        let range = AddrRange::from_size(heap.base, max)?;
        Some(Part { range, role: Role::ThreadHeap { arena, heap: number }, fill: None })
    })
}

/// By address, without overlaps: of two parts on one page the first has it.
pub(super) fn disjoint(mut parts: Vec<Part>) -> Vec<Part> {
    parts.sort_by_key(|part| part.range);
    let mut kept: Vec<Part> = Vec::with_capacity(parts.len());
    for mut part in parts {
        let from = kept.last().map_or(part.range.start(), |last| last.range.end().max(part.range.start()));
        let Some(range) = AddrRange::new(from, part.range.end()) else { continue };
        part.range = range;
        kept.push(part);
    }
    kept
}
