//! NT heaps: Windows XP to 11. Walked by public symbols' offsets and held against what the heaps know of themselves; no figure
//! of another tool was there to compare with, so that the grade is never exact.

mod blocks;
mod checks;
mod entry;
mod groups;
mod layout;
mod lookaside;
mod outline;

use std::collections::BTreeSet;

use super::Visit;
use super::outline::{Claimed, Outline};
use super::sums::{self, PageBudget, Sums};
use super::troubles::Troubles;
use crate::addr::Addr;
use crate::heaps::memory::Words;
use crate::heaps::{Allocator, Grade, Heap, Tally};
use crate::model::{Memory, PointerWidth, Snapshot};
use blocks::Walk;
use checks::Checks;
use entry::Coding;
use layout::Layout;
use outline::Reader;

/// One heap, before it is walked.
struct NtHeap {
    width: PointerWidth,
    layout: Layout,
    coding: Coding,
    outline: Outline,
}

/// All NT heaps of a process.
#[derive(Default)]
pub(super) struct NtHeaps {
    heaps: Vec<NtHeap>,
    troubles: Troubles,
}

impl NtHeaps {
    /// Whether there is nothing to say.
    pub(super) fn is_empty(&self) -> bool {
        self.heaps.is_empty()
    }

    /// The list has a heap that the dump does not hold.
    pub(super) fn not_in_dump(&mut self, handle: Addr) {
        self.troubles.add("memory-missing", handle, "the dump does not hold a heap of the process's list".to_owned());
    }

    /// The list has a handle that leads to no known kind.
    pub(super) fn no_heap(&mut self, handle: Addr) {
        self.troubles.add("heap-list", handle, "the process's list leads to what is no heap".to_owned());
    }

    /// Adds the heap at `handle`.
    pub(super) fn collect(
        &mut self,
        snapshot: &Snapshot,
        words: &mut Words<'_>,
        claimed: &mut Claimed,
        (width, handle, process_heap): (PointerWidth, Addr, Option<Addr>),
    ) {
        let layout = Layout::of_heap(words, width, handle);
        let coding = layout.and_then(|layout| Coding::of_heap(words, layout, handle));
        let (Some(layout), Some(coding)) = (layout, coding) else { return self.no_heap(handle) };
        let main = width == snapshot.width() && process_heap == Some(handle);
        let mut reader = Reader { words, layout, coding, handle, claimed, troubles: &mut self.troubles };
        let outline = reader.outline(main);
        self.heaps.push(NtHeap { width, layout, coding, outline });
    }

    /// Committed bytes of them all.
    pub(super) fn committed(&self) -> u64 {
        self.heaps.iter().fold(0, |sum, heap| sum.saturating_add(heap.outline.committed()))
    }

    /// The figures; only outlines where `walks` is false.
    pub(super) fn finish(mut self, memory: Memory<'_>, walks: bool, pages: &mut PageBudget, visit: Visit<'_>) -> Heap {
        let mut heap = Heap::new(Allocator::Nt, Grade::NotWalked);
        heap.layout = Some(self.layout());
        self.heaps.sort_by_key(|heap| !heap.outline.main);
        let mut checks = Checks::default();
        for one in &self.heaps {
            if !walks {
                sums::list(&mut heap, &one.outline);
                continue;
            }
            let mut target = Target { heap: &mut heap, pages, checks: &mut checks, troubles: &mut self.troubles };
            target.walk(one, memory, &mut *visit);
        }
        heap.notes.extend(sums::sides(self.heaps.iter().map(|one| one.width)));
        if walks {
            heap.notes.extend(checks.notes());
        }
        heap.grade = match (walks, self.troubles.any()) {
            (false, _) => Grade::NotWalked,
            (true, true) => Grade::Partial,
            (true, false) => Grade::Experimental,
        };
        heap.troubles = self.troubles.finish();
        heap
    }

    fn layout(&self) -> String {
        let eras: BTreeSet<_> = self.heaps.iter().map(|h| h.layout.era).collect();
        let names: Vec<&str> = eras.into_iter().map(layout::Era::name).collect();
        let encoded = self.heaps.iter().any(|h| h.coding.is_encoded());
        format!("{}{}", names.join(", "), if encoded { ", encoded headers" } else { "" })
    }
}

/// Where figures go.
struct Target<'a> {
    heap: &'a mut Heap,
    pages: &'a mut PageBudget,
    checks: &'a mut Checks,
    troubles: &'a mut Troubles,
}

impl Target<'_> {
    fn walk(&mut self, one: &NtHeap, memory: Memory<'_>, visit: Visit<'_>) {
        let number = self.heap.arenas.len();
        let mut words = Words::new(memory, one.width);
        let mut sums = Sums::new(one.outline.handle, visit);
        self.checks.begin();
        self.segments(one, number, &mut words, &mut sums);
        let mut mapped = self.heap.mmapped.unwrap_or_default();
        for large in &one.outline.large {
            mapped.add(large.committed);
            sums.large(large);
            self.heap.parts.push(sums::large_part(large, number, None));
        }
        self.heap.mmapped = Some(mapped);
        self.check(one, &mut words, sums.free_tally());
        let mut arena = sums::arena(&one.outline);
        sums.into_arena(&mut arena, false);
        self.heap.arenas.push(arena);
    }

    fn segments(&mut self, one: &NtHeap, number: usize, words: &mut Words<'_>, sums: &mut Sums<'_>) {
        let lookaside = lookaside::blocks(words, one.layout, one.outline.handle, self.troubles);
        let mut walk = Walk {
            words,
            layout: one.layout,
            coding: one.coding,
            sums,
            checks: &mut *self.checks,
            troubles: &mut *self.troubles,
            lookaside: &lookaside,
            votes: groups::Votes::default(),
            groups: Vec::new(),
        };
        for segment in &one.outline.segments {
            walk.sums.begin(segment.range, self.pages);
            walk.segment(segment);
            let fill = walk.sums.end();
            self.heap.parts.push(sums::segment_part(segment, number, fill));
        }
    }

    /// Holds what was met against the heap's own counts.
    fn check(&mut self, one: &NtHeap, words: &mut Words<'_>, free: Tally) {
        let handle = one.outline.handle;
        let stated = handle.checked_add(one.layout.total_free).and_then(|at| words.word(at));
        let total = match stated {
            Some(stated) => self.checks.total_free(stated),
            None => Err("the dump does not hold TotalFreeSize".to_owned()),
        };
        let mut claimed = Claimed::default();
        let (layout, coding) = (one.layout, one.coding);
        let mut reader = Reader { words, layout, coding, handle, claimed: &mut claimed, troubles: &mut *self.troubles };
        let listed = reader.free_blocks();
        for outcome in [total, self.checks.free_lists(listed, free)] {
            if let Err(message) = outcome {
                self.troubles.add("sum", handle, message);
            }
        }
    }
}
