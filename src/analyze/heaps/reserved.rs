//! What glibc's thread arenas reserve of the address space, and what holes they leave.

use super::Malloc;
use crate::addr::AddrRange;
use crate::analyze::Gap;
use crate::heaps::{Heap, Role, Tally};
use crate::model::{Snapshot, State};

/// Heaps of thread arenas, as the map has them. All sizes in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Reservations {
    /// How many heaps, and the address space they take.
    pub heaps: Tally,
    /// Of that, writable.
    pub committed: u64,
    /// Of that, only reserved: the heaps' tails.
    pub tails: u64,
    /// Address space of one heap, and its alignment.
    pub heap_max: u64,
    /// Gaps beside such a heap that are too small for another one.
    pub holes: Tally,
}

impl Reservations {
    /// Of one process; `None` without thread arenas.
    pub fn of(snapshot: &Snapshot, gaps: &[Gap], heap: &Heap) -> Option<Reservations> {
        let is_heap = |role: Role| matches!(role, Role::ThreadHeap { .. });
        let mut ranges: Vec<AddrRange> = heap.parts.iter().filter(|p| is_heap(p.role)).map(|p| p.range).collect();
        ranges.sort_unstable();
        let heap_max = Malloc::of(snapshot, heap).heap_max;
        let mut found = Reservations { heap_max, ..Reservations::default() };
        ranges.iter().for_each(|range| found.heaps.add(range.size()));
        for region in snapshot.space.regions() {
            let inside = overlap(&ranges, region.range);
            match region.state {
                State::Committed => found.committed += inside,
                State::Reserved => found.tails += inside,
            }
        }
        let small = gaps.iter().map(|gap| gap.range).filter(|gap| gap.size() < heap_max && touches(&ranges, *gap));
        small.for_each(|gap| found.holes.add(gap.size()));
        (found.heaps.count > 0).then_some(found)
    }
}

/// Bytes of `range` inside of the heaps, which are sorted and disjoint.
fn overlap(heaps: &[AddrRange], range: AddrRange) -> u64 {
    let first = heaps.partition_point(|heap| heap.end() <= range.start());
    heaps.iter().skip(first).map_while(|heap| heap.intersect(range)).map(AddrRange::size).sum()
}

/// Whether a gap begins where a heap ends, or ends where one begins.
fn touches(heaps: &[AddrRange], gap: AddrRange) -> bool {
    let below = heaps.partition_point(|heap| heap.end() < gap.start());
    let above = heaps.partition_point(|heap| heap.start() < gap.end());
    heaps.get(below).is_some_and(|heap| heap.end() == gap.start())
        || heaps.get(above).is_some_and(|heap| heap.start() == gap.end())
}
