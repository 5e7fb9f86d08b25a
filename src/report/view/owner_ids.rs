//! What keeps owner ids unique where kind and place are not enough.

use crate::model::{Owner, OwnerId, OwnerKind, Owners};

/// Owners whose plain id would be that of another owner, with a number that tells them apart. Mostly empty.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OwnerIds {
    repeats: Vec<(OwnerId, u32)>,
}

/// What the plain id is made of, apart from the name: a stack's is its thread, all others' their lowest address.
fn key(owner: &Owner) -> (OwnerKind, bool, u64) {
    match stack_thread(owner) {
        Some(thread) => (owner.kind, true, thread),
        None => (owner.kind, false, owner.start.0),
    }
}

/// The thread by which a stack is called.
pub(super) fn stack_thread(owner: &Owner) -> Option<u64> {
    owner.thread_id.filter(|_| owner.kind == OwnerKind::Stack)
}

impl OwnerIds {
    /// Looks for ids that would be equal. Of those, the first keeps its plain id.
    pub fn new(owners: &Owners) -> OwnerIds {
        let mut keys: Vec<_> = owners.iter().map(|(id, owner)| (key(owner), id)).collect();
        keys.sort_unstable();
        let equal = keys.chunk_by(|a, b| a.0 == b.0);
        let mut repeats: Vec<(OwnerId, u32)> =
            equal.flat_map(|c| c.iter().map(|(_, id)| *id).zip(1..).skip(1)).collect();
        repeats.sort_unstable();
        OwnerIds { repeats }
    }

    /// The number that an owner's id ends with, or `None` if it needs none.
    pub fn repeat(&self, owner: OwnerId) -> Option<u32> {
        let found = self.repeats.binary_search_by_key(&owner, |(id, _)| *id).ok()?;
        self.repeats.get(found).map(|(_, number)| *number)
    }
}
