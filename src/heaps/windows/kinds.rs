//! Which kind each handle is of, and the heaps of each kind.

use super::Visit;
use super::nt::NtHeaps;
use super::outline::Claimed;
use super::peb::{self, Handles};
use super::segment_heap::SegmentHeaps;
use super::sums::PageBudget;
use super::wine::WineHeaps;
use crate::addr::Addr;
use crate::heaps::memory::Words;
use crate::heaps::{Allocator, Effort, Heap};
use crate::model::{Memory, PointerWidth, Snapshot};

/// SegmentSignature of NT heaps since Vista, and `ffeeffee` of Wine's.
const HEAP: u32 = 0xffee_ffee;
/// Signature of a segment heap.
const SEGMENT_HEAP: u32 = 0xddee_ddee;
/// Signature of an XP heap, at +8.
const XP_HEAP: u32 = 0xeeff_eeff;

/// All heaps of a process, before they are walked.
pub(super) struct Kinds<'s> {
    snapshot: &'s Snapshot,
    claimed: Claimed,
    wine: WineHeaps,
    nt: NtHeaps,
    segment_heaps: SegmentHeaps,
}

impl<'s> Kinds<'s> {
    /// None yet.
    pub(super) fn new(snapshot: &'s Snapshot) -> Kinds<'s> {
        Kinds {
            snapshot,
            claimed: Claimed::default(),
            wine: WineHeaps::default(),
            nt: NtHeaps::default(),
            segment_heaps: SegmentHeaps::default(),
        }
    }

    /// Finds those of one width, and reads their outlines.
    pub(super) fn collect(&mut self, memory: Memory<'_>, width: PointerWidth, effort: Effort) {
        let mut words = Words::new(memory, width);
        let own = width == self.snapshot.width();
        let mut handles = peb::handles(self.snapshot, &mut words, width);
        if own && handles.all.is_empty() {
            let at = peb::signature_at(width);
            let known = [HEAP, SEGMENT_HEAP, XP_HEAP];
            handles.all = peb::by_signature(memory, &mut words, at, &known, effort);
        }
        for handle in &handles.all {
            self.add(&mut words, width, *handle, &handles);
        }
    }

    fn add(&mut self, words: &mut Words<'_>, width: PointerWidth, handle: Addr, handles: &Handles) {
        let Some(word) = handle.checked_add(peb::signature_at(width)).and_then(|at| words.u32(at)) else {
            // Of a 32-bit program's 64-bit side a dump may hold nothing at all.
            if width == self.snapshot.width() {
                self.nt.not_in_dump(handle);
            }
            return;
        };
        let place = (width, handle, handles.process_heap);
        match word {
            HEAP if WineHeaps::is_one(words, width, handle) => {
                self.wine.collect(self.snapshot, words, &mut self.claimed, place);
            }
            HEAP => self.nt.collect(self.snapshot, words, &mut self.claimed, place),
            XP_HEAP if width == PointerWidth::Bits32 => {
                self.nt.collect(self.snapshot, words, &mut self.claimed, place);
            }
            SEGMENT_HEAP => self.segment_heaps.add(self.snapshot, &mut self.claimed, handle, handles.process_heap),
            _ => self.nt.no_heap(handle),
        }
    }

    /// Walks them, or only lists them if all together are more than `effort` affords.
    pub(super) fn walk(self, memory: Memory<'_>, effort: Effort, visit: Visit<'_>) -> Vec<Heap> {
        let committed = self.wine.committed().saturating_add(self.nt.committed());
        let walks = effort.walks(committed);
        let mut pages = PageBudget::new();
        let mut heaps = Vec::new();
        if !self.wine.is_empty() {
            heaps.push(self.wine.finish(memory, walks, &mut pages, &mut *visit));
        }
        if !self.nt.is_empty() {
            heaps.push(self.nt.finish(memory, walks, &mut pages, &mut *visit));
        }
        heaps.extend(self.segment_heaps.finish());
        for heap in &mut heaps {
            if !walks && heap.allocator != Allocator::SegmentHeap {
                heap.notes.push(too_much(committed));
            }
            heap.parts.sort_by_key(|part| part.range.start());
        }
        heaps
    }
}

fn too_much(committed: u64) -> String {
    let (has, most) = (crate::units::Bytes(committed), crate::units::Bytes(Effort::QUICK_BYTES));
    format!("{has} of heaps, more than the {most} that are walked for a report; `fragscope heap` walks all")
}
