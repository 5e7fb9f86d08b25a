//! Another ceiling, and something new in a free place.

use super::draft::Draft;
use super::{Edit, EditError};
use crate::addr::{Addr, AddrRange};
use crate::model::{
    CeilingSource, MappingId, MmapLayout, Os, Owner, OwnerId, OwnerKind, PointerWidth, Region, Source, Sources, State,
};

/// Where a large-address-aware process of 32 bits ends on 64-bit Windows: the last 64 KiB below 4 GiB are not given out.
const END_ON_64_BIT: Addr = Addr(0xffff_0000);

/// The same without the bit, and on 32-bit Windows without IncreaseUserVa: the last 64 KiB below 2 GiB.
const LAST_GRANULE: u64 = 0x1_0000;

/// What IncreaseUserVa takes: 2048 to 3072, in MiB.
const USER_VA: std::ops::RangeInclusive<u64> = 2 << 30..=3 << 30;

/// Sets the executable's large-address-aware bit: 2 GiB become 4 GiB on 64-bit Windows.
pub(super) fn large_address_aware(draft: &mut Draft, edit: &Edit) -> Result<(), EditError> {
    needs_windows_32(draft, edit)?;
    if draft.rest.limits.large_address_aware == Some(true) {
        return Err(EditError::NotHere { edit: edit.to_string(), why: "the executable has that bit already" });
    }
    raise_ceiling(draft, edit, END_ON_64_BIT)?;
    draft.rest.limits.large_address_aware = Some(true);
    Ok(())
}

/// Gives a large-address-aware process on 32-bit Windows so many bytes, as `bcdedit /set IncreaseUserVa 3072`.
pub(super) fn user_va(draft: &mut Draft, edit: &Edit, bytes: u64) -> Result<(), EditError> {
    needs_windows_32(draft, edit)?;
    if !USER_VA.contains(&bytes) {
        let why = "IncreaseUserVa takes 2G to 3G; on 64-bit Windows large-address-aware gives 4G";
        return Err(EditError::NotHere { edit: edit.to_string(), why });
    }
    raise_ceiling(draft, edit, Addr(bytes.saturating_sub(LAST_GRANULE)))
}

fn needs_windows_32(draft: &Draft, edit: &Edit) -> Result<(), EditError> {
    let platform = &draft.rest.platform;
    match platform.os == Some(Os::Windows) && platform.width == PointerWidth::Bits32 {
        true => Ok(()),
        false => Err(EditError::NotHere { edit: edit.to_string(), why: "this is no 32-bit Windows process" }),
    }
}

fn raise_ceiling(draft: &mut Draft, edit: &Edit, ceiling: Addr) -> Result<(), EditError> {
    let old = draft.bounds.range;
    let why = "the address space reaches that far already";
    let added = AddrRange::new(old.end(), ceiling).ok_or(EditError::NotHere { edit: edit.to_string(), why })?;
    draft.bounds.range = old.hull(added);
    draft.bounds.ceiling_source = CeilingSource::User;
    draft.set_free(std::iter::once(added));
    Ok(())
}

/// Another alignment of allocations: at least a page, below which no system allocates.
pub(super) fn granularity(draft: &mut Draft, edit: &Edit, bytes: u64) -> Result<(), EditError> {
    if !bytes.is_power_of_two() || bytes < draft.bounds.page_size {
        let why = "a granularity is a power of two, and not less than a page";
        return Err(EditError::NotHere { edit: edit.to_string(), why });
    }
    draft.bounds.granularity = bytes;
    Ok(())
}

/// Lets mmap search everywhere.
pub(super) fn top_down(draft: &mut Draft, edit: &Edit) -> Result<(), EditError> {
    match draft.bounds.mmap_layout {
        Some(_) => {
            draft.bounds.mmap_layout = Some(MmapLayout::TopDown { skipped: None });
            Ok(())
        }
        None => {
            Err(EditError::NotHere { edit: edit.to_string(), why: "nothing tells in which direction mmap searched" })
        }
    }
}

/// Puts something that cannot be moved into a free place.
pub(super) fn add(draft: &mut Draft, edit: &Edit, range: AddrRange) -> Result<(), EditError> {
    if !draft.is_free(range) {
        return Err(EditError::Occupied { edit: edit.to_string(), taken: range });
    }
    let name = Owner { movable: false, ..Owner::named(OwnerKind::Private, range.start(), "added") };
    let owner = draft.rest.owners.add(name);
    let mapping = draft.regions.iter().map(|r| r.mapping.0).max().map_or(0, |m| m.saturating_add(1));
    // Whatever comes behind relies on the order.
    let place = draft.regions.partition_point(|r| r.range.start() < range.start());
    let added = Region {
        range,
        state: State::Committed,
        protection: None,
        owner,
        mapping: MappingId(mapping),
        backing: None,
        evidence: Sources::of(Source::Assumed),
    };
    draft.regions.insert(place, added);
    if let Some(count) = &mut draft.rest.limits.vma_count {
        *count += 1;
    }
    Ok(())
}

/// Gives a range back: whole pages of whatever stands there.
pub(super) fn unmap(draft: &mut Draft, edit: &Edit, range: AddrRange) -> Result<(), EditError> {
    let page = draft.bounds.page_size;
    if let Some(addr) = [range.start(), range.end()].into_iter().find(|addr| !addr.0.is_multiple_of(page.max(1))) {
        return Err(EditError::Unaligned { edit: edit.to_string(), addr, granularity: page });
    }
    if !draft.regions.iter().any(|region| region.range.intersect(range).is_some()) {
        let why = "nothing stands in that range".to_owned();
        return Err(EditError::Nothing { edit: edit.to_string(), why });
    }
    let before = standing(draft);
    cut(draft, range.start());
    cut(draft, range.end());
    draft.take_out(|region| range.covers(region.range));
    count_both_sides(draft, range);
    let after = standing(draft);
    let is_gone = |id| before(id) && !after(id);
    draft.rest.modules.retain(|module| !is_gone(module.owner));
    draft.rest.threads.retain(|thread| !thread.stack.as_ref().is_some_and(|stack| is_gone(stack.owner)));
    Ok(())
}

/// What was one mapping on both sides of a hole is two now.
fn count_both_sides(draft: &mut Draft, hole: AddrRange) {
    let above = draft.regions.partition_point(|region| region.range.start() < hole.start());
    let mapping = |index: usize| draft.regions.get(index).map(|region| (region.range, region.mapping));
    let Some(((below, one), (above, other))) = above.checked_sub(1).and_then(mapping).zip(mapping(above)) else {
        return;
    };
    if one == other && below.end() == hole.start() && above.start() == hole.end() {
        draft.rest.limits.vma_count = draft.rest.limits.vma_count.map(|count| count + 1);
    }
}

/// Cuts the region across an address into two; both stay of one mapping.
fn cut(draft: &mut Draft, at: Addr) {
    let Some(index) = draft.regions.partition_point(|r| r.range.start() < at).checked_sub(1) else { return };
    let Some(region) = draft.regions.get_mut(index).filter(|r| r.range.end() > at) else { return };
    let whole = *region;
    let (Some(below), Some(above)) = (AddrRange::new(whole.range.start(), at), AddrRange::new(at, whole.range.end()))
    else {
        return;
    };
    region.range = below;
    draft.regions.insert(index + 1, Region { range: above, ..whole });
}

/// Whether an owner has a region left.
fn standing(draft: &Draft) -> impl Fn(OwnerId) -> bool + use<> {
    let mut stands = vec![false; draft.owners().len()];
    for region in &draft.regions {
        if let Some(flag) = stands.get_mut(region.owner.0 as usize) {
            *flag = true;
        }
    }
    move |id| stands.get(id.0 as usize).copied().unwrap_or(false)
}
