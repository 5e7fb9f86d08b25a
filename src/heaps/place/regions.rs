//! Regions cut at the borders of heaps' parts.

use std::collections::{HashMap, HashSet};

use super::names::{class, part_names};
use crate::addr::{Addr, AddrRange};
use crate::heaps::{Heaps, Tile};
use crate::model::{HeapClass, Owner, OwnerId, OwnerKind, Owners, Region, Source, region};

/// Cuts regions one after the other, in the order of their addresses.
pub(super) struct Cutter<'a> {
    heaps: &'a Heaps,
    owners: &'a mut Owners,
    regions: Vec<Region>,
    /// Names of each heap's parts.
    names: Vec<Vec<String>>,
    /// The owner of each part that has a region: heap and part, by index.
    parts: HashMap<(usize, usize), OwnerId>,
    /// Owners of parts, which no other part takes over.
    placed: HashSet<OwnerId>,
    /// The heap that brk moves.
    brk: Option<OwnerId>,
    others: Others,
}

impl<'a> Cutter<'a> {
    /// For a map of so many regions.
    pub fn new(heaps: &'a Heaps, owners: &'a mut Owners, regions: usize) -> Cutter<'a> {
        let names = heaps.list.iter().map(part_names).collect();
        let brk = owners.iter().find(|(_, owner)| owner.is_brk_heap()).map(|(id, _)| id);
        let regions = Vec::with_capacity(regions);
        let (parts, placed) = (HashMap::new(), HashSet::new());
        Cutter { heaps, owners, regions, names, parts, placed, brk, others: Others::default() }
    }

    /// Takes the next region. `tiles` begin with the first that does not end below it.
    pub fn cut(&mut self, region: Region, tiles: &[Tile<'_>]) {
        let mut from = region.range.start();
        let tiles = if self.is_open(&region) { tiles } else { &[] };
        for tile in tiles.iter().take_while(|tile| tile.range.start() < region.range.end()) {
            let Some(range) = tile.range.intersect(region.range) else { continue };
            self.keep(region, from, range.start());
            let owner = self.owner_of(tile, &region, range);
            self.others.given(region.owner, owner);
            self.regions.push(Region { range, owner, ..region });
            from = range.end();
        }
        self.keep(region, from, region.range.end());
    }

    /// All regions, without cuts that separate nothing.
    pub fn finish(mut self) -> Vec<Region> {
        region::join_equal(&mut self.regions);
        self.regions
    }

    /// Whether nothing stronger is known of a region than that it is private memory, or some heap.
    fn is_open(&self, region: &Region) -> bool {
        let kind = self.owners.get(region.owner).map(|owner| owner.kind);
        let open = matches!(kind, Some(OwnerKind::Private | OwnerKind::Heap | OwnerKind::Unknown));
        open && !region.evidence.has(Source::Assumed)
    }

    /// A piece of a region that stays with its owner.
    fn keep(&mut self, region: Region, from: Addr, to: Addr) {
        let Some(range) = AddrRange::new(from, to) else { return };
        let owner = self.others.owner_of_rest(self.owners, region.owner, from);
        self.regions.push(Region { range, owner, ..region });
    }

    fn owner_of(&mut self, tile: &Tile<'_>, region: &Region, range: AddrRange) -> OwnerId {
        if let Some(owner) = self.parts.get(&(tile.heap, tile.index)) {
            return *owner;
        }
        let name = self.names.get(tile.heap).and_then(|names| names.get(tile.index));
        let Some((heap, name)) = self.heaps.list.get(tile.heap).zip(name) else { return region.owner };
        let class = class(heap.allocator, tile.part.role);
        let known = self.known(class, region.owner, range.start());
        let id = known.unwrap_or_else(|| self.owners.add(Owner::named(OwnerKind::Heap, range.start(), class.name())));
        let arena = tile.part.role.arena().and_then(|arena| heap.arenas.get(arena as usize)).map(|arena| arena.id);
        if let Some(owner) = self.owners.get_mut(id) {
            owner.name = Some(class.name().into());
            owner.place = Some(name.as_str().into());
            owner.arena = arena.or(owner.arena);
        }
        self.brk = Some(id).filter(|_| class == HeapClass::Brk).or(self.brk);
        self.parts.insert((tile.heap, tile.index), id);
        self.placed.insert(id);
        id
    }

    /// The owner that a part has already: the brk heap, however many pieces it has, or a heap of load's that begins where
    /// the part does.
    fn known(&self, class: HeapClass, owner: OwnerId, start: Addr) -> Option<OwnerId> {
        let brk = self.brk.filter(|brk| class == HeapClass::Brk && (*brk == owner || self.placed.contains(brk)));
        let begins_here = |found: &Owner| found.kind == OwnerKind::Heap && found.start == start && !found.is_brk_heap();
        let free = |id: &OwnerId| !self.placed.contains(id) && self.owners.get(*id).is_some_and(begins_here);
        brk.or(Some(owner).filter(free))
    }
}

/// Owners that parts were taken from. What is left of private memory below a heap and above it are two owners.
#[derive(Default)]
struct Others {
    /// Who goes on in an owner's place.
    heirs: HashMap<OwnerId, OwnerId>,
    /// Owners of which something was taken since they last had a region.
    lost: Marks,
    seen: Marks,
}

/// A set of owners, of which most maps have as many as regions.
#[derive(Default)]
struct Marks(Vec<bool>);

impl Marks {
    /// Marks an owner, and tells whether he was not.
    fn insert(&mut self, owner: OwnerId) -> bool {
        let index = owner.0 as usize;
        if index >= self.0.len() {
            self.0.resize(index + 1, false);
        }
        self.0.get_mut(index).is_some_and(|mark| !std::mem::replace(mark, true))
    }

    /// Unmarks an owner, and tells whether he was marked.
    fn remove(&mut self, owner: OwnerId) -> bool {
        self.0.get_mut(owner.0 as usize).is_some_and(std::mem::take)
    }
}

impl Others {
    /// A piece of what was `owner`'s is `to`'s now.
    fn given(&mut self, owner: OwnerId, to: OwnerId) {
        let _ = if owner == to { self.seen.insert(owner) } else { self.lost.insert(owner) };
    }

    /// The owner of a piece at `start` that is left of what was `owner`'s.
    fn owner_of_rest(&mut self, owners: &mut Owners, owner: OwnerId, start: Addr) -> OwnerId {
        let cut = self.lost.remove(owner);
        let first = self.seen.insert(owner);
        let Some(known) = owners.get(owner) else { return owner };
        if cut && first {
            owners.get_mut(owner).into_iter().for_each(|owner| owner.start = start);
        } else if cut && known.kind != OwnerKind::Heap {
            let heir = owners.add(Owner { start, ..known.clone() });
            self.heirs.insert(owner, heir);
        }
        self.heirs.get(&owner).copied().unwrap_or(owner)
    }
}
