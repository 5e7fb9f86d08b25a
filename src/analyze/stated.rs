//! Figures that a tool states, where there is no map, or only a part of one, to measure.

use super::Reach;
use crate::model::{Evidence, Snapshot, Stated};

/// The figures that count instead of the map's own: those of a tool that saw all of the address space, where the map
/// shows less. `None` where the map is good, or nothing is stated of what is free.
pub fn instead_of_map(snapshot: &Snapshot) -> Option<&Stated> {
    let poor = snapshot.evidence <= Evidence::Partial;
    snapshot.stated.as_ref().filter(|stated| poor && stated.tells_free())
}

/// Whether there are stated figures and nothing else: no region is known but what every process has.
pub fn alone(snapshot: &Snapshot) -> bool {
    instead_of_map(snapshot).is_some() && snapshot.evidence == Evidence::None
}

/// Upper and lower bound of the largest run that an allocation could have, in bytes: whole granules of the largest free
/// region; the lower one is 0 where its address is not known.
pub(super) fn largest_run(stated: &Stated, reach: Reach) -> (u64, u64) {
    let granularity = reach.granularity().max(1);
    let upper = stated.largest.or(stated.free).unwrap_or(u64::MAX);
    let lower = stated.largest_at.map_or(0, |range| reach.usable_size(range));
    (upper - upper % granularity, lower)
}

/// How many stacks of `size` bytes may have found room, at the most.
pub fn most_threads(stated: &Stated, size: u64) -> Option<u64> {
    stated.free?.checked_div(size)
}
