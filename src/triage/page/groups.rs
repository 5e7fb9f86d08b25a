//! The groups: what rows have in common.

use maud::{Markup, html};

use super::cell;
use super::title::title;
use crate::triage::{Column, RowGroup, Summary, Triaged, words};
use crate::units::{Count, plural};

/// Groups that stand in the file for readers without script.
pub(super) const SHOWN: usize = 20;
/// Groups in the page at most.
pub(super) const MOST: usize = 2000;

/// The table; the script finds it by its id and makes it filter the rows.
pub(super) fn markup(triaged: &Triaged<'_>) -> Markup {
    let groups = &triaged.summary.groups;
    html! {
        @if !groups.is_empty() {
            section class="list" aria-labelledby="groups-title" {
                div class="head" {
                    h2 id="groups-title" { "Groups" }
                    p class="remark" { "what dumps have in common" span class="script" hidden { "; choose one to see its rows and dots alone" } }
                }
                div class="scroll" {
                    table id="groups" aria-labelledby="groups-title" {
                        thead { (heads(&triaged.summary.by)) }
                        tbody { @for group in groups.iter().take(SHOWN) { (row(triaged.summary, group)) } }
                    }
                }
                p class="more" { (more(groups.len(), SHOWN)) }
                @if groups.len() > MOST { p class="notice" { (left_out(groups.len())) } }
            }
        }
    }
}

fn heads(by: &[&Column]) -> Markup {
    html! { tr {
        th scope="col" class="num" { "dumps" }
        @for column in by { th scope="col" class=[cell::class(column)] { (title(column)) } }
        th scope="col" class="num" { "median largest gap" }
        th scope="col" { "example" }
    } }
}

fn row(summary: &Summary, group: &RowGroup) -> Markup {
    let keys = summary.by.iter().map(|column| cell::class(column));
    let classes = [Some("num")].into_iter().chain(keys).chain([Some("num"), None]);
    html! { tr {
        @for (text, class) in words::group(summary, group).iter().zip(classes) { td class=[class] { (cell::words(text)) } }
    } }
}

/// `… 980 more of 1,000 groups`, or nothing.
fn more(total: usize, shown: usize) -> String {
    match total.saturating_sub(shown) {
        0 => String::new(),
        rest => format!("… {} more of {}", Count(rest as u64), plural(total as u64, "group")),
    }
}

fn left_out(total: usize) -> String {
    format!("The page holds the {} largest of {}.", Count(MOST as u64), plural(total as u64, "group"))
}
