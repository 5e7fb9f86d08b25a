//! The last steps: owners for what nobody claimed, the cut at the bounds, the checked space.

use super::claims::Owned;
use super::partition::Piece;
use crate::addr::{Addr, AddrRange};
use crate::diag::{Diagnostics, Place};
use crate::load::facts::{Facts, RowLabel};
use crate::model::{
    AddressSpace, Bounds, Coverage, FileId, MappingId, Owner, OwnerId, OwnerKind, Owners, Protection, Region, Source,
    region::join_equal,
};

/// Gives every piece an owner: neighbours that nobody claimed share one if they come from one allocation (Windows)
/// or one mapping; mappings made apart are owners apart.
pub(super) fn own_the_rest(owned: &mut [Owned], facts: &Facts, owners: &mut Owners) {
    let mut last: Option<(Piece, OwnerId)> = None;
    for part in owned.iter_mut() {
        if part.owner.is_some() {
            continue;
        }
        let shared = last.filter(|(before, _)| same_origin(before, &part.piece)).map(|(_, owner)| owner);
        let owner = shared.unwrap_or_else(|| owners.add(default_owner(&part.piece, facts)));
        part.owner = Some(owner);
        last = Some((part.piece, owner));
    }
}

/// Whether two unclaimed pieces were made by one request for memory.
fn same_origin(a: &Piece, b: &Piece) -> bool {
    let same_file_run = a.file.is_some() && a.file == b.file && a.range.end() == b.range.start();
    match (a.allocation, b.allocation) {
        (Some(x), Some(y)) => x == y,
        _ => (a.mapping == b.mapping && a.range.end() == b.range.start()) || same_file_run,
    }
}

fn default_owner(piece: &Piece, facts: &Facts) -> Owner {
    let start = piece.range.start();
    let file_name = |id: u32| facts.files.get(id as usize).map_or("", String::as_str);
    match (piece.label, piece.file) {
        (RowLabel::NamedAnonymous(name), _) => Owner::named(OwnerKind::Private, start, file_name(name)),
        (RowLabel::Kind(kind), _) => Owner::anonymous(kind, start),
        (RowLabel::Image, Some(file)) => Owner::named(OwnerKind::Module, start, file_name(file)),
        (RowLabel::Image, _) => Owner::anonymous(OwnerKind::Module, start),
        (_, Some(file)) => Owner::named(OwnerKind::MappedFile, start, file_name(file)),
        (RowLabel::Mapped, None) => Owner::anonymous(OwnerKind::Shared, start),
        _ if piece.protection.is_some_and(|p| p.has(Protection::SHARED)) => Owner::anonymous(OwnerKind::Shared, start),
        _ if only_seen_as_memory(piece) => Owner::anonymous(OwnerKind::Unknown, start),
        _ => Owner::anonymous(OwnerKind::Private, start),
    }
}

/// Memory that a small minidump happens to hold, without a map that says what it is.
fn only_seen_as_memory(piece: &Piece) -> bool {
    let strong = [Source::PtLoad, Source::NtFile, Source::Maps, Source::LinuxMaps, Source::MemoryInfo, Source::Listing];
    !strong.into_iter().any(|s| piece.sources.has(s))
}

/// Cuts the pieces at the bounds, and makes the space.
pub(super) fn close(
    owned: Vec<Owned>,
    bounds: Bounds,
    coverage: Coverage,
    diagnostics: &mut Diagnostics,
) -> AddressSpace {
    let mut outside: Option<AddrRange> = None;
    let mut regions: Vec<Region> = Vec::with_capacity(owned.len());
    let mut numbering = Numbering::default();
    for part in owned {
        match part.piece.range.intersect(bounds.range) {
            Some(range) => regions.push(region(part, range, &mut numbering)),
            None => outside = Some(outside.map_or(part.piece.range, |o| o.hull(part.piece.range))),
        }
    }
    if let Some(range) = outside {
        let message = format!("regions in {range} lie outside of {} and are left out", bounds.range);
        diagnostics.info("outside-bounds", message, Some(Place::Address(range.start())));
    }
    join_equal(&mut regions);
    match AddressSpace::new(bounds, coverage.clone(), regions) {
        Ok(space) => space,
        Err(error) => {
            // The partition is disjoint by construction; should that ever fail, an empty map with the reason is
            // better than a wrong one.
            diagnostics.warn("internal", format!("the map is inconsistent ({error}) and is not shown"), None);
            AddressSpace::empty(bounds, Coverage::Nothing)
        }
    }
}

/// Mapping numbers in order of address, equal for what was one mapping.
#[derive(Default)]
struct Numbering {
    last: Option<u32>,
    next: u32,
}

impl Numbering {
    fn of(&mut self, mapping: u32) -> MappingId {
        if self.last != Some(mapping) {
            self.next += u32::from(self.last.is_some());
            self.last = Some(mapping);
        }
        MappingId(self.next)
    }
}

fn region(part: Owned, range: AddrRange, numbering: &mut Numbering) -> Region {
    Region {
        range,
        state: part.piece.state,
        protection: part.piece.protection,
        owner: part.owner.unwrap_or(OwnerId(0)),
        mapping: numbering.of(part.piece.mapping),
        backing: part.piece.file.map(FileId),
        evidence: part.piece.sources,
    }
}

/// The lowest address of each owner is that of its first region, whoever claimed it.
pub(super) fn settle_owner_starts(regions: &[Region], owners: &mut Owners) {
    let mut seen = vec![false; owners.len()];
    for region in regions {
        let first = seen.get_mut(region.owner.0 as usize).filter(|s| !**s);
        if let (Some(flag), Some(owner)) = (first, owners.get_mut(region.owner)) {
            *flag = true;
            owner.start = owner_start(owner.start, region.range.start());
        }
    }
}

fn owner_start(claimed: Addr, first_region: Addr) -> Addr {
    claimed.min(first_region)
}
