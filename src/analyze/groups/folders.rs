//! Modules from one folder: mostly one vendor's.

use std::collections::HashMap;

use super::Parted;
use crate::model::{OwnerId, Snapshot};

/// Longer folders, which no system has, are in no group, in bytes.
const LONGEST: usize = 1_024;

/// Modules by the folder that they were loaded from.
pub(super) fn part(snapshot: &Snapshot) -> Parted {
    let folders: HashMap<OwnerId, &str> =
        snapshot.modules.iter().filter_map(|m| Some((m.owner, folder(&m.path)?))).collect();
    Parted::by_name(snapshot, |id| {
        let movable = snapshot.owner(id).is_some_and(|o| o.movable);
        folders.get(&id).filter(|_| movable).map(|folder| (*folder).into())
    })
}

fn folder(path: &str) -> Option<&str> {
    path.rsplit_once(['/', '\\']).map(|(folder, _)| folder).filter(|folder| (1..=LONGEST).contains(&folder.len()))
}
