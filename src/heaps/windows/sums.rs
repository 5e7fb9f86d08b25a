//! What a walk adds up, heap by heap.

use super::outline::{Large, Outline, Segment};
use super::{LiveBlock, Visit};
use crate::addr::{Addr, AddrRange};
use crate::heaps::{Arena, Free, Heap, HeapWalk, PageFill, Part, Role, Tally};
use crate::model::PointerWidth;
use crate::units::plural;

/// Pages of all segments whose fill is kept: 64 GiB of heaps, 64 MiB of counts.
const MOST_PAGES: u64 = 16 << 20;

/// Figures of one heap.
pub(super) struct Sums<'v> {
    heap: Addr,
    live: Tally,
    requested: u64,
    cached: Tally,
    fast: Tally,
    free: Free,
    /// Busy blocks and their bytes without headers, as HeapWalk has them.
    pub(super) busy: Tally,
    /// Bytes of large blocks that are cut into small ones: those count as committed and reserved by the heap.
    pub(super) cut_up: u64,
    fill: Option<PageFill>,
    visit: Visit<'v>,
}

impl<'v> Sums<'v> {
    /// Nothing yet.
    pub(super) fn new(heap: Addr, visit: Visit<'v>) -> Sums<'v> {
        Sums {
            heap,
            live: Tally::default(),
            requested: 0,
            cached: Tally::default(),
            fast: Tally::default(),
            free: Free::default(),
            busy: Tally::default(),
            cut_up: 0,
            fill: None,
            visit,
        }
    }

    /// From now on blocks lie in `range`; `pages` is what may still be spent on fills.
    pub(super) fn begin(&mut self, range: AddrRange, pages: &mut PageBudget) {
        self.fill = pages.spend(range).then(|| PageFill::new(range));
    }

    /// The fill of the range that was begun last.
    pub(super) fn end(&mut self) -> Option<PageFill> {
        self.fill.take()
    }

    /// A block that the program has: with its header, and what was asked for at which address.
    pub(super) fn live(&mut self, block: AddrRange, address: Addr, size: u64) {
        self.live.add(block.size());
        self.requested = self.requested.saturating_add(size);
        (self.visit)(LiveBlock { heap: self.heap, address, size });
    }

    /// A block that is freed later (Wine's delayed frees).
    pub(super) fn cached(&mut self, block: AddrRange) {
        self.cached.add(block.size());
        self.fill.iter_mut().for_each(|f| f.add_cached(block));
    }

    /// A free block in a group of equal ones.
    pub(super) fn fast(&mut self, block: AddrRange) {
        self.fast.add(block.size());
        self.fill.iter_mut().for_each(|f| f.add_free(block));
    }

    /// A free block.
    pub(super) fn free(&mut self, block: AddrRange) {
        self.free.add(block.size());
        self.fill.iter_mut().for_each(|f| f.add_free(block));
    }

    /// A large block. It counts apart, as a chunk with a mapping of its own.
    pub(super) fn large(&mut self, large: &Large) {
        self.busy.add(large.size);
        (self.visit)(LiveBlock { heap: self.heap, address: large.data, size: large.size });
    }

    /// Free blocks so far.
    pub(super) fn free_tally(&self) -> Tally {
        self.free.all
    }

    /// Puts the figures where they belong.
    pub(super) fn into_arena(self, arena: &mut Arena, with_heap_walk: bool) {
        let committed = arena.system.unwrap_or(0);
        arena.system = Some(committed.saturating_add(self.cut_up));
        arena.reserved = arena.reserved.saturating_add(self.cut_up);
        arena.live = Some(self.live);
        arena.cached = (self.cached.count > 0).then_some(self.cached);
        arena.fast = Some(self.fast);
        arena.free = Some(self.free);
        arena.requested = Some(self.requested);
        arena.heap_walk = with_heap_walk.then_some(HeapWalk { busy: self.busy, committed });
    }
}

/// How many pages may still get a fill.
pub(super) struct PageBudget(u64);

impl PageBudget {
    /// All of them.
    pub(super) fn new() -> PageBudget {
        PageBudget(MOST_PAGES)
    }

    fn spend(&mut self, range: AddrRange) -> bool {
        let pages = range.size() / super::outline::PAGE + 2;
        let left = self.0.checked_sub(pages);
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }
}

/// The arena of a heap of which only the outline is known.
pub(super) fn arena(outline: &Outline) -> Arena {
    let mut arena = Arena::new(outline.handle);
    arena.main = outline.main;
    arena.system = Some(outline.committed());
    arena.reserved = outline.reserved();
    arena.subheaps = outline.segments.len() as u64;
    arena
}

/// Adds a heap of which only the outline is known.
pub(super) fn list(heap: &mut Heap, outline: &Outline) {
    let number = heap.arenas.len();
    heap.arenas.push(arena(outline));
    heap.parts.extend(outline.segments.iter().map(|segment| segment_part(segment, number, None)));
    heap.parts.extend(outline.large.iter().map(|large| large_part(large, number, None)));
}

/// A segment as a part of heap number `heap`.
pub(super) fn segment_part(segment: &Segment, heap: usize, fill: Option<PageFill>) -> Part {
    let heap = u32::try_from(heap).unwrap_or(u32::MAX);
    Part { range: segment.range, role: Role::Segment { heap }, fill }
}

/// A large block as a part of heap number `heap`.
pub(super) fn large_part(large: &Large, heap: usize, fill: Option<PageFill>) -> Part {
    let heap = u32::try_from(heap).unwrap_or(u32::MAX);
    Part { range: large.range, role: Role::LargeBlock { heap }, fill }
}

/// Of WoW64: how many heaps are whose.
pub(super) fn sides(widths: impl Iterator<Item = PointerWidth> + Clone) -> Option<String> {
    let of = |width| widths.clone().filter(|w| *w == width).count() as u64;
    let (narrow, wide) = (of(PointerWidth::Bits32), of(PointerWidth::Bits64));
    let heaps = |count| plural(count, "heap");
    let both = narrow > 0 && wide > 0;
    both.then(|| format!("{} of the 32-bit program, {} of its 64-bit side (WoW64)", heaps(narrow), heaps(wide)))
}
