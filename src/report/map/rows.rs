//! Rows of cells, and the lines between bands.

use std::io::{self, Write};

use super::super::Context;
use super::glyphs::{self, FAINT, Glyph, STRONG, Theme};
use super::marks::{self, Mark};
use super::outline::{self, Named, Outline};
use super::plan::{Plan, Strip};
use super::{Focus, MapOptions};
use crate::addr::AddrRange;
use crate::analyze::{ByContent, CellContent, Grid};
use crate::units::Bytes;

/// Writes the picture itself.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut dyn Write, cx: Context<'_>, options: &MapOptions, plan: &Plan) -> io::Result<()> {
    let marks = if options.marks { marks::of(&cx.snapshot.threads) } else { Vec::new() };
    let theme = Theme { unicode: options.unicode, color: options.color };
    let mut rows = Rows { out, cx, options, plan, theme, marks, named: outline::named(cx, plan) };
    plan.strips.iter().try_for_each(|strip| match strip {
        Strip::Band(grid, cells) => rows.band(*grid, cells),
        Strip::Gap(gap, bytes) => rows.gap(*gap, bytes),
    })
}

struct Rows<'a, 'w> {
    out: &'w mut dyn Write,
    cx: Context<'a>,
    options: &'a MapOptions,
    plan: &'a Plan,
    theme: Theme,
    marks: Vec<Mark>,
    named: Vec<Named>,
}

/// One row.
#[derive(Clone, Copy)]
struct Row<'a> {
    grid: Grid,
    first: usize,
    cells: &'a [ByContent],
    range: AddrRange,
}

impl Row<'_> {
    /// Columns from the row's first cell on that a range covers.
    fn columns_of(self, range: AddrRange) -> Option<(usize, usize)> {
        let part = range.intersect(self.range)?;
        let first = self.grid.index_of(part.start())?;
        let last = self.grid.index_of(crate::addr::Addr(part.end().0 - 1))?;
        Some((first.saturating_sub(self.first), last.saturating_sub(self.first)))
    }
}

impl Rows<'_, '_> {
    fn band(&mut self, grid: Grid, cells: &[ByContent]) -> io::Result<()> {
        let outline = Outline::new(grid, &self.named);
        for (number, cells) in cells.chunks(self.plan.per_row).enumerate() {
            let first = number * self.plan.per_row;
            let ends = (grid.start_of(first), grid.start_of(first + cells.len()));
            let Some(range) = AddrRange::new(ends.0, ends.1).and_then(|r| r.intersect(grid.range())) else { continue };
            self.row(Row { grid, first, cells, range }, &outline)?;
        }
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, outline: &Outline) -> io::Result<()> {
        let address = glyphs::styled(&self.plan.address(row.grid.start_of(row.first)), FAINT, self.theme);
        let cells = glyphs::text(self.glyphs(row, outline), self.theme);
        let below = self.below(row);
        let mut side = self.side(row);
        let name = self.name_of(row).filter(|(_, beside)| *beside).map(|(text, _)| text);
        side.extend(name.map(|name| glyphs::styled(&name, STRONG, self.theme)));
        let line = format!("{address}  {cells}  {}", side.join("  "));
        writeln!(self.out, "{}", line.trim_end())?;
        below.iter().try_for_each(|line| writeln!(self.out, "{}", line.trim_end()))
    }

    fn glyphs(&self, row: Row<'_>, outline: &Outline) -> Vec<Glyph> {
        let mut before = None;
        let glyph = |(index, cell): (usize, &ByContent)| {
            let edge = outline.glyph(index, self.theme);
            let glyph = edge.unwrap_or_else(|| glyphs::glyph(cell, before, self.theme));
            before = cell.dominant().filter(|_| edge.is_none());
            glyph
        };
        (row.first..).zip(row.cells).map(glyph).collect()
    }

    /// Columns that are left behind a full row.
    fn room(&self) -> usize {
        self.options.columns.saturating_sub(self.plan.gutter() + self.plan.per_row + 2)
    }

    /// What the cells of a band are, behind its first row, where bands differ.
    fn side(&self, row: Row<'_>) -> Vec<String> {
        let differ = self.plan.banded && self.plan.cell().is_none() && row.first == 0;
        let text = format!("cell {}", Bytes(row.grid.cell()));
        let fits = differ && text.len() <= self.room();
        fits.then(|| glyphs::styled(&text, FAINT, self.theme)).into_iter().collect()
    }

    /// The name of the gap that begins in this row, and whether it fits beside the row.
    fn name_of(&self, row: Row<'_>) -> Option<(String, bool)> {
        let gap = self.named.iter().find(|gap| self.row_of(gap, row.grid) == row.first / self.plan.per_row)?;
        let whole = row.grid.whole_cells(gap.range);
        let taken = if self.side(row).is_empty() { 0 } else { 20 };
        let fits = |name: &&String| name.chars().count() + taken <= self.room();
        let beside = gap.names.iter().find(fits).filter(|_| !whole.is_empty());
        Some((beside.unwrap_or(&gap.names[0]).clone(), beside.is_some()))
    }

    /// The row with the first cell that lies wholly in the gap, or else with its start.
    fn row_of(&self, gap: &Named, grid: Grid) -> usize {
        let whole = grid.whole_cells(gap.range);
        let first = if whole.is_empty() { grid.index_of(gap.range.start()) } else { Some(whole.start) };
        first.map_or(usize::MAX, |index| index / self.plan.per_row)
    }

    /// The lines below a row: the name of a gap that fits nowhere else, what is in focus, and stack pointers.
    fn below(&self, row: Row<'_>) -> Vec<String> {
        let room = self.options.columns.saturating_sub(self.plan.gutter());
        let in_row = |range| row.columns_of(range);
        let name = self.name_of(row).filter(|(_, beside)| !beside).and_then(|(name, _)| {
            let gap = self.named.iter().find(|gap| gap.names.contains(&name))?;
            let (first, _) = in_row(gap.range)?;
            let fits = |name: &&String| name.chars().count() + 2 <= room.saturating_sub(first).max(first + 1);
            Some(pointed((first, first), gap.names.iter().find(fits).unwrap_or(&name), '^', room))
        });
        let focus = self.focus().filter(|focus| !self.has_own_line(focus.range)).and_then(|focus| {
            let starts_here = row.range.contains(focus.range.start());
            let sign = if self.theme.unicode { '▔' } else { '^' };
            Some(pointed(in_row(focus.range)?, if starts_here { &focus.name } else { "" }, sign, room))
        });
        let marks = self.marks_in(row, room).map(|line| glyphs::styled(&line, FAINT, self.theme));
        let strong = name.into_iter().chain(focus).map(|line| glyphs::styled(&line, STRONG, self.theme));
        strong.chain(marks).map(|line| format!("{:gutter$}{line}", "", gutter = self.plan.gutter())).collect()
    }

    /// What is in focus, unless it is the largest gap, which is outlined and named anyway.
    fn focus(&self) -> Option<&Focus> {
        let figures = &self.cx.analysis.figures;
        let largest = figures.largest_reachable.or(figures.largest);
        self.options.focus.as_ref().filter(|focus| largest.is_none_or(|l| l.range != focus.range))
    }

    /// Whether a range is, at least in part, a gap between bands.
    fn has_own_line(&self, range: AddrRange) -> bool {
        self.plan.strips.iter().any(|strip| matches!(strip, Strip::Gap(..)) && strip.range().overlaps(range))
    }

    fn marks_in(&self, row: Row<'_>, room: usize) -> Option<String> {
        let from = self.marks.partition_point(|mark| mark.sp < row.range.start());
        let here = self.marks.iter().skip(from).take_while(|mark| mark.sp < row.range.end());
        marks::line(here.filter_map(|mark| Some((row.grid.index_of(mark.sp)? - row.first, *mark))), room)
    }

    /// A gap between bands: a line as long as the gap is large by magnitude, and its size.
    fn gap(&mut self, gap: AddrRange, bytes: &ByContent) -> io::Result<()> {
        let whole = self.whole_gap(gap);
        let room = self.options.columns.saturating_sub(self.plan.gutter() + 1);
        let texts = self.gap_texts(whole, bytes);
        let text = texts.iter().find(|text| text.chars().count() <= room).map_or("", String::as_str);
        let sign = if self.theme.unicode { '╌' } else { ':' };
        let longest = room + 1 - text.chars().count();
        let bar: String = std::iter::repeat_n(sign, magnitude(whole.size()).clamp(1, longest)).collect();
        let address = glyphs::styled(&self.plan.address(gap.start()), FAINT, self.theme);
        let style = if outline::remark(self.cx, whole).is_empty() { anstyle::Style::new() } else { STRONG };
        let (bar, text) = (glyphs::styled(&bar, FAINT, self.theme), glyphs::styled(text, style, self.theme));
        writeln!(self.out, "{address}  {bar}{text}")
    }

    /// What is said of a gap between bands, the longer first.
    fn gap_texts(&self, gap: AddrRange, bytes: &ByContent) -> [String; 4] {
        let size = Bytes(gap.size());
        let what = match bytes.dominant() {
            Some(CellContent::NotListed) => "not listed",
            Some(CellContent::Unreachable) => "free, but unreachable",
            Some(CellContent::Unusable) => "unusable",
            _ => "free",
        };
        let focus = self.focus().filter(|f| f.range.overlaps(gap));
        let focus = focus.map(|f| format!(" <- {}", f.name)).unwrap_or_default();
        let remark = outline::remark(self.cx, gap);
        let short = if remark.is_empty() { "" } else { ", the largest" };
        let texts =
            [format!("{what}{remark}{focus}"), format!("{what}{remark}"), format!("{what}{short}"), what.into()];
        texts.map(|text| format!(" {size} {text}"))
    }

    /// The gap that a line stands for: a few of its bytes may be in the cells of the bands beside it.
    fn whole_gap(&self, part: AddrRange) -> AddrRange {
        let gaps = &self.cx.analysis.gaps;
        let at = gaps.partition_point(|gap| gap.range.end() <= part.start());
        let whole = gaps.get(at).filter(|gap| gap.range.overlaps(part)).map_or(part, |gap| gap.range);
        whole.intersect(self.plan.shown).unwrap_or(part)
    }
}

/// Characters of a line that stands for so many bytes: one for each doubling from 64 KiB on.
fn magnitude(bytes: u64) -> usize {
    (bytes.checked_ilog2().unwrap_or(0) as usize).saturating_sub(16)
}

/// Signs under the columns from first to last, with a text to the right or, where there is no room, to the left.
fn pointed((first, last): (usize, usize), text: &str, sign: char, room: usize) -> String {
    let signs: String = std::iter::repeat_n(sign, last + 1 - first.min(last)).collect();
    let length = text.chars().count() + 1;
    if text.is_empty() || room < last + 1 + length {
        return match first.checked_sub(length) {
            Some(blanks) if !text.is_empty() => format!("{:blanks$}{text} {signs}", ""),
            _ => format!("{:first$}{signs}", ""),
        };
    }
    format!("{:first$}{signs} {text}", "")
}

/// The heading of full rows: how far from a row's start its cells are, at each quarter or, where that is too narrow, at
/// the half.
pub fn ruler(options: &MapOptions, plan: &Plan) -> Option<String> {
    let cell = plan.cell().filter(|_| !plan.banded)?;
    let text = [4, 2].into_iter().find_map(|parts| ticks(cell, plan.per_row, parts))?;
    let line = format!("{:gutter$}{text}", "", gutter = plan.gutter());
    (line.chars().count() <= options.columns).then_some(line)
}

/// Marks at each of a row's parts; `None` where they would touch.
fn ticks(cell: u64, per_row: usize, parts: usize) -> Option<String> {
    let step = per_row / parts;
    let offset = |part: usize| Bytes(cell.saturating_mul((part * step) as u64));
    let names: Vec<String> =
        (0..parts).map(|part| if part == 0 { "+0".into() } else { format!("+{}", offset(part)) }).collect();
    let apart = names.iter().all(|name| name.chars().count() < step);
    apart.then(|| names.iter().map(|name| format!("{name:<step$}")).collect::<String>().trim_end().to_owned())
}
