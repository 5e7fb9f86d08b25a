//! How the inputs ended, and how to get the page again.

use maud::{Markup, html};

use super::cell;
use super::headline;
use super::overview::Overview;
use crate::triage::{Status, Triaged, words};

/// The headline with what stands under it.
pub(super) fn markup(triaged: &Triaged<'_>, overview: &Overview) -> Markup {
    html! {
        section class="verdict" aria-labelledby="headline" {
            h1 id="headline" { (headline::text(triaged.summary)) }
            @if overview.rows > 0 { (shares(triaged)) }
            dl class="facts" {
                div { dt { "read" } dd { (words::statuses(triaged.summary)) } }
                @if let Some(command) = triaged.command { div { dt { "command" } dd { code { (cell::words(command)) } } } }
            }
        }
    }
}

/// How many inputs ended how, as a bar.
fn shares(triaged: &Triaged<'_>) -> Markup {
    let total = triaged.summary.rows();
    html! {
        @if total > 0 {
            svg class="shares" viewBox="0 0 1000 6" preserveAspectRatio="none" aria-hidden="true" {
                @for (status, from, width) in parts(&triaged.summary.statuses, total) {
                    rect class=(status.name()) x=(from) y="0" width=(width) height="6" {}
                }
            }
        }
    }
}

/// Where each status starts on a bar of 1000, and how wide it is.
fn parts(statuses: &[(Status, u64)], total: u64) -> Vec<(Status, u64, u64)> {
    let place = |sum: u64| u64::try_from(u128::from(sum) * 1000 / u128::from(total)).unwrap_or(1000);
    let mut sum = 0u64;
    let part = |(status, count): &(Status, u64)| {
        let from = place(sum);
        sum = sum.saturating_add(*count);
        (*status, from, place(sum).saturating_sub(from).max(2))
    };
    statuses.iter().map(part).collect()
}
