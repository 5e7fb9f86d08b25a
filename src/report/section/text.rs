//! A section as text.

use std::io;

use super::{Cell, Section, drawn};
use crate::report::text::page::{Page, WIDTH};
use crate::report::text::table::{Align, Table, cut_note};

/// Columns of the longest bar.
const BAR: usize = 30;

/// Writes the title, the remarks and the table; bars in Unicode blocks or in ASCII.
///
/// # Errors
/// Those of the page.
pub(in crate::report) fn write_text(page: &mut Page<'_>, section: &Section, unicode: bool) -> io::Result<()> {
    page.heading(&section.title, &section.remark)?;
    section.notes.iter().try_for_each(|note| page.item("  ", note))?;
    if section.rows.is_empty() {
        return Ok(());
    }
    write_rows(page, section, unicode)?;
    cut_note(page, section.total, section.rows.len(), section.noun)
}

fn write_rows(page: &mut Page<'_>, section: &Section, unicode: bool) -> io::Result<()> {
    let mark = if unicode { '█' } else { '#' };
    let mut shown = vec![true; section.columns.len()];
    for title in section.spare {
        if Table::of(&columns(section, &shown), rows(section, mark, &shown)).fits(WIDTH) {
            break;
        }
        let spare = section.columns.iter().zip(&mut shown).filter(|((column, _), _)| column == title);
        spare.for_each(|(_, shown)| *shown = false);
    }
    Table::of(&columns(section, &shown), rows(section, mark, &shown)).write(page)
}

fn columns<'s>(section: &'s Section, shown: &[bool]) -> Vec<(&'s str, Align)> {
    let align = |cell: Cell| match cell {
        Cell::Name | Cell::Words => Align::Left,
        Cell::Sentence => Align::Wrapped,
        Cell::Address | Cell::Bar => Align::Fixed,
        Cell::Number => Align::Right,
    };
    let columns = section.columns.iter().zip(shown).filter(|(_, shown)| **shown);
    columns.map(|((title, cell), _)| (title.as_str(), align(*cell))).collect()
}

fn rows(section: &Section, mark: char, shown: &[bool]) -> Vec<Vec<String>> {
    let cell = |text: &String, cell: Cell| match cell {
        Cell::Bar => drawn(text, BAR, mark),
        _ => text.clone(),
    };
    let row = |row: &Vec<String>| {
        let cells = row.iter().zip(&section.columns).zip(shown).filter(|(_, shown)| **shown);
        cells.map(|((text, (_, kind)), _)| cell(text, *kind)).collect()
    };
    section.all_rows().map(row).collect()
}
