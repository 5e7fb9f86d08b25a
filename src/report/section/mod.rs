//! A table with its title and remarks, made once and written in every form.

mod markdown;
mod text;

pub(in crate::report) use markdown::write_markdown;
pub(in crate::report) use text::write_text;

use std::borrow::Cow;

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::report) enum Cell {
    /// A name, which may come from a dump.
    Name,
    /// Words of our own.
    Words,
    /// A sentence, in the last column.
    Sentence,
    /// An address.
    Address,
    /// A number.
    Number,
    /// A share in thousandths, drawn as a bar.
    Bar,
}

/// How much of a whole a bar shows, in thousandths; what is more than nothing is seen.
pub(in crate::report) fn bar(part: u64, whole: u64) -> String {
    let share = u128::from(part) * 1000 / u128::from(whole.max(1));
    share.clamp(u128::from(part > 0), 1000).to_string()
}

/// A bar of at most so many marks.
fn drawn(share: &str, marks: usize, mark: char) -> String {
    let share: usize = share.parse().unwrap_or(0);
    std::iter::repeat_n(mark, (share.min(1000) * marks).div_ceil(1000)).collect()
}

/// A title, remarks, and a table.
#[derive(Clone, Debug)]
pub(in crate::report) struct Section {
    /// A word for links.
    pub id: Cow<'static, str>,
    /// What it is about.
    pub title: Cow<'static, str>,
    /// What it shows.
    pub remark: String,
    /// Sentences below the title.
    pub notes: Vec<String>,
    /// Titles of the columns.
    pub columns: Vec<(String, Cell)>,
    /// The rows that are shown.
    pub rows: Vec<Vec<String>>,
    /// How many there are.
    pub total: usize,
    /// A row below all others, of their sums.
    pub foot: Option<Vec<String>>,
    /// Columns that a page of text leaves out where it has no room for all, in this order.
    pub spare: &'static [&'static str],
    /// What a row is, in the singular.
    pub noun: &'static str,
}

impl Section {
    /// A section without rows.
    pub fn new(
        id: impl Into<Cow<'static, str>>,
        title: impl Into<Cow<'static, str>>,
        remark: impl Into<String>,
        noun: &'static str,
    ) -> Section {
        Section {
            id: id.into(),
            title: title.into(),
            remark: remark.into(),
            notes: Vec::new(),
            columns: Vec::new(),
            rows: Vec::new(),
            total: 0,
            foot: None,
            spare: &[],
            noun,
        }
    }

    /// The same with columns.
    pub fn columns<'t>(mut self, columns: impl IntoIterator<Item = (&'t str, Cell)>) -> Section {
        self.columns = columns.into_iter().map(|(title, cell)| (title.to_owned(), cell)).collect();
        self
    }

    /// The same with the first `limit` of so many rows.
    pub fn rows<T>(mut self, items: &[T], limit: usize, row: impl Fn(&T) -> Vec<String>) -> Section {
        self.total = items.len();
        self.rows = items.iter().take(limit).map(row).collect();
        self
    }

    /// The rows that are shown, with that of their sums.
    pub fn all_rows(&self) -> impl Iterator<Item = &Vec<String>> {
        self.rows.iter().chain(&self.foot)
    }

    /// The same with sentences.
    pub fn notes(mut self, notes: Vec<String>) -> Section {
        self.notes = notes;
        self
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.notes.is_empty()
    }
}
