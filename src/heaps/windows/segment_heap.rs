//! Segment heaps (Windows 10 1709 and later, Store programs before). Their parts lead on through keys and offsets that differ
//! from build to build, which only ntdll's symbols tell: they are sized by the map, and not walked.

use super::outline::Claimed;
use crate::addr::{Addr, AddrRange};
use crate::heaps::{Allocator, Arena, Grade, Heap, Part, Role};
use crate::model::{Region, Snapshot, State};

/// Those of a process.
#[derive(Default)]
pub(super) struct SegmentHeaps {
    arenas: Vec<Arena>,
    parts: Vec<(usize, AddrRange)>,
}

impl SegmentHeaps {
    /// Adds the heap at `handle`, with the allocation that it begins in.
    pub(super) fn add(&mut self, snapshot: &Snapshot, claimed: &mut Claimed, handle: Addr, process_heap: Option<Addr>) {
        let mut arena = Arena::new(handle);
        arena.main = process_heap == Some(handle);
        for region in allocation_of(snapshot, handle) {
            if !claimed.take(region.range) {
                break;
            }
            arena.reserved = arena.reserved.saturating_add(region.range.size());
            if region.state == State::Committed {
                arena.system = Some(arena.system.unwrap_or(0).saturating_add(region.range.size()));
            }
            self.parts.push((self.arenas.len(), region.range));
        }
        arena.subheaps = 1;
        self.arenas.push(arena);
    }

    /// What is known of them; `None` if there are none.
    pub(super) fn finish(mut self) -> Option<Heap> {
        (!self.arenas.is_empty()).then_some(())?;
        let mut heap = Heap::new(Allocator::SegmentHeap, Grade::NotWalked);
        heap.notes.push(
            "known by their signature 0xddeeddee; sizes are those of the allocation that each begins in, further ones of \
             it are not known"
                .to_owned(),
        );
        heap.parts = self.parts.drain(..).map(|(heap, range)| part(heap, range)).collect();
        heap.arenas = self.arenas;
        Some(heap)
    }
}

/// The regions from the handle to the end of the allocation that it begins.
fn allocation_of(snapshot: &Snapshot, handle: Addr) -> impl Iterator<Item = &Region> {
    let regions = snapshot.space.regions();
    let first = regions.partition_point(|r| r.range.end() <= handle);
    let rest = regions.get(first..).unwrap_or_default();
    let mapping = rest.first().filter(|r| r.range.contains(handle)).map(|r| r.mapping);
    rest.iter().take_while(move |r| Some(r.mapping) == mapping)
}

fn part(heap: usize, range: AddrRange) -> Part {
    Part { range, role: Role::Segment { heap: u32::try_from(heap).unwrap_or(u32::MAX) }, fill: None }
}
