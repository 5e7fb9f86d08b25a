//! The document around the sections.

use maud::{Markup, PreEscaped, html};

use super::overview::Overview;
use super::pack::Packed;
use super::{assets, facts, gates, groups, headline, picture, table};
use crate::report::Tool;
use crate::report::html::shell;
use crate::triage::Triaged;
use crate::units::{Count, plural};

/// What stands before the body.
pub(super) fn head(triaged: &Triaged<'_>, script: &str) -> Markup {
    shell::head(&headline::text(triaged.summary), Some(script), &assets::style())
}

/// All that is to be seen, up to the packed rows.
pub(super) fn body(triaged: &Triaged<'_>, overview: &Overview) -> Markup {
    html! {
        (top(overview))
        main id="main" {
            (facts::markup(triaged, overview))
            (gates::markup(triaged))
            (picture::markup())
            (groups::markup(triaged))
            (table::markup(overview))
        }
        div id="tip" role="tooltip" hidden {}
        aside id="details" aria-label="Details of the selected dump" tabindex="-1" hidden {}
        p id="live" class="unseen" role="status" aria-live="polite" {}
    }
}

fn top(overview: &Overview) -> Markup {
    html! {
        header class="bar" {
            a class="skip" href="#rows" { "Skip to the rows" }
            p class="brand" { "fragscope" }
            p class="subject" { "triage of " (plural(overview.rows, "dump")) }
            div class="tools script" hidden {
                div class="search" role="search" {
                    input id="search" type="search" autocomplete="off" spellcheck="false"
                        placeholder="Words, or largest<64M" aria-label="Filter by words, or by columns such as largest<64M"
                        title="All words must be found: firefox largest<64M verdict=fragmented stacks.count>=200";
                }
                button type="button" id="theme" aria-label="Light or dark" title="Light or dark" { "◐" }
            }
            div id="active" class="script" role="group" aria-label="Filters in use" hidden {}
        }
    }
}

/// What follows the packed rows.
pub(super) fn end(packed: &Packed, script: &str) -> Markup {
    let tool = Tool::this();
    html! {
        footer {
            p { (tool.name) " " (tool.version) ". This page loads nothing and sends nothing." }
            @if packed.left_out > 0 { p id="left-out" class="notice" { (left_out(packed)) } }
        }
        script { (PreEscaped(script)) }
    }
}

fn left_out(packed: &Packed) -> String {
    format!(
        "This page holds the first {} of {}: a browser opens more too slowly. Counts and groups are of all; the other \
         outputs hold all rows.",
        Count(packed.rows),
        plural(packed.rows.saturating_add(packed.left_out), "dump")
    )
}
