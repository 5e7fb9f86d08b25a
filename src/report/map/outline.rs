//! The largest gap: its outline over the cells that lie wholly in it, and its name.

use std::ops::Range;

use super::super::Context;
use super::glyphs::{Glyph, STRONG, Theme};
use super::head;
use super::plan::{Plan, Strip};
use crate::addr::AddrRange;
use crate::analyze::{Grid, Largest};
use crate::units::Bytes;

/// A gap with a name.
pub struct Named {
    /// Its usable part.
    pub range: AddrRange,
    /// Its names, the longer first.
    pub names: [String; 2],
    /// Whether cells are to show its outline.
    pub outlined: bool,
}

/// The gaps with names: the largest that mmap reaches, and the largest of all where that is another.
pub fn named(cx: Context<'_>, plan: &Plan) -> Vec<Named> {
    let figures = &cx.analysis.figures;
    let differ = figures.largest_reachable_size() < figures.largest_size();
    let reachable =
        figures.largest_reachable.map(|l| (l, if differ { "largest reachable gap" } else { "largest gap" }));
    let largest = figures.largest.filter(|_| differ).map(|l| (l, "unreachable gap"));
    let shown = [reachable, largest].into_iter().zip([true, false]);
    let most = head::at_most(cx);
    shown.filter_map(|(gap, outlined)| gap.and_then(|(gap, name)| one(plan, gap, [name, most], outlined))).collect()
}

fn one(plan: &Plan, gap: Largest, [name, most]: [&str; 2], outlined: bool) -> Option<Named> {
    let range = gap.range.intersect(plan.shown)?;
    // A gap between bands is a line of its own, which names it.
    let own_line = |strip: &Strip| matches!(strip, Strip::Gap(..)) && strip.range().overlaps(range);
    if plan.strips.iter().any(own_line) {
        return None;
    }
    let size = Bytes(gap.range.size());
    let start = plan.address(gap.range.start());
    let names = [format!("{name} {most}{size} at {start}"), format!("{name} {most}{size}")];
    Some(Named { range, names, outlined })
}

/// Whether a gap is the largest, as a remark behind its size.
pub fn remark(cx: Context<'_>, gap: AddrRange) -> &'static str {
    let figures = &cx.analysis.figures;
    let is = |largest: Option<Largest>| largest.is_some_and(|l| gap.covers(l.range));
    let differ = figures.largest_reachable_size() < figures.largest_size();
    match (is(figures.largest_reachable), is(figures.largest)) {
        (true, _) if differ => ", the largest gap that mmap reaches",
        (_, true) => ", the largest gap",
        _ => "",
    }
}

/// Cells of one band that lie wholly in a gap.
pub struct Outline(Range<usize>);

impl Outline {
    /// Those of the first gap that is to be outlined.
    pub fn new(grid: Grid, gaps: &[Named]) -> Outline {
        let outlined = gaps.iter().find(|gap| gap.outlined);
        Outline(outlined.map_or(0..0, |gap| grid.whole_cells(gap.range)))
    }

    /// The sign over a cell, or `None` outside.
    pub fn glyph(&self, index: usize, theme: Theme) -> Option<Glyph> {
        let Range { start, end } = self.0;
        if !self.0.contains(&index) {
            return None;
        }
        let sign = match (theme.unicode, index == start, index + 1 == end) {
            (false, true, false) => '[',
            (false, false, true) => ']',
            (false, ..) => '=',
            (true, true, false) => '┣',
            (true, false, true) => '┫',
            (true, ..) => '━',
        };
        Some(Glyph { sign, style: STRONG })
    }
}
