//! The largest gaps with both neighbours.

use super::Ranked;
use super::paper::Paper;
use super::table::{Column, Columns};
use crate::report::Context;
use crate::report::text::gaps;

const COLUMNS: Columns<5> = [
    ("start", Column::Code),
    ("size", Column::Number),
    ("below", Column::Code),
    ("above", Column::Code),
    ("", Column::Words),
];

pub(super) fn write(paper: &mut Paper, cx: Context<'_>, limit: usize) {
    let gaps = gaps::ranked(cx);
    if gaps.is_empty() {
        return;
    }
    let (title, remark) = ("Largest gaps", "who stands below and above");
    let list = Ranked { title, remark, noun: "gap", limit, total: gaps.len() };
    list.write(paper, &COLUMNS, |rank| Some(gaps::cells(cx, *gaps.get(rank)?)));
}
