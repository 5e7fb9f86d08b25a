//! A table of the page: its first rows stand in the file, the script takes it over and shows all.

use maud::{Markup, html};

use crate::addr::Addr;
use crate::model::PointerWidth;
use crate::report::Address;
use crate::units::{Count, plural};

/// Rows that stand in the file.
pub(super) const SHOWN: usize = 20;

/// Whether a column holds numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Text,
    Number,
    Address,
}

/// One row: what it is about, and its cells.
pub(super) struct Row {
    pub range: Option<(Addr, Addr)>,
    pub owner: Option<String>,
    pub cells: Vec<String>,
}

/// A table with its title and its first rows.
pub(super) struct Table<'a> {
    pub id: &'static str,
    pub title: &'static str,
    pub remark: String,
    pub columns: &'a [(&'static str, Column)],
    pub rows: Vec<Row>,
    pub total: usize,
    pub noun: &'static str,
}

impl Column {
    fn class(self) -> Option<&'static str> {
        match self {
            Column::Text => None,
            Column::Number => Some("num"),
            Column::Address => Some("addr"),
        }
    }
}

impl Table<'_> {
    /// The section. The script finds the table by its id, and adds what needs script: sorting, filter, pages.
    pub fn markup(&self, width: PointerWidth) -> Markup {
        html! {
            section class="list" aria-labelledby=(self.title_id()) {
                div class="head" {
                    h2 id=(self.title_id()) { (self.title) }
                    p class="remark" { (self.remark) }
                }
                div class="scroll" {
                    table id=(self.id) aria-labelledby=(self.title_id()) {
                        thead { tr {
                            @for (title, column) in self.columns { th scope="col" class=[column.class()] { (title) } }
                        } }
                        tbody { @for row in &self.rows { (self.row(row, width)) } }
                    }
                }
                p class="more" { (self.more()) }
            }
        }
    }

    fn title_id(&self) -> String {
        format!("{}-title", self.id)
    }

    fn row(&self, row: &Row, width: PointerWidth) -> Markup {
        let start = row.range.map(|(start, _)| Address::new(start, width));
        let end = row.range.map(|(_, end)| Address::new(end, width));
        html! {
            tr data-start=[start] data-end=[end] data-owner=[row.owner.as_ref()] {
                @for (cell, (_, column)) in row.cells.iter().zip(self.columns) { td class=[column.class()] { (cell) } }
            }
        }
    }

    fn more(&self) -> String {
        match self.total.checked_sub(self.rows.len()) {
            None | Some(0) => String::new(),
            Some(rest) => format!("… {} more of {}", Count(rest as u64), plural(self.total as u64, self.noun)),
        }
    }
}
