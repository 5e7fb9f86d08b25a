//! Another ceiling, and something new in a free place.

use super::draft::Draft;
use super::{Edit, EditError};
use crate::addr::{Addr, AddrRange};
use crate::model::{
    CeilingSource, MappingId, MmapLayout, Os, Owner, OwnerKind, PointerWidth, Region, Source, Sources, State,
};

/// Where a large-address-aware process of 32 bits ends on 64-bit Windows: the last 64 KiB below 4 GiB are not given out.
const END_ON_64_BIT: Addr = Addr(0xffff_0000);

/// The same without the bit, and on 32-bit Windows without IncreaseUserVa: the last 64 KiB below 2 GiB.
const LAST_GRANULE: u64 = 0x1_0000;

/// Sets the executable's large-address-aware bit: 2 GiB become 4 GiB on 64-bit Windows.
pub(super) fn large_address_aware(draft: &mut Draft, edit: &Edit) -> Result<(), EditError> {
    needs_windows_32(draft, edit)?;
    raise_ceiling(draft, edit, END_ON_64_BIT)
}

/// Gives a large-address-aware process on 32-bit Windows so many bytes, as `bcdedit /set IncreaseUserVa 3072`.
pub(super) fn user_va(draft: &mut Draft, edit: &Edit, bytes: u64) -> Result<(), EditError> {
    needs_windows_32(draft, edit)?;
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
    draft.regions.push(Region {
        range,
        state: State::Committed,
        protection: None,
        owner,
        mapping: MappingId(mapping),
        backing: None,
        evidence: Sources::of(Source::Assumed),
    });
    if let Some(count) = &mut draft.rest.limits.vma_count {
        *count += 1;
    }
    Ok(())
}
