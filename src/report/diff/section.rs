//! A table of a comparison, whatever form it is written in.

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::report) enum Cell {
    /// A name, which may come from a dump.
    Name,
    /// Words of our own.
    Words,
    /// An address.
    Address,
    /// A number.
    Number,
}

/// A title, remarks, and a table.
#[derive(Clone, Debug)]
pub(in crate::report) struct Section {
    /// A word for links.
    pub id: &'static str,
    /// What it is about.
    pub title: &'static str,
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
    /// What a row is, in the singular.
    pub noun: &'static str,
}

impl Section {
    /// A section without rows.
    pub fn new(id: &'static str, title: &'static str, remark: impl Into<String>, noun: &'static str) -> Section {
        Section {
            id,
            title,
            remark: remark.into(),
            notes: Vec::new(),
            columns: Vec::new(),
            rows: Vec::new(),
            total: 0,
            noun,
        }
    }

    /// The same with columns.
    pub fn columns<const N: usize>(mut self, columns: [(&str, Cell); N]) -> Section {
        self.columns = columns.map(|(title, cell)| (title.to_owned(), cell)).into();
        self
    }

    /// The same with the first `limit` of so many rows.
    pub fn rows<T>(mut self, items: &[T], limit: usize, row: impl Fn(&T) -> Vec<String>) -> Section {
        self.total = items.len();
        self.rows = items.iter().take(limit).map(row).collect();
        self
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
