//! Counterfactuals of what is new: the largest gap as it would be without it.

use crate::addr::{Addr, AddrRange};
use crate::analyze::Reach;
use crate::model::AddressSpace;

/// A part of the occupied space, and by number to which party of what is new it belongs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    pub range: AddrRange,
    pub party: Option<usize>,
}

/// The largest usable and reachable gap that the going of each of `count` parties would leave where it stands, in bytes;
/// 0 for a party without a segment. Segments are sorted and tile what the regions take; one pass.
pub(super) fn largest_without(space: &AddressSpace, reach: Reach, segments: &[Segment], count: usize) -> Vec<u64> {
    let bounds = space.bounds().range;
    let mut runs = vec![Run::default(); count];
    for (index, segment) in segments.iter().enumerate() {
        let Some(run) = segment.party.and_then(|party| runs.get_mut(party)) else { continue };
        if run.next != Some(index) {
            let before = index.checked_sub(1).and_then(|i| segments.get(i));
            run.start = before.map_or(bounds.start(), |s| s.range.end());
        }
        run.next = Some(index + 1);
        let end = segments.get(index + 1).map_or(bounds.end(), |s| s.range.start());
        let free = AddrRange::new(run.start, end).map_or(0, |free| reach.reachable_size(free));
        run.largest = run.largest.max(free);
    }
    runs.into_iter().map(|run| run.largest).collect()
}

/// What one party's going would free, in the making.
#[derive(Clone, Copy, Default)]
struct Run {
    /// Where the free run around its latest segment begins.
    start: Addr,
    /// Index after its latest segment.
    next: Option<usize>,
    largest: u64,
}
