//! Threads by name.

use std::collections::BTreeMap;

use super::Side;
use crate::analyze::groups;
use crate::model::Snapshot;

/// How many threads have one name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ThreadCount {
    /// The name without its numbers, as `worker-*`; `None` for threads without a name. Untrusted.
    pub name: Option<Box<str>>,
    /// In the first dump.
    pub old: u64,
    /// In the last.
    pub new: u64,
}

impl ThreadCount {
    /// How many more there are.
    pub fn delta(&self) -> i128 {
        i128::from(self.new) - i128::from(self.old)
    }
}

/// Counts the threads of both dumps; those names first of which the number changed most. Nothing if one of them lists no
/// threads, as a bare map.
pub(super) fn count(old: Side<'_>, new: Side<'_>) -> Vec<ThreadCount> {
    if old.snapshot.threads.is_empty() || new.snapshot.threads.is_empty() {
        return Vec::new();
    }
    let mut counts: BTreeMap<Option<String>, (u64, u64)> = BTreeMap::new();
    each(old.snapshot, |name| counts.entry(name).or_default().0 += 1);
    each(new.snapshot, |name| counts.entry(name).or_default().1 += 1);
    let rows = counts.into_iter();
    let mut rows: Vec<ThreadCount> =
        rows.map(|(name, (old, new))| ThreadCount { name: name.map(String::into), old, new }).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.old.abs_diff(row.new)));
    rows
}

fn each(snapshot: &Snapshot, mut note: impl FnMut(Option<String>)) {
    snapshot.threads.iter().for_each(|thread| note(thread.name.as_deref().map(groups::pattern)));
}
