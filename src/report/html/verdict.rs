//! The top of the page: the verdict, what it rests on, and what was looked at.

use maud::{Markup, html};

use crate::report::Context;
use crate::report::text::head;

const UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "%"];

/// The verdict comes first, and its sentence is the page's heading.
pub(super) fn markup(cx: Context<'_>) -> Markup {
    let verdict = &cx.analysis.verdict;
    html! {
        section id="verdict" class="verdict" data-kind=(verdict.kind.name()) {
            p class="word" { (head::word(cx)) }
            h1 { (unbroken(&verdict.sentence)) }
            ul class="reasons" { @for reason in &verdict.reasons { li { (with_code(reason)) } } }
            dl class="facts" {
                @for (name, text) in head::facts(cx, head::PLAIN) { div { dt { (name) } dd { (text) } } }
            }
        }
    }
}

/// The sentence with its quoted commands as code.
fn with_code(sentence: &str) -> Markup {
    let parts: Vec<&str> = sentence.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return html! { (unbroken(sentence)) };
    }
    html! { @for (i, part) in parts.iter().enumerate() { @if i % 2 == 1 { code { (part) } } @else { (unbroken(part)) } } }
}

/// The sentence with numbers that stay on the line of their units.
pub(super) fn unbroken(sentence: &str) -> String {
    let mut text = String::with_capacity(sentence.len());
    for (at, c) in sentence.char_indices() {
        let number = text.ends_with(|c: char| c.is_ascii_digit());
        let unit = || sentence.get(at + 1..).is_some_and(|rest| UNITS.iter().any(|u| rest.starts_with(u)));
        text.push(if c == ' ' && number && unit() { '\u{a0}' } else { c });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stays_with_its_unit() {
        assert_eq!(
            unbroken("96 MiB of 1.32 GiB, 5 %, 7 B in 2 gaps"),
            "96\u{a0}MiB of 1.32\u{a0}GiB, 5\u{a0}%, 7\u{a0}B in 2 gaps"
        );
    }
}
