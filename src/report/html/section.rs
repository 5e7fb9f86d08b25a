//! A section of a page.

use maud::{Markup, html};

use crate::report::section::{Cell, Section};
use crate::units::{Count, plural};

/// The title, the remarks and the rows.
pub(super) fn markup(section: &Section) -> Markup {
    let title = format!("{}-title", section.id);
    html! {
        section class="list" aria-labelledby=(title) {
            div class="head" { h2 id=(title) { (section.title) } p class="remark" { (section.remark) } }
            @if !section.notes.is_empty() { ul { @for note in &section.notes { li { (note) } } } }
            @if !section.rows.is_empty() {
                div class="scroll" { table id=(section.id) aria-labelledby=(title) {
                    thead { tr { @for (title, cell) in &section.columns { th scope="col" class=[class(*cell)] { (title) } } } }
                    tbody { @for row in section.all_rows() { tr {
                        @for (cell, (_, kind)) in row.iter().zip(&section.columns) {
                            td class=[class(*kind)] { @if *kind == Cell::Bar { (bar(cell)) } @else { (cell) } }
                        }
                    } } }
                } }
                p class="more" { (more(section)) }
            }
        }
    }
}

fn class(cell: Cell) -> Option<&'static str> {
    match cell {
        Cell::Number => Some("num"),
        Cell::Address => Some("addr"),
        Cell::Bar => Some("share"),
        Cell::Name | Cell::Words | Cell::Sentence => None,
    }
}

/// A share in thousandths as a rectangle: the policy of the pages lets no element bring a style of its own.
fn bar(share: &str) -> Markup {
    let share: u32 = share.parse().unwrap_or(0);
    html! {
        svg class="share" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" {
            rect x="0" y="0" width=(share.min(1000)) height="10" {}
        }
    }
}

fn more(section: &Section) -> String {
    match section.total.checked_sub(section.rows.len()) {
        None | Some(0) => String::new(),
        Some(rest) => format!("… {} more of {}", Count(rest as u64), plural(section.total as u64, section.noun)),
    }
}
