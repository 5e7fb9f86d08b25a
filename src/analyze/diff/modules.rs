//! Modules that came, went, moved or were built anew, matched by name.

use super::Pairing;
use crate::model::OwnerId;

/// What became of the modules, by index into either dump's list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Modules {
    /// Those of the last dump that the first has not.
    pub came: Vec<usize>,
    /// Those of the first dump that the last has not.
    pub went: Vec<usize>,
    /// Those of which both dumps have an id, and not the same.
    pub rebuilt: Vec<ModulePair>,
    /// Those that lie elsewhere, whatever moved them.
    pub moved: Vec<ModulePair>,
    /// How many are in both.
    pub stayed: u64,
}

/// A module in both dumps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ModulePair {
    /// Index in the first dump's list.
    pub old: usize,
    /// Index in the last dump's list.
    pub new: usize,
}

/// Compares the lists of modules.
pub(super) fn compare(pairing: &Pairing<'_>) -> Modules {
    let (old, new) = (&pairing.old.snapshot.modules, &pairing.new.snapshot.modules);
    let mut index_of_new = vec![None; pairing.new.snapshot.owners.len()];
    for (index, module) in new.iter().enumerate() {
        if let Some(slot) = index_of_new.get_mut(module.owner.0 as usize) {
            *slot = Some(index);
        }
    }
    let mut modules = Modules::default();
    let mut is_known = vec![false; new.len()];
    for (index, module) in old.iter().enumerate() {
        let other =
            partner(pairing, module.owner).and_then(|owner| index_of_new.get(owner.0 as usize).copied().flatten());
        let Some(other) = other else {
            modules.went.push(index);
            continue;
        };
        if let Some(flag) = is_known.get_mut(other) {
            *flag = true;
        }
        modules.note(pairing, ModulePair { old: index, new: other });
    }
    let known = |index: &usize| is_known.get(*index).copied().unwrap_or(false);
    modules.came = (0..new.len()).filter(|index| !known(index)).collect();
    modules
}

/// The owner in the last dump of what is one in the first.
fn partner(pairing: &Pairing<'_>, owner: OwnerId) -> Option<OwnerId> {
    let index = pairing.old.items.index_of(owner)?;
    let pair = pairing.pairs.of_old.get(index).copied().flatten()?;
    pairing.new.items.list.get(pair.other).map(|item| item.owner)
}

impl Modules {
    fn note(&mut self, pairing: &Pairing<'_>, pair: ModulePair) {
        let (old, new) = (&pairing.old.snapshot.modules, &pairing.new.snapshot.modules);
        let Some((a, b)) = old.get(pair.old).zip(new.get(pair.new)) else { return };
        self.stayed += 1;
        if a.id.is_some() && b.id.is_some() && a.id != b.id {
            self.rebuilt.push(pair);
        }
        if a.range.start() != b.range.start() {
            self.moved.push(pair);
        }
    }
}
