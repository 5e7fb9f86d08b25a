//! The key figures.

use maud::{Markup, html};

use crate::report::Context;
use crate::report::text::figures;

/// The same figures as in the text report, in the same words.
pub(super) fn markup(cx: Context<'_>) -> Markup {
    let remark = figures::remark(cx);
    html! {
        section id="figures" aria-labelledby="figures-title" {
            div class="head" {
                h2 id="figures-title" { "Key figures" }
                @if !remark.is_empty() { p class="remark" { (remark) } }
            }
            dl class="figures" {
                @for row in figures::rows(cx) {
                    @if let [name, value, remark] = row.as_slice() {
                        div { dt { (name) } dd { strong { (value) } " " span class="remark" { (remark) } } }
                    }
                }
            }
        }
    }
}
