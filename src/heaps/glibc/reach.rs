//! How far runs are walked. What is kept of a run grows with its length, and a damaged size may reach anywhere.

use super::chunks::Course;
use crate::addr::{Addr, AddrRange};
use crate::model::Memory;

/// Bytes of all runs together. Lists are followed no farther either (see [`Spans`](super::spans::Spans)).
const MOST: u64 = 64 << 30;
/// So many of them may be missing from the dump, with more behind them.
const MOST_MISSING: u64 = 1 << 30;
const PAGE: u64 = 4096;

/// What is left for the runs of a process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Reach {
    bytes: u64,
    missing: u64,
    /// The last limit that was asked for, and what came of it: main's runs share theirs.
    known: Option<(u64, u64)>,
}

impl Default for Reach {
    fn default() -> Reach {
        Reach { bytes: MOST, missing: MOST_MISSING, known: None }
    }
}

impl Reach {
    /// The course, with its limit where it can be afforded.
    pub(super) fn shortened(&mut self, memory: Memory<'_>, course: Course) -> Course {
        let most = course.limit.min(course.first.saturating_add(self.bytes));
        let known = self.known.filter(|(asked, end)| *asked == course.limit && course.first < *end);
        let end = known.map_or_else(|| self.held(memory, course), |(_, end)| end);
        self.known = Some((course.limit, end));
        Course { limit: end.min(most), ..course }
    }

    /// Up to where the dump holds enough of the course.
    fn held(&mut self, memory: Memory<'_>, course: Course) -> u64 {
        let mut end = course.first;
        let range = AddrRange::new(Addr(course.first), Addr(course.limit));
        for held in range.into_iter().flat_map(|range| memory.captured_in(range)) {
            let missing = held.start().0.saturating_sub(end);
            let Some(left) = self.missing.checked_sub(missing) else { return end.saturating_add(self.missing) };
            self.missing = left;
            end = held.end().0;
        }
        course.limit
    }

    /// Notes that so many bytes were walked.
    pub(super) fn walked(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    /// Pages that a run may still have.
    pub(super) fn pages(&self) -> u64 {
        self.bytes / PAGE
    }
}
