//! What stands in an address space, owner by owner, with names by which the same things of two runs are found.

use std::collections::HashMap;

use crate::addr::AddrRange;
use crate::analyze::groups::{self, shapes};
use crate::model::{HeapClass, MappingId, Os, Owner, OwnerId, OwnerKind, Snapshot};

/// What things have in common that are interchangeable: the stacks of one pool of threads, one library, mappings of one
/// shape.
#[derive(Clone, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub struct Like {
    /// Kind of owner.
    pub kind: OwnerKind,
    /// A file's name, a pool's pattern such as `worker-*`, a shape such as `private of 1 MiB`. Empty where there is no
    /// name. From the dump and so untrusted.
    pub name: Box<str>,
}

/// One owner with all its regions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub owner: OwnerId,
    pub kind: OwnerKind,
    /// Whether a change that the user can make would move it, and it is not the brk heap.
    pub movable: bool,
    /// From its first to its last address.
    pub range: AddrRange,
    /// Sum of its regions.
    pub bytes: u64,
    /// How many mappings these are.
    pub mappings: u64,
    /// What it is called, by number: the same thing of the other run has the same, whatever its size.
    pub place: usize,
    /// Whether that is a name, and not its kind alone.
    pub named: bool,
    /// What it is like, by number.
    pub like: usize,
}

/// All owners of a snapshot that have a region, by address.
pub(super) struct Items {
    pub list: Vec<Item>,
    of_owner: Vec<Option<usize>>,
}

impl Items {
    /// Looks at a snapshot, and numbers the names in it as `names` did those of the others.
    pub fn of(snapshot: &Snapshot, names: &mut Names) -> Items {
        let mut items = Items { list: Vec::new(), of_owner: vec![None; snapshot.owners.len()] };
        let mut last: Vec<Option<MappingId>> = vec![None; snapshot.owners.len()];
        for region in snapshot.space.regions() {
            let number = region.owner.0 as usize;
            let Some(slot) = items.of_owner.get_mut(number) else { continue };
            let Some(owner) = snapshot.owner(region.owner) else { continue };
            let index = *slot.get_or_insert_with(|| {
                items.list.push(Item::of(region.owner, owner, region.range));
                items.list.len() - 1
            });
            let before = last.get_mut(number).and_then(|last| last.replace(region.mapping));
            if let Some(item) = items.list.get_mut(index) {
                item.range = item.range.hull(region.range);
                item.bytes += region.range.size();
                item.mappings += u64::from(before != Some(region.mapping));
            }
        }
        names.give(snapshot, &mut items.list);
        items
    }

    /// The item of an owner, by index.
    pub fn index_of(&self, owner: OwnerId) -> Option<usize> {
        self.of_owner.get(owner.0 as usize).copied().flatten()
    }
}

impl Item {
    fn of(owner: OwnerId, model: &Owner, range: AddrRange) -> Item {
        let movable = model.movable && !model.is_brk_heap();
        Item { owner, kind: model.kind, movable, range, bytes: 0, mappings: 0, place: 0, named: false, like: 0 }
    }
}

/// The names of several snapshots by number.
#[derive(Default)]
pub(super) struct Names {
    /// What can be moved is never what cannot: the main thread is often called like the workers.
    places: HashMap<(Like, bool), usize>,
    likes: HashMap<Like, usize>,
    pub all: Vec<Like>,
}

impl Names {
    fn give(&mut self, snapshot: &Snapshot, items: &mut [Item]) {
        let shape = shapes::named_alone(snapshot.space.regions(), &snapshot.owners);
        for item in items {
            let Some(owner) = snapshot.owner(item.owner) else { continue };
            let place = Like { kind: owner.kind, name: called(owner, snapshot.platform.os).into() };
            let mappings = matches!(owner.kind, OwnerKind::Private | OwnerKind::Shared | OwnerKind::Heap);
            let unnamed = place.name.is_empty() && mappings;
            let like = match shape(item.owner).filter(|_| unnamed) {
                Some(shape) => Like { kind: owner.kind, name: shape.into() },
                None => place.clone(),
            };
            item.named = !place.name.is_empty();
            let next = self.places.len();
            item.place = *self.places.entry((place, owner.movable)).or_insert(next);
            item.like = self.like(like);
        }
    }

    fn like(&mut self, like: Like) -> usize {
        *self.likes.entry(like).or_insert_with_key(|like| {
            self.all.push(like.clone());
            self.all.len() - 1
        })
    }
}

/// What an owner is called in every run of the program.
fn called(owner: &Owner, os: Option<Os>) -> String {
    let name = owner.name.as_deref().unwrap_or_default();
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    match owner.kind {
        OwnerKind::Module if os == Some(Os::Windows) => file.to_ascii_lowercase(),
        OwnerKind::Module => file.to_owned(),
        // These come and go like private mappings, and have a shape for a name.
        OwnerKind::Heap if owner.heap_class().is_some_and(HeapClass::is_told_by_size) => String::new(),
        _ => groups::pattern(file),
    }
}
