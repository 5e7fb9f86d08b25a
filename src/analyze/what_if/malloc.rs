//! Fewer mappings of glibc's malloc: a higher M_MMAP_THRESHOLD serves what was mapped from the heap.

use super::draft::Draft;
use super::{Edit, EditError};
use crate::addr::AddrRange;
use crate::model::{HeapClass, Owner, OwnerId, OwnerKind, Owners, PointerWidth, Protection, Region, State};

/// DEFAULT_MMAP_THRESHOLD: smaller requests never have a mapping of their own.
const DEFAULT: u64 = 128 << 10;

/// The largest threshold that mallopt takes: half of HEAP_MAX_SIZE.
pub(in crate::analyze) fn largest_threshold(width: PointerWidth) -> u64 {
    match width {
        PointerWidth::Bits32 => 512 << 10,
        PointerWidth::Bits64 => 32 << 20,
    }
}

/// Moves malloc's own mappings of less than `threshold` bytes to the end of the brk heap. Where its heaps were walked, these
/// are its mmapped chunks. A map alone does not tell for sure whose they are, and they are what looks like that: private,
/// readable and writable, alone between two gaps, of the sizes that malloc maps.
pub(super) fn raise_threshold(draft: &mut Draft, edit: &Edit, threshold: u64) -> Result<(), EditError> {
    draft.regions.sort_unstable_by_key(|r| r.range.start());
    let nothing = |why: &str| EditError::Nothing { edit: edit.to_string(), why: why.to_owned() };
    let heap = brk_heap(draft).ok_or_else(|| nothing("it has no brk heap that could grow"))?;
    let walked = are_known(draft.owners());
    let chunks = if walked { known_chunks(draft, threshold) } else { likely_chunks(draft, threshold) };
    if chunks.is_empty() && walked {
        return Err(nothing("none of malloc's mmapped chunks is smaller"));
    }
    if chunks.is_empty() {
        return Err(nothing("no private mapping stands alone that malloc could have served from its heap"));
    }
    let bytes = chunks.iter().map(|(_, size)| size).sum();
    let mut flags = vec![false; draft.owners().len()];
    for (owner, _) in chunks {
        if let Some(flag) = flags.get_mut(owner.0 as usize) {
            *flag = true;
        }
    }
    draft.take_out(|r| flags.get(r.owner.0 as usize).copied().unwrap_or(false));
    grow(draft, edit, heap, bytes)
}

/// Whether a walk told which mappings are malloc's own.
pub(in crate::analyze) fn are_known(owners: &Owners) -> bool {
    owners.iter().any(|(_, owner)| owner.heap_class() == Some(HeapClass::MmappedChunk))
}

/// Mmapped chunks below the threshold, with their sizes in bytes. With its header a request takes a page more than it asks
/// for at most.
fn known_chunks(draft: &Draft, threshold: u64) -> Vec<(OwnerId, u64)> {
    let mut sizes = vec![0; draft.owners().len()];
    for region in &draft.regions {
        if let Some(size) = sizes.get_mut(region.owner.0 as usize) {
            *size += region.range.size();
        }
    }
    let owners = draft.owners().iter().zip(sizes);
    let chunks = owners.filter(|((_, owner), size)| {
        let is_chunk = owner.heap_class() == Some(HeapClass::MmappedChunk);
        is_chunk && (1..threshold.saturating_add(draft.bounds.page_size)).contains(size)
    });
    chunks.map(|((id, _), size)| (id, size)).collect()
}

/// The owners that malloc may have mapped, with their sizes in bytes.
fn likely_chunks(draft: &Draft, threshold: u64) -> Vec<(OwnerId, u64)> {
    let touches = |a: Option<&Region>, b: Option<&Region>| match (a, b) {
        (Some(a), Some(b)) => a.range.end() == b.range.start(),
        _ => false,
    };
    let neighbours = |i: usize| (i.checked_sub(1).and_then(|i| draft.regions.get(i)), draft.regions.get(i + 1));
    let alone = |i: usize, region: &Region| {
        let (before, after) = neighbours(i);
        !touches(before, Some(region)) && !touches(Some(region), after)
    };
    let regions = draft.regions.iter().enumerate();
    let meant = regions.filter(|(i, r)| is_plain(draft, r, threshold) && alone(*i, r));
    meant.map(|(_, r)| (r.owner, r.range.size())).collect()
}

/// Readable and writable private memory without a name, of a size that malloc maps. With its header a request below the
/// threshold takes a page more than it asks for at most.
fn is_plain(draft: &Draft, region: &Region, threshold: u64) -> bool {
    let sizes = DEFAULT..threshold.saturating_add(draft.bounds.page_size);
    let writable = Protection::READ.with(Protection::WRITE);
    let access = region.protection.is_none_or(|p| p.has(writable) && !p.has(Protection::EXECUTE));
    let private = |o: &Owner| o.movable && o.kind == OwnerKind::Private && o.name.is_none();
    let memory = region.state == State::Committed && region.backing.is_none() && access;
    memory && sizes.contains(&region.range.size()) && draft.owners().get(region.owner).is_some_and(private)
}

/// The last region of the heap that brk moves.
fn brk_heap(draft: &Draft) -> Option<AddrRange> {
    let is_brk = |id| draft.owners().get(id).is_some_and(Owner::is_brk_heap);
    draft.regions.iter().rfind(|r| is_brk(r.owner)).map(|r| r.range)
}

fn grow(draft: &mut Draft, edit: &Edit, heap: AddrRange, bytes: u64) -> Result<(), EditError> {
    let more = AddrRange::from_size(heap.end(), bytes).filter(|more| draft.is_free(*more));
    let why = "the brk heap has no room to grow by what it would have to hold";
    let more = more.ok_or(EditError::NotHere { edit: edit.to_string(), why })?;
    if let Some(region) = draft.regions.iter_mut().find(|r| r.range == heap) {
        region.range = heap.hull(more);
    }
    Ok(())
}
