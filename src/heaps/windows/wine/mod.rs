//! Wine's heaps.

mod blocks;
mod dbghelp;
mod layout;
mod outline;

use super::Visit;
use super::outline::{Claimed, Outline};
use super::sums::{self, PageBudget, Sums};
use super::troubles::Troubles;
use crate::addr::Addr;
use crate::heaps::memory::Words;
use crate::heaps::{Allocator, Grade, Heap, Tally};
use crate::model::{Memory, PointerWidth, Snapshot};
use blocks::Walk;
use layout::{HEADER, Layout, block_at};

/// All Wine heaps of a process.
#[derive(Default)]
pub(super) struct WineHeaps {
    heaps: Vec<(PointerWidth, Outline)>,
    of_dbghelp: Tally,
    troubles: Troubles,
}

impl WineHeaps {
    /// Whether a handle is a Wine heap's.
    pub(super) fn is_one(words: &mut Words<'_>, width: PointerWidth, handle: Addr) -> bool {
        outline::is_heap(words, Layout::of(width), handle)
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.heaps.is_empty()
    }

    /// Adds the heap at `handle`, and all that are in one ring with it.
    pub(super) fn collect(
        &mut self,
        snapshot: &Snapshot,
        words: &mut Words<'_>,
        claimed: &mut Claimed,
        (width, handle, process_heap): (PointerWidth, Addr, Option<Addr>),
    ) {
        let layout = Layout::of(width);
        for handle in outline::ring(words, layout, handle, &mut self.troubles) {
            if self.heaps.iter().any(|(w, h)| *w == width && h.handle == handle) {
                continue;
            }
            let mut heap = outline::read(words, layout, handle, claimed, &mut self.troubles);
            heap.main = width == snapshot.width() && process_heap == Some(handle);
            match dbghelp::made(snapshot, words, layout, &heap) {
                true => self.of_dbghelp.add(heap.committed()),
                false => self.heaps.push((width, heap)),
            }
        }
    }

    /// Committed bytes of them all.
    pub(super) fn committed(&self) -> u64 {
        self.heaps.iter().fold(0, |sum, (_, heap)| sum.saturating_add(heap.committed()))
    }

    /// The figures; only outlines where `walks` is false.
    pub(super) fn finish(mut self, memory: Memory<'_>, walks: bool, pages: &mut PageBudget, visit: Visit<'_>) -> Heap {
        let mut heap = Heap::new(Allocator::Wine, Grade::NotWalked);
        heap.layout = Some("Wine 7.10 or later".to_owned());
        self.heaps.sort_by_key(|(_, outline)| !outline.main);
        for (width, outline) in &self.heaps {
            if !walks {
                sums::list(&mut heap, outline);
                continue;
            }
            let mut one = OneHeap { heap: &mut heap, pages, troubles: &mut self.troubles };
            one.walk(Words::new(memory, *width), *width, outline, &mut *visit);
        }
        heap.notes.extend(sums::sides(self.heaps.iter().map(|(width, _)| *width)));
        if self.of_dbghelp.count > 0 {
            heap.notes.push(of_dbghelp(self.of_dbghelp));
        }
        heap.grade = match (walks, self.troubles.any()) {
            (false, _) => Grade::NotWalked,
            (true, true) => Grade::Partial,
            (true, false) => Grade::Exact,
        };
        heap.troubles = self.troubles.finish();
        heap
    }
}

fn of_dbghelp(tally: Tally) -> String {
    let heaps = if tally.count == 1 { "heap is" } else { "heaps are" };
    let size = crate::units::Bytes(tally.bytes);
    format!("{} more {heaps} of Wine's dbghelp, {size}, made while it wrote the dump; not counted", tally.count)
}

/// Adds one heap to the figures.
struct OneHeap<'a> {
    heap: &'a mut Heap,
    pages: &'a mut PageBudget,
    troubles: &'a mut Troubles,
}

impl OneHeap<'_> {
    fn walk(&mut self, mut words: Words<'_>, width: PointerWidth, outline: &Outline, visit: Visit<'_>) {
        let layout = Layout::of(width);
        let number = self.heap.arenas.len();
        let mut sums = Sums::new(outline.handle, visit);
        for segment in &outline.segments {
            sums.begin(segment.range, self.pages);
            let troubles = &mut *self.troubles;
            Walk { words: &mut words, layout, sums: &mut sums, troubles }.segment(segment);
            self.heap.parts.push(sums::segment_part(segment, number, sums.end()));
        }
        let mut mapped = self.heap.mmapped.unwrap_or_default();
        for large in &outline.large {
            let header = large.data.checked_sub(HEADER).and_then(|at| block_at(&mut words, at));
            if header.is_some_and(layout::Block::is_grouped) {
                sums.begin(large.range, self.pages);
                let troubles = &mut *self.troubles;
                Walk { words: &mut words, layout, sums: &mut sums, troubles }.large_group(large);
            } else {
                mapped.add(large.range.size());
                sums.large(large);
            }
            self.heap.parts.push(sums::large_part(large, number, sums.end()));
        }
        self.heap.mmapped = Some(mapped);
        let mut arena = sums::arena(outline);
        sums.into_arena(&mut arena, true);
        self.heap.arenas.push(arena);
    }
}
