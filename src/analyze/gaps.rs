//! Gaps: the maximal runs of free addresses.

use crate::addr::AddrRange;
use crate::model::{AddressSpace, Certainty, Coverage, Region};

/// A maximal run of addresses without a region. What of it is usable and reachable, [`Reach`](super::Reach) tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gap {
    /// Where.
    pub range: AddrRange,
    /// How sure it is that all of it is free.
    pub certainty: Certainty,
    /// Index of the region above; the number of regions at the ceiling.
    next: u32,
}

impl Gap {
    /// Index of the region that ends where the gap starts, or `None` at the floor.
    pub fn below(self) -> Option<usize> {
        (self.next as usize).checked_sub(1)
    }

    /// Index of the region that starts where the gap ends; equal to the number of regions at the ceiling.
    pub fn above(self) -> usize {
        self.next as usize
    }

    /// The region below, or `None` at the floor.
    pub fn region_below(self, space: &AddressSpace) -> Option<&Region> {
        space.regions().get(self.below()?)
    }

    /// The region above, or `None` at the ceiling.
    pub fn region_above(self, space: &AddressSpace) -> Option<&Region> {
        space.regions().get(self.above())
    }
}

/// All gaps, by address.
pub fn find(space: &AddressSpace) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = space.holes().map(|hole| gap(space, hole.range, hole.above)).collect();
    gaps.shrink_to_fit();
    gaps
}

fn gap(space: &AddressSpace, range: AddrRange, above: Option<usize>) -> Gap {
    let next = above.unwrap_or(space.regions().len());
    Gap { range, certainty: space.coverage().certainty(range), next: u32::try_from(next).unwrap_or(u32::MAX) }
}

/// The parts of a gap that the dump itself calls free: all of it, some runs, or nothing.
pub fn known_free(coverage: &Coverage, gap: AddrRange) -> impl Iterator<Item = AddrRange> + '_ {
    let whole = matches!(coverage, Coverage::Everything).then_some(gap);
    let list: &[AddrRange] = match coverage {
        Coverage::Within(list) => list,
        Coverage::Everything | Coverage::Nothing => &[],
    };
    let first = list.partition_point(|c| c.end() <= gap.start());
    let parts = list.iter().skip(first).map_while(move |c| c.intersect(gap));
    whole.into_iter().chain(parts)
}
