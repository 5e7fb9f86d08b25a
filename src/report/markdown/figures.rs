//! The key figures.

use super::advice::sentence;
use super::budget;
use super::paper::Paper;
use super::table::{self, Column};
use crate::report::Context;
use crate::report::text::figures;

pub(super) fn write(paper: &mut Paper, cx: Context<'_>) {
    paper.section(budget::FIGURES);
    paper.heading("Key figures");
    let remark = figures::remark(cx);
    if !remark.is_empty() {
        paper.lines(&format!("{}\n\n", sentence(&remark)));
    }
    let columns = [("figure", Column::Words), ("value", Column::Number), ("", Column::Words)];
    table::write(paper, &columns, figures::rows(cx));
}
