//! Modules that stand in free space.

use super::{Advice, Patient, Remedy};
use crate::analyze::what_if::{Edit, Target};
use crate::model::{Os, OwnerKind};

/// Modules that are named.
const MOST_MODULES: usize = 3;

/// All relocatable modules side by side.
pub(super) fn try_packed(patient: &Patient<'_>) -> Vec<Advice> {
    let what = "all relocatable modules side by side at the top".to_owned();
    let how = match patient.snapshot.platform.os {
        Some(Os::Windows) => {
            "give the DLLs base addresses next to each other (`editbin /REBASE`, `/BASE`) and load them early"
        }
        _ => "load the libraries at the start (link them, or LD_PRELOAD) instead of with dlopen later",
    };
    patient.attempt(Remedy::PackModules, vec![Edit::PackModules], what, vec![how.to_owned()]).into_iter().collect()
}

/// The modules without which the largest gap would be largest.
pub(super) fn try_without(patient: &Patient<'_>) -> Vec<Advice> {
    let modules = patient.splitters.iter().filter_map(|s| {
        let owner = patient.snapshot.owner(s.owner).filter(|o| o.kind == OwnerKind::Module && o.movable)?;
        let what = format!("{} elsewhere, later or not at all", owner.name.as_deref().map_or("a module", file_name));
        let how = match patient.snapshot.platform.os {
            Some(Os::Windows) => "rebase it next to the other DLLs, load it with /DELAYLOAD, or do without",
            _ => "load it at the start, before other mappings stand around it, or do without",
        };
        let edits = vec![Edit::Without(Target::Region(owner.start))];
        patient.attempt(Remedy::WithoutModule, edits, what, vec![how.to_owned()])
    });
    modules.take(MOST_MODULES).collect()
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().filter(|name| !name.is_empty()).unwrap_or(path)
}
