//! What each owner takes, all of it counted in one pass.

use crate::model::{OwnerId, Snapshot, State};

/// Bytes of one owner's regions.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Taken {
    /// Those with memory behind them.
    pub committed: u64,
    /// Those without.
    pub reserved: u64,
}

impl Taken {
    /// Both together: the address space that its going gives back.
    pub fn bytes(self) -> u64 {
        self.committed.saturating_add(self.reserved)
    }
}

/// What all owners of a snapshot take.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ledger(Vec<Taken>);

impl Ledger {
    /// Counts the regions of all owners.
    pub fn of(snapshot: &Snapshot) -> Ledger {
        let mut all = vec![Taken::default(); snapshot.owners.len()];
        for region in snapshot.space.regions() {
            let Some(taken) = all.get_mut(region.owner.0 as usize) else { continue };
            match region.state {
                State::Committed => taken.committed += region.range.size(),
                State::Reserved => taken.reserved += region.range.size(),
            }
        }
        Ledger(all)
    }

    /// What an owner takes; nothing for an id of another snapshot.
    pub fn taken(&self, owner: OwnerId) -> Taken {
        self.0.get(owner.0 as usize).copied().unwrap_or_default()
    }
}
