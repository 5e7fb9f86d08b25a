//! Mappings of one make, and pieces of heaps: the same size, with or without a guard, or neighbours in one pattern.

use super::stretches::{Make, makes};
use super::{Keyed, Parted};
use crate::model::{HeapClass, Os, Owner, OwnerId, OwnerKind, Owners, Region, Snapshot, State};
use crate::units::Count;

/// What an owner's regions are, in the order of their addresses.
#[derive(Clone, Copy, Default)]
struct Shape {
    bytes: u64,
    committed: u64,
    /// How often committed and reserved memory take turns.
    turns: u32,
    last: Option<State>,
}

/// How committed and reserved memory lie in an owner.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::analyze) enum Mix {
    Committed,
    Reserved,
    InPart,
    Stripes,
}

/// What has shapes: mappings of some kinds, and those pieces of heaps that differ by their sizes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::analyze) enum What {
    Kind(OwnerKind),
    Piece(HeapClass),
}

impl What {
    fn of(owner: &Owner) -> Option<What> {
        match owner.kind {
            OwnerKind::Private | OwnerKind::Shared | OwnerKind::MappedFile => Some(What::Kind(owner.kind)),
            _ => owner.heap_class().filter(|class| class.is_told_by_size()).map(What::Piece),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            What::Kind(kind) => kind.name(),
            What::Piece(class) => class.name(),
        }
    }
}

/// What owners of one shape have in common.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::analyze) enum Key {
    Alone(What, u64, Mix),
    Neighbours(Make),
}

/// Private and shared mappings and mapped files by their size and make; neighbours of one pattern by that.
pub(super) fn part(snapshot: &Snapshot) -> Parted {
    let keys = keys(snapshot.platform.os, snapshot.space.regions(), &snapshot.owners);
    Parted::by_key(snapshot, |id| keys.of(id), |key| name(key).into())
}

/// The name of the shape that each owner has, for those that have one.
pub(in crate::analyze) fn named(
    os: Option<Os>,
    regions: &[Region],
    owners: &Owners,
) -> impl Fn(OwnerId) -> Option<String> {
    let key = keyed(os, regions, owners);
    move |id| key(id).map(name)
}

/// The shape of each owner that has one.
pub(in crate::analyze) fn keyed(
    os: Option<Os>,
    regions: &[Region],
    owners: &Owners,
) -> impl Fn(OwnerId) -> Option<Key> {
    let keys = keys(os, regions, owners);
    move |id| keys.of(id)
}

/// The same of each owner by itself, whoever its neighbours are: those of another run may be others.
pub(in crate::analyze) fn named_alone(regions: &[Region], owners: &Owners) -> impl Fn(OwnerId) -> Option<String> {
    let alone = shapes(regions, owners.len()).into_iter().zip(owners.iter());
    let keys: Vec<Option<Key>> = alone.map(|(shape, (_, owner))| alone_key(owner, shape)).collect();
    move |id| keys.get(id.0 as usize).copied().flatten().map(name)
}

fn alone_key(owner: &Owner, shape: Shape) -> Option<Key> {
    let what = What::of(owner).filter(|_| owner.movable && shape.bytes > 0)?;
    Some(Key::Alone(what, shape.bytes, shape.mix()))
}

fn keys(os: Option<Os>, regions: &[Region], owners: &Owners) -> Keyed<Key> {
    let shapes = shapes(regions, owners.len());
    // VirtualQuery tells what was allocated at once; /proc/PID/maps does not.
    let makes = if os == Some(Os::Windows) { vec![None; owners.len()] } else { makes(regions, owners) };
    let keys = owners.iter().zip(shapes).zip(makes).map(|(((_, owner), shape), make)| {
        alone_key(owner, shape).map(|alone| match alone {
            Key::Alone(What::Kind(_), ..) => make.map_or(alone, Key::Neighbours),
            // Whoever touches a piece of a heap, it is one by itself.
            _ => alone,
        })
    });
    Keyed(keys.collect())
}

fn shapes(regions: &[Region], owners: usize) -> Vec<Shape> {
    let mut shapes = vec![Shape::default(); owners];
    for region in regions {
        let Some(shape) = shapes.get_mut(region.owner.0 as usize) else { continue };
        let size = region.range.size();
        shape.bytes += size;
        shape.committed += if region.state == State::Committed { size } else { 0 };
        shape.turns += u32::from(shape.last.is_some_and(|last| last != region.state));
        shape.last = Some(region.state);
    }
    shapes
}

impl Shape {
    fn mix(self) -> Mix {
        match (self.turns, self.committed) {
            (_, 0) => Mix::Reserved,
            (0, _) => Mix::Committed,
            (1, _) => Mix::InPart,
            (_, _) => Mix::Stripes,
        }
    }
}

pub(in crate::analyze) fn name(key: Key) -> String {
    match key {
        Key::Neighbours(make) => make.to_string(),
        Key::Alone(what, bytes, mix) => {
            let mix = match mix {
                Mix::Committed => "",
                Mix::Reserved => ", reserved",
                Mix::InPart => ", committed in part",
                Mix::Stripes => ", committed in stripes",
            };
            format!("{} of {}{mix}", what.name(), exact(bytes))
        }
    }
}

/// A size without rounding, so that two sizes never have one name.
fn exact(bytes: u64) -> String {
    let units = [(30, "GiB"), (20, "MiB"), (10, "KiB"), (0, "B")];
    let unit = units.into_iter().find(|(shift, _)| bytes.is_multiple_of(1 << shift));
    unit.map_or_else(String::new, |(shift, unit)| format!("{} {unit}", Count(bytes >> shift)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_that_round_to_the_same_have_different_names() {
        assert_eq!(exact(1344 << 10), "1,344 KiB");
        assert_eq!(exact(1340 << 10), "1,340 KiB");
        assert_eq!(exact(2 << 20), "2 MiB");
        assert_eq!(exact(100), "100 B");
    }
}
