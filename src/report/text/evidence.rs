//! How far the report can be trusted, and what would make it better.

use std::io;

use super::super::Context;
use super::page::Page;
use crate::diag::{Diagnostic, Place, Severity};
use crate::report::escape::shown;
use crate::units::Hex;

pub(super) fn write(page: &mut Page<'_>, cx: Context<'_>) -> io::Result<()> {
    page.heading("Evidence", cx.snapshot.evidence.name())?;
    for note in &cx.snapshot.evidence_notes {
        page.item("  - ", &shown(note).to_string())?;
    }
    for diagnostic in cx.snapshot.diagnostics.to_vec() {
        page.item("  - ", &diagnostic_text(cx, &diagnostic))?;
    }
    if cx.snapshot.deep_would_add.is_empty() {
        return Ok(());
    }
    page.heading("--deep would add", "")?;
    cx.snapshot.deep_would_add.iter().try_for_each(|text| page.item("  - ", &shown(text).to_string()))
}

/// A diagnostic as a sentence, with its code and where it arose.
pub(in crate::report) fn diagnostic_text(cx: Context<'_>, diagnostic: &Diagnostic) -> String {
    let lead = match diagnostic.severity {
        Severity::Warning => "warning: ",
        Severity::Info => "",
    };
    let place = match diagnostic.at {
        None => String::new(),
        Some(Place::Offset(offset)) => format!(", at offset {offset}"),
        Some(Place::Line(line)) => format!(", in line {line}"),
        Some(Place::Address(addr)) => format!(", at {}", Hex { addr, width: cx.snapshot.width() }),
    };
    format!("{lead}{} [{}{place}]", shown(&diagnostic.message), diagnostic.code)
}
