//! How to capture a dump with a complete map.

use maud::{Markup, html};

use crate::analyze::capture::{self, CaptureAdvice};
use crate::report::Context;
use crate::report::capture::{REMARK, TITLE, sentence};

/// The section; nothing where the map is complete.
pub(super) fn markup(cx: Context<'_>) -> Markup {
    let advice = capture::advise(cx.snapshot);
    if advice.is_empty() {
        return html! {};
    }
    html! {
        section id="capture" class="list" aria-labelledby="capture-title" {
            div class="head" {
                h2 id="capture-title" { (TITLE) }
                p class="remark" { (REMARK) }
            }
            ul { @for one in &advice { li { (sentence(one)) (steps(one)) } } }
        }
    }
}

fn steps(advice: &CaptureAdvice) -> Markup {
    html! {
        ul { @for step in advice.recipe.steps {
            li { @if let Some(command) = step.command { pre { (command) } } (step.what) }
        } }
    }
}
