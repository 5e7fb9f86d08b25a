//! The key figures.

use super::budget;
use super::paper::Paper;
use super::table::{self, Column};
use crate::model::Evidence;
use crate::report::Context;
use crate::report::text::figures;

pub(super) fn write(paper: &mut Paper, cx: Context<'_>) {
    paper.section(budget::FIGURES);
    paper.heading("Key figures");
    if cx.snapshot.evidence != Evidence::Complete {
        paper.lines("The map is incomplete: free figures are upper bounds.\n\n");
    }
    let columns = [("figure", Column::Words), ("value", Column::Number), ("", Column::Words)];
    table::write(paper, &columns, figures::rows(cx));
}
