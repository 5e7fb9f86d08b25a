//! What is in each cell of a picture of the address space. The parts add up to the whole.

use super::gaps::{self, Gap};
use super::grid::Grid;
use super::heaps::Fills;
use super::reach::Reach;
use crate::addr::{Addr, AddrRange};
use crate::heaps::Heaps;
use crate::model::{OwnerKind, Region, Snapshot, State};

/// What a byte of the address space is, as a picture tells it apart. Every byte is exactly one of these.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum CellContent {
    /// An executable, library or DLL.
    Module,
    /// A thread's stack with its guard.
    Stack,
    /// A heap with its reserved tail; of one that was walked, what is not free in it.
    Heap,
    /// Free inside of a heap: chunks that malloc could hand out, and nobody else.
    HeapFree,
    /// A mapped file that is no module, and shared memory.
    MappedFile,
    /// Private memory.
    Private,
    /// Address space without memory behind it, of which no more is known than that.
    Reserved,
    /// TEB, PEB, vdso and what else the system or the crash reporter put there; occupied by who knows what.
    Other,
    /// Free, usable and reachable.
    Free,
    /// Free, but cut off by the allocation granularity.
    Unusable,
    /// Free, but mmap never looks there.
    Unreachable,
    /// Not listed, in a map that is incomplete there.
    NotListed,
}

impl CellContent {
    /// All, used ones first, in the order that legends have.
    pub const ALL: [CellContent; 12] = [
        CellContent::Module,
        CellContent::Stack,
        CellContent::Heap,
        CellContent::HeapFree,
        CellContent::MappedFile,
        CellContent::Private,
        CellContent::Reserved,
        CellContent::Other,
        CellContent::Free,
        CellContent::Unusable,
        CellContent::Unreachable,
        CellContent::NotListed,
    ];

    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            CellContent::Module => "module",
            CellContent::Stack => "stack",
            CellContent::Heap => "heap",
            CellContent::HeapFree => "heap-free",
            CellContent::MappedFile => "mapped-file",
            CellContent::Private => "private",
            CellContent::Reserved => "reserved",
            CellContent::Other => "other",
            CellContent::Free => "free",
            CellContent::Unusable => "unusable",
            CellContent::Unreachable => "unreachable",
            CellContent::NotListed => "not-listed",
        }
    }

    /// Whether something is there: all but the four kinds of gap.
    pub fn is_used(self) -> bool {
        self < CellContent::Free
    }

    /// What a region of this kind and state is, but for what is free inside of it. A stack, module or heap keeps its name where it is only reserved.
    pub fn of(kind: OwnerKind, state: State) -> CellContent {
        match (kind, state) {
            (OwnerKind::Module, _) => CellContent::Module,
            (OwnerKind::Stack, _) => CellContent::Stack,
            (OwnerKind::Heap, _) => CellContent::Heap,
            (OwnerKind::MappedFile | OwnerKind::Shared, _) => CellContent::MappedFile,
            (OwnerKind::Private | OwnerKind::Unknown, State::Reserved) => CellContent::Reserved,
            (OwnerKind::Private, State::Committed) => CellContent::Private,
            _ => CellContent::Other,
        }
    }
}

/// Bytes by content.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ByContent([u64; CellContent::ALL.len()]);

impl ByContent {
    /// Bytes of one content.
    pub fn get(&self, content: CellContent) -> u64 {
        self.0.get(content as usize).copied().unwrap_or(0)
    }

    /// All that is there, without what is not.
    pub fn iter(&self) -> impl Iterator<Item = (CellContent, u64)> + '_ {
        CellContent::ALL.into_iter().zip(self.0).filter(|(_, bytes)| *bytes > 0)
    }

    /// All bytes.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Bytes that something occupies.
    pub fn used(&self) -> u64 {
        self.iter().filter(|(content, _)| content.is_used()).map(|(_, bytes)| bytes).sum()
    }

    /// The used content that takes most, or if nothing is used, what most of it is; the first of equals. `None` without
    /// any bytes.
    pub fn dominant(&self) -> Option<CellContent> {
        let used = self.used() > 0;
        let candidates = self.iter().filter(|(content, _)| content.is_used() == used);
        let largest = candidates.reduce(|best, next| if best.1 < next.1 { next } else { best });
        largest.map(|(content, _)| content)
    }

    /// The sum of both.
    #[must_use]
    pub fn plus(mut self, other: &ByContent) -> ByContent {
        other.iter().for_each(|(content, bytes)| self.add(content, bytes));
        self
    }

    /// Of the heap's bytes so many are free.
    fn set_free(&mut self, bytes: u64) {
        if let Some(heap) = self.0.get_mut(CellContent::Heap as usize) {
            let free = bytes.min(*heap);
            *heap -= free;
            self.add(CellContent::HeapFree, free);
        }
    }

    fn add(&mut self, content: CellContent, bytes: u64) {
        if let Some(sum) = self.0.get_mut(content as usize) {
            *sum += bytes;
        }
    }
}

/// The address space, to be asked what is where.
#[derive(Clone)]
pub struct Contents<'a> {
    snapshot: &'a Snapshot,
    gaps: &'a [Gap],
    reach: Reach,
    fills: Fills<'a>,
}

impl<'a> Contents<'a> {
    /// A snapshot with its gaps, and what is free inside of its heaps.
    pub fn new(snapshot: &'a Snapshot, gaps: &'a [Gap], reach: Reach, heaps: &'a Heaps) -> Contents<'a> {
        Contents { snapshot, gaps, reach, fills: Fills::of(heaps) }
    }

    /// Bytes by content of each of the grid's cells, in time linear in what lies in its range. A cell that reaches out
    /// of the grid's range counts only what is inside; outside of the address space there is nothing.
    pub fn cells(&self, grid: Grid) -> Vec<ByContent> {
        let mut cells = vec![ByContent::default(); grid.len()];
        self.visit(grid.range(), |range, content| {
            for (index, bytes) in grid.shares(range) {
                if let Some(cell) = cells.get_mut(index) {
                    cell.add(content, bytes);
                }
            }
        });
        self.fills.visit(self.snapshot, grid.range(), |page| {
            for (index, _) in grid.shares(page.part) {
                let shared = grid.cell_range(index).and_then(|cell| cell.intersect(page.part));
                if let Some((cell, part)) = cells.get_mut(index).zip(shared) {
                    cell.set_free(page.share(page.free, part));
                }
            }
        });
        cells
    }

    /// Bytes by content of a range.
    pub fn sum(&self, range: AddrRange) -> ByContent {
        let mut sum = ByContent::default();
        self.visit(range, |part, content| sum.add(content, part.size()));
        self.fills.visit(self.snapshot, range, |page| sum.set_free(page.share(page.free, page.part)));
        sum
    }

    /// Calls `add` with every piece of `within` that is of one content: regions first, then gaps.
    fn visit(&self, within: AddrRange, mut add: impl FnMut(AddrRange, CellContent)) {
        let regions = self.snapshot.space.regions();
        let first = regions.partition_point(|r| r.range.end() <= within.start());
        for region in regions.iter().skip(first).take_while(|r| r.range.start() < within.end()) {
            region.range.intersect(within).into_iter().for_each(|part| add(part, self.of_region(region)));
        }
        let first = self.gaps.partition_point(|g| g.range.end() <= within.start());
        for gap in self.gaps.iter().skip(first).take_while(|g| g.range.start() < within.end()) {
            self.visit_gap(gap.range, &mut |part, content| {
                part.intersect(within).into_iter().for_each(|part| add(part, content));
            });
        }
    }

    fn of_region(&self, region: &Region) -> CellContent {
        let kind = self.snapshot.owner(region.owner).map_or(OwnerKind::Unknown, |o| o.kind);
        CellContent::of(kind, region.state)
    }

    /// What the dump does not call free is not listed, whatever could be done with it.
    fn visit_gap(&self, gap: AddrRange, add: &mut impl FnMut(AddrRange, CellContent)) {
        let mut at = gap.start();
        for known in gaps::known_free(self.snapshot.space.coverage(), gap) {
            AddrRange::new(at, known.start()).into_iter().for_each(|part| add(part, CellContent::NotListed));
            self.visit_free(gap, known, add);
            at = known.end();
        }
        AddrRange::new(at, gap.end()).into_iter().for_each(|part| add(part, CellContent::NotListed));
    }

    /// Cuts `known`, a part of `gap`, where usable and reachable begin and end.
    fn visit_free(&self, gap: AddrRange, known: AddrRange, add: &mut impl FnMut(AddrRange, CellContent)) {
        let usable = self.reach.usable(gap);
        let mut cuts = [known.end(); 7];
        let borders = usable.into_iter().chain(self.reach.reachable_parts(gap)).flat_map(|r| [r.start(), r.end()]);
        for (cut, border) in cuts.iter_mut().zip(borders) {
            *cut = border.clamp(known.start(), known.end());
        }
        cuts.sort_unstable();
        let mut at = known.start();
        for part in cuts.into_iter().filter_map(|cut| AddrRange::new(std::mem::replace(&mut at, cut), cut)) {
            add(part, self.of_free(gap, part.start()));
        }
    }

    fn of_free(&self, gap: AddrRange, addr: Addr) -> CellContent {
        if self.reach.reachable_parts(gap).any(|r| r.contains(addr)) {
            return CellContent::Free;
        }
        match self.reach.usable(gap).is_some_and(|u| u.contains(addr)) {
            true => CellContent::Unreachable,
            false => CellContent::Unusable,
        }
    }
}
