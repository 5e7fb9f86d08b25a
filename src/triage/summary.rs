//! What rows have in common: how they ended, and groups of those with the same trouble.

use std::collections::HashMap;
use std::io;

use super::{Column, Row, Rows, Status, Value};

/// A group of rows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RowGroup {
    /// What its rows have in common, one entry for each column of [`Summary::by`]; `None` where that is not known.
    /// Untrusted.
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

impl Gate {
    /// Whether so many rows match that it fails. No rows never fail it.
    pub fn fails(&self) -> bool {
        self.matched >= self.fails_from.max(1)
    }
}

/// All rows in short.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// How many rows ended how, in the order of [`Status::ALL`]; those with none are left out.
    pub statuses: Vec<(Status, u64)>,
    /// How many of the rows that were read have which verdict, the most frequent first; `None` for none.
    pub verdicts: Vec<(Option<String>, u64)>,
    /// By which columns the rows are grouped.
    pub by: Vec<&'static Column>,
    /// The groups, the largest first.
    pub groups: Vec<RowGroup>,
    /// What each gate found.
    pub gates: Vec<Gate>,
}

impl Summary {
    /// Sums up rows that are kept somewhere, grouped by these columns; no gate is asked.
    ///
    /// # Errors
    /// Those of reading the rows.
    pub fn of(rows: &dyn Rows, by: Vec<&'static Column>) -> io::Result<Summary> {
        let mut run = SummaryRun::new(by);
        rows.each(&mut |row| {
            run.see(row);
            Ok(())
        })?;
        Ok(run.finish())
    }

    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        self.statuses.iter().map(|(_, count)| count).sum()
    }

    /// How many rows there are of which nothing could be read.
    pub fn not_read(&self) -> u64 {
        self.statuses.iter().filter(|(status, _)| !status.was_read()).map(|(_, count)| count).sum()
    }
}

/// A summary in the making, which sees one row after the other. It keeps about nine bytes of each row, and one file name
/// and key of each group.
#[derive(Debug)]
pub struct SummaryRun {
    by: Vec<&'static Column>,
    statuses: [u64; Status::ALL.len()],
    verdicts: HashMap<Option<String>, u64>,
    groups: HashMap<Vec<Option<String>>, Members>,
}

/// What is kept of a group's rows.
#[derive(Debug)]
struct Members {
    count: u64,
    example: String,
    largest: Vec<u64>,
}

impl SummaryRun {
    /// Nothing seen yet, to be grouped by these columns.
    pub fn new(by: Vec<&'static Column>) -> SummaryRun {
        SummaryRun { by, statuses: Default::default(), verdicts: HashMap::new(), groups: HashMap::new() }
    }

    /// Takes in a row. The first of a group becomes its example.
    pub fn see(&mut self, row: &Row) {
        for (count, _) in self.statuses.iter_mut().zip(Status::ALL).filter(|(_, status)| *status == row.status) {
            *count += 1;
        }
        if row.status.was_read() {
            *self.verdicts.entry(row.verdict.clone()).or_default() += 1;
        }
        let key = self.by.iter().map(|column| (column.get)(row).map(word)).collect();
        let first = || Members { count: 0, example: row.file.clone(), largest: Vec::new() };
        let members = self.groups.entry(key).or_insert_with(first);
        members.count += 1;
        if let Some(largest) = row.largest {
            members.add(largest);
        }
    }

    /// What was seen in short. Groups are ordered by how many rows they have, and then by what these have in common.
    pub fn finish(self) -> Summary {
        let statuses = Status::ALL.into_iter().zip(self.statuses).filter(|(_, count)| 0 < *count).collect();
        let mut verdicts: Vec<_> = self.verdicts.into_iter().collect();
        verdicts.sort_by(|(a, rows_a), (b, rows_b)| rows_b.cmp(rows_a).then_with(|| a.cmp(b)));
        let mut groups: Vec<RowGroup> = self.groups.into_iter().map(|(key, members)| members.group(key)).collect();
        groups.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.key.cmp(&b.key)));
        Summary { statuses, verdicts, by: self.by, groups, gates: Vec::new() }
    }
}

impl Members {
    /// Room is made by an eighth at a time, not by doubling it.
    fn add(&mut self, largest: u64) {
        if self.largest.len() == self.largest.capacity() {
            self.largest.reserve_exact(self.largest.len() / 8 + 4);
        }
        self.largest.push(largest);
    }

    fn group(mut self, key: Vec<Option<String>>) -> RowGroup {
        let middle = self.largest.len().saturating_sub(1) / 2;
        let median_largest = (!self.largest.is_empty()).then(|| *self.largest.select_nth_unstable(middle).1);
        RowGroup { key, count: self.count, median_largest, example: self.example }
    }
}

/// What a field is compared by.
fn word(value: Value<'_>) -> String {
    match value {
        Value::Text(text) => text.to_owned(),
        Value::Whole(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
    }
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
