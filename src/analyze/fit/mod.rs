//! What must go so that a request fits: the cheapest windows of the address space that could hold it.
//!
//! A window is a range of the request's size and alignment that mmap or VirtualAlloc could hand out if nothing stood in
//! it. Whoever touches it has to go as a whole: a thread's stack with its guard, a module, a heap with its reserved
//! tail. A window that a pinned owner touches is none.

mod change;
mod front;
mod ledger;
mod sweep;

pub use change::{Change, Changes};
pub use ledger::{Ledger, Taken};

use super::{Reach, splitters};
use crate::addr::AddrRange;
use crate::model::{Certainty, Coverage, OwnerId, Snapshot};
use sweep::Sweep;

/// Candidates at most: a front of hundreds tells nobody more than its cheapest end.
pub const MOST_CANDIDATES: usize = 32;

/// Owners in all candidates together at most, but for the first one's.
pub const MOST_OWNERS: u64 = 4_096;

/// A range to be placed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Placement {
    /// Bytes.
    pub size: u64,
    /// Alignment of its start in bytes; `None` is the space's granularity, which is the least in any case.
    pub align: Option<u64>,
}

impl Placement {
    /// The alignment that counts, in bytes.
    pub fn align(self, reach: Reach) -> u64 {
        self.align.unwrap_or(1).max(reach.granularity())
    }
}

/// What must go for one window.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// Where the request would lie.
    pub window: AddrRange,
    /// Who stands there, by address; empty where it fits already.
    pub owners: Vec<OwnerId>,
    /// Committed bytes of these owners, in the window and elsewhere: what is given up.
    pub committed: u64,
    /// The same of their reserved bytes.
    pub reserved: u64,
    /// The largest usable and reachable gap without them, in bytes.
    pub largest_after: u64,
    /// How sure it is that nobody else stands there: in an incomplete map somebody may who is not listed.
    pub certainty: Certainty,
}

/// The answer for one request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fit {
    /// What was asked.
    pub placement: Placement,
    /// Whether a window is free.
    pub fits_now: bool,
    /// The windows of which none other has both fewer owners and fewer committed bytes; those with the fewest owners
    /// first. Of equal ones that with fewer reserved bytes, then the lowest.
    pub candidates: Vec<Candidate>,
    /// How many candidates there are, of which the list has the first.
    pub candidate_count: usize,
    /// Pinned owners, by address, of whom at least one stands in every window; empty if there are candidates. With
    /// neither, no window of that size lies between floor and ceiling where mmap looks.
    pub pinned: Vec<OwnerId>,
}

/// Finds what must go so that `placement` fits. Linear in the number of regions up to sorting.
pub fn find(snapshot: &Snapshot, reach: Reach, placement: Placement) -> Fit {
    let ledger = Ledger::of(snapshot);
    let mut sweep = Sweep::new(snapshot, reach, placement, &ledger);
    let windows: Vec<sweep::Window> = sweep.by_ref().collect();
    let pinned = if windows.is_empty() { sweep.pinned_owners() } else { Vec::new() };
    let front = front::cheapest(windows);
    Fit {
        placement,
        fits_now: front.first().is_some_and(|w| w.owners == 0),
        candidate_count: front.len(),
        candidates: shown(&front).map(|w| candidate(snapshot, reach, w)).collect(),
        pinned,
    }
}

/// The beginning of the front: as many windows as are worth reading, and the first in any case.
fn shown(front: &[sweep::Window]) -> impl Iterator<Item = &sweep::Window> {
    let mut owners = 0u64;
    front.iter().take(MOST_CANDIDATES).enumerate().map_while(move |(rank, window)| {
        owners += u64::from(window.owners);
        (rank == 0 || owners <= MOST_OWNERS).then_some(window)
    })
}

fn candidate(snapshot: &Snapshot, reach: Reach, window: &sweep::Window) -> Candidate {
    let owners = owners_in(snapshot, window.range);
    let mut gone = vec![false; snapshot.owners.len()];
    for owner in &owners {
        if let Some(flag) = gone.get_mut(owner.0 as usize) {
            *flag = true;
        }
    }
    let is_gone = |owner: OwnerId| gone.get(owner.0 as usize).copied().unwrap_or(false);
    Candidate {
        window: window.range,
        owners,
        committed: window.committed,
        reserved: window.reserved,
        largest_after: splitters::largest_without(&snapshot.space, reach, |r| is_gone(r.owner)),
        certainty: certainty(snapshot, window.range),
    }
}

/// Whether everything in `range` that is no region is known to be free.
fn certainty(snapshot: &Snapshot, range: AddrRange) -> Certainty {
    if *snapshot.space.coverage() == Coverage::Everything {
        return Certainty::Free;
    }
    let regions = snapshot.space.regions();
    let first = regions.partition_point(|r| r.range.end() <= range.start());
    let inside = regions.iter().skip(first).take_while(|r| r.range.start() < range.end());
    let borders = inside.map(|r| (r.range.start(), r.range.end())).chain([(range.end(), range.end())]);
    let mut from = range.start();
    let mut gaps = borders.filter_map(|(start, end)| AddrRange::new(std::mem::replace(&mut from, end), start));
    match gaps.all(|gap| snapshot.space.coverage().certainty(gap) == Certainty::Free) {
        true => Certainty::Free,
        false => Certainty::NotListed,
    }
}

/// Owners with a region in `range`, each once, by their first region there.
fn owners_in(snapshot: &Snapshot, range: AddrRange) -> Vec<OwnerId> {
    let regions = snapshot.space.regions();
    let first = regions.partition_point(|r| r.range.end() <= range.start());
    let inside = regions.iter().skip(first).take_while(|r| r.range.start() < range.end());
    super::barriers::distinct(inside.map(|r| r.owner))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::addr::Addr;

    fn windows(owners: impl Iterator<Item = u32>) -> Vec<sweep::Window> {
        let range = AddrRange::from_size(Addr(0x1000), 0x1000).unwrap();
        owners.map(|owners| sweep::Window { range, owners, committed: 0, reserved: 0 }).collect()
    }

    #[test]
    fn of_a_long_front_its_cheap_end_is_shown() {
        assert_eq!(shown(&windows(1..=100)).count(), MOST_CANDIDATES);
        // 1,000 + 1,500 + 1,500 owners, and one more is too many.
        assert_eq!(shown(&windows([1_000, 1_500, 1_500, 97, 98].into_iter())).count(), 3);
        // The first is shown in any case.
        assert_eq!(shown(&windows([60_000, 60_001].into_iter())).count(), 1);
    }
}
