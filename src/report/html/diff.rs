//! The page of a comparison: the answer, both maps, the tables, and no script.

use std::io::{self, Write};

use maud::{Markup, html};

use super::{diff_map, shell};
use crate::report::diff::section::{Cell, Section};
use crate::report::diff::{heads, sections, sentence};
use crate::report::text::head::PLAIN;
use crate::report::text::process_name;
use crate::report::{DiffContext, DiffOptions, explain};
use crate::units::{Count, plural};

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
        @for section in sections::all(cx, options.all) { (table(&section)) }
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

fn table(section: &Section) -> Markup {
    let title = format!("{}-title", section.id);
    let class = |cell: Cell| match cell {
        Cell::Number => Some("num"),
        Cell::Address => Some("addr"),
        Cell::Name | Cell::Words => None,
    };
    html! {
        section class="list" aria-labelledby=(title) {
            div class="head" { h2 id=(title) { (section.title) } p class="remark" { (section.remark) } }
            @if !section.notes.is_empty() { ul { @for note in &section.notes { li { (note) } } } }
            @if !section.rows.is_empty() {
                div class="scroll" { table id=(section.id) aria-labelledby=(title) {
                    thead { tr { @for (title, cell) in &section.columns { th scope="col" class=[class(*cell)] { (title) } } } }
                    tbody { @for row in &section.rows { tr {
                        @for (cell, (_, kind)) in row.iter().zip(&section.columns) { td class=[class(*kind)] { (cell) } }
                    } } }
                } }
                p class="more" { (more(section)) }
            }
        }
    }
}

fn more(section: &Section) -> String {
    match section.total.checked_sub(section.rows.len()) {
        None | Some(0) => String::new(),
        Some(rest) => format!("… {} more of {}", Count(rest as u64), plural(section.total as u64, section.noun)),
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
