//! Who splits the free space: counterfactuals of owners and groups.

use super::Ranked;
use super::paper::Paper;
use super::table::{self, Column, Columns};
use crate::report::Context;
use crate::report::text::splitters;

const COLUMNS: Columns<5> = [
    ("gain", Column::Number),
    ("largest gap", Column::Number),
    ("own size", Column::Number),
    ("owner", Column::Code),
    ("", Column::Words),
];
/// Groups of owners that belong together, beside all stacks, modules and heaps.
const MOST_GROUPS: usize = 8;

const GROUPS: Columns<5> = [
    ("together", Column::Code),
    ("gain", Column::Number),
    ("largest gap", Column::Number),
    ("own size", Column::Number),
    ("owners", Column::Number),
];

pub(super) fn write(paper: &mut Paper, cx: Context<'_>, limit: usize) {
    let splitters = &cx.analysis.splitters;
    let remark = match splitters.is_empty() {
        true => "no single owner's absence would enlarge the largest gap",
        false => "how much larger the largest gap would be without each of them",
    };
    let list = Ranked { title: "Splitters", remark, noun: "splitter", limit, total: splitters.len() };
    list.write(paper, &COLUMNS, |rank| Some(splitters::cells(cx, splitters.get(rank)?)));
    paper.lines("\n");
    let groups = cx.analysis.groups.iter().map(splitters::group_cells);
    let found = cx.counsel.groups.iter().take(MOST_GROUPS).map(splitters::owner_group_cells);
    table::write(paper, &GROUPS, groups.chain(found));
}
