//! Heaps: a page of their own without script, and their section in the report's page.

use std::io::{self, Write};

use maud::{Markup, html};

use super::answer::explained;
use super::verdict::unbroken;
use super::{evidence, section, shell};
use crate::report::heap::{sections, sentence, troubles};
use crate::report::text::head::{self, PLAIN};
use crate::report::text::process_name;
use crate::report::{Context, HeapOptions, explain};

/// Writes what is inside the heaps as a page of its own, which loads nothing.
///
/// # Errors
/// Those of `out`.
pub fn write_heap_html(out: &mut dyn Write, cx: Context<'_>, options: HeapOptions<'_>) -> io::Result<()> {
    let words = if options.explain { explain::HEAP } else { &[] };
    let main = html! {
        (top(cx, options))
        @for section in sections::all(cx, options) { (section::markup(&section)) }
        (explained(words))
        (evidence::markup(cx))
    };
    let page = shell::plain_page(&process_name(cx, PLAIN), "inside the heaps", "dumped process", &main);
    out.write_all(page.into_string().as_bytes())?;
    writeln!(out)
}

fn top(cx: Context<'_>, options: HeapOptions<'_>) -> Markup {
    let said = sentence::all(cx);
    let (first, rest) = match said.split_first() {
        Some((first, rest)) => (first.as_str(), rest),
        None => (sentence::nothing(options.has_memory), &[][..]),
    };
    html! {
        section class="verdict" {
            h1 class="name" { (unbroken(first)) }
            @if !rest.is_empty() { ul class="reasons" { @for sentence in rest { li { (unbroken(sentence)) } } } }
            dl class="facts" {
                @for (name, text) in head::facts(cx, PLAIN).into_iter().chain(troubles::facts(cx)) {
                    div { dt { (name) } dd { (text) } }
                }
            }
        }
    }
}

/// The section of the report's page; nothing where no heap was found.
pub(super) fn markup(cx: Context<'_>) -> Markup {
    html! {
        @if !cx.heaps.list.is_empty() {
            section id="heaps" class="list" aria-labelledby="heaps-title" {
                div class="head" {
                    h2 id="heaps-title" { "Inside the heaps" }
                    p class="remark" { code { "fragscope heap" } " shows all of it" }
                }
                ul { @for sentence in sentence::of_report(cx) { li { (unbroken(&sentence)) } } }
            }
            @for section in sections::of_report(cx, true) { (section::markup(&section)) }
        }
    }
}
