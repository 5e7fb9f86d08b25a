//! What is marked in a picture.

use crate::addr::{Addr, AddrRange};

/// A thing that is marked and named, with its neighbourhood.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Focus {
    /// Where it is.
    pub range: AddrRange,
    /// What it is, harmless for a terminal.
    pub name: String,
}

/// The neighbourhood on each side is so many times as large as the thing itself, and up to half as much again.
const TIMES: u64 = 5;
/// And at least this large, in bytes.
const LEAST: u64 = 512 << 10;

impl Focus {
    /// The thing with what is around it, to round addresses and cut at the ends of the space.
    pub fn neighbourhood(&self, space: AddrRange) -> AddrRange {
        let margin = self.range.size().saturating_mul(TIMES).max(LEAST);
        let round = 1 << margin.ilog2().saturating_sub(1);
        let start = Addr(self.range.start().0.saturating_sub(margin));
        let end = Addr(self.range.end().0.saturating_add(margin));
        AddrRange::new(start, end).and_then(|wide| wide.grown_to(round).intersect(space)).unwrap_or(self.range)
    }
}
