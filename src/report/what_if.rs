//! Before and after an edit, as text.

use std::io::{self, Write};

use super::Context;
use super::escape::shortened;
use super::explain;
use super::text::page::Page;
use super::text::table::{Align, Table};
use crate::analyze::what_if::{Edit, Trial};
use crate::model::Evidence;
use crate::units::{Bytes, Count, plural};

/// Edits that a sentence names, and characters of each.
const NAMED: usize = 8;
const LONGEST: usize = 80;

/// How `what-if` is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct WhatIfOptions {
    /// Adds what the figures mean.
    pub explain: bool,
    /// Terminal colours.
    pub color: bool,
}

/// Writes the figures side by side; `cx` is that of the dump as it is.
///
/// # Errors
/// Those of `out`.
pub fn write_what_if(
    out: &mut dyn Write,
    cx: Context<'_>,
    edits: &[Edit],
    trial: &Trial,
    options: WhatIfOptions,
) -> io::Result<()> {
    let mut page = Page::new(out, options.color);
    page.strong(&sentence(edits, trial))?;
    page.line("")?;
    let titles = TITLES.map(|title| (title, Align::Right));
    let [_, before, after, _] = titles;
    let columns = [("", Align::Left), before, after, ("", Align::Left)];
    let mut table = Table::new(&columns);
    rows(trial).into_iter().for_each(|row| table.row(row));
    table.write(&mut page)?;
    notes(cx, trial).iter().try_for_each(|note| page.item("  - ", note))?;
    if options.explain { explain::write_some(&mut page, explain::WHAT_IF) } else { Ok(()) }
}

/// Titles of the columns.
pub(super) const TITLES: [&str; 4] = ["", "before", "after", "difference"];

/// The answer in a sentence.
pub(super) fn sentence(edits: &[Edit], trial: &Trial) -> String {
    let (before, after) = (trial.before, trial.after);
    let gap = match before.largest == after.largest {
        true => format!("the largest gap stays {}", Bytes(before.largest)),
        false => format!("the largest gap would be {} instead of {}", Bytes(after.largest), Bytes(before.largest)),
    };
    let names = named(edits);
    match (before.slots, after.slots) {
        (Some(0), Some(1..)) => format!("{names}: {gap}, and the request would fit"),
        (Some(_), Some(0)) => format!("{names}: {gap}, and the request would not fit"),
        _ => format!("{names}: {gap}"),
    }
}

fn named(edits: &[Edit]) -> String {
    let mut names: Vec<String> = edits.iter().take(NAMED).map(shown).collect();
    match edits.len().checked_sub(NAMED) {
        None | Some(0) if names.is_empty() => "no edit".to_owned(),
        None | Some(0) => names.join(" "),
        Some(more) => {
            names.push(format!("and {more} more"));
            names.join(" ")
        }
    }
}

/// An edit as it can be typed, harmless and not too long.
pub(super) fn shown(edit: &Edit) -> String {
    shortened(&edit.to_string(), LONGEST).to_string()
}

/// What is compared, before, after, and the difference.
pub(super) fn rows(trial: &Trial) -> Vec<[String; 4]> {
    let (before, after) = (trial.before, trial.after);
    let bytes = |b: u64| Bytes(b).to_string();
    let sizes = |name: &str, a, b| [name.into(), bytes(a), bytes(b), difference(a, b)];
    let mut rows = vec![sizes("free", before.free, after.free), sizes("largest gap", before.largest, after.largest)];
    if let (Some(slots), Some(then)) = (before.slots, after.slots) {
        rows.push(["the request would fit".into(), times(slots), times(then), String::new()]);
    }
    rows.push(["verdict".into(), before.verdict.name().into(), after.verdict.name().into(), String::new()]);
    rows
}

/// What the figures do not say.
pub(super) fn notes(cx: Context<'_>, trial: &Trial) -> Vec<String> {
    let mut notes = Vec::new();
    if trial.pinned_gone > 0 {
        let owners = plural(trial.pinned_gone, "pinned owner");
        notes.push(format!("{owners} would be gone, which no change that you can make would do"));
    }
    if cx.snapshot.evidence < Evidence::NearlyComplete {
        notes.push("the map is incomplete: free and largest gap are upper bounds, before and after".to_owned());
    }
    if cx.analysis.verdict.request.is_none() {
        notes.push("no request is known: --need SIZE says whether it would fit".to_owned());
    }
    notes
}

fn difference(before: u64, after: u64) -> String {
    match (after.checked_sub(before), before.checked_sub(after)) {
        (Some(0), _) => String::new(),
        (Some(more), _) => format!("+{}", Bytes(more)),
        (_, Some(less)) => format!("-{}", Bytes(less)),
        _ => String::new(),
    }
}

fn times(count: u64) -> String {
    format!("{}×", Count(count))
}
