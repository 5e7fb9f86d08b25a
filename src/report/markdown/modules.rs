//! Modules, the largest first, folded.

use super::ELSEWHERE;
use super::budget;
use super::paper::Paper;
use super::table::{self, Column, Columns};
use crate::report::Context;
use crate::report::text::modules;

const COLUMNS: Columns<4> =
    [("start", Column::Code), ("size", Column::Number), ("path", Column::Code), ("", Column::Words)];

pub(super) fn write(paper: &mut Paper, cx: Context<'_>, limit: usize) {
    paper.section(budget::FOLD);
    let list = modules::ranked(cx);
    if list.is_empty() || !paper.fold(&format!("Modules: {}", modules::remark(&list))) {
        return;
    }
    let rows = list.iter().take(limit).map(|module| modules::cells(cx, module));
    let written = table::write(paper, &COLUMNS, rows);
    paper.left_out(list.len(), written, "module", ELSEWHERE);
    paper.unfold();
}
