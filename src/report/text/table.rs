//! Tables of text: columns as wide as their widest cell, numbers to the right.

use std::io;

use super::page::Page;
use crate::units::{Count, plural};

/// Where a column's cells stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table in the making.
pub struct Table<'a> {
    columns: &'a [(&'a str, Align)],
    rows: Vec<Vec<String>>,
}

impl<'a> Table<'a> {
    /// A table with these columns, a title and an alignment each.
    pub fn new(columns: &'a [(&'a str, Align)]) -> Table<'a> {
        Table { columns, rows: Vec::new() }
    }

    /// Adds a row, one cell for each column.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    /// Writes titles and rows, indented by two.
    pub fn write(&self, page: &mut Page<'_>) -> io::Result<()> {
        let titles: Vec<String> = self.columns.iter().map(|(title, _)| (*title).to_owned()).collect();
        let widths: Vec<usize> = (0..self.columns.len()).map(|i| self.width(i, &titles)).collect();
        if titles.iter().any(|t| !t.is_empty()) {
            page.line(&self.text(&titles, &widths))?;
        }
        self.rows.iter().try_for_each(|row| page.line(&self.text(row, &widths)))
    }

    fn width(&self, column: usize, titles: &[String]) -> usize {
        let cells = std::iter::once(titles).chain(self.rows.iter().map(Vec::as_slice));
        cells.filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    }

    fn text(&self, row: &[String], widths: &[usize]) -> String {
        let cells = self.columns.iter().zip(row).zip(widths).map(|(((_, align), cell), width)| match align {
            Align::Left => format!("{cell:<width$}"),
            Align::Right => format!("{cell:>width$}"),
        });
        cells.fold(String::new(), |line, cell| line + "  " + &cell)
    }
}

/// The line below a list that was cut: how many more there are.
pub fn cut_note(page: &mut Page<'_>, total: usize, shown: usize, noun: &str) -> io::Result<()> {
    match total.checked_sub(shown) {
        None | Some(0) => Ok(()),
        Some(rest) => {
            page.line(&format!("  … {} more of {}; --all shows them", Count(rest as u64), plural(total as u64, noun)))
        }
    }
}
