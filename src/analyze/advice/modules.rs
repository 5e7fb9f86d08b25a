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
            "give your own DLLs base addresses next to each other (`editbin /REBASE`, `/BASE`) and load them early"
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
    let what = format!("without {name} where it stands");
    let how = match patient.snapshot.platform.os {
        Some(Os::Windows) => format!("load it only when it is needed (`/DELAYLOAD:{}`), or do without", typed(name)),
        _ if name.contains(".so") => {
            "do without, or load it at the start (link it, or LD_PRELOAD), where it takes its room beside the others"
                .to_owned()
        }
        _ => "do without, or map it at the start, where it takes its room beside the others".to_owned(),
    };
    let edits = vec![Edit::Without(Target::Region(owner.start))];
    patient.attempt(Remedy::WithoutModule, edits, what, vec![how])
}

/// A DLL in a gap that is just large enough, next to another module where there is such a gap.
fn rebased(patient: &Patient<'_>, module: &Module) -> Option<Advice> {
    if is_of_windows(&module.path) {
        return None;
    }
    let to = (module.relocatable != Some(false)).then(|| place(patient, module))??;
    let what = format!("{} at {to} instead of {}", module.name, module.range.start());
    let how = vec![
        format!(
            "`editbin /REBASE:BASE={to} /DYNAMICBASE:NO {}`; with ASLR the system chooses the address",
            typed(&module.name)
        ),
        format!("or load it only when it is needed: `/DELAYLOAD:{}`", typed(&module.name)),
    ];
    // A name that is empty cannot be typed, and one that means another module too moves that.
    let name = Pattern::new(&module.path);
    let meant = |m: &&Module| name.matches(&m.name) || name.matches_path(&m.path);
    let first = patient.snapshot.modules.iter().find(meant)?;
    let own = !module.path.is_empty() && first.owner == module.owner;
    let edit = own.then_some(Edit::Rebase { module: name, to })?;
    patient.attempt(Remedy::Rebase, vec![edit], what, how)
}

/// A file's name in a command that people paste: one that a shell could take for more is left for them to type.
pub(super) fn typed(name: &str) -> &str {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._+-".contains(c);
    let safe = name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(plain) && name.len() <= 100;
    if safe { name } else { "FILE" }
}

/// Whether a DLL came with Windows, where nobody can relink it.
fn is_of_windows(path: &str) -> bool {
    let folders: Vec<&str> = path.split(['/', '\\']).collect();
    let inner = folders.get(..folders.len().saturating_sub(1)).unwrap_or_default();
    inner
        .iter()
        .any(|folder| ["windows", "system32", "syswow64", "winsxs"].iter().any(|f| folder.eq_ignore_ascii_case(f)))
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
