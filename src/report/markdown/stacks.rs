//! Thread stacks, the crashed thread's and the largest.

use super::Ranked;
use super::paper::Paper;
use super::table::{Column, Columns};
use crate::report::Context;
use crate::report::text::stacks;
use crate::report::threads_table;

pub(super) const COLUMNS: Columns<8> = [
    ("thread", Column::Number),
    ("sp", Column::Code),
    ("stack", Column::Code),
    ("reserved", Column::Number),
    ("used", Column::Number),
    ("guard", Column::Number),
    ("by", Column::Words),
    ("name", Column::Code),
];

pub(super) fn write(paper: &mut Paper, cx: Context<'_>, limit: usize) {
    let totals = cx.analysis.stacks;
    if totals.threads == 0 && totals.ownerless == 0 {
        return;
    }
    let threads = stacks::ranked(cx);
    let remark = stacks::remark(cx);
    let list = Ranked { title: "Thread stacks", remark: &remark, noun: "thread", limit, total: threads.len() };
    list.write(paper, &COLUMNS, |rank| Some(threads_table::cells(cx, threads.get(rank)?)));
}
