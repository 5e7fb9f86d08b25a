//! Mappings of one file.

use super::Parted;
use crate::model::{FileId, OwnerKind, Region, Snapshot};

/// Mapped files that are no modules, by the file.
pub(super) fn part(snapshot: &Snapshot) -> Parted {
    let mut file_of: Vec<Option<FileId>> = vec![None; snapshot.owners.len()];
    for region in snapshot.space.regions() {
        note(&mut file_of, region);
    }
    let key = |id: crate::model::OwnerId| {
        snapshot.owner(id).filter(|o| o.movable && o.kind == OwnerKind::MappedFile)?;
        // One name may have several numbers.
        file_of.get(id.0 as usize).copied().flatten().and_then(|file| snapshot.file(file))
    };
    Parted::by_key(snapshot, key, Into::into)
}

fn note(file_of: &mut [Option<FileId>], region: &Region) {
    if let Some(file) = file_of.get_mut(region.owner.0 as usize) {
        *file = file.or(region.backing);
    }
}
