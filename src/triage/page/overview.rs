//! What the top of the page needs to know of all rows, from one walk over them.

use std::io;

use crate::triage::{COLUMNS, Column, Row, Rows};

/// Rows that stand in the file for readers without script.
pub(super) const SHOWN: usize = 100;

/// The columns that a table opens with, as far as any row has something there.
const USUAL: [&str; 11] = [
    "file",
    "status",
    "verdict",
    "request",
    "largest",
    "free",
    "fragmentation",
    "commit_left",
    "stacks.count",
    "splitters.0.owner",
    "splitters.0.gain",
];

/// What was found.
pub(super) struct Overview {
    /// How many rows.
    pub rows: u64,
    /// The first of them.
    pub first: Vec<Row>,
    /// For each of [`COLUMNS`], whether any row has something there.
    known: [bool; COLUMNS.len()],
}

impl Overview {
    /// Walks the rows.
    pub fn of(rows: &dyn Rows) -> io::Result<Overview> {
        let known = [false; COLUMNS.len()];
        let mut overview = Overview { rows: 0, first: Vec::new(), known };
        rows.each(&mut |row| {
            overview.see(row);
            Ok(())
        })?;
        Ok(overview)
    }

    fn see(&mut self, row: &Row) {
        self.rows += 1;
        if self.first.len() < SHOWN {
            self.first.push(row.clone());
        }
        for (known, column) in self.known.iter_mut().zip(&COLUMNS) {
            *known = *known || (column.get)(row).is_some();
        }
    }

    /// The columns that the table opens with.
    pub fn usual(&self) -> Vec<&'static Column> {
        let columns = COLUMNS.iter().zip(self.known);
        let known: Vec<_> = columns.filter(|(_, known)| *known).map(|(column, _)| column).collect();
        USUAL.iter().filter_map(|name| known.iter().copied().find(|column| column.name == *name)).collect()
    }

    /// Whether any row has something in this column.
    pub fn knows(&self, index: usize) -> bool {
        self.known.get(index).copied().unwrap_or_default()
    }
}
