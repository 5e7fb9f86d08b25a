//! Owners that are gone.

use super::draft::Draft;
use super::{Edit, EditError, Pattern, Target};
use crate::analyze::groups::shapes;
use crate::model::{Owner, OwnerId, OwnerKind, Region, State};

/// The name that the loader gives to a thread arena's heap.
const ARENA: &str = "glibc thread arena";

/// Takes a target's owners out, each as a whole.
pub(super) fn remove(draft: &mut Draft, edit: &Edit, target: &Target) -> Result<(), EditError> {
    let gone = match target {
        Target::Thread(id) => of_threads(draft, |thread_id, _| thread_id == *id),
        Target::ThreadName(names) => of_threads(draft, |_, name| name.is_some_and(|n| names.matches(n))),
        Target::Module(names) => of_owners(draft, |owner| {
            owner.kind == OwnerKind::Module && owner.name.as_deref().is_some_and(|n| names.matches_path(n))
        }),
        Target::Kind(kind) => of_owners(draft, |owner| owner.kind == *kind),
        Target::Region(addr) => at(draft, *addr),
        Target::File(names) => of_files(draft, names),
        Target::Shape(names) => of_shapes(draft, names),
        Target::Reserved => reserved(draft),
    };
    if gone.is_empty() {
        return Err(nothing(draft, edit, target));
    }
    take_out(draft, &gone);
    Ok(())
}

/// Keeps the main arena and the lowest of the others.
pub(super) fn limit_arenas(draft: &mut Draft, edit: &Edit, arenas: u64) -> Result<(), EditError> {
    let is_arena = |owner: &Owner| owner.kind == OwnerKind::Heap && owner.name.as_deref() == Some(ARENA);
    let mut heaps = of_owners(draft, is_arena);
    if heaps.is_empty() {
        let why = "it has no thread arena of glibc's malloc".to_owned();
        return Err(EditError::Nothing { edit: edit.to_string(), why });
    }
    heaps.sort_unstable_by_key(|id| draft.owners().get(*id).map(|o| o.start));
    let kept = usize::try_from(arenas.saturating_sub(1)).unwrap_or(usize::MAX).min(heaps.len());
    take_out(draft, heaps.get(kept..).unwrap_or_default());
    Ok(())
}

fn of_threads(draft: &Draft, meant: impl Fn(u64, Option<&str>) -> bool) -> Vec<OwnerId> {
    let threads = draft.rest.threads.iter().filter(|t| meant(t.id, t.name.as_deref()));
    threads.filter_map(|t| t.stack.as_ref().map(|s| s.owner)).collect()
}

fn of_owners(draft: &Draft, meant: impl Fn(&Owner) -> bool) -> Vec<OwnerId> {
    draft.owners().iter().filter(|(_, owner)| meant(owner)).map(|(id, _)| id).collect()
}

fn at(draft: &Draft, addr: crate::addr::Addr) -> Vec<OwnerId> {
    draft.regions.iter().filter(|r| r.range.contains(addr)).map(|r| r.owner).collect()
}

fn of_files(draft: &Draft, names: &Pattern) -> Vec<OwnerId> {
    let meant: Vec<bool> = draft.rest.files.iter().map(|file| names.matches_path(file)).collect();
    let is_meant = |r: &&Region| r.backing.and_then(|f| meant.get(f.0 as usize)).copied().unwrap_or(false);
    let owners = draft.regions.iter().filter(is_meant).map(|r| r.owner);
    owners.filter(|id| draft.owners().get(*id).is_some_and(|o| o.kind == OwnerKind::MappedFile)).collect()
}

fn of_shapes(draft: &Draft, names: &Pattern) -> Vec<OwnerId> {
    let named = shapes::named(draft.rest.platform.os, &draft.regions, draft.owners());
    let meant = |id: &OwnerId| named(*id).is_some_and(|name| names.matches(&name));
    draft.owners().iter().map(|(id, _)| id).filter(meant).collect()
}

/// Private memory that may go and of which nothing is committed.
fn reserved(draft: &Draft) -> Vec<OwnerId> {
    let mut only = vec![None; draft.owners().len()];
    for region in &draft.regions {
        if let Some(flag) = only.get_mut(region.owner.0 as usize) {
            *flag = Some(flag.unwrap_or(true) && region.state == State::Reserved);
        }
    }
    let meant = |owner: &Owner| owner.movable && owner.kind == OwnerKind::Private;
    let owners = draft.owners().iter().zip(only).filter(|((_, owner), only)| meant(owner) && *only == Some(true));
    owners.map(|((id, _), _)| id).collect()
}

fn take_out(draft: &mut Draft, gone: &[OwnerId]) {
    let mut flags = vec![false; draft.owners().len()];
    for id in gone {
        if let Some(flag) = flags.get_mut(id.0 as usize) {
            *flag = true;
        }
    }
    let is_gone = |id: OwnerId| flags.get(id.0 as usize).copied().unwrap_or(false);
    draft.take_out(|region| is_gone(region.owner));
    draft.rest.threads.retain(|t| !t.stack.as_ref().is_some_and(|s| is_gone(s.owner)));
    draft.rest.modules.retain(|m| !is_gone(m.owner));
}

fn nothing(draft: &Draft, edit: &Edit, target: &Target) -> EditError {
    let why = match target {
        Target::Thread(_) | Target::ThreadName(_) => {
            format!("no such thread with a known stack among its {}", draft.rest.threads.len())
        }
        Target::Module(_) => format!("none of its {} modules is called so", draft.rest.modules.len()),
        Target::Kind(kind) => format!("nothing of the kind {} is on the map", kind.name()),
        Target::Region(addr) => format!("nothing stands at {addr}"),
        Target::File(_) => format!("none of its {} files is mapped and called so", draft.rest.files.len()),
        Target::Shape(_) => "no mappings of such a shape are on the map".to_owned(),
        Target::Reserved => "no private memory of it is only reserved".to_owned(),
    };
    EditError::Nothing { edit: edit.to_string(), why }
}
