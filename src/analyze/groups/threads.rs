//! Threads of one pool: names that differ in their numbers only.

use super::Parted;
use crate::model::{OwnerKind, Snapshot};

/// Stacks by the pattern of their threads' names.
pub(super) fn part(snapshot: &Snapshot) -> Parted {
    let key = |id| {
        let owner = snapshot.owner(id).filter(|o| o.kind == OwnerKind::Stack && o.thread_id.is_some())?;
        owner.name.as_deref().map(pattern)
    };
    Parted::by_key(snapshot, key, String::into)
}

/// The name with each run of digits as `*`: `worker-12` and `worker-3` are `worker-*`.
pub fn pattern(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for c in name.chars() {
        match c.is_ascii_digit() {
            true if text.ends_with('*') => {}
            true => text.push('*'),
            false => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_left_out() {
        assert_eq!(pattern("worker-12"), "worker-*");
        assert_eq!(pattern("io 3/16 of pool7"), "io */* of pool*");
        assert_eq!(pattern("main"), "main");
    }
}
