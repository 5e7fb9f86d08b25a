//! The top of the page: the verdict, what it rests on, and what was looked at.

use maud::{Markup, html};

use crate::analyze::VerdictKind;
use crate::report::Context;
use crate::report::text::head;

/// The verdict comes first, and its sentence is the page's heading.
pub(super) fn markup(cx: Context<'_>) -> Markup {
    let verdict = &cx.analysis.verdict;
    html! {
        section id="verdict" class="verdict" data-kind=(verdict.kind.name()) {
            p class="word" { (word(cx)) }
            h1 { (verdict.sentence) }
            ul class="reasons" { @for reason in &verdict.reasons { li { (reason) } } }
            dl class="facts" {
                (fact("process", &head::process(cx)))
                (fact("dump", &head::dump(cx)))
                @if let Some(reason) = &cx.snapshot.dump.reason { (fact("ended", &head::ended(cx, reason))) }
                (fact("space", &head::space(cx)))
            }
        }
    }
}

/// The verdict in a word. Without a request the kind would say nothing of use.
pub(super) fn word(cx: Context<'_>) -> &'static str {
    let verdict = &cx.analysis.verdict;
    match verdict.kind {
        VerdictKind::CannotTell if verdict.request.is_none() => "no request known",
        kind => kind.name(),
    }
}

fn fact(name: &str, text: &str) -> Markup {
    html! { div { dt { (name) } dd { (text) } } }
}
