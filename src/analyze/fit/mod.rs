//! What must go so that a request fits: the cheapest windows of the address space that could hold it.
//!
//! A window is a range of the request's size and alignment that mmap or VirtualAlloc could hand out if nothing stood in
//! it. Whoever touches it has to go as a whole: a thread's stack with its guard, a module, a heap with its reserved
//! tail. A window that a pinned owner touches is none.

mod front;
mod sweep;

use super::{Reach, splitters};
use crate::addr::AddrRange;
use crate::model::{OwnerId, Snapshot, State};
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
    let costs = costs(snapshot);
    let mut sweep = Sweep::new(snapshot, reach, placement, &costs);
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

/// What an owner's going gives up.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
struct Cost {
    committed: u64,
    reserved: u64,
}

fn costs(snapshot: &Snapshot) -> Vec<Cost> {
    let mut costs = vec![Cost::default(); snapshot.owners.len()];
    for region in snapshot.space.regions() {
        let Some(cost) = costs.get_mut(region.owner.0 as usize) else { continue };
        match region.state {
            State::Committed => cost.committed += region.range.size(),
            State::Reserved => cost.reserved += region.range.size(),
        }
    }
    costs
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
    }
}

/// Owners with a region in `range`, each once, by their first region there.
fn owners_in(snapshot: &Snapshot, range: AddrRange) -> Vec<OwnerId> {
    let regions = snapshot.space.regions();
    let first = regions.partition_point(|r| r.range.end() <= range.start());
    let inside = regions.iter().skip(first).take_while(|r| r.range.start() < range.end());
    super::barriers::distinct(inside.map(|r| r.owner))
}
