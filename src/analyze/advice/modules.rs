//! Modules that stand in free space.

use super::{Advice, Patient, Remedy};
use crate::addr::{Addr, AddrRange};
use crate::analyze::what_if::{Edit, Pattern, Target};
use crate::model::{Module, Os, Owner, OwnerKind};

/// Modules that are named.
const MOST_MODULES: usize = 3;
/// Modules that are tried for that: a damaged dump may list tens of thousands.
const MOST_TRIED: usize = 12;

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

/// The modules without which the largest gap would be largest: next to others on Windows, elsewhere else.
pub(super) fn try_without(patient: &Patient<'_>) -> Vec<Advice> {
    let windows = patient.snapshot.platform.os == Some(Os::Windows);
    let movable = |owner: &&Owner| owner.kind == OwnerKind::Module && owner.movable;
    let owners = patient.splitters.iter().filter_map(|s| Some((s, patient.snapshot.owner(s.owner).filter(movable)?)));
    let modules = owners.take(MOST_TRIED).filter_map(|(s, owner)| {
        let module = patient.snapshot.modules.iter().find(|m| m.owner == s.owner).filter(|_| windows);
        module.and_then(|module| rebased(patient, module)).or_else(|| without(patient, owner))
    });
    modules.take(MOST_MODULES).collect()
}

fn without(patient: &Patient<'_>, owner: &Owner) -> Option<Advice> {
    let name = owner.name.as_deref().map_or("a module", file_name);
    let what = format!("{name} elsewhere, later or not at all");
    let how = match patient.snapshot.platform.os {
        Some(Os::Windows) => format!("load it only when it is needed (`/DELAYLOAD:{name}`), or do without"),
        _ => "load it at the start, before other mappings stand around it, or do without".to_owned(),
    };
    let edits = vec![Edit::Without(Target::Region(owner.start))];
    patient.attempt(Remedy::WithoutModule, edits, what, vec![how])
}

/// A DLL in a gap that is just large enough, next to another module where there is such a gap.
fn rebased(patient: &Patient<'_>, module: &Module) -> Option<Advice> {
    let to = (module.relocatable != Some(false)).then(|| place(patient, module))??;
    let what = format!("{} at {to} instead of {}", module.name, module.range.start());
    let how = vec![
        format!(
            "`editbin /REBASE:BASE={to} /DYNAMICBASE:NO {}`; with ASLR the system chooses the address",
            module.name
        ),
        format!("or load it only when it is needed: `/DELAYLOAD:{}`", module.name),
    ];
    let edit = Edit::Rebase { module: Pattern::new(&module.path), to };
    patient.attempt(Remedy::Rebase, vec![edit], what, how)
}

/// Where the module fits with the least left over, and not beside itself.
fn place(patient: &Patient<'_>, module: &Module) -> Option<Addr> {
    let space = &patient.snapshot.space;
    let grain = patient.reach.granularity().max(1);
    let size = module.range.size().checked_next_multiple_of(grain)?;
    let neighbour = |index: Option<usize>| {
        let owner = index.and_then(|i| space.regions().get(i))?.owner;
        patient.snapshot.owner(owner).filter(|o| o.kind == OwnerKind::Module && owner != module.owner)
    };
    let touches = |gap: AddrRange| gap.end() == module.range.start() || gap.start() == module.range.end();
    let places = space.holes().filter(|hole| !touches(hole.range)).filter_map(|hole| {
        let usable = patient.reach.usable(hole.range).filter(|u| u.size() >= size)?;
        let (below, above) = (neighbour(hole.below).is_some(), neighbour(hole.above).is_some());
        let to = if above && !below { usable.end().checked_sub(size)? } else { usable.start() };
        Some((!(below || above), usable.size(), to))
    });
    places.min().map(|(_, _, to)| to)
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().filter(|name| !name.is_empty()).unwrap_or(path)
}
