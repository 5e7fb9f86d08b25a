//! The summary for a terminal or the log of a CI job: at most 60 lines of 100 columns, whatever the rows.

use std::io::{self, Write};

use super::highlights::Highlights;
use crate::report::escape::shortened;
use crate::report::text::page::{Page, WIDTH};
use crate::report::text::table::{Align, Table};
use crate::triage::{Gate, Summary, Triaged, words};
use crate::units::{Count, plural};

/// Rows of each list.
const GATES: usize = 5;
const GROUPS: usize = 12;
const ROWS: usize = 8;
/// Files that a gate names.
const FILES: usize = 4;
/// Characters of a name, before a table shortens it further.
const NAME: usize = 200;

/// Writes the summary.
///
/// # Errors
/// Those of `out`, and of reading the rows.
pub fn write(out: &mut dyn Write, triaged: &Triaged<'_>) -> io::Result<()> {
    let summary = triaged.summary;
    let found = Highlights::of(triaged.rows, ROWS)?;
    let mut page = Page::new(out, false);
    page.strong(&words::headline(summary))?;
    counts(&mut page, summary)?;
    gates(&mut page, &summary.gates)?;
    groups(&mut page, summary)?;
    not_read(&mut page, summary, &found)?;
    tightest(&mut page, &found)
}

fn counts(page: &mut Page<'_>, summary: &Summary) -> io::Result<()> {
    if summary.rows() == 0 {
        return Ok(());
    }
    page.line("")?;
    one_line(page, "  status   ", &words::statuses(summary))?;
    match summary.verdicts.is_empty() {
        true => Ok(()),
        false => one_line(page, "  verdict  ", &words::verdicts(summary)),
    }
}

fn gates(page: &mut Page<'_>, gates: &[Gate]) -> io::Result<()> {
    if gates.is_empty() {
        return Ok(());
    }
    page.heading("Gates", "conditions that no dump is to meet")?;
    for gate in gates.iter().take(GATES) {
        let result = if gate.fails() { "  FAILED  " } else { "  passed  " };
        one_line(page, result, &format!("{}: {}", shortened(&gate.expression, 50), words::found(gate)))?;
        if let Some(files) = words::files(gate, FILES, |file| shortened(file, 40).to_string()) {
            one_line(page, "          ", &files)?;
        }
    }
    left_out(page, gates.len() as u64, GATES, "gate")
}

fn groups(page: &mut Page<'_>, summary: &Summary) -> io::Result<()> {
    if summary.groups.is_empty() {
        return Ok(());
    }
    let names = summary.by.iter().map(|column| column.name).collect::<Vec<_>>().join(", ");
    page.heading("Groups", &format!("dumps with the same {names}, the most frequent first"))?;
    let keys = summary.by.iter().map(|column| (column.name, Align::Left));
    let columns: Vec<(&str, Align)> = [("dumps", Align::Right)]
        .into_iter()
        .chain(keys)
        .chain([("median largest gap", Align::Right), ("example", Align::First)])
        .collect();
    let rows = summary.groups.iter().take(GROUPS).map(|group| words::group(summary, group));
    table(page, &columns, rows)?;
    left_out(page, summary.groups.len() as u64, GROUPS, "group")
}

fn not_read(page: &mut Page<'_>, summary: &Summary, found: &Highlights) -> io::Result<()> {
    if found.not_read.is_empty() {
        return Ok(());
    }
    page.heading("Not read", "and why")?;
    let columns = [("file", Align::Left), ("status", Align::Fixed), ("", Align::Left)];
    table(page, &columns, found.not_read.iter().map(words::not_read))?;
    left_out(page, summary.not_read(), ROWS, "dump")
}

fn tightest(page: &mut Page<'_>, found: &Highlights) -> io::Result<()> {
    if found.tightest.is_empty() {
        return Ok(());
    }
    page.heading("Smallest largest gaps", "where the least fits in one piece")?;
    let columns = [
        ("file", Align::Left),
        ("verdict", Align::Left),
        ("largest gap", Align::Right),
        ("free", Align::Right),
        ("who splits most", Align::Left),
    ];
    table(page, &columns, found.tightest.iter().map(words::tight))?;
    left_out(page, found.measured, ROWS, "dump")
}

/// A line with names in it, cut at the width of the page.
fn one_line(page: &mut Page<'_>, lead: &str, text: &str) -> io::Result<()> {
    page.line(&format!("{lead}{}", shortened(text, WIDTH - lead.chars().count())))
}

fn table<Cells: IntoIterator<Item = String>>(
    page: &mut Page<'_>,
    columns: &[(&str, Align)],
    rows: impl Iterator<Item = Cells>,
) -> io::Result<()> {
    let mut table = Table::new(columns);
    rows.for_each(|row| table.row(row.into_iter().map(|cell| shortened(&cell, NAME).to_string()).collect::<Vec<_>>()));
    table.write(page)
}

fn left_out(page: &mut Page<'_>, total: u64, shown: usize, noun: &str) -> io::Result<()> {
    match total.saturating_sub(shown as u64) {
        0 => Ok(()),
        rest => page.line(&format!("  … {} more of {}", Count(rest), plural(total, noun))),
    }
}
