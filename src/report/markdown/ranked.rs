//! Ranked lists: the first rows openly, more of them folded.

use super::paper::Paper;
use super::table::{self, Columns};
use super::{ELSEWHERE, SHOWN, budget};
use crate::units::Count;

/// What a list is, in our own words.
pub struct Ranked<'a> {
    pub title: &'static str,
    pub remark: &'a str,
    pub noun: &'static str,
    /// How many rows at the most, and how many there are.
    pub limit: usize,
    pub total: usize,
}

impl Ranked<'_> {
    /// Writes the list. `cells` makes the row of a rank.
    pub fn write<const N: usize>(
        &self,
        paper: &mut Paper,
        columns: &Columns<N>,
        cells: impl Fn(usize) -> Option<[String; N]>,
    ) {
        paper.section(budget::TABLE);
        paper.heading(&format!("{}: {}", self.title, self.remark));
        let written = table::write(paper, columns, (0..SHOWN).map_while(&cells));
        let folds = SHOWN <= written && written < self.total;
        paper.left_out(self.total, written, self.noun, if folds { ", the next ones folded" } else { ELSEWHERE });
        paper.section(budget::FOLD);
        if folds && paper.fold(&format!("{}: from number {} on", self.title, Count(written as u64 + 1))) {
            let more = table::write(paper, columns, (written..self.limit).map_while(&cells));
            paper.left_out(self.total, written + more, self.noun, ELSEWHERE);
            paper.unfold();
        }
    }
}
