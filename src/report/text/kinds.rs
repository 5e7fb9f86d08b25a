//! What the occupied bytes are.

use std::io;

use super::super::Context;
use super::page::Page;
use super::table::{Align, Table};
use crate::units::{Bytes, Count, percent};

pub(super) fn write(page: &mut Page<'_>, cx: Context<'_>) -> io::Result<()> {
    page.heading("By kind", "the parts add up to the whole address space")?;
    let mut table = Table::new(&[
        ("kind", Align::Left),
        ("regions", Align::Right),
        ("bytes", Align::Right),
        ("share", Align::Right),
        ("committed", Align::Right),
        ("reserved", Align::Right),
        ("largest", Align::Right),
    ]);
    rows(cx).into_iter().for_each(|row| table.row(row));
    table.write(page)
}

/// A row for each kind, and for what is free and what is not listed.
pub(in crate::report) fn rows(cx: Context<'_>) -> Vec<[String; 7]> {
    let totals = &cx.analysis.totals;
    let kinds = totals.by_kind.iter().map(|kind| {
        [
            kind.kind.name().into(),
            Count(kind.regions).to_string(),
            Bytes(kind.bytes).to_string(),
            percent(kind.bytes, totals.span),
            Bytes(kind.committed).to_string(),
            Bytes(kind.reserved).to_string(),
            Bytes(kind.largest).to_string(),
        ]
    });
    let free = [("(free)", totals.free), ("(not listed)", totals.unknown)].into_iter().filter(|(_, bytes)| *bytes > 0);
    kinds.chain(free.map(|(name, bytes)| free_row(cx, name, bytes))).collect()
}

fn free_row(cx: Context<'_>, name: &str, bytes: u64) -> [String; 7] {
    let largest = cx.analysis.gaps.iter().map(|g| g.range.size()).max().unwrap_or(0);
    [
        name.into(),
        Count(cx.analysis.gaps.len() as u64).to_string(),
        Bytes(bytes).to_string(),
        percent(bytes, cx.analysis.totals.span),
        String::new(),
        String::new(),
        Bytes(largest).to_string(),
    ]
}
