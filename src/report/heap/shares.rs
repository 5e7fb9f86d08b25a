//! The address space by what becomes of it, with what is free inside of heaps apart.

use crate::analyze::heaps::{Shares, shares};
use crate::report::Context;
use crate::report::section::{Cell, Section, bar};
use crate::units::Bytes;

/// All shares that are not nothing. They add up to the span.
pub(super) fn section(cx: Context<'_>) -> Section {
    let title = "The address space, heaps opened";
    let section = Section::new("shares", title, "every byte once; the rows add up to the span exactly", "share");
    if cx.heaps.list.is_empty() {
        return section;
    }
    let all = shares(cx.snapshot, &cx.analysis.totals, cx.heaps);
    let rows: Vec<(&str, u64)> = rows(&all).into_iter().filter(|(_, bytes)| *bytes > 0).collect();
    let row = |(what, bytes): &(&str, u64)| vec![(*what).to_owned(), Bytes(*bytes).to_string(), bar(*bytes, all.span)];
    let columns = [("share", Cell::Words), ("bytes", Cell::Number), ("", Cell::Bar)];
    let mut section = section.columns(columns).rows(&rows, usize::MAX, row);
    section.foot = Some(vec!["span".to_owned(), Bytes(all.span).to_string(), String::new()]);
    section
}

fn rows(all: &Shares) -> [(&'static str, u64); 8] {
    [
        ("gaps", all.gaps),
        ("reserved", all.reserved),
        ("memory outside of heaps", all.others),
        ("live in heaps", all.in_use),
        ("cached in heaps", all.cached),
        ("free inside heaps", all.free),
        ("heaps' own data", all.overhead),
        ("in heaps that were not walked", all.unwalked),
    ]
}
