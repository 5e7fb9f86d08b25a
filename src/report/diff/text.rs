//! A comparison as text: the answer first, then the tables.

use std::io::{self, Write};

use super::section::{Cell, Section};
use super::{DiffContext, DiffOptions, heads, sections, sentence};
use crate::report::explain;
use crate::report::text::head::PLAIN;
use crate::report::text::page::Page;
use crate::report::text::table::{Align, Table, cut_note};

/// Writes what changed, and who is to blame.
///
/// # Errors
/// Those of `out`.
pub fn write_diff(out: &mut dyn Write, cx: DiffContext<'_>, options: DiffOptions<'_>) -> io::Result<()> {
    let mut page = Page::new(out, options.color);
    page.strong(&sentence::headline(cx))?;
    page.line("")?;
    let warnings = heads::warnings(cx);
    warnings.iter().try_for_each(|warning| page.item("  warning  ", warning))?;
    heads::facts(cx, PLAIN).iter().try_for_each(|(lead, text)| page.item(&format!("{lead:<9}"), text))?;
    for section in sections::all(cx, options.all) {
        write_section(&mut page, &section)?;
    }
    page.heading("Evidence", "how far the dumps can be trusted")?;
    heads::trust(cx).iter().try_for_each(|text| page.item("  - ", text))?;
    if options.explain { explain::write_some(&mut page, explain::DIFF) } else { Ok(()) }
}

fn write_section(page: &mut Page<'_>, section: &Section) -> io::Result<()> {
    page.heading(section.title, &section.remark)?;
    section.notes.iter().try_for_each(|note| page.item("  ", note))?;
    if section.rows.is_empty() {
        return Ok(());
    }
    let align = |cell: Cell| match cell {
        Cell::Name | Cell::Words => Align::Left,
        Cell::Address => Align::Fixed,
        Cell::Number => Align::Right,
    };
    let columns: Vec<(&str, Align)> =
        section.columns.iter().map(|(title, cell)| (title.as_str(), align(*cell))).collect();
    let mut table = Table::new(&columns);
    section.rows.iter().for_each(|row| table.row(row.clone()));
    table.write(page)?;
    cut_note(page, section.total, section.rows.len(), section.noun)
}
