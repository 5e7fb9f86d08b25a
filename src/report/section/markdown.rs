//! A section of a ticket.

use super::{Cell, Section, drawn};
use crate::report::escape::markdown::prose;
use crate::report::markdown::paper::Paper;
use crate::report::markdown::table::{self, Column};

/// Characters of the longest bar.
const BAR: usize = 16;

/// Writes the title, the remarks, and as many rows as there is room for.
pub(in crate::report) fn write_markdown(paper: &mut Paper, section: &Section) {
    let colon = if section.remark.is_empty() { "" } else { ": " };
    paper.heading(&format!("{}{colon}{}", section.title, prose(&section.remark)));
    if !section.notes.is_empty() {
        paper.list(section.notes.len(), section.notes.iter().map(|note| prose(note)));
        paper.lines("\n");
    }
    if section.columns.is_empty() {
        return;
    }
    let column = |cell: Cell| match cell {
        Cell::Name | Cell::Address => Column::Code,
        Cell::Words | Cell::Sentence | Cell::Bar => Column::Words,
        Cell::Number => Column::Signed,
    };
    let columns: Vec<(&str, Column)> =
        section.columns.iter().map(|(title, cell)| (title.as_str(), column(*cell))).collect();
    let written = table::write(paper, &columns, section.all_rows().map(|row| cells(section, row)));
    paper.left_out(
        section.total,
        written.min(section.rows.len()),
        section.noun,
        "; the text form shows them with `--all`",
    );
}

fn cells(section: &Section, row: &[String]) -> Vec<String> {
    let cell = |(text, (_, cell)): (&String, &(String, Cell))| match cell {
        Cell::Bar => drawn(text, BAR, '█'),
        _ => text.clone(),
    };
    row.iter().zip(&section.columns).map(cell).collect()
}
