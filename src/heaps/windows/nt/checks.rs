//! What an NT heap lets be checked against itself, and the sentences about it.

use crate::heaps::Tally;
use crate::units::plural;

/// Counts of all heaps of a process.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Checks {
    sound: u64,
    checked: u64,
    /// Free units of the heap that is walked.
    free_units: u64,
    total_free: Equal,
    free_lists: Equal,
}

/// How many heaps' figures came out equal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Equal {
    equal: u64,
    of: u64,
}

impl Equal {
    fn add(&mut self, equal: bool) {
        self.equal += u64::from(equal);
        self.of += 1;
    }
}

impl Checks {
    /// The next heap begins.
    pub(super) fn begin(&mut self) {
        self.free_units = 0;
    }

    /// A header was read; `None` if it has no checksum.
    pub(super) fn entry(&mut self, sound: Option<bool>) {
        self.checked += u64::from(sound.is_some());
        self.sound += u64::from(sound == Some(true));
    }

    /// A free block of so many units.
    pub(super) fn free(&mut self, units: u64) {
        self.free_units = self.free_units.saturating_add(units);
    }

    /// The heap's TotalFreeSize, in units. An error says what was found instead.
    pub(super) fn total_free(&mut self, stated: u64) -> Result<(), String> {
        self.total_free.add(stated == self.free_units);
        let message =
            || format!("TotalFreeSize is {}, and free blocks have {}", plural(stated, "unit"), self.free_units);
        (stated == self.free_units).then_some(()).ok_or_else(message)
    }

    /// How many blocks the heap's free lists have, and how many free ones were met.
    pub(super) fn free_lists(&mut self, listed: u64, met: Tally) -> Result<(), String> {
        self.free_lists.add(listed == met.count);
        let message = || format!("free lists have {}, and {} are free", plural(listed, "block"), met.count);
        (listed == met.count).then_some(()).ok_or_else(message)
    }

    /// For people.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut parts = Vec::new();
        if self.checked > 0 {
            parts.push(format!("checksums of headers right in {} of {}", self.sound, self.checked));
        }
        let Equal { equal, of } = self.total_free;
        parts.push(format!("TotalFreeSize met in {equal} of {of} heaps"));
        let Equal { equal, of } = self.free_lists;
        parts.push(format!("free lists in {equal} of {of}"));
        vec![format!("self-checks: {}", parts.join(", "))]
    }
}
