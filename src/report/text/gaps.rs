//! The largest gaps with both neighbours.

use std::cmp::Reverse;
use std::io;

use super::super::Context;
use super::label::neighbour;
use super::page::Page;
use super::table::{Align, Table, cut_note};
use crate::analyze::Gap;
use crate::model::{Certainty, Coverage};
use crate::units::{Bytes, Hex};

pub(super) fn write(page: &mut Page<'_>, cx: Context<'_>, limit: usize) -> io::Result<()> {
    let gaps = ranked(cx);
    if gaps.is_empty() {
        return Ok(());
    }
    page.heading("Largest gaps", "and who stands below and above")?;
    let mut table = Table::new(&[
        ("start", Align::Fixed),
        ("size", Align::Right),
        ("below", Align::Left),
        ("above", Align::Left),
        ("", Align::Left),
    ]);
    for gap in gaps.iter().take(limit) {
        table.row(cells(cx, *gap));
    }
    table.write(page)?;
    cut_note(page, gaps.len(), limit, "gap")
}

/// All gaps, the largest first.
pub(in crate::report) fn ranked(cx: Context<'_>) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = cx.analysis.gaps.clone();
    gaps.sort_by_key(|g| (Reverse(g.range.size()), g.range.start()));
    gaps
}

/// Start, size, who stands below and above, remarks.
pub(in crate::report) fn cells(cx: Context<'_>, gap: Gap) -> [String; 5] {
    let space = &cx.snapshot.space;
    [
        Hex { addr: gap.range.start(), width: cx.snapshot.width() }.to_string(),
        Bytes(gap.range.size()).to_string(),
        neighbour(cx, gap.region_below(space), "(floor)"),
        neighbour(cx, gap.region_above(space), "(ceiling)"),
        remarks(cx, gap),
    ]
}

pub(in crate::report) fn remarks(cx: Context<'_>, gap: Gap) -> String {
    let reach = cx.analysis.reach;
    let (usable, reachable) = (reach.usable_size(gap.range), reach.reachable_bytes(gap.range));
    let mut words = Vec::new();
    if reachable == 0 && usable > 0 {
        words.push("unreachable".to_owned());
    } else if reachable < usable {
        words.push(format!("{} reachable", Bytes(reachable)));
    }
    if usable < gap.range.size() {
        words.push(format!("{} usable", Bytes(usable)));
    }
    // Where nothing is known to be free, the page says so once.
    if gap.certainty == Certainty::NotListed && *cx.snapshot.space.coverage() != Coverage::Nothing {
        words.push("not listed".to_owned());
    }
    words.join(", ")
}
