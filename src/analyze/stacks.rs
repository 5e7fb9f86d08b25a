//! Thread stacks in sum, and room for more threads.

use std::collections::BTreeMap;

use super::thresholds::{DEFAULT_LINUX_STACK, DEFAULT_WINDOWS_STACK};
use super::{Gap, Reach, figures};
use crate::model::{Os, Owner, OwnerId, OwnerKind, Snapshot, Stack, StackSource};

/// All thread stacks together, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct StackTotals {
    /// Threads in the dump.
    pub threads: u64,
    /// Threads whose stack is known.
    pub with_stack: u64,
    /// Stacks that lie in the map and belong to no thread of the dump, such as glibc's cache of exited threads' stacks,
    /// and `[stack]` in a map that comes without threads.
    pub ownerless: u64,
    /// Address space taken by stacks whose bounds are known, guards included.
    pub reserved: u64,
    /// Memory behind them, as far as known.
    pub committed: u64,
    /// In use, as far as known.
    pub used: u64,
}

/// How many more threads would find room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ThreadRoom {
    /// Address space of one stack with its guard, in bytes.
    pub stack: u64,
    /// Whether that is the most common size in this process, or the platform's default.
    pub from_threads: bool,
    /// How many fit one after the other into the gaps that mmap reaches.
    pub slots: u64,
}

/// Adds up the stacks.
pub fn add_up(snapshot: &Snapshot) -> StackTotals {
    let stacks: Vec<&Stack> = snapshot.threads.iter().filter_map(|t| t.stack.as_ref()).collect();
    // Threads whose stacks lie in one mapping share its owner, and the mapping counts once.
    let by_owner: BTreeMap<OwnerId, &Stack> = stacks.iter().map(|s| (s.owner, *s)).collect();
    let lost = |(id, o): &(OwnerId, &Owner)| o.kind == OwnerKind::Stack && !by_owner.contains_key(id);
    // Stacks of a damaged dump may overlap, and then their sum knows no bound.
    let sum = |sizes: &mut dyn Iterator<Item = u64>| sizes.fold(0, u64::saturating_add);
    StackTotals {
        threads: snapshot.threads.len() as u64,
        with_stack: stacks.len() as u64,
        ownerless: snapshot.owners.iter().filter(lost).count() as u64,
        reserved: sum(&mut by_owner.values().filter_map(|s| s.reserved)),
        committed: sum(&mut by_owner.values().filter_map(|s| s.committed)),
        used: sum(&mut stacks.iter().filter_map(|s| s.used)),
    }
}

/// Room for threads like most of those that are there.
pub fn room(snapshot: &Snapshot, gaps: &[Gap], reach: Reach) -> ThreadRoom {
    let common = most_common_stack(snapshot);
    let stack = common.unwrap_or_else(|| default_stack(snapshot));
    let free = gaps.iter().flat_map(|g| reach.reachable_parts(g.range));
    let slots = figures::slots(free, stack, reach.granularity());
    ThreadRoom { stack, from_threads: common.is_some(), slots }
}

/// The most common size of stacks whose both ends are known: exactly, or by a mapping that has a guard below it. Of
/// equally common sizes the largest. The main thread's stack, which grows, is not one of them.
fn most_common_stack(snapshot: &Snapshot) -> Option<u64> {
    let exact = |s: &&Stack| match s.source {
        StackSource::Pthread | StackSource::Teb | StackSource::Allocation => true,
        StackSource::Region => s.guard.is_some_and(|g| g > 0),
        StackSource::Maps | StackSource::SharedRegion | StackSource::MemoryList => false,
    };
    let mut sizes: Vec<u64> =
        snapshot.threads.iter().filter_map(|t| t.stack.as_ref()).filter(exact).filter_map(|s| s.reserved).collect();
    sizes.sort_unstable();
    sizes.chunk_by(|a, b| a == b).max_by_key(|same| same.len())?.first().copied().filter(|s| *s > 0)
}

fn default_stack(snapshot: &Snapshot) -> u64 {
    let guard = snapshot.space.bounds().page_size;
    match snapshot.platform.os {
        Some(Os::Windows) => DEFAULT_WINDOWS_STACK,
        _ => {
            let limited = snapshot.limits.stack_limit.filter(|l| 0 < *l && *l < 1 << 40);
            limited.unwrap_or(DEFAULT_LINUX_STACK).saturating_add(guard)
        }
    }
}
