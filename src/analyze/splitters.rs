//! Counterfactuals: how large the largest gap would be without an owner, or without all owners of a kind.
//!
//! The figure is the one that decides a request: what is usable and can be reached. Taking an owner out changes only
//! the free space around its own regions, so all owners together cost one pass over the regions.

use super::Reach;
use crate::addr::{Addr, AddrRange};
use crate::model::{AddressSpace, OwnerId, OwnerKind, Owners, Region};

/// What taking one owner out would bring.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Splitter {
    /// Who.
    pub owner: OwnerId,
    /// How many regions it has.
    pub regions: u32,
    /// Their sum in bytes.
    pub bytes: u64,
    /// The largest usable and reachable gap without it, in bytes.
    pub largest_without: u64,
    /// How much that is above today's.
    pub gain: u64,
}

/// A set of owners that is taken out together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Group {
    /// Every owner of the kind `stack`.
    AllStacks,
    /// Every owner of the kind `module`.
    AllModules,
    /// Every owner of the kind `heap`.
    AllHeaps,
}

impl Group {
    /// All groups, in the order of tables.
    pub const ALL: [Group; 3] = [Group::AllStacks, Group::AllModules, Group::AllHeaps];

    /// The words used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Group::AllStacks => "all thread stacks",
            Group::AllModules => "all modules",
            Group::AllHeaps => "all heaps",
        }
    }

    /// The kind of owner it takes out.
    pub fn kind(self) -> OwnerKind {
        match self {
            Group::AllStacks => OwnerKind::Stack,
            Group::AllModules => OwnerKind::Module,
            Group::AllHeaps => OwnerKind::Heap,
        }
    }
}

/// What taking a group out would bring.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GroupSplitter {
    /// Which.
    pub group: Group,
    /// How many owners it has.
    pub owners: u64,
    /// How many regions.
    pub regions: u64,
    /// Their sum in bytes.
    pub bytes: u64,
    /// The largest usable and reachable gap without it, in bytes.
    pub largest_without: u64,
    /// How much that is above today's.
    pub gain: u64,
}

/// The largest usable and reachable gap if all regions that `gone` picks were taken out, in bytes.
pub fn largest_without(space: &AddressSpace, reach: Reach, gone: impl Fn(&Region) -> bool) -> u64 {
    let mut largest = 0;
    let mut free_from = space.bounds().range.start();
    for region in space.regions().iter().filter(|r| !gone(r)) {
        largest = largest.max(free_size(reach, free_from, region.range.start()));
        free_from = region.range.end();
    }
    largest.max(free_size(reach, free_from, space.bounds().range.end()))
}

fn free_size(reach: Reach, start: Addr, end: Addr) -> u64 {
    AddrRange::new(start, end).map_or(0, |free| reach.reachable_size(free))
}

/// All owners whose going would enlarge the largest gap, those first that would do most; of equals those that take
/// less space, then by owner.
pub fn rank(space: &AddressSpace, reach: Reach, owner_count: usize) -> Vec<Splitter> {
    let today = largest_without(space, reach, |_| false);
    let trials = trials(space, reach, owner_count, |owner| Some(owner.0 as usize));
    let ids = (0u32..).map(OwnerId).zip(trials);
    let mut ranked: Vec<Splitter> = ids.filter_map(|(owner, trial)| trial.result(owner, today)).collect();
    ranked.sort_unstable_by_key(|s| (std::cmp::Reverse(s.gain), s.bytes, s.owner));
    ranked
}

/// Takes out each of `count` parties on its own, all in one pass over the regions; `party` says to whom an owner
/// belongs.
pub(super) fn trials(
    space: &AddressSpace,
    reach: Reach,
    count: usize,
    party: impl Fn(OwnerId) -> Option<usize>,
) -> Vec<Trial> {
    let mut trials = vec![Trial::default(); count];
    for (index, region) in space.regions().iter().enumerate() {
        if let Some(trial) = party(region.owner).and_then(|number| trials.get_mut(number)) {
            take_out(space, reach, index, trial);
        }
    }
    trials
}

/// One party's counterfactual in the making.
#[derive(Clone, Copy, Default)]
pub(super) struct Trial {
    /// How many regions it has.
    pub regions: u32,
    /// Their sum in bytes.
    pub bytes: u64,
    /// Where the free run around its latest region starts: further down than that region's own gap if the regions
    /// before are its own too.
    run_start: Addr,
    /// Index after its latest region; 0 before the first.
    next: u32,
    /// The largest usable and reachable gap that its going would leave where it stands, in bytes.
    pub largest: u64,
}

impl Trial {
    fn result(self, owner: OwnerId, today: u64) -> Option<Splitter> {
        let gain = self.largest.checked_sub(today).filter(|g| *g > 0)?;
        Some(Splitter { owner, regions: self.regions, bytes: self.bytes, largest_without: self.largest, gain })
    }
}

/// Takes out the region at `index` for its party: the free run around it continues that of the region before if that
/// is the same party's, and starts at the end of the region before if not.
fn take_out(space: &AddressSpace, reach: Reach, index: usize, trial: &mut Trial) {
    let bounds = space.bounds().range;
    let Some(region) = space.regions().get(index) else { return };
    let before = index.checked_sub(1).and_then(|i| space.regions().get(i));
    let continues = trial.regions > 0 && trial.next as usize == index;
    if !continues {
        trial.run_start = before.map_or(bounds.start(), |r| r.range.end());
    }
    let run_end = space.regions().get(index + 1).map_or(bounds.end(), |r| r.range.start());
    trial.regions += 1;
    trial.bytes += region.range.size();
    trial.next = u32::try_from(index + 1).unwrap_or(u32::MAX);
    trial.largest = trial.largest.max(free_size(reach, trial.run_start, run_end));
}

/// The groups that are always looked at, with a gain of 0 where there is none.
pub fn groups(space: &AddressSpace, reach: Reach, owners: &Owners) -> Vec<GroupSplitter> {
    let today = largest_without(space, reach, |_| false);
    Group::ALL.into_iter().map(|group| try_group(space, reach, owners, group, today)).collect()
}

fn try_group(space: &AddressSpace, reach: Reach, owners: &Owners, group: Group, today: u64) -> GroupSplitter {
    let belongs = |r: &Region| owners.get(r.owner).is_some_and(|o| o.kind == group.kind());
    let (mut regions, mut bytes) = (0, 0);
    let mut has_region = vec![false; owners.len()];
    for region in space.regions().iter().filter(|r| belongs(r)) {
        regions += 1;
        bytes += region.range.size();
        if let Some(flag) = has_region.get_mut(region.owner.0 as usize) {
            *flag = true;
        }
    }
    let owners = has_region.into_iter().filter(|b| *b).count() as u64;
    let largest_without = largest_without(space, reach, belongs);
    GroupSplitter { group, owners, regions, bytes, largest_without, gain: largest_without.saturating_sub(today) }
}
