//! The maps of the compared dumps, one above the other, at the same addresses and on the same scale. Drawn without script.

use maud::{Markup, html};

use crate::addr::AddrRange;
use crate::analyze::diff::{self, Side};
use crate::analyze::{CellContent, Contents, Grid};
use crate::report::diff::heads;
use crate::report::{Compared, DiffContext};
use crate::units::{Bytes, Hex};

/// Units that a picture is wide.
const WIDTH: usize = 1_100;
/// Units between two bands.
const BETWEEN: usize = 12;
/// Units that a strip is high, and what is above and below it for the mark.
const HEIGHT: usize = 40;
const MARK: usize = 4;
/// Dumps that are drawn at most: the first and the last of them.
const MOST: usize = 8;

/// One part of the address space, and where it is drawn.
struct Band {
    grid: Grid,
    x: f64,
    /// Units of a cell.
    cell: f64,
}

/// The section with the pictures.
pub(super) fn markup(cx: DiffContext<'_>) -> Markup {
    let bands = bands(cx);
    html! {
        section id="maps" class="list" aria-labelledby="maps-title" {
            div class="head" {
                h2 id="maps-title" { "Maps" }
                p class="remark" { (remark(&bands)) }
            }
            @for (index, dump) in cx.dumps.iter().enumerate().filter(|(index, _)| is_drawn(*index, cx.dumps.len())) {
                figure class="strip" {
                    figcaption { strong { (heads::title(index, cx.dumps.len())) } " " (heads::file(*dump)) }
                    (strip(cx, index, *dump, &bands))
                }
            }
            (ends(cx, &bands))
            (legend(cx))
        }
    }
}

fn is_drawn(index: usize, count: usize) -> bool {
    index + 1 < MOST || index + 1 == count
}

fn bands(cx: DiffContext<'_>) -> Vec<Band> {
    let sides: Vec<Side<'_>> =
        cx.dumps.iter().map(|dump| Side { snapshot: dump.cx.snapshot, analysis: dump.cx.analysis }).collect();
    let ranges = diff::shared_bands(&sides);
    let room = WIDTH.saturating_sub(ranges.len().saturating_sub(1) * BETWEEN) / ranges.len().max(1);
    let band = |(number, range): (usize, AddrRange)| {
        let grid = Grid::new(range, Grid::cell_for(range, room), 1)?;
        let x = to_float(number * (room + BETWEEN));
        Some(Band { grid, x, cell: to_float(room) / to_float(grid.len().max(1)) })
    };
    ranges.into_iter().enumerate().filter_map(band).collect()
}

#[allow(clippy::cast_precision_loss, reason = "pixels")]
fn to_float(number: usize) -> f64 {
    number as f64
}

fn remark(bands: &[Band]) -> String {
    match bands {
        [band] => format!("all at the same addresses; a column is {}", Bytes(band.grid.cell())),
        _ => "the parts in which one of them has something, all at the same addresses".to_owned(),
    }
}

fn strip(cx: DiffContext<'_>, index: usize, dump: Compared<'_>, bands: &[Band]) -> Markup {
    let height = HEIGHT + 2 * MARK;
    let label = format!("map of {}", heads::title(index, cx.dumps.len()));
    html! {
        svg class="map" viewBox=(format!("0 0 {WIDTH} {height}")) preserveAspectRatio="none" role="img" aria-label=(label) {
            @for band in bands {
                @for (x, width, content, share) in columns(dump, band) {
                    rect class=(format!("of-{}", content.name())) x=(short(x)) width=(short(width))
                        y=(short(to_float(MARK) + (1.0 - share) * to_float(HEIGHT))) height=(short(share * to_float(HEIGHT))) {}
                }
                @if let Some((x, width)) = mark(cx, index, band) {
                    rect class="old-gap" x=(short(x)) width=(short(width)) y="1" height=(height - 2) {}
                }
            }
        }
    }
}

fn short(number: f64) -> String {
    format!("{number:.2}")
}

/// Columns that look alike as one: where, how wide, of what, and how much of it is used.
fn columns(dump: Compared<'_>, band: &Band) -> Vec<(f64, f64, CellContent, f64)> {
    let (snapshot, analysis) = (dump.cx.snapshot, dump.cx.analysis);
    let cells = Contents::new(snapshot, &analysis.gaps, analysis.reach, dump.cx.heaps).cells(band.grid);
    let mut columns: Vec<(f64, f64, CellContent, f64)> = Vec::new();
    for (number, cell) in cells.iter().enumerate() {
        let Some(content) = cell.dominant() else { continue };
        let share = if content.is_used() { part(cell.used(), cell.total()) } else { 1.0 };
        let x = band.x + to_float(number) * band.cell;
        match columns.last_mut() {
            Some(last) if last.2 == content && (last.3 - share).abs() < 0.01 && (last.0 + last.1 - x).abs() < 0.01 => {
                last.1 += band.cell;
            }
            _ => columns.push((x, band.cell, content, share)),
        }
    }
    columns
}

/// A share in tenths, and never so small that one does not see it.
#[allow(clippy::cast_precision_loss, reason = "pixels")]
fn part(used: u64, total: u64) -> f64 {
    ((used as f64 / total.max(1) as f64 * 10.0).ceil() / 10.0).max(0.3)
}

/// Where the old largest gap is in the first dump and in the last.
fn mark(cx: DiffContext<'_>, index: usize, band: &Band) -> Option<(f64, f64)> {
    let gap = cx.diff.old_gap.as_ref()?;
    let range = match index {
        0 => Some(gap.then),
        index if index + 1 == cx.dumps.len() => gap.now,
        _ => None,
    };
    let shown = range?.intersect(band.grid.range())?;
    let first = band.grid.index_of(shown.start())?;
    let last = band.grid.index_of(crate::addr::Addr(shown.end().0 - 1))?;
    Some((band.x + to_float(first) * band.cell, to_float(last + 1 - first) * band.cell))
}

/// The addresses at the ends of each band.
fn ends(cx: DiffContext<'_>, bands: &[Band]) -> Markup {
    let Some(width) = cx.dumps.iter().map(|dump| dump.cx.snapshot.width()).max_by_key(|width| width.bits()) else {
        return html! {};
    };
    html! {
        p class="help" {
            @for (number, band) in bands.iter().enumerate() {
                @if number > 0 { " · " }
                (Hex { addr: band.grid.range().start(), width }) "–" (Hex { addr: band.grid.range().end(), width })
            }
        }
    }
}

fn legend(cx: DiffContext<'_>) -> Markup {
    html! {
        ul class="legend" aria-label="Legend" {
            @for content in CellContent::ALL { li { span class=(format!("swatch of-{}", content.name())) {} (content.name().replace('-', " ")) } }
            @if cx.diff.old_gap.is_some() { li { span class="swatch largest" {} "the old largest gap" } }
        }
    }
}
