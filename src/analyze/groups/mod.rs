//! Groups of owners, which are what people can change: a pool of threads, a size of stacks, a vendor's modules, the
//! mappings of one allocator.
//!
//! Each way of grouping parts the owners, so that all groups of it are tried in one pass over the regions.

mod files;
mod folders;
pub(super) mod shapes;
mod sizes;
pub(super) mod stretches;
mod threads;

pub use threads::pattern;

use std::collections::HashMap;
use std::hash::Hash;

use super::Reach;
use super::splitters;
use crate::model::{OwnerId, Snapshot};

/// What the members of a group have in common.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum By {
    /// Stacks of threads whose names differ in their numbers only.
    ThreadName,
    /// Thread stacks of one size.
    StackSize,
    /// Modules from one folder, or from those of one vendor.
    Folder,
    /// Mappings of one file.
    File,
    /// Private and shared mappings and mapped files of one size and make.
    Shape,
}

impl By {
    /// All ways.
    pub const ALL: [By; 5] = [By::ThreadName, By::StackSize, By::Folder, By::File, By::Shape];

    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            By::ThreadName => "thread-name",
            By::StackSize => "stack-size",
            By::Folder => "folder",
            By::File => "file",
            By::Shape => "shape",
        }
    }

    fn parted(self, snapshot: &Snapshot) -> Parted {
        match self {
            By::ThreadName => threads::part(snapshot),
            By::StackSize => sizes::part(snapshot),
            By::Folder => folders::part(snapshot),
            By::File => files::part(snapshot),
            By::Shape => shapes::part(snapshot),
        }
    }
}

/// A group whose going would enlarge the largest gap.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnerGroup {
    /// What its members have in common.
    pub by: By,
    /// What that is: `worker-*`, `stacks of 8 MiB`, a folder. From the dump and so untrusted.
    pub name: Box<str>,
    /// Who.
    pub members: Vec<OwnerId>,
    /// How many regions they have.
    pub regions: u64,
    /// Their sum in bytes.
    pub bytes: u64,
    /// The largest usable and reachable gap without it, in bytes.
    pub largest_without: u64,
    /// How much that is above today's.
    pub gain: u64,
}

impl OwnerGroup {
    /// How many owners.
    pub fn owners(&self) -> u64 {
        self.members.len() as u64
    }
}

/// Which group each owner is in.
#[derive(Default)]
struct Parted {
    /// By owner; `None` for those in no group.
    group_of: Vec<Option<u32>>,
    names: Vec<Box<str>>,
}

impl Parted {
    /// Groups by key, in order of first appearance, each named once; owners with a `None` are in no group.
    fn by_key<K: Clone + Eq + Hash>(
        snapshot: &Snapshot,
        key: impl Fn(OwnerId) -> Option<K>,
        name: impl Fn(K) -> Box<str>,
    ) -> Parted {
        let mut numbers: HashMap<K, u32> = HashMap::new();
        let mut parted = Parted::default();
        for (id, _) in snapshot.owners.iter() {
            let number = key(id).map(|key| {
                *numbers.entry(key).or_insert_with_key(|key| {
                    parted.names.push(name(key.clone()));
                    u32::try_from(parted.names.len() - 1).unwrap_or(u32::MAX)
                })
            });
            parted.group_of.push(number);
        }
        parted
    }

    fn group(&self, owner: OwnerId) -> Option<usize> {
        self.group_of.get(owner.0 as usize).copied().flatten().map(|number| number as usize)
    }
}

/// A key for each owner that is in a group.
struct Keyed<K>(Vec<Option<K>>);

impl<K: Copy> Keyed<K> {
    fn of(&self, owner: OwnerId) -> Option<K> {
        self.0.get(owner.0 as usize).copied().flatten()
    }
}

/// All groups of at least two owners whose going would enlarge the largest gap, those first that would do most; of
/// equals those with fewer bytes.
pub fn rank(snapshot: &Snapshot, reach: Reach) -> Vec<OwnerGroup> {
    let today = splitters::largest_without(&snapshot.space, reach, |_| false);
    let mut groups: Vec<OwnerGroup> = By::ALL.into_iter().flat_map(|by| of(snapshot, reach, by, today)).collect();
    groups.sort_by(|a, b| {
        (std::cmp::Reverse(a.gain), a.bytes, a.by, &a.name).cmp(&(std::cmp::Reverse(b.gain), b.bytes, b.by, &b.name))
    });
    groups
}

fn of(snapshot: &Snapshot, reach: Reach, by: By, today: u64) -> Vec<OwnerGroup> {
    let parted = by.parted(snapshot);
    let trials = splitters::trials(&snapshot.space, reach, parted.names.len(), |owner| parted.group(owner));
    let mut members = vec![Vec::new(); parted.names.len()];
    for (id, _) in snapshot.owners.iter() {
        if let Some(group) = parted.group(id).and_then(|number| members.get_mut(number)) {
            group.push(id);
        }
    }
    let all = parted.names.into_iter().zip(trials).zip(members);
    all.filter_map(|((name, trial), members)| {
        let gain = trial.largest.checked_sub(today).filter(|gain| *gain > 0 && members.len() > 1)?;
        let regions = trial.regions.into();
        Some(OwnerGroup { by, name, members, regions, bytes: trial.bytes, largest_without: trial.largest, gain })
    })
    .collect()
}
