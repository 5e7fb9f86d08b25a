//! A heap as its own lists tell it, before blocks are walked; and who has which range, so that no byte is counted twice.

use std::collections::BTreeMap;

use crate::addr::{Addr, AddrRange};

/// Pages of every Windows that is read here.
pub(super) const PAGE: u64 = 4096;

/// One heap.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Outline {
    /// Address of its data, which is its HANDLE.
    pub(super) handle: Addr,
    /// The process's default heap.
    pub(super) main: bool,
    /// Its pieces, the oldest first where lists tell.
    pub(super) segments: Vec<Segment>,
    /// Blocks with an allocation of their own.
    pub(super) large: Vec<Large>,
}

impl Outline {
    /// Committed bytes of segments.
    pub(super) fn committed(&self) -> u64 {
        self.segments.iter().fold(0, |sum, s| sum.saturating_add(s.committed))
    }

    /// Address space of it all.
    pub(super) fn reserved(&self) -> u64 {
        self.segments.iter().fold(0, |sum, s| sum.saturating_add(s.range.size()))
    }
}

/// A piece of address space that is cut into blocks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Segment {
    /// All of it, whole pages.
    pub(super) range: AddrRange,
    /// Bytes of it that are committed.
    pub(super) committed: u64,
    /// The first block.
    pub(super) first: Addr,
    /// Where blocks end.
    pub(super) end: Addr,
    /// Ranges between blocks that are only reserved, by address.
    pub(super) holes: Vec<AddrRange>,
    /// What blocks hold that the heap has for itself, sorted.
    pub(super) internal: Vec<Addr>,
}

/// A block with an allocation of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Large {
    /// All of it, whole pages.
    pub(super) range: AddrRange,
    /// Bytes of it that are committed.
    pub(super) committed: u64,
    /// What the program has.
    pub(super) data: Addr,
    /// Bytes that it asked for.
    pub(super) size: u64,
}

/// Ranges that are some heap's already.
#[derive(Default)]
pub(super) struct Claimed(BTreeMap<u64, u64>);

impl Claimed {
    /// Takes a range, or says `false` if any of it is taken.
    pub(super) fn take(&mut self, range: AddrRange) -> bool {
        let below = self.0.range(..range.end().0).next_back();
        if below.is_some_and(|(_, end)| *end > range.start().0) {
            return false;
        }
        self.0.insert(range.start().0, range.end().0);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_not_taken_twice() {
        let range = |start, end| AddrRange::new(Addr(start), Addr(end)).unwrap();
        let mut claimed = Claimed::default();
        assert!(claimed.take(range(0x1000, 0x3000)));
        assert!(claimed.take(range(0x5000, 0x6000)));
        assert!(claimed.take(range(0x3000, 0x5000)));
        for (start, end) in [(0x2000, 0x2800), (0, 0x1001), (0x5fff, 0x7000), (0, 0x9000), (0x1000, 0x3000)] {
            assert!(!claimed.take(range(start, end)), "{start:#x}");
        }
        assert!(claimed.take(range(0x6000, 0x7000)));
    }
}
