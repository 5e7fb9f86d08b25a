//! The page of a comparison: the answer, both maps, the tables, and no script.

use std::io::{self, Write};

use maud::{Markup, html};

use super::{diff_map, section, shell};
use crate::report::diff::{heads, sections, sentence};
use crate::report::text::head::PLAIN;
use crate::report::text::process_name;
use crate::report::{DiffContext, DiffOptions, explain};

/// Writes the comparison as a page of its own, which loads nothing.
///
/// # Errors
/// Those of `out`.
pub fn write_diff_html(out: &mut dyn Write, cx: DiffContext<'_>, options: DiffOptions<'_>) -> io::Result<()> {
    out.write_all(page(cx, options).into_string().as_bytes())?;
    writeln!(out)
}

fn page(cx: DiffContext<'_>, options: DiffOptions<'_>) -> Markup {
    let subject = cx.dumps.last().map(|dump| process_name(dump.cx, PLAIN)).unwrap_or_default();
    let main = html! {
        (top(cx))
        (diff_map::markup(cx))
        @for section in sections::all(cx, options.all) { (section::markup(&section)) }
        (list("evidence", "Evidence", "how far the dumps can be trusted", &heads::trust(cx)))
        @if options.explain { (explained()) }
    };
    shell::plain_page(&subject, sentence::word(cx.diff.outcome), "dumped processes", &main)
}

fn top(cx: DiffContext<'_>) -> Markup {
    let warnings = heads::warnings(cx);
    html! {
        section id="verdict" class="verdict" data-kind=(cx.diff.outcome.name()) {
            p class="word" { (sentence::word(cx.diff.outcome)) }
            h1 { (sentence::sentence(cx)) }
            @for warning in &warnings { p class="notice" { (warning) } }
            dl class="facts" {
                @for (name, text) in heads::facts(cx, PLAIN) { div { dt { (name) } dd { (text) } } }
            }
        }
    }
}

fn list(id: &str, title: &str, remark: &str, items: &[String]) -> Markup {
    html! {
        section id=(id) class="list" aria-labelledby=(format!("{id}-title")) {
            div class="head" { h2 id=(format!("{id}-title")) { (title) } p class="remark" { (remark) } }
            ul { @for item in items { li { (item) } } }
        }
    }
}

fn explained() -> Markup {
    html! {
        section class="list" aria-labelledby="words-title" {
            div class="head" { h2 id="words-title" { "What the words mean" } }
            ul { @for (name, text) in explain::some(explain::DIFF) { li { strong { (name) } ": " (text) } } }
        }
    }
}
