//! Who splits the free space most, in words that are the same for other runs of the same program.

mod name;

use std::cmp::Reverse;
use std::collections::HashMap;

use super::advice::LEAST_GAIN;
use super::groups::{By, OwnerGroup, shapes};
use super::splitters::largest_without;
use super::thresholds::MORE_THAN_MEMORY;
use super::{Analysis, Counsel, Splitter, VerdictKind};
use crate::model::{MappingId, Owner, OwnerId, OwnerKind, Region, Snapshot};
use name::{all_of, family, group_name};

/// A candidate counts if it gains this share of what the best one does, in hundredths: those that gain about the same
/// change places from run to run.
const ABOUT_THE_SAME: u64 = 80;

/// The name of those who split the free space most, or, of a process at its mapping limit, of those who hold most
/// mappings; `None` if nobody who could move does so by a share that counts, and where the largest gap is larger than any memory.
///
/// Only what can move or go is named, for the rest is the same in all processes. The name holds no address, no number of
/// a thread or process, no count, no path and no version of a file: runs of one program have the same. Of those that gain
/// about the same the narrowest is taken, then the first by name, so that chance does not decide. Names in it are from
/// the dump and so untrusted.
pub fn culprit(snapshot: &Snapshot, analysis: &Analysis, counsel: &Counsel) -> Option<String> {
    if analysis.verdict.kind == VerdictKind::MappingLimit {
        return most_mappings(snapshot);
    }
    let today = analysis.figures.largest_reachable_size();
    if today >= MORE_THAN_MEMORY {
        return None;
    }
    let mut candidates = candidates(snapshot, analysis, counsel);
    let best = candidates.iter().map(|c| c.gain).max().filter(|gain| *gain > today / LEAST_GAIN)?;
    candidates.retain(|c| c.gain >= best / 100 * ABOUT_THE_SAME);
    let breadth = candidates.iter().map(|c| c.breadth).min()?;
    let families = families(snapshot, &counsel.groups);
    candidates.iter().filter(|c| c.breadth == breadth).map(|c| c.name(snapshot, &families)).min()
}

/// How much a candidate takes out, the least first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Breadth {
    /// One owner, or all that have its name or its make.
    Family,
    /// What has no more in common than a size or a folder.
    Loose(By),
    /// All owners of a kind.
    Kind,
}

/// Somebody whose going would enlarge the largest gap.
struct Candidate<'a> {
    breadth: Breadth,
    /// By how much, in bytes.
    gain: u64,
    who: Who<'a>,
}

enum Who<'a> {
    Owner(&'a Splitter),
    Group(&'a OwnerGroup),
    Kind(OwnerKind),
}

/// Owners that can move, groups of them, and all of a kind.
fn candidates<'a>(snapshot: &Snapshot, analysis: &'a Analysis, counsel: &'a Counsel) -> Vec<Candidate<'a>> {
    let owners = analysis.splitters.iter().filter(|s| snapshot.owner(s.owner).is_some_and(may_go));
    let owners = owners.map(|s| Candidate { breadth: Breadth::Family, gain: s.gain, who: Who::Owner(s) });
    let groups = counsel.groups.iter().map(|group| {
        let breadth = if is_family(snapshot, group) { Breadth::Family } else { Breadth::Loose(group.by) };
        Candidate { breadth, gain: group.gain, who: Who::Group(group) }
    });
    owners.chain(groups).chain(kinds(snapshot, analysis)).collect()
}

/// All owners of each kind that can move: unlike [`Analysis::groups`] without the executable and the main stack.
fn kinds<'a>(snapshot: &Snapshot, analysis: &Analysis) -> impl Iterator<Item = Candidate<'a>> {
    let today = analysis.figures.largest_reachable_size();
    let kinds = OwnerKind::ALL.into_iter().filter(|kind| kind.movable_by_default());
    kinds.map(move |kind| {
        let goes = |r: &Region| snapshot.owner(r.owner).is_some_and(|o| may_go(o) && o.kind == kind);
        let without = largest_without(&snapshot.space, analysis.reach, goes);
        Candidate { breadth: Breadth::Kind, gain: without.saturating_sub(today), who: Who::Kind(kind) }
    })
}

/// Whether an owner is one that another run could do without. The kernel puts the brk heap at a random distance from the
/// executable, and whether it splits is chance.
fn may_go(owner: &Owner) -> bool {
    owner.movable && !owner.is_brk_heap()
}

/// Whether a group's members have no other name than the group's: mapped files have their own.
fn is_family(snapshot: &Snapshot, group: &OwnerGroup) -> bool {
    let kind = || Some(snapshot.owner(*group.members.first()?)?.kind);
    match group.by {
        By::ThreadName | By::File => true,
        By::Shape => kind() != Some(OwnerKind::MappedFile),
        By::StackSize | By::Folder => false,
    }
}

/// The family of each owner that is in one.
fn families<'a>(snapshot: &Snapshot, groups: &'a [OwnerGroup]) -> HashMap<OwnerId, &'a OwnerGroup> {
    let mut families: HashMap<OwnerId, &'a OwnerGroup> = HashMap::new();
    for group in groups.iter().filter(|g| is_family(snapshot, g)) {
        for member in &group.members {
            let known = families.entry(*member).or_insert(group);
            if group.by < known.by {
                *known = group;
            }
        }
    }
    families
}

impl Candidate<'_> {
    fn name(&self, snapshot: &Snapshot, families: &HashMap<OwnerId, &OwnerGroup>) -> String {
        let os = snapshot.platform.os;
        match self.who {
            Who::Kind(kind) => all_of(kind),
            Who::Group(group) => group_name(group, os),
            Who::Owner(splitter) => match families.get(&splitter.owner) {
                Some(group) => group_name(group, os),
                None => family(snapshot.owner(splitter.owner), splitter.bytes, os),
            },
        }
    }
}

/// Whose mappings are most.
fn most_mappings(snapshot: &Snapshot) -> Option<String> {
    let os = snapshot.platform.os;
    let shape = shapes::keyed(os, snapshot.space.regions(), &snapshot.owners);
    // There are tens of thousands, of few shapes: only what has none is named here.
    let mut shaped: HashMap<shapes::Key, u64> = HashMap::new();
    let mut named: HashMap<String, u64> = HashMap::new();
    let mut last: Option<MappingId> = None;
    for region in snapshot.space.regions() {
        if last.replace(region.mapping) == Some(region.mapping) {
            continue;
        }
        let other = || family(snapshot.owner(region.owner), region.range.size(), os);
        let count = match shape(region.owner) {
            Some(key) => shaped.entry(key).or_default(),
            None => named.entry(other()).or_default(),
        };
        *count += 1;
    }
    let all = shaped.into_iter().map(|(key, count)| (shapes::name(key), count)).chain(named);
    all.min_by(|a, b| (Reverse(a.1), &a.0).cmp(&(Reverse(b.1), &b.0))).map(|(name, _)| name)
}
