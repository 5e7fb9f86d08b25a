//! What goes where: the range that is shown, its bands and the gaps between them, cells and rows.

use super::super::Context;
use super::{Detail, MapOptions};
use crate::addr::AddrRange;
use crate::analyze::bands::{self, Room};
use crate::analyze::grid::MOST_CELLS;
use crate::analyze::{ByContent, Contents, Grid};
use crate::units::{Bytes, Count};

/// Ranges up to this size are drawn whole, larger ones in bands.
const LARGEST_WHOLE: u64 = 1 << 32;
/// A row of the whole of a 32-bit space.
const ROW_OF_32_BIT: u64 = 256 << 20;
/// A smaller space is drawn like a part that was asked for.
const SMALLEST_32_BIT: u64 = 1 << 30;
/// Cells in the widest row: the whole of a 32-bit space in cells of 1 MiB is 16 × 256.
const WIDEST_ROW: usize = 256;
const NARROWEST_ROW: usize = 8;
/// Columns of `cell 128 KiB` with the blanks before it, and the cells that it may not take away.
const BAND_NOTE: usize = 14;
const NARROW_BAND: usize = 16;
/// Rows that a range without a given size of cells is fitted into.
const ROWS: usize = 16;
/// Most bands of a large space, and all their rows together.
const BANDS: usize = 12;
const BAND_ROWS: usize = 22;
const BAND_ROWS_SMALL: usize = 12;

const IN_BANDS: &str = "what is in use, and the large gaps between";

/// Why a picture cannot be drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MapError {
    /// The range has no address of the space.
    #[error("{asked} lies outside of the address space {space}")]
    Outside {
        /// What was asked for.
        asked: AddrRange,
        /// What there is.
        space: AddrRange,
    },
    /// More cells than anybody can look at.
    #[error(
        "{} in cells of {} would be more than {} cells; ask for cells of {} or more, or for a smaller range",
        .shown, Bytes(*.cell), Count(MOST_CELLS), Bytes(*.smallest)
    )]
    TooManyCells {
        /// The range.
        shown: AddrRange,
        /// The size of cells that was asked for.
        cell: u64,
        /// The smallest size that can be drawn.
        smallest: u64,
    },
}

/// A part of the picture.
pub enum Strip {
    /// A part in rows of cells.
    Band(Grid, Vec<ByContent>),
    /// A gap that is shown as one line, and what is in it.
    Gap(AddrRange, ByContent),
}

/// The whole picture.
pub struct Plan {
    /// What is shown.
    pub shown: AddrRange,
    /// Its parts, by address; together they are what is shown.
    pub strips: Vec<Strip>,
    /// Cells in a full row.
    pub per_row: usize,
    /// Hex digits of the addresses.
    pub digits: usize,
    /// Whether there may be more than one band.
    pub banded: bool,
}

impl Plan {
    /// Decides on bands, cells and rows, and counts what is in them.
    pub fn new(cx: Context<'_>, options: &MapOptions) -> Result<Plan, MapError> {
        let space = cx.snapshot.space.bounds().range;
        let asked = options.range.unwrap_or(space);
        let shown = asked.intersect(space).ok_or(MapError::Outside { asked, space })?;
        let digits = hex_digits(shown.end().0 - 1);
        let banded = LARGEST_WHOLE < shown.size();
        let per_row = fitting(options, digits, banded && options.cell.is_none());
        let mut plan = Plan { shown, strips: Vec::new(), per_row, digits, banded };
        let grids = plan.grids(cx, options).ok_or_else(|| MapError::TooManyCells {
            shown,
            cell: options.cell.unwrap_or(0),
            smallest: Grid::smallest_cell(shown),
        })?;
        plan.count(&Contents::new(cx.snapshot, &cx.analysis.gaps, cx.analysis.reach, cx.heaps), grids);
        Ok(plan)
    }

    /// The parts in rows of cells.
    pub fn bands(&self) -> impl Iterator<Item = (Grid, &[ByContent])> {
        self.strips.iter().filter_map(|strip| match strip {
            Strip::Band(grid, cells) => Some((*grid, cells.as_slice())),
            Strip::Gap(..) => None,
        })
    }

    fn grids(&mut self, cx: Context<'_>, options: &MapOptions) -> Option<Vec<Grid>> {
        let gaps = &cx.analysis.gaps;
        let bounds = cx.snapshot.space.bounds();
        let page = bounds.page_size.max(1).checked_next_power_of_two().unwrap_or(1);
        match (self.banded, options.cell) {
            (true, Some(cell)) => bands::fixed(self.shown, gaps, BANDS, cell),
            (true, None) => {
                let rows = if options.detail == Detail::Small { BAND_ROWS_SMALL } else { BAND_ROWS };
                Some(bands::fit(self.shown, gaps, Room { bands: BANDS, rows, per_row: self.per_row }, page))
            }
            (false, cell) if self.shown == bounds.range && SMALLEST_32_BIT < self.shown.size() => {
                self.whole_32_bit(cell).map(|grid| vec![grid])
            }
            (false, cell) => self.part(cell, page).map(|grid| vec![grid]),
        }
    }

    /// Rows of 256 MiB, whatever the width.
    fn whole_32_bit(&mut self, cell: Option<u64>) -> Option<Grid> {
        let cell = cell.unwrap_or(ROW_OF_32_BIT / self.per_row as u64).max(1);
        let in_a_row = usize::try_from(ROW_OF_32_BIT / cell).ok()?;
        self.per_row = self.per_row.min(in_a_row.max(1));
        Grid::new(self.shown, cell, cell.checked_mul(self.per_row as u64)?)
    }

    /// Rows begin at a multiple of their size, if that makes them no more.
    fn part(&self, cell: Option<u64>, page: u64) -> Option<Grid> {
        let cell = cell.unwrap_or_else(|| bands::cell_for_rows(self.shown, self.per_row, ROWS).max(page));
        let rows = |grid: &Grid| grid.len().div_ceil(self.per_row);
        let plain = Grid::new(self.shown, cell, cell)?;
        let row = cell.checked_mul(self.per_row as u64);
        let aligned = row.and_then(|row| Grid::new(self.shown, cell, row));
        Some(aligned.filter(|a| rows(a) <= rows(&plain)).unwrap_or(plain))
    }

    fn count(&mut self, contents: &Contents<'_>, grids: Vec<Grid>) {
        let gaps = bands::between(self.shown, &grids).into_iter().map(|gap| Strip::Gap(gap, contents.sum(gap)));
        self.strips = gaps.collect();
        self.strips.extend(grids.into_iter().map(|grid| Strip::Band(grid, contents.cells(grid))));
        self.strips.sort_by_key(|strip| strip.range().start());
    }

    /// Bytes by content of all that is shown.
    pub fn sum(&self) -> ByContent {
        let of_strip = |strip: &Strip| match strip {
            Strip::Band(_, cells) => cells.iter().fold(ByContent::default(), |sum, cell| sum.plus(cell)),
            Strip::Gap(_, bytes) => *bytes,
        };
        self.strips.iter().map(of_strip).fold(ByContent::default(), |sum, part| sum.plus(&part))
    }

    /// The size of all cells, or `None` if bands have their own, or there is no band.
    pub fn cell(&self) -> Option<u64> {
        let mut sizes = self.bands().map(|(grid, _)| grid.cell());
        let first = sizes.next()?;
        sizes.all(|size| size == first).then_some(first)
    }

    /// What a row and a cell are.
    pub fn scale(&self) -> String {
        let row = |cell: u64| Bytes(cell.saturating_mul(self.per_row as u64));
        let one = self.cell().map(|cell| format!("one row is {}, one cell {}", row(cell), Bytes(cell)));
        match (self.banded, one) {
            (false, one) => one.unwrap_or_default(),
            (true, Some(one)) => format!("{IN_BANDS}; {one}"),
            (true, None) => IN_BANDS.into(),
        }
    }

    /// Columns of an address with the blanks behind it.
    pub fn gutter(&self) -> usize {
        gutter(self.digits)
    }

    /// An address as wide as all others of this picture.
    pub fn address(&self, addr: crate::addr::Addr) -> String {
        format!("{:#0width$x}", addr.0, width = self.digits + 2)
    }
}

impl Strip {
    /// Where it is.
    pub fn range(&self) -> AddrRange {
        match self {
            Strip::Band(grid, _) => grid.range(),
            Strip::Gap(range, _) => *range,
        }
    }
}

fn gutter(digits: usize) -> usize {
    digits + 4
}

fn hex_digits(addr: u64) -> usize {
    (addr.checked_ilog2().unwrap_or(0) as usize / 4 + 1).max(8)
}

/// The largest power of two of cells that fit beside an address and, if bands have cells of their own, beside the size
/// of those. In the narrowest pictures that size gives way.
fn fitting(options: &MapOptions, digits: usize, banded: bool) -> usize {
    let all = options.columns.saturating_sub(gutter(digits)).clamp(NARROWEST_ROW, WIDEST_ROW + BAND_NOTE);
    let beside_note = all.checked_sub(BAND_NOTE).filter(|room| banded && NARROW_BAND <= *room);
    1 << beside_note.unwrap_or(all).min(WIDEST_ROW).ilog2()
}
