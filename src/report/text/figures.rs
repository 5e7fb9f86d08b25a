//! The key figures.

use std::io;

use super::super::Context;
use super::page::Page;
use super::table::{Align, Table};
use crate::analyze::{Largest, case, stated};
use crate::model::Evidence;
use crate::units::{Bytes, Count, Hex, percent, plural};

pub(super) fn write(page: &mut Page<'_>, cx: Context<'_>) -> io::Result<()> {
    page.heading("Key figures", &remark(cx))?;
    let mut table = Table::new(&[("", Align::Left), ("", Align::Right), ("", Align::Left)]);
    rows(cx).into_iter().for_each(|row| table.row(row));
    table.write(page)
}

/// What to bear in mind with the figures; nothing where the map is complete.
pub(in crate::report) fn remark(cx: Context<'_>) -> String {
    match (stated::instead_of_map(cx.snapshot), cx.snapshot.evidence) {
        (Some(stated), _) => format!("as {} states them; there is no whole map to measure", stated.by),
        (None, Evidence::Complete) => String::new(),
        (None, _) => "the map is incomplete: free figures are upper bounds".into(),
    }
}

/// Each figure with its name, value and remark.
pub(in crate::report) fn rows(cx: Context<'_>) -> Vec<[String; 3]> {
    if let Some(stated) = stated::instead_of_map(cx.snapshot) {
        return super::stated_rows::rows(cx, stated);
    }
    let mut rows = Vec::new();
    free_rows(&mut rows, cx);
    request_rows(&mut rows, cx);
    space_rows(&mut rows, cx);
    rows
}

fn add(rows: &mut Vec<[String; 3]>, name: &str, value: impl ToString, remark: impl ToString) {
    rows.push([name.to_owned(), value.to_string(), remark.to_string()]);
}

fn free_rows(rows: &mut Vec<[String; 3]>, cx: Context<'_>) {
    let figures = &cx.analysis.figures;
    let span = cx.analysis.totals.span;
    let gaps = plural(cx.analysis.gaps.len() as u64, "gap");
    add(
        rows,
        "free",
        Bytes(figures.total),
        format!("in {gaps}, {} of the address space", percent(figures.total, span)),
    );
    add(rows, "largest gap", Bytes(figures.largest_size()), place(cx, figures.largest));
    if figures.largest_reachable_size() < figures.largest_size() {
        let remark = format!("{}, of what mmap can reach", place(cx, figures.largest_reachable));
        add(rows, "largest reachable gap", Bytes(figures.largest_reachable_size()), remark);
    }
    if let Some(most) = cx.analysis.verdict.largest_that_fits {
        add(rows, "largest request that fits", Bytes(most), "");
    }
    add(
        rows,
        "external fragmentation",
        figures.external_fragmentation_text(),
        "of the free bytes lie outside the largest gap",
    );
    if figures.unusable() > 0 {
        add(rows, "unusable", Bytes(figures.unusable()), "free, but cut off by the allocation granularity");
    }
}

fn request_rows(rows: &mut Vec<[String; 3]>, cx: Context<'_>) {
    if let (Some(fit), Some(request)) = (cx.analysis.request_fit, cx.analysis.verdict.request) {
        add(rows, "the request would fit", format!("{}×", Count(fit.slots)), format!("{} each", Bytes(request.size)));
    }
    let room = cx.analysis.thread_room;
    let whose = if room.from_threads { "as most here" } else { "assumed" };
    add(rows, "room for threads", Count(room.slots), format!("with stacks of {} ({whose})", Bytes(room.stack)));
}

fn space_rows(rows: &mut Vec<[String; 3]>, cx: Context<'_>) {
    let totals = &cx.analysis.totals;
    add(rows, "committed", Bytes(totals.committed), percent(totals.committed, totals.span));
    add(rows, "reserved", Bytes(totals.reserved), "taken, without memory behind it");
    if totals.unknown > 0 {
        add(rows, "not listed", Bytes(totals.unknown), "counted as free above, and may hold something");
    }
    if let Some(count) = cx.snapshot.limits.vma_count {
        let assumed = if cx.snapshot.limits.vma_limit.is_none() { " (assumed)" } else { "" };
        let limit = case::vma_limit(cx.snapshot);
        add(rows, "mappings", Count(count), format!("of vm.max_map_count {}{assumed}", Count(limit)));
    }
    if let Some(left) = cx.snapshot.limits.commit_left {
        add(rows, "commit left", Bytes(left), "");
    }
}

fn place(cx: Context<'_>, largest: Option<Largest>) -> String {
    let width = cx.snapshot.width();
    match largest {
        Some(l) => format!("{}-{}", Hex { addr: l.range.start(), width }, Hex { addr: l.range.end(), width }),
        None => "no gap is usable".into(),
    }
}
