//! One listing of an address space inside a log: its rows, what they cover, and what of it was lost.

use super::tool::Tool;
use crate::addr::{Addr, AddrRange};
use crate::load::facts::{RawCoverage, Row};
use crate::model::Evidence;

/// Rows as one command printed them.
#[derive(Clone, Debug)]
pub(super) struct Listing {
    /// Which command it is.
    pub tool: Tool,
    /// Occupied rows.
    pub rows: Vec<Row>,
    /// What occupied and free rows cover; neighbours joined.
    pub covered: Vec<AddrRange>,
    /// Lines between rows that could not be read; the first of them.
    pub lost: u64,
    pub first_lost: Option<u64>,
    /// How many free rows there were.
    pub free_rows: u64,
    /// Lines behind the last row that could not be read.
    foreign: Option<u64>,
    pub grade: Grade,
}

/// What a listing is worth as a map.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Grade {
    pub evidence: Evidence,
    pub coverage: RawCoverage,
    /// What it rests on, or what is missing, as a sentence.
    pub note: String,
}

impl Listing {
    /// A listing without rows.
    pub(super) fn new(tool: Tool) -> Listing {
        let grade = Grade { evidence: Evidence::Partial, coverage: RawCoverage::Nothing, note: String::new() };
        let (rows, covered) = (Vec::new(), Vec::new());
        Listing { tool, rows, covered, lost: 0, first_lost: None, free_rows: 0, foreign: None, grade }
    }

    /// Adds an occupied row.
    pub(super) fn push(&mut self, row: Row) {
        self.cover(row.range);
        self.rows.push(row);
    }

    /// Adds a free row.
    pub(super) fn push_free(&mut self, range: AddrRange) {
        self.cover(range);
        self.free_rows += 1;
    }

    /// Makes the last row longer by what follows it at once. `false` if it does not.
    pub(super) fn extend_last(&mut self, range: AddrRange) -> bool {
        let Some(last) = self.rows.last_mut().filter(|row| row.range.end() == range.start()) else { return false };
        last.range = last.range.hull(range);
        self.cover(range);
        true
    }

    /// Goes on with rows: what was strange before them was a row, or stood for some.
    fn cover(&mut self, range: AddrRange) {
        if let Some(line) = self.foreign.take() {
            self.lose(line);
        }
        match self.covered.last_mut().filter(|last| last.start() <= range.start() && range.start() <= last.end()) {
            Some(last) => *last = last.hull(range),
            None => self.covered.push(range),
        }
    }

    /// Adds the rows of another, apart from those that it has already.
    pub(super) fn absorb(&mut self, other: Listing) {
        let last = self.rows.last().map(|r| r.range);
        self.rows.extend(other.rows.into_iter().filter(|r| Some(r.range) != last));
        self.covered.extend(other.covered);
        self.free_rows += other.free_rows;
    }

    /// After all of the regions asked for one by one are in it: each once, and what they cover.
    pub(super) fn settle(&mut self) {
        self.rows.sort_by_key(|row| row.range);
        self.rows.dedup_by_key(|row| row.range);
        if let RawCoverage::Within(covered) = &mut self.grade.coverage {
            covered.clone_from(&self.covered);
        }
    }

    /// Notes a line that is none of the listing's; if rows follow, it was one.
    pub(super) fn note_foreign(&mut self, line: u64) {
        if !self.is_empty() {
            self.foreign = self.foreign.or(Some(line));
        }
    }

    /// Counts a line that should have been a row.
    pub(super) fn lose(&mut self, line: u64) {
        self.lost += 1;
        self.first_lost = self.first_lost.or(Some(line));
    }

    /// Whether there is no row, free ones included.
    pub(super) fn is_empty(&self) -> bool {
        self.covered.is_empty()
    }

    /// The first address after the highest row, free ones included.
    pub(super) fn end(&self) -> Option<Addr> {
        self.covered.iter().map(|r| r.end()).max()
    }

    /// Sum of the occupied rows in bytes.
    pub(super) fn occupied(&self) -> u64 {
        self.rows.iter().fold(0, |sum, r| r.range.size().saturating_add(sum))
    }

    /// Sets the grade.
    pub(super) fn graded(&mut self, evidence: Evidence, coverage: RawCoverage, note: impl Into<String>) {
        self.grade = Grade { evidence, coverage, note: note.into() };
    }

    /// The map is whole unless lines were lost: then it is partial, and covers what its rows do.
    pub(super) fn grade_whole(&mut self, coverage: RawCoverage, note: &str) {
        match self.lost {
            0 => self.graded(Evidence::Complete, coverage, note),
            lost => {
                let note = format!("{note}, of which {lost} or more lines could not be read or were left out");
                self.grade_partial(note);
            }
        }
    }

    /// The map is partial: it tells what its rows cover and no more.
    pub(super) fn grade_partial(&mut self, note: impl Into<String>) {
        let covered = RawCoverage::Within(self.covered.clone());
        self.graded(Evidence::Partial, covered, note);
    }
}
