//! The places where the script draws the address space, and what stands there without script.

use maud::{Markup, html};

use super::data::{MOST_GROUPS, MOST_ROWS, Part};
use super::tables;
use crate::report::Context;
use crate::report::text::splitters;
use crate::units::Count;

/// Strip, overview and grid, with their controls.
pub(super) fn markup(cx: Context<'_>, part: &Part) -> Markup {
    html! {
        section id="picture" aria-labelledby="picture-title" {
            div class="head" {
                h2 id="picture-title" { "Address space" }
                p class="remark" { "one band from floor to ceiling; a low column is a part that is only partly used" }
            }
            noscript { p class="notice" {
                "The picture, the search, sorting and the tick boxes need script, which is off. What stands below is the \
                 same report with the first rows of each table."
            } }
            @if !part.complete { (incomplete(cx, part)) }
            @if cut_lists(cx) { p class="notice" {
                "The script's tables hold the first " (Count(MOST_ROWS as u64)) " threads, modules and splitters each."
            } }
            div class="stage script" hidden {
                (strip())
                (grid())
                ul id="legend" class="legend" aria-label="Legend" {}
            }
        }
    }
}

/// Whether a list has more rows than a page takes.
fn cut_lists(cx: Context<'_>) -> bool {
    let lengths = [cx.snapshot.threads.len(), cx.snapshot.modules.len(), cx.analysis.splitters.len()];
    lengths.into_iter().any(|length| length > MOST_ROWS)
}

fn strip() -> Markup {
    html! {
        div class="controls" role="group" aria-label="View" {
            button type="button" id="zoom-in" aria-label="Zoom in" title="Zoom in (+)" { "+" }
            button type="button" id="zoom-out" aria-label="Zoom out" title="Zoom out (-)" { "−" }
            button type="button" id="zoom-whole" title="Whole space (Home)" { "whole" }
            button type="button" id="zoom-largest" { "largest gap" }
            label id="scale-choice" hidden { "scale " select id="scale" {
                option value="bands" { "bands in use" }
                option value="linear" { "every address" }
            } }
            output id="view" {}
        }
        div class="strip" {
            canvas id="strip" tabindex="0" role="application" aria-roledescription="map of the address space"
                aria-describedby="strip-help" {}
            canvas id="overview" aria-hidden="true" {}
        }
        p id="strip-help" class="help" {
            "Wheel or + and − zoom, dragging or ← and → pan, Home shows all, N and P go from piece to piece, Enter shows what is in the middle."
        }
    }
}

fn grid() -> Markup {
    html! {
        h3 id="grid-title" { "Grid " span id="grid-remark" class="remark" {} }
        canvas id="grid" role="img" aria-labelledby="grid-title" aria-describedby="strip-help" {}
    }
}

fn incomplete(cx: Context<'_>, part: &Part) -> Markup {
    html! {
        p class="notice" {
            "The picture, the search and the tick boxes hold " (Count(part.regions.len() as u64)) " of "
            (Count(cx.snapshot.space.regions().len() as u64)) " regions, at " (part.range)
            ": more would not open in a browser. The figures and the first rows of each table are about all."
        }
    }
}

/// What the largest gap would be without what is ticked.
pub(super) fn without(cx: Context<'_>) -> Markup {
    html! {
        section id="what-if" aria-labelledby="what-if-title" {
            div class="head" {
                h2 id="what-if-title" { "Without…" }
                p class="remark" { "tick what could go, and see the largest gap that would be left" }
            }
            div class="script" hidden {
                p id="without" class="result" role="status" aria-live="polite" {}
                p id="ticked" class="chips" aria-label="Ticked owners" {}
            }
            (groups(cx))
            (tables::splitters(cx))
        }
    }
}

/// The program's own figures for the groups, in the order of the script's list.
fn groups(cx: Context<'_>) -> Markup {
    html! {
        div class="scroll" {
            table id="splitter-groups" aria-label="Groups of owners" {
                thead { tr {
                    th scope="col" { "together" }
                    @for title in ["gain", "largest gap", "own size", "owners"] { th scope="col" class="num" { (title) } }
                } }
                tbody { @for group in &cx.analysis.groups {
                    @let [name, figures @ ..] = splitters::group_cells(group);
                    tr { td { (name) } @for figure in &figures { td class="num" { (figure) } } }
                }
                @for group in cx.counsel.groups.iter().take(MOST_GROUPS) {
                    @let [name, figures @ ..] = splitters::owner_group_cells(group);
                    tr { td { (name) } @for figure in &figures { td class="num" { (figure) } } }
                } }
            }
        }
    }
}
