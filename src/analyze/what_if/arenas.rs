//! Fewer arenas of glibc's malloc.

use std::collections::{BTreeMap, HashSet};

use super::draft::Draft;
use super::{Edit, EditError, removal};
use crate::addr::Addr;
use crate::model::{HeapClass, MmapLayout, OwnerId};

/// Keeps the main arena and those of the others that were made first; all heaps of an arena go with it. A heap of which
/// the dump does not tell the arena counts as one.
pub(super) fn limit(draft: &mut Draft, edit: &Edit, arenas: u64) -> Result<(), EditError> {
    let heaps = heaps_by_arena(draft);
    if heaps.is_empty() {
        let why = "it has no thread arena of glibc's malloc".to_owned();
        return Err(EditError::Nothing { edit: edit.to_string(), why });
    }
    let kept = usize::try_from(arenas.saturating_sub(1)).unwrap_or(usize::MAX);
    let gone: Vec<OwnerId> = match draft.bounds.mmap_layout {
        Some(MmapLayout::BottomUp { .. }) => heaps.into_values().skip(kept).flatten().collect(),
        // mmap goes downwards: the arena at the highest address was made first.
        _ => heaps.into_values().rev().skip(kept).flatten().collect(),
    };
    removal::take_out(draft, &gone);
    Ok(())
}

/// The heaps that stand on the map, by the address of their arena.
fn heaps_by_arena(draft: &Draft) -> BTreeMap<Addr, Vec<OwnerId>> {
    let stands: HashSet<OwnerId> = draft.regions.iter().map(|r| r.owner).collect();
    let mut heaps: BTreeMap<Addr, Vec<OwnerId>> = BTreeMap::new();
    for (id, owner) in draft.owners().iter() {
        let is_heap = owner.heap_class() == Some(HeapClass::ThreadArena);
        if is_heap && stands.contains(&id) {
            heaps.entry(owner.arena.unwrap_or(owner.start)).or_default().push(id);
        }
    }
    heaps
}
