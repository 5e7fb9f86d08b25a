//! What the occupied bytes are.

use std::io;

use super::super::Context;
use super::page::Page;
use super::table::{Align, Table};
use crate::units::{Bytes, Count, percent};

pub(super) fn write(page: &mut Page<'_>, cx: Context<'_>) -> io::Result<()> {
    page.heading("By kind", "the parts add up to the whole address space")?;
    table(cx).write(page)
}

/// Bytes by kind, and what is free.
pub(in crate::report) fn table<'a>(cx: Context<'_>) -> Table<'a> {
    let totals = &cx.analysis.totals;
    let mut table = Table::new(&[
        ("kind", Align::Left),
        ("regions", Align::Right),
        ("bytes", Align::Right),
        ("share", Align::Right),
        ("committed", Align::Right),
        ("reserved", Align::Right),
        ("largest", Align::Right),
    ]);
    for kind in &totals.by_kind {
        table.row([
            kind.kind.name().into(),
            Count(kind.regions).to_string(),
            Bytes(kind.bytes).to_string(),
            percent(kind.bytes, totals.span),
            Bytes(kind.committed).to_string(),
            Bytes(kind.reserved).to_string(),
            Bytes(kind.largest).to_string(),
        ]);
    }
    let gaps = cx.analysis.gaps.len() as u64;
    let largest = cx.analysis.gaps.iter().map(|g| g.range.size()).max().unwrap_or(0);
    for (name, bytes) in [("(free)", totals.free), ("(not listed)", totals.unknown)] {
        if bytes > 0 {
            let share = percent(bytes, totals.span);
            let count = Count(gaps).to_string();
            table.row([
                name.into(),
                count,
                Bytes(bytes).to_string(),
                share,
                "".into(),
                "".into(),
                Bytes(largest).to_string(),
            ]);
        }
    }
    table
}
