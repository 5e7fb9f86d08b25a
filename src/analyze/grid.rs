//! A range of addresses in cells of equal size.

use crate::addr::{Addr, AddrRange};

/// Most cells that one picture has: 4 GiB in cells of 64 KiB.
pub const MOST_CELLS: u64 = 1 << 16;

/// A range in cells. The first cell starts at a multiple of the cell's size, the last ends at or above the range's end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Grid {
    range: AddrRange,
    origin: Addr,
    cell: u64,
    len: usize,
}

impl Grid {
    /// `range` in cells of `cell` bytes, beginning at a multiple of `align`, which is one of `cell`. `None` if these are
    /// more than [`MOST_CELLS`], or the size is 0.
    pub fn new(range: AddrRange, cell: u64, align: u64) -> Option<Grid> {
        let origin = range.start().align_down(align.max(cell));
        let len =
            (0 < cell).then(|| range.end().distance_from(origin).div_ceil(cell)).filter(|len| *len <= MOST_CELLS)?;
        let len = usize::try_from(len).ok()?;
        Some(Grid { range, origin, cell, len })
    }

    /// The smallest size of cell, a power of two, in which `range` can be drawn.
    pub fn smallest_cell(range: AddrRange) -> u64 {
        Grid::cell_for(range, usize::MAX)
    }

    /// The same for at most so many cells, wherever the first one starts.
    pub fn cell_for(range: AddrRange, most: usize) -> u64 {
        let fits = |power: &u32| Grid::new(range, 1 << power, 1).is_some_and(|grid| grid.len() <= most);
        (0..64).find(fits).map_or(1 << 63, |power| 1 << power)
    }

    /// What is counted.
    pub fn range(&self) -> AddrRange {
        self.range
    }

    /// Size of a cell in bytes.
    pub fn cell(&self) -> u64 {
        self.cell
    }

    /// How many cells.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none: never, for a range is not empty.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Where a cell starts; for an index behind the last, where that ends. Saturates at 2^64 - 1.
    pub fn start_of(&self, index: usize) -> Addr {
        Addr(self.origin.0.saturating_add(self.cell.saturating_mul(index as u64)))
    }

    /// The part of a cell that is counted; `None` for a cell outside of the range.
    pub fn cell_range(&self, index: usize) -> Option<AddrRange> {
        AddrRange::new(self.start_of(index), self.start_of(index + 1))?.intersect(self.range)
    }

    /// The cell that holds an address of the range.
    pub fn index_of(&self, addr: Addr) -> Option<usize> {
        let inside = self.range.contains(addr).then(|| addr.distance_from(self.origin) / self.cell)?;
        usize::try_from(inside).ok()
    }

    /// How many bytes of `part` lie in which cells.
    pub fn shares(&self, part: AddrRange) -> impl Iterator<Item = (usize, u64)> + use<> {
        let grid = *self;
        let part = part.intersect(grid.range);
        let first = part.and_then(|p| grid.index_of(p.start())).unwrap_or(grid.len);
        (first..grid.len).map_while(move |index| {
            let shared = grid.cell_range(index)?.intersect(part?)?;
            Some((index, shared.size()))
        })
    }

    /// The cells that lie wholly in `part`.
    pub fn whole_cells(&self, part: AddrRange) -> std::ops::Range<usize> {
        let mut whole = self.shares(part).filter(|(index, bytes)| {
            *bytes == self.cell || self.cell_range(*index).is_some_and(|c| c.size() == *bytes)
        });
        let Some((first, _)) = whole.next() else { return 0..0 };
        first..whole.last().map_or(first, |(last, _)| last) + 1
    }
}
