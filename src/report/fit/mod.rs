//! What must go so that a request fits, as text.

pub(super) mod answer;
pub(super) mod rows;
mod words;

use std::io::{self, Write};

use super::Context;
use super::explain;
use super::text::page::Page;
use super::text::table::{Align, Table};
use crate::analyze::fit::{Changes, Fit};
use crate::model::OwnerId;
use crate::units::{Count, plural};
use rows::{OWNER, PINNED, WINDOW, WINDOWS};

/// Windows that are shown, by `fit` and in the report.
pub(super) const SHOWN: usize = 10;
const SHOWN_IN_REPORT: usize = 4;
/// Windows whose owners are listed, and owners that are listed for each.
pub(super) const WINDOWS_LISTED: usize = 3;
pub(super) const OWNERS_LISTED: usize = 8;

/// How `fit` is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FitOptions {
    /// Whole lists instead of their beginnings.
    pub all: bool,
    /// Adds what the words mean.
    pub explain: bool,
    /// Terminal colours.
    pub color: bool,
}

impl FitOptions {
    fn limit(self, usual: usize) -> Limit {
        if self.all { Limit { rows: usize::MAX, more: "" } } else { Limit { rows: usual, more: "; --all shows them" } }
    }
}

/// Rows of a list, and who shows the others.
#[derive(Clone, Copy)]
struct Limit {
    rows: usize,
    more: &'static str,
}

/// Writes what must go.
///
/// # Errors
/// Those of `out`.
pub fn write_fit(out: &mut dyn Write, cx: Context<'_>, fit: &Fit, options: FitOptions) -> io::Result<()> {
    let mut page = Page::new(out, options.color);
    page.strong(&answer::sentence(cx, fit))?;
    page.line("")?;
    page.item("  request  ", &answer::request(cx, fit))?;
    answer::notes(cx, fit).iter().try_for_each(|note| page.item("  note     ", note))?;
    if !fit.fits_now {
        lists(&mut page, cx, fit, options)?;
    }
    if options.explain { explain::write_some(&mut page, explain::FIT) } else { Ok(()) }
}

fn lists(page: &mut Page<'_>, cx: Context<'_>, fit: &Fit, options: FitOptions) -> io::Result<()> {
    let changes = Changes::of(cx.snapshot);
    if fit.candidates.is_empty() {
        return pinned(page, cx, fit, &changes, options.limit(OWNERS_LISTED));
    }
    page.heading("Windows", WINDOWS)?;
    windows(page, cx, fit, options.limit(SHOWN))?;
    let listed = (1..).zip(&fit.candidates).take(options.limit(WINDOWS_LISTED).rows);
    let limit = options.limit(OWNERS_LISTED);
    listed.into_iter().try_for_each(|(number, candidate)| {
        page.heading(&format!("Window {number}"), &rows::place(cx, candidate))?;
        list(page, cx, &candidate.owners, &changes, limit)
    })
}

/// The section of the report: the answer, and the cheapest windows.
pub(super) fn write_section(page: &mut Page<'_>, cx: Context<'_>) -> io::Result<()> {
    let Some(fit) = &cx.counsel.fit else { return Ok(()) };
    page.heading("What must go", WINDOWS)?;
    page.item("  ", &answer::of_report(cx, fit))?;
    if fit.candidates.len() > 1 {
        page.line("")?;
        windows(page, cx, fit, Limit { rows: SHOWN_IN_REPORT, more: "; `fragscope fit` shows them" })?;
    }
    Ok(())
}

fn windows(page: &mut Page<'_>, cx: Context<'_>, fit: &Fit, limit: Limit) -> io::Result<()> {
    let [start, count, committed, reserved, largest, who] = WINDOW;
    let columns = [
        (start, Align::Fixed),
        (count, Align::Right),
        (committed, Align::Right),
        (reserved, Align::Right),
        (largest, Align::Right),
        (who, Align::Left),
    ];
    let mut table = Table::new(&columns);
    fit.candidates.iter().take(limit.rows).for_each(|candidate| table.row(rows::window(cx, candidate)));
    table.write(page)?;
    cut_note(page, fit.candidate_count, limit, fit.candidates.len(), "window")
}

fn pinned(page: &mut Page<'_>, cx: Context<'_>, fit: &Fit, changes: &Changes<'_>, limit: Limit) -> io::Result<()> {
    if fit.pinned.is_empty() {
        return Ok(());
    }
    page.heading("Pinned", PINNED)?;
    list(page, cx, &fit.pinned, changes, limit)
}

fn list(
    page: &mut Page<'_>,
    cx: Context<'_>,
    owners: &[OwnerId],
    changes: &Changes<'_>,
    limit: Limit,
) -> io::Result<()> {
    let [start, size, who, change] = OWNER;
    let columns = [(start, Align::Fixed), (size, Align::Right), (who, Align::Left), (change, Align::Left)];
    let mut table = Table::new(&columns);
    owners.iter().take(limit.rows).for_each(|id| table.row(rows::owner(cx, changes, *id)));
    table.write(page)?;
    cut_note(page, owners.len(), limit, owners.len(), "owner")
}

/// The line below a list that was cut: how many more there are.
fn cut_note(page: &mut Page<'_>, total: usize, limit: Limit, listed: usize, noun: &str) -> io::Result<()> {
    match total.checked_sub(limit.rows.min(listed)) {
        None | Some(0) => Ok(()),
        Some(rest) => {
            let of = plural(total as u64, noun);
            page.line(&format!("  … {} more of {of}{}", Count(rest as u64), limit.more))
        }
    }
}
