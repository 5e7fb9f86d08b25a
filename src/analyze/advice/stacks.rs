//! Smaller stacks, and fewer of them.

use super::{Advice, Patient, Remedy};
use crate::analyze::groups::By;
use crate::analyze::what_if::{Edit, Pattern, Target};
use crate::model::{Os, Stack, Thread};
use crate::units::{Bytes, Count};

/// A stack of this size is enough for most threads, where nothing tells how much they use.
const USUALLY_ENOUGH: u64 = 256 << 10;
/// Room above what a stack has been seen to use.
const MARGIN: u64 = 64 << 10;
/// Grain of the sizes that are advised.
const GRAIN: u64 = 64 << 10;
/// Pools of threads that are named.
const MOST_POOLS: usize = 3;

/// Stacks of twice what the deepest one uses, and a margin.
pub(super) fn try_smaller(patient: &Patient<'_>) -> Vec<Advice> {
    let movable = |s: &&Stack| patient.snapshot.owner(s.owner).is_some_and(|o| o.movable);
    let stacks = patient.snapshot.threads.iter().filter_map(|t| t.stack.as_ref());
    let stacks: Vec<&Stack> = stacks.filter(movable).collect();
    let used: Vec<u64> = stacks.iter().filter_map(|s| s.used).collect();
    let size = enough(used.iter().copied().max());
    let larger = stacks.iter().filter(|s| s.range.size() > size).count() as u64;
    let what = format!(
        "after a restart with stacks of {} for {} threads that have more ({})",
        Bytes(size),
        Count(larger),
        seen(&used)
    );
    let edits = vec![Edit::StackSize { bytes: size, threads: None }, Edit::Repack];
    patient.attempt(Remedy::SmallerStacks, edits, what, how_smaller(patient, size)).into_iter().collect()
}

/// A size for stacks of which the deepest uses so many bytes.
fn enough(deepest: Option<u64>) -> u64 {
    let wanted = deepest.map_or(USUALLY_ENOUGH, |used| used.saturating_mul(2).saturating_add(MARGIN));
    wanted.checked_next_multiple_of(GRAIN).unwrap_or(u64::MAX)
}

fn seen(used: &[u64]) -> String {
    match used.iter().max() {
        Some(deepest) => format!("the deepest of {} known used {}", Count(used.len() as u64), Bytes(*deepest)),
        None => "the dump does not tell how much they use".to_owned(),
    }
}

/// Smaller stacks of one pool of threads, where that gives most of what `all` smaller stacks would give, in bytes. One
/// deep stack elsewhere may make all of them large.
pub(super) fn try_pools(patient: &Patient<'_>, all: u64) -> Vec<Advice> {
    let pools = patient.groups.iter().filter(|g| g.by == By::ThreadName).take(MOST_POOLS);
    pools.filter_map(|pool| smaller_pool(patient, &pool.name)).filter(|a| a.gain >= all / 4 * 3).collect()
}

fn smaller_pool(patient: &Patient<'_>, name: &str) -> Option<Advice> {
    let names = Pattern::new(name);
    let threads = patient.snapshot.threads.iter();
    let is_ours = |t: &&Thread| t.name.as_deref().is_some_and(|n| names.matches(n));
    let stacks: Vec<&Stack> = threads.filter(is_ours).filter_map(|t| t.stack.as_ref()).collect();
    let used: Vec<u64> = stacks.iter().filter_map(|s| s.used).collect();
    let size = enough(used.iter().copied().max());
    let larger = stacks.iter().filter(|s| s.range.size() > size).count() as u64;
    let what = format!(
        "after a restart with stacks of {} for the {} threads named {name} alone ({})",
        Bytes(size),
        Count(larger),
        seen(&used)
    );
    let how = match patient.snapshot.platform.os {
        Some(Os::Windows) => format!("pass {size} to their CreateThread with STACK_SIZE_PARAM_IS_A_RESERVATION"),
        _ => format!("pthread_attr_setstacksize({size}) where that pool makes its threads"),
    };
    let edits = vec![Edit::StackSize { bytes: size, threads: Some(names) }, Edit::Repack];
    patient.attempt(Remedy::SmallerStacks, edits, what, vec![how])
}

fn how_smaller(patient: &Patient<'_>, size: u64) -> Vec<String> {
    match patient.snapshot.platform.os {
        Some(Os::Windows) => vec![format!(
            "link the executable with /STACK:{size}, or pass {size} to CreateThread with STACK_SIZE_PARAM_IS_A_RESERVATION"
        )],
        _ => vec![format!(
            "pthread_attr_setstacksize({size}) where the threads are made, or `ulimit -s {}` before the start, \
             which limits the main thread's too",
            size >> 10
        )],
    }
}

/// The pools of threads without which the largest gap would be largest.
pub(super) fn try_fewer(patient: &Patient<'_>) -> Vec<Advice> {
    let pools = patient.groups.iter().filter(|g| g.by == By::ThreadName).take(MOST_POOLS);
    pools
        .filter_map(|pool| {
            let what =
                format!("after a restart with fewer threads named {}: without all {}", pool.name, Count(pool.owners()));
            let how = vec![format!("limit that pool; {} of stacks are its own", Bytes(pool.bytes))];
            let target = Target::ThreadName(Pattern::new(&pool.name));
            patient.attempt(Remedy::FewerThreads, vec![Edit::Without(target), Edit::Repack], what, how)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::groups::pattern;

    #[test]
    fn a_pool_is_found_by_its_own_pattern() {
        for name in ["worker-17", "io 3/16", "main"] {
            assert!(Pattern::new(&pattern(name)).matches(name));
        }
    }
}
