//! How far the report can be trusted, and what would make it better.

use maud::{Markup, html};

use crate::diag::Severity;
use crate::report::Context;
use crate::report::escape::shown;
use crate::report::text::evidence::diagnostic_text;

/// Evidence notes, diagnostics, and what `--deep` would add.
pub(super) fn markup(cx: Context<'_>) -> Markup {
    let snapshot = cx.snapshot;
    html! {
        section id="evidence" class="list" aria-labelledby="evidence-title" {
            div class="head" {
                h2 id="evidence-title" { "Evidence" }
                p class="remark" { "the map is " (snapshot.evidence.name()) }
            }
            ul { @for note in &snapshot.evidence_notes { li { (shown(note)) } } }
            @if !snapshot.deep_would_add.is_empty() {
                h3 { "--deep would add" }
                ul { @for text in &snapshot.deep_would_add { li { (shown(text)) } } }
            }
        }
        (diagnostics(cx))
    }
}

fn diagnostics(cx: Context<'_>) -> Markup {
    let list = cx.snapshot.diagnostics.to_vec();
    html! {
        section id="diagnostics" class="list" aria-labelledby="diagnostics-title" {
            div class="head" {
                h2 id="diagnostics-title" { "Diagnostics" }
                p class="remark" { @if list.is_empty() { "reading met nothing worth a word" } @else { "what reading the dump met" } }
            }
            ul { @for diagnostic in &list {
                li class=[(diagnostic.severity == Severity::Warning).then_some("warning")] { (diagnostic_text(cx, diagnostic)) }
            } }
        }
    }
}
