//! Before and after an edit, as text.

use std::io::{self, Write};

use super::escape::shown;
use super::text::page::Page;
use super::text::table::{Align, Table};
use crate::analyze::what_if::{Edit, Outcome};
use crate::units::{Bytes, Count};

/// Writes the figures side by side.
///
/// # Errors
/// Those of `out`.
pub fn write_what_if(
    out: &mut dyn Write,
    edits: &[Edit],
    before: Outcome,
    after: Outcome,
    color: bool,
) -> io::Result<()> {
    let mut page = Page::new(out, color);
    page.strong(&sentence(edits, before, after))?;
    page.line("")?;
    let mut table =
        Table::new(&[("", Align::Left), ("before", Align::Right), ("after", Align::Right), ("", Align::Left)]);
    let bytes = |b: u64| Bytes(b).to_string();
    table.row(["free".into(), bytes(before.free), bytes(after.free), difference(before.free, after.free)]);
    table.row([
        "largest gap".into(),
        bytes(before.largest),
        bytes(after.largest),
        difference(before.largest, after.largest),
    ]);
    if let (Some(slots), Some(then)) = (before.slots, after.slots) {
        table.row(["the request would fit".into(), times(slots), times(then), String::new()]);
    }
    table.row(["verdict".into(), before.verdict.name().into(), after.verdict.name().into(), String::new()]);
    table.write(&mut page)
}

fn sentence(edits: &[Edit], before: Outcome, after: Outcome) -> String {
    let names: Vec<String> = edits.iter().map(|e| shown(&e.to_string()).to_string()).collect();
    let names = if names.is_empty() { "no edit".to_owned() } else { names.join(" ") };
    let gap = match before.largest == after.largest {
        true => format!("the largest gap stays {}", Bytes(before.largest)),
        false => format!("the largest gap would be {} instead of {}", Bytes(after.largest), Bytes(before.largest)),
    };
    match (before.slots, after.slots) {
        (Some(0), Some(1..)) => format!("{names}: {gap}, and the request would fit"),
        (Some(_), Some(0)) => format!("{names}: {gap}, and the request would not fit"),
        _ => format!("{names}: {gap}"),
    }
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
