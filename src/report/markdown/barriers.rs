//! Barriers, those first that would give back most.

use super::Ranked;
use super::paper::Paper;
use super::table::{Column, Columns};
use crate::report::Context;
use crate::report::text::barriers;

const COLUMNS: Columns<5> = [
    ("start", Column::Code),
    ("size", Column::Number),
    ("regained", Column::Number),
    ("span", Column::Number),
    ("owners", Column::Code),
];

pub(super) fn write(paper: &mut Paper, cx: Context<'_>, limit: usize) {
    let barriers = &cx.analysis.barriers;
    if barriers.is_empty() {
        return;
    }
    let (title, remark) = ("Barriers", "between two gaps, what would be one piece without them");
    let list = Ranked { title, remark, noun: "barrier", limit, total: barriers.len() };
    list.write(paper, &COLUMNS, |rank| Some(barriers::cells(cx, *barriers.get(rank)?)));
}
