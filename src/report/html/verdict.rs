//! The top of the page: the verdict, what it rests on, and what was looked at.

use maud::{Markup, html};

use crate::report::Context;
use crate::report::text::head;

/// The verdict comes first, and its sentence is the page's heading.
pub(super) fn markup(cx: Context<'_>) -> Markup {
    let verdict = &cx.analysis.verdict;
    html! {
        section id="verdict" class="verdict" data-kind=(verdict.kind.name()) {
            p class="word" { (head::word(cx)) }
            h1 { (verdict.sentence) }
            ul class="reasons" { @for reason in &verdict.reasons { li { (reason) } } }
            dl class="facts" {
                @for (name, text) in head::facts(cx, head::PLAIN) { div { dt { (name) } dd { (text) } } }
            }
        }
    }
}
