//! What keeps owner ids unique where kind and place are not enough.

use crate::model::{Owner, OwnerId, OwnerKind, Owners};

/// Owners whose plain id would be that of another owner, with a number that tells them apart. Mostly empty.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OwnerIds {
    repeats: Vec<(OwnerId, u32)>,
}

/// What the plain id is made of, apart from the name, in one number that sorts fast: the kind, and a stack's thread or
/// else the lowest address. The owner's own number is in the lowest 32 bits.
fn key(owner: &Owner, id: OwnerId) -> u128 {
    let (by_thread, number) = match stack_thread(owner) {
        Some(thread) => (1, thread),
        None => (0, owner.start.0),
    };
    (owner.kind as u128) << 97 | by_thread << 96 | u128::from(number) << 32 | u128::from(id.0)
}

fn same_plain_id(a: &u128, b: &u128) -> bool {
    a >> 32 == b >> 32
}

#[allow(clippy::cast_possible_truncation, reason = "the number is in the lowest 32 bits")]
fn owner_of(key: u128) -> OwnerId {
    OwnerId(key as u32)
}

/// The thread by which a stack is called.
pub(super) fn stack_thread(owner: &Owner) -> Option<u64> {
    owner.thread_id.filter(|_| owner.kind == OwnerKind::Stack)
}

impl OwnerIds {
    /// Looks for ids that would be equal. Of those, the first keeps its plain id.
    pub fn new(owners: &Owners) -> OwnerIds {
        let mut keys: Vec<u128> = owners.iter().map(|(id, owner)| key(owner, id)).collect();
        keys.sort_unstable();
        let equal = keys.chunk_by(same_plain_id);
        let mut repeats: Vec<(OwnerId, u32)> =
            equal.flat_map(|same| same.iter().map(|k| owner_of(*k)).zip(1..).skip(1)).collect();
        repeats.sort_unstable();
        OwnerIds { repeats }
    }

    /// The number that an owner's id ends with, or `None` if it needs none.
    pub fn repeat(&self, owner: OwnerId) -> Option<u32> {
        let found = self.repeats.binary_search_by_key(&owner, |(id, _)| *id).ok()?;
        self.repeats.get(found).map(|(_, number)| *number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::addr::Addr;

    #[test]
    fn only_the_second_of_two_alike_gets_a_number() {
        let mut owners = Owners::default();
        let stack = |start, thread| Owner { thread_id: thread, ..Owner::anonymous(OwnerKind::Stack, Addr(start)) };
        let plain = owners.add(Owner::anonymous(OwnerKind::Private, Addr(0x1000)));
        let module = owners.add(Owner::anonymous(OwnerKind::Module, Addr(0x1000)));
        let first = owners.add(stack(0x5000, Some(7)));
        let second = owners.add(stack(0x9000, Some(7)));
        let cached = owners.add(stack(7, None));
        let ids = OwnerIds::new(&owners);
        assert_eq!([plain, module, first, cached].map(|o| ids.repeat(o)), [None; 4]);
        assert_eq!(ids.repeat(second), Some(2));
    }
}
