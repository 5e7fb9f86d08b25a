//! Barriers, those first that would give back most.

use std::io;

use super::super::Context;
use super::label::owner_label;
use super::page::Page;
use super::table::{Align, Table, cut_note};
use crate::analyze::Barrier;
use crate::units::{Bytes, Hex};

pub(super) fn write(page: &mut Page<'_>, cx: Context<'_>, limit: usize) -> io::Result<()> {
    let barriers = &cx.analysis.barriers;
    if barriers.is_empty() {
        return Ok(());
    }
    page.heading("Barriers", "between two gaps: what would be one piece without them")?;
    let mut table = Table::new(&[
        ("start", Align::Fixed),
        ("size", Align::Right),
        ("regained", Align::Right),
        ("span", Align::Right),
        ("owners", Align::Left),
    ]);
    for barrier in barriers.iter().take(limit) {
        table.row(cells(cx, *barrier));
    }
    table.write(page)?;
    cut_note(page, barriers.len(), limit, "barrier")
}

/// Start, size, what would be regained, span, owners.
pub(in crate::report) fn cells(cx: Context<'_>, barrier: Barrier) -> [String; 5] {
    [
        Hex { addr: barrier.range.start(), width: cx.snapshot.width() }.to_string(),
        Bytes(barrier.range.size()).to_string(),
        Bytes(barrier.regained).to_string(),
        Bytes(barrier.span(&cx.analysis.gaps).size()).to_string(),
        owners(cx, barrier),
    ]
}

/// The first owner, the pinned one if there is one, and how many more.
pub(in crate::report) fn owners(cx: Context<'_>, barrier: Barrier) -> String {
    let owners = barrier.owners(&cx.analysis.gaps, &cx.snapshot.space);
    let pinned = owners.iter().find(|id| cx.snapshot.owner(**id).is_some_and(|o| !o.movable));
    let Some(shown) = pinned.or(owners.first()) else { return String::new() };
    let mut text = owner_label(cx, *shown);
    if pinned.is_some() {
        text.push_str(" (pinned)");
    }
    match owners.len() {
        0 | 1 => text,
        2 => text + " and 1 more",
        n => format!("{text} and {} more", n - 1),
    }
}
