//! A large address space in bands: the parts in use, and the large gaps between them, so that it fits one screen.

use super::gaps::Gap;
use super::grid::Grid;
use crate::addr::{Addr, AddrRange};

/// A gap must take this part of a band, as a divisor, for the band to be cut there.
const SHARE: u64 = 12;

/// A gap smaller than this is not worth a cut, in bytes.
const SMALLEST_CUT: u64 = 16 << 20;

/// How much room there is for bands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Room {
    /// Most bands.
    pub bands: usize,
    /// Rows of all bands together, unless the bands are more than that.
    pub rows: usize,
    /// Cells in a row.
    pub per_row: usize,
}

/// The parts of `range` that are in use, by address and disjoint, each in cells of its own size: as small as the room
/// allows, and at least `smallest_cell`. None where nothing is in use. What lies between two bands is free, or at least
/// not listed.
pub fn fit(range: AddrRange, gaps: &[Gap], room: Room, smallest_cell: u64) -> Vec<Grid> {
    let parts = split(range, gaps, room.bands, SMALLEST_CUT);
    let mut cells: Vec<u64> = parts.iter().map(|p| cell_for_rows(*p, room.per_row, 1).max(smallest_cell)).collect();
    while refine(&parts, &mut cells, room, smallest_cell) {}
    grids(range, &parts, &cells)
}

/// The same in cells of one size. `None` if these are too many.
pub fn fixed(range: AddrRange, gaps: &[Gap], bands: usize, cell: u64) -> Option<Vec<Grid>> {
    Grid::new(range, cell, cell)?;
    let parts = split(range, gaps, bands, SMALLEST_CUT.max(cell.saturating_mul(4)));
    Some(grids(range, &parts, &vec![cell; parts.len()]))
}

/// The smallest power of two that as cell makes `range` fit so many rows, wherever its first cell starts.
pub fn cell_for_rows(range: AddrRange, per_row: usize, rows: usize) -> u64 {
    Grid::cell_for(range, per_row * rows)
}

/// Halves the largest cells that may be halved. `false` if none may.
fn refine(parts: &[AddrRange], cells: &mut [u64], room: Room, smallest_cell: u64) -> bool {
    let rows = |part: AddrRange, cell| Grid::new(part, cell, 1).map_or(usize::MAX, |g| g.len().div_ceil(room.per_row));
    let used: usize = parts.iter().zip(cells.iter()).map(|(p, c)| rows(*p, *c)).sum();
    let may = |part: AddrRange, cell: u64| {
        smallest_cell < cell && used - rows(part, cell) + rows(part, cell / 2).min(room.rows + 1) <= room.rows
    };
    let halved = parts.iter().zip(cells).filter(|(part, cell)| may(**part, **cell)).max_by_key(|(_, cell)| **cell);
    halved.map(|(_, cell)| *cell /= 2).is_some()
}

/// Grids whose ends are moved outward to whole cells, but neither out of `range` nor into each other.
fn grids(range: AddrRange, parts: &[AddrRange], cells: &[u64]) -> Vec<Grid> {
    let mut lowest = range.start();
    let ends = parts.iter().skip(1).map(|next| next.start()).chain([range.end()]);
    let grown = parts.iter().zip(cells).zip(ends).filter_map(|((part, cell), highest)| {
        let wide = part.grown_to(*cell);
        let band = AddrRange::new(wide.start().max(lowest), wide.end().min(highest))?;
        lowest = band.end();
        Grid::new(band, *cell, 1)
    });
    grown.collect()
}

/// What lies in `range` outside of the bands, by address, before, between and behind them.
pub fn between(range: AddrRange, bands: &[Grid]) -> Vec<AddrRange> {
    let starts = std::iter::once(range.start()).chain(bands.iter().map(|b| b.range().end()));
    let ends = bands.iter().map(|b| b.range().start()).chain([range.end()]);
    starts.zip(ends).filter_map(|(start, end)| AddrRange::new(start, end)).collect()
}

/// A part in use, with the gaps that lie inside it.
#[derive(Clone, Copy)]
struct Part<'a> {
    range: AddrRange,
    inside: &'a [Gap],
}

fn split(range: AddrRange, gaps: &[Gap], most: usize, smallest_cut: u64) -> Vec<AddrRange> {
    let first = gaps.partition_point(|g| g.range.end() <= range.start());
    let end = gaps.partition_point(|g| g.range.start() < range.end());
    let mut parts: Vec<Part<'_>> = Vec::new();
    parts.extend(trimmed(range, gaps.get(first..end).unwrap_or_default()));
    while parts.len() < most {
        let cuts = parts.iter().enumerate().filter_map(|(i, part)| Some((part.cut(smallest_cut)?, i)));
        let Some(((_, gap), at)) = cuts.max() else { break };
        let Some(whole) = parts.get(at).copied() else { break };
        parts.splice(at..=at, whole.parted(gap));
    }
    parts.into_iter().map(|part| part.range).collect()
}

/// `range` without the gaps at its ends; `None` if it is all one gap.
fn trimmed(range: AddrRange, mut gaps: &[Gap]) -> Option<Part<'_>> {
    let (mut start, mut end) = (range.start(), range.end());
    if let Some((first, rest)) = gaps.split_first().filter(|(first, _)| first.range.start() <= start) {
        (start, gaps) = (first.range.end(), rest);
    }
    if let Some((last, rest)) = gaps.split_last().filter(|(last, _)| end <= last.range.end()) {
        (end, gaps) = (last.range.start(), rest);
    }
    Some(Part { range: AddrRange::new(start, end)?, inside: gaps })
}

impl Part<'_> {
    /// Size and index of the gap where this part is best cut; `None` if it is better left whole.
    fn cut(self, smallest: u64) -> Option<(u64, usize)> {
        let sizes = self.inside.iter().map(|g| g.range.size()).zip(0..);
        sizes.max().filter(|(size, _)| smallest.max(self.range.size() / SHARE) <= *size)
    }

    /// What is below and above the gap with this index.
    fn parted(self, gap: usize) -> Vec<Self> {
        let Some(cut) = self.inside.get(gap).map(|g| g.range) else { return vec![self] };
        let part = |start: Addr, end: Addr, inside| Some(Part { range: AddrRange::new(start, end)?, inside });
        let below = part(self.range.start(), cut.start(), self.inside.get(..gap).unwrap_or_default());
        let above = part(cut.end(), self.range.end(), self.inside.get(gap + 1..).unwrap_or_default());
        below.into_iter().chain(above).collect()
    }
}
