//! What is at an address, and who is around it.

use super::Gap;
use crate::addr::Addr;
use crate::model::{AddressSpace, Region};

/// What an address lies in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spot {
    /// A region, by its index.
    Region(usize),
    /// A gap, by its index.
    Gap(usize),
    /// Below the floor or at or above the ceiling.
    Outside,
}

/// An address with its surroundings. Everything by index into the regions and gaps of the analysis.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Location {
    /// The address.
    pub addr: Addr,
    /// What it lies in.
    pub spot: Spot,
    /// The nearest region below that region or gap, touching it or not.
    pub region_below: Option<usize>,
    /// The nearest region above.
    pub region_above: Option<usize>,
    /// The nearest gap below that region or gap.
    pub gap_below: Option<usize>,
    /// The nearest gap above.
    pub gap_above: Option<usize>,
}

/// Finds `addr` and what is around it.
pub fn locate(space: &AddressSpace, gaps: &[Gap], addr: Addr) -> Location {
    let regions = space.regions();
    let region_before = regions.partition_point(|r| r.range.start() <= addr).checked_sub(1);
    let gap_before = gaps.partition_point(|g| g.range.start() <= addr).checked_sub(1);
    let in_region = region_before.filter(|i| regions.get(*i).is_some_and(|r| r.range.contains(addr)));
    let in_gap = gap_before.filter(|i| gaps.get(*i).is_some_and(|g| g.range.contains(addr)));
    let spot = match (in_region, in_gap) {
        (Some(region), _) => Spot::Region(region),
        (None, Some(gap)) => Spot::Gap(gap),
        (None, None) => Spot::Outside,
    };
    Location {
        addr,
        spot,
        region_below: before(region_before, in_region),
        region_above: after(region_before, regions.len()),
        gap_below: before(gap_before, in_gap),
        gap_above: after(gap_before, gaps.len()),
    }
}

/// The last item that starts at or below the address, or the one before if the address is in that one.
fn before(last: Option<usize>, holds: Option<usize>) -> Option<usize> {
    if holds.is_some() { last?.checked_sub(1) } else { last }
}

fn after(last: Option<usize>, len: usize) -> Option<usize> {
    let next = last.map_or(0, |i| i + 1);
    (next < len).then_some(next)
}

impl Location {
    /// The region that holds the address.
    pub fn region(self, space: &AddressSpace) -> Option<&Region> {
        match self.spot {
            Spot::Region(index) => space.regions().get(index),
            Spot::Gap(_) | Spot::Outside => None,
        }
    }
}
