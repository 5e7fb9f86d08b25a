//! What would help, and what must go.

use maud::{Markup, html};

use crate::report::text::advice::{NOTHING, cells, why_nothing};
use crate::report::{Context, fit};

/// The remedies with how to apply each, and the cheapest place for the request.
pub(super) fn markup(cx: Context<'_>) -> Markup {
    html! {
        (advice(cx))
        @if let Some(fit) = &cx.counsel.fit {
            section id="must-go" class="list" aria-labelledby="must-go-title" {
                div class="head" { h2 id="must-go-title" { "What must go" } }
                p { (fit::answer::of_report(cx, fit)) }
            }
        }
    }
}

fn advice(cx: Context<'_>) -> Markup {
    let advice = &cx.counsel.advice;
    html! {
        section id="advice" class="list" aria-labelledby="advice-title" {
            div class="head" {
                h2 id="advice-title" { "Advice" }
                p class="remark" {
                    @if advice.is_empty() { (NOTHING) ": " (why_nothing(cx)) }
                    @else { "each remedy tried on a copy of the map; what does not help is left out" }
                }
            }
            @if !advice.is_empty() {
                div class="scroll" { table id="remedies" aria-labelledby="advice-title" {
                    thead { tr {
                        th scope="col" class="num" { "largest gap" }
                        th scope="col" class="num" { "gain" }
                        th scope="col" { "request" }
                        th scope="col" { "what" }
                    } }
                    tbody { @for advice in advice {
                        @let [largest, gain, fits, what] = cells(cx, advice);
                        tr {
                            td class="num" { (largest) }
                            td class="num" { (gain) }
                            td { (fits) }
                            td { (what) @for how in &advice.how { p class="remark" { (how) } } }
                        }
                    } }
                } }
            }
        }
    }
}
