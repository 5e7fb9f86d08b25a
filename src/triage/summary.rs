//! What rows have in common: how they ended, and groups of those with the same trouble.

use super::{Column, Rows, Status};

/// A group of rows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RowGroup {
    /// What its rows have in common, one entry for each column of [`Summary::by`]; `None` where that is not known.
    pub key: Vec<Option<String>>,
    /// How many rows.
    pub count: u64,
    /// The median of their largest gaps, in bytes; of an even count the lower middle; `None` if none has one.
    pub median_largest: Option<u64>,
    /// The file of its first row.
    pub example: String,
}

/// What a gate found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Gate {
    /// The expression as it was written.
    pub expression: String,
    /// How many rows match.
    pub matched: u64,
    /// From how many on it fails.
    pub fails_from: u64,
    /// The files of those that match, as far as they are named.
    pub files: Vec<String>,
    /// Rows of which it cannot be said, for a column that it names is not known there.
    pub undecided: u64,
}

/// All rows in short.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// How many rows ended how, in the order of [`Status::ALL`]; those with none are left out.
    pub statuses: Vec<(Status, u64)>,
    /// By which columns the rows are grouped.
    pub by: Vec<&'static Column>,
    /// The groups, the largest first.
    pub groups: Vec<RowGroup>,
    /// What each gate found.
    pub gates: Vec<Gate>,
}

/// What outputs are made from.
#[derive(Clone, Copy)]
pub struct Triaged<'a> {
    /// The rows.
    pub rows: &'a dyn Rows,
    /// What they have in common.
    pub summary: &'a Summary,
    /// The command line to get the same again, for a shell.
    pub command: Option<&'a str>,
}
