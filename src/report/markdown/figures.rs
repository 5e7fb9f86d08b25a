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
    if let Some((first, rest)) = remark.split_at_checked(1) {
        paper.lines(&sentence(&format!("{}{rest}.", first.to_ascii_uppercase())));
        paper.lines("\n\n");
    }
    let columns = [("figure", Column::Words), ("value", Column::Number), ("", Column::Words)];
    table::write(paper, &columns, figures::rows(cx));
}
