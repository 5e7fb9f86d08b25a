//! Tables of text: columns as wide as their widest cell, numbers to the right.

use std::io;

use super::page::{Page, WIDTH};
use crate::report::escape::shortened;
use crate::units::{Count, plural};

/// Words are not shortened below this many characters; a table of so many columns is wider than the page.
const NARROWEST: usize = 8;
/// Of words that are shortened first so many characters stay while others can give.
const FIRST_STAY: usize = 24;
const MARGIN: usize = 2;

/// Where a column's cells stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// Words, shortened where the page is too narrow.
    Left,
    /// Words that say less than those of other columns, and are shortened before them.
    First,
    /// Sentences, in as many lines as they need; only the last column may hold them.
    Wrapped,
    /// Addresses: to the left, and never shortened.
    Fixed,
    /// Numbers.
    Right,
}

impl Align {
    /// Whether a column of this width may become narrower.
    fn gives(self, width: usize) -> bool {
        matches!(self, Align::Left | Align::First | Align::Wrapped) && NARROWEST < width
    }
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

    /// The same with rows.
    pub fn of(columns: &'a [(&'a str, Align)], rows: Vec<Vec<String>>) -> Table<'a> {
        Table { columns, rows }
    }

    /// Whether it can be written in so many columns with no word shortened.
    pub fn fits(&self, width: usize) -> bool {
        let titles = self.titles();
        (0..self.columns.len()).map(|i| self.natural_width(i, &titles) + MARGIN).sum::<usize>() <= width
    }

    /// Adds a row, one cell for each column.
    pub fn row(&mut self, cells: impl Into<Vec<String>>) {
        self.rows.push(cells.into());
    }

    /// Writes titles and rows, indented by two. Where they are wider than the page, the widest words are shortened.
    ///
    /// # Errors
    /// Those of the page.
    pub fn write(&self, page: &mut Page<'_>) -> io::Result<()> {
        let titles = self.titles();
        let widths = self.widths(&titles);
        if titles.iter().any(|t| !t.is_empty()) {
            page.line(&self.text(&titles, &widths))?;
        }
        self.rows.iter().try_for_each(|row| self.write_row(page, row, &widths))
    }

    fn write_row(&self, page: &mut Page<'_>, row: &[String], widths: &[usize]) -> io::Result<()> {
        match (self.columns.last(), row) {
            (Some((_, Align::Wrapped)), [before @ .., sentence])
                if row.len() == self.columns.len() && !sentence.trim().is_empty() =>
            {
                page.item(&(self.text(before, widths) + "  "), sentence)
            }
            _ => page.line(&self.text(row, widths)),
        }
    }

    fn titles(&self) -> Vec<String> {
        self.columns.iter().map(|(title, _)| (*title).to_owned()).collect()
    }

    fn widths(&self, titles: &[String]) -> Vec<usize> {
        let mut widths: Vec<usize> = (0..self.columns.len()).map(|i| self.natural_width(i, titles)).collect();
        while WIDTH < widths.iter().map(|w| w + MARGIN).sum() {
            let aligns = self.columns.iter().map(|(_, align)| *align);
            let words = widths.iter_mut().zip(aligns).filter(|(width, align)| align.gives(**width));
            let widest = words.max_by_key(|(width, align)| (*align == Align::First && FIRST_STAY < **width, **width));
            match widest {
                Some((widest, _)) => *widest -= 1,
                None => break,
            }
        }
        widths
    }

    fn natural_width(&self, column: usize, titles: &[String]) -> usize {
        let cells = std::iter::once(titles).chain(self.rows.iter().map(Vec::as_slice));
        cells.filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    }

    fn text(&self, row: &[String], widths: &[usize]) -> String {
        let cells = self.columns.iter().zip(row).zip(widths).map(|(((_, align), cell), width)| match align {
            Align::Left | Align::First | Align::Wrapped => format!("{:<width$}", shortened(cell, *width)),
            Align::Fixed => format!("{cell:<width$}"),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_has_as_many_lines_as_it_needs() {
        let mut table = Table::new(&[("at", Align::Fixed), ("what", Align::Wrapped)]);
        table.row(["0x1000".into(), "word ".repeat(30)]);
        table.row(["0x2000".into(), String::new()]);
        let mut out = Vec::new();
        table.write(&mut Page::new(&mut out, false)).unwrap();
        let shown = String::from_utf8(out).unwrap();
        assert_eq!(shown.matches("word").count(), 30);
        assert!(shown.lines().all(|line| line.chars().count() <= WIDTH), "{shown}");
        assert!(shown.contains("\n          word") && shown.ends_with("\n  0x2000\n"), "{shown}");
    }

    #[test]
    fn a_wide_table_is_cut_in_its_widest_words() {
        let mut table = Table::new(&[("start", Align::Fixed), ("size", Align::Right), ("who", Align::Left)]);
        table.row(["0x0000000000010000".into(), "127.5 TiB".into(), "x".repeat(150)]);
        table.row(["0x0000000000020000".into(), "4 KiB".into(), "short".into()]);
        let mut out = Vec::new();
        table.write(&mut Page::new(&mut out, false)).unwrap();
        let shown = String::from_utf8(out).unwrap();
        assert!(shown.lines().all(|l| l.chars().count() <= WIDTH), "{shown}");
        assert!(shown.contains("0x0000000000010000  127.5 TiB  xxxx"), "{shown}");
        assert!(shown.lines().any(|l| l.ends_with("short")));
    }
}
