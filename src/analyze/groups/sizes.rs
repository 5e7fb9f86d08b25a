//! Thread stacks of one size.

use std::collections::HashMap;

use super::Parted;
use crate::model::{OwnerId, Snapshot};
use crate::units::Bytes;

/// Stacks by the address space that each takes.
pub(super) fn part(snapshot: &Snapshot) -> Parted {
    let stacks = snapshot.threads.iter().filter_map(|t| t.stack.as_ref());
    let sizes: HashMap<OwnerId, u64> = stacks.filter_map(|s| Some((s.owner, s.reserved?))).collect();
    let key = |id| sizes.get(&id).copied().filter(|_| snapshot.owner(id).is_some_and(|o| o.movable));
    Parted::by_key(snapshot, key, |size| format!("stacks of {}", Bytes(size)).into())
}
