//! The rows: the first stand in the file, the script takes the table over and shows all.

use maud::{Markup, html};

use super::overview::Overview;
use super::title::title;
use super::{cell, link};
use crate::triage::{Column, Row};
use crate::units::{Count, plural};

/// The section with filters, table and pages.
pub(super) fn markup(overview: &Overview) -> Markup {
    let columns = overview.usual();
    html! {
        section class="list" aria-labelledby="rows-title" {
            div class="head" { h2 id="rows-title" { "Dumps" } p class="remark" id="rows-remark" {} }
            p id="left-out-here" class="notice" hidden {}
            div class="controls script" id="facets" role="group" aria-label="Filters" hidden {}
            div class="scroll" {
                table id="rows" aria-labelledby="rows-title" {
                    thead { tr {
                        @for column in &columns { th scope="col" class=[cell::class(column)] { (title(column)) } }
                    } }
                    tbody { @for row in &overview.first { (markup_of(row, &columns)) } }
                }
            }
            p class="more" { (more(overview)) }
        }
    }
}

fn markup_of(row: &Row, columns: &[&Column]) -> Markup {
    html! { tr {
        @for column in columns {
            td class=[cell::class(column)] {
                @if column.name == "file" { (file(row)) } @else { (cell::text(column, row)) }
            }
        }
    } }
}

/// The file's name, which leads to its report, and why it is not whole.
fn file(row: &Row) -> Markup {
    let name = cell::words(&row.file);
    html! {
        @match row.report.as_deref().and_then(link::href) {
            Some(href) => { a href=(href) { (name) } }
            None => { (name) }
        }
        @if let Some(message) = &row.message { p class="message" { (cell::words(message)) } }
    }
}

fn more(overview: &Overview) -> String {
    match overview.rows.saturating_sub(overview.first.len() as u64) {
        0 => String::new(),
        rest => format!("… {} more of {}", Count(rest), plural(overview.rows, "dump")),
    }
}
