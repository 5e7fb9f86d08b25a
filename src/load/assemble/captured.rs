//! The list of captured memory, made fit for lookups: sorted and disjoint.

use crate::addr::{Addr, AddrRange};
use crate::model::Captured;

/// Sorts the ranges and cuts overlaps off, so that each address has one place in the file. Small minidumps list
/// the same memory more than once; the copies are equal, so the first will do.
pub(super) fn sorted(mut ranges: Vec<Captured>) -> Vec<Captured> {
    ranges.sort_by_key(|c| (c.range.start(), c.offset));
    let mut end = Addr(0);
    ranges.retain_mut(|c| {
        let start = c.range.start().max(end);
        let Some(range) = AddrRange::new(start, c.range.end()) else { return false };
        let skipped = start.distance_from(c.range.start());
        let Some(offset) = c.offset.checked_add(skipped) else { return false };
        *c = Captured { range, offset };
        end = range.end();
        true
    });
    ranges
}
