//! What the occupied bytes are, folded.

use super::budget;
use super::paper::Paper;
use super::table::{self, Column, Columns};
use crate::report::Context;
use crate::report::text::kinds;

const COLUMNS: Columns<7> = [
    ("kind", Column::Words),
    ("regions", Column::Number),
    ("bytes", Column::Number),
    ("share", Column::Number),
    ("committed", Column::Number),
    ("reserved", Column::Number),
    ("largest", Column::Number),
];

pub(super) fn write(paper: &mut Paper, cx: Context<'_>) {
    paper.section(budget::FOLD);
    if paper.fold("By kind: the parts add up to the whole address space") {
        table::write(paper, &COLUMNS, kinds::rows(cx));
        paper.unfold();
    }
}
