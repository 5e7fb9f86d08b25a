//! How far the report can be trusted: what the map rests on, other limits, and what happened while reading. Folded.

use super::advice::sentence;
use super::budget;
use super::paper::Paper;
use crate::model::{Evidence, Limits};
use crate::report::Context;
use crate::report::text::evidence::diagnostic_text;
use crate::units::plural;

pub(super) fn write(paper: &mut Paper, cx: Context<'_>) {
    limits(paper, &cx.snapshot.limits);
    paper.section(budget::FOLD);
    let diagnostics = cx.snapshot.diagnostics.to_vec();
    let count = plural(diagnostics.len() as u64, "diagnostic");
    if !paper.fold(&format!("Evidence: {}, {count}", cx.snapshot.evidence.name())) {
        return;
    }
    // Those of an incomplete map are advice, and stand above.
    let notes: &[String] = match cx.snapshot.evidence {
        Evidence::Complete => &cx.snapshot.evidence_notes,
        _ => &[],
    };
    let said = diagnostics.iter().map(|diagnostic| sentence(&diagnostic_text(cx, diagnostic)));
    paper.list(notes.len() + diagnostics.len(), notes.iter().map(|note| sentence(note)).chain(said));
    paper.unfold();
}

/// What else may have refused the request, where the dump tells.
fn limits(paper: &mut Paper, limits: &Limits) {
    paper.section(budget::FOLD);
    let known: Vec<String> =
        super::super::limits::rows(limits).into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
    if !known.is_empty() && paper.fold("Limits other than the address space") {
        paper.list(known.len(), known);
        paper.unfold();
    }
}
