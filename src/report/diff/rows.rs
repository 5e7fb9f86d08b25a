//! The figures as rows.

use super::{DiffContext, heads, words};
use crate::analyze::diff::{Figure, FigureRow, Unit};
use crate::report::section::{Cell, Section};
use crate::report::text::head;
use crate::units::{Bytes, Count, percent_of_points};

/// What stands where a dump does not tell.
pub(super) const UNKNOWN: &str = "not known";

/// The name of a figure for people.
fn label(figure: Figure) -> &'static str {
    match figure {
        Figure::Free => "free",
        Figure::Largest => "largest gap",
        Figure::LargestReachable => "largest reachable gap",
        Figure::LargestThatFits => "largest request that fits",
        Figure::Slots => "the request would fit",
        Figure::Fragmentation => "external fragmentation",
        Figure::Gaps => "gaps",
        Figure::Unusable => "unusable",
        Figure::ThreadRoom => "room for threads",
        Figure::Committed => "committed",
        Figure::Reserved => "reserved",
        Figure::NotListed => "not listed",
        Figure::Mappings => "mappings",
        Figure::Threads => "threads",
        Figure::Stacks => "stacks",
        Figure::StackBytes => "address space of stacks",
        Figure::Modules => "modules",
        Figure::CommitLeft => "commit left",
        Figure::Resident => "in memory",
    }
}

/// A figure as it is read.
fn value(figure: Figure, value: Option<u64>) -> String {
    let Some(value) = value else { return UNKNOWN.to_owned() };
    match figure.unit() {
        _ if figure == Figure::Slots => format!("{}×", Count(value)),
        Unit::Bytes => Bytes(value).to_string(),
        Unit::Count => Count(value).to_string(),
        Unit::BasisPoints => percent_of_points(value),
    }
}

fn difference(row: &FigureRow) -> String {
    let Some(delta) = row.delta() else { return UNKNOWN.to_owned() };
    match row.figure.unit() {
        Unit::Bytes => words::bytes(delta),
        Unit::Count => words::count(delta),
        Unit::BasisPoints => words::points(delta),
    }
}

/// Whether a row says more than those above it.
fn says_something(cx: DiffContext<'_>, row: &FigureRow) -> bool {
    let known = || row.values.iter().flatten();
    match row.figure {
        Figure::LargestReachable => {
            cx.diff.figures.iter().all(|o| o.figure != Figure::Largest || o.values != row.values)
        }
        Figure::NotListed | Figure::Unusable => known().any(|v| *v > 0),
        _ => true,
    }
}

/// The verdict and all figures, with the difference between the first and the last dump.
pub(super) fn figures(cx: DiffContext<'_>) -> Section {
    let count = cx.dumps.len();
    let mut section = Section::new("figures", "Figures", "side by side", "figure");
    section.columns.push((String::new(), Cell::Words));
    section.columns.extend((0..count).map(|index| (heads::title(index, count), Cell::Number)));
    section.columns.push(("difference".to_owned(), Cell::Number));
    let verdicts = cx.dumps.iter().map(|dump| head::word(dump.cx).to_owned());
    section.rows.push(std::iter::once("verdict".to_owned()).chain(verdicts).chain([String::new()]).collect());
    for row in cx.diff.figures.iter().filter(|row| says_something(cx, row)) {
        let values = row.values.iter().map(|v| value(row.figure, *v));
        let cells = std::iter::once(label(row.figure).to_owned()).chain(values).chain([difference(row)]);
        section.rows.push(cells.collect());
    }
    section.total = section.rows.len();
    section
}

/// The figures of more than two dumps, a row for each dump.
pub(super) fn trend(cx: DiffContext<'_>, limit: usize) -> Section {
    const SHOWN: [Figure; 5] =
        [Figure::LargestReachable, Figure::Free, Figure::Committed, Figure::Mappings, Figure::Threads];
    let shown = SHOWN.into_iter().filter_map(|figure| cx.diff.figures.iter().find(|row| row.figure == figure));
    let shown: Vec<&FigureRow> = shown.collect();
    let mut section = Section::new("trend", "Trend", "the dumps in the order given", "dump");
    let asked = cx.dumps.iter().any(|dump| dump.cx.analysis.verdict.request.is_some());
    let verdict = |dump: &super::Compared<'_>| asked.then(|| head::word(dump.cx).to_owned());
    section.columns = vec![("dump".to_owned(), Cell::Name)];
    section.columns.extend(asked.then(|| ("verdict".to_owned(), Cell::Words)));
    section.columns.extend(shown.iter().map(|row| (title(row.figure).to_owned(), Cell::Number)));
    section.total = cx.dumps.len();
    for (index, dump) in cx.dumps.iter().enumerate().take(limit) {
        let name = crate::report::escape::shortened(dump.name, 40).to_string();
        let figures = shown.iter().map(|row| value(row.figure, row.values.get(index).copied().flatten()));
        section.rows.push(std::iter::once(name).chain(verdict(dump)).chain(figures).collect());
    }
    section
}

fn title(figure: Figure) -> &'static str {
    if figure == Figure::LargestReachable { "largest gap" } else { label(figure) }
}
