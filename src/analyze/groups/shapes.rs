//! Mappings of one make: the same size, with or without a guard.

use super::Parted;
use crate::model::{OwnerId, OwnerKind, Snapshot, State};
use crate::units::Bytes;

/// What an owner's regions are, in the order of their addresses.
#[derive(Clone, Copy, Default)]
struct Shape {
    bytes: u64,
    committed: u64,
    /// How often committed and reserved memory take turns.
    turns: u32,
    last: Option<State>,
}

/// Private and shared mappings and mapped files by their size and make.
pub(super) fn part(snapshot: &Snapshot) -> Parted {
    let shapes = shapes(snapshot);
    Parted::by_name(snapshot, |id| {
        let kind = snapshot.owner(id).filter(|o| o.movable)?.kind;
        let grouped = matches!(kind, OwnerKind::Private | OwnerKind::Shared | OwnerKind::MappedFile);
        let shape = shapes.get(id.0 as usize).filter(|s| grouped && s.bytes > 0)?;
        Some(name(kind, *shape).into())
    })
}

fn shapes(snapshot: &Snapshot) -> Vec<Shape> {
    let mut shapes = vec![Shape::default(); snapshot.owners.len()];
    for region in snapshot.space.regions() {
        let Some(shape) = at(&mut shapes, region.owner) else { continue };
        let size = region.range.size();
        shape.bytes += size;
        shape.committed += if region.state == State::Committed { size } else { 0 };
        shape.turns += u32::from(shape.last.is_some_and(|last| last != region.state));
        shape.last = Some(region.state);
    }
    shapes
}

fn at(shapes: &mut [Shape], owner: OwnerId) -> Option<&mut Shape> {
    shapes.get_mut(owner.0 as usize)
}

fn name(kind: OwnerKind, shape: Shape) -> String {
    let make = match (shape.turns, shape.committed) {
        (_, 0) => ", reserved",
        (0, _) => "",
        (1, _) => ", committed in part",
        (_, _) => ", committed in stripes",
    };
    format!("{} of {}{make}", kind.name(), Bytes(shape.bytes))
}
