//! Modules from one folder, or from the folders of one vendor.

use std::collections::{HashMap, HashSet};

use super::Parted;
use crate::model::{OwnerId, Snapshot};

/// Longer folders, which no system has, are in no group, in bytes.
const LONGEST: usize = 1_024;
/// Where each vendor has a folder of its own, in lower case with `/`. Drive letters are left out.
const VENDORS_PARENTS: [&str; 5] = ["/program files/", "/program files (x86)/", "/programdata/", "/opt/", "/snap/"];

/// Modules by the vendor's folder where several folders of it hold some, else by the folder that they were loaded from.
pub(super) fn part(snapshot: &Snapshot) -> Parted {
    let folders: HashMap<OwnerId, &str> =
        snapshot.modules.iter().filter_map(|m| Some((m.owner, folder(&m.path)?))).collect();
    let shared = shared_vendors(folders.values().copied());
    let key = |id| {
        snapshot.owner(id).filter(|o| o.movable)?;
        let folder: &str = folders.get(&id)?;
        Some(vendor(folder).filter(|vendor| shared.contains(vendor)).unwrap_or(folder))
    };
    Parted::by_key(snapshot, key, Into::into)
}

/// Vendors that have modules in more than one folder.
fn shared_vendors<'a>(folders: impl Iterator<Item = &'a str>) -> HashSet<&'a str> {
    let mut first: HashMap<&str, &str> = HashMap::new();
    let mut shared = HashSet::new();
    for folder in folders {
        let Some(vendor) = vendor(folder) else { continue };
        if *first.entry(vendor).or_insert(folder) != folder {
            shared.insert(vendor);
        }
    }
    shared
}

fn folder(path: &str) -> Option<&str> {
    path.rsplit_once(['/', '\\']).map(|(folder, _)| folder).filter(|folder| (1..=LONGEST).contains(&folder.len()))
}

/// The vendor's folder that a folder is or lies in: `C:\Program Files\Vendor` of `C:\Program Files\Vendor\App\plugins`.
fn vendor(folder: &str) -> Option<&str> {
    let plain = folder.replace('\\', "/").to_ascii_lowercase();
    let drive = if plain.get(1..2) == Some(":") { 2 } else { 0 };
    let path = plain.get(drive..)?;
    let parent = VENDORS_PARENTS.into_iter().find(|parent| path.starts_with(parent))?;
    let from = drive + parent.len();
    let name = plain.get(from..)?.split('/').next().filter(|name| !name.is_empty())?;
    folder.get(..from + name.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vendor_is_the_folder_below_program_files_or_opt() {
        assert_eq!(vendor(r"C:\Program Files\Acme\Shell\x64"), Some(r"C:\Program Files\Acme"));
        assert_eq!(vendor(r"d:\program files (x86)\Acme"), Some(r"d:\program files (x86)\Acme"));
        assert_eq!(vendor("/opt/acme/lib/plugins"), Some("/opt/acme"));
        assert_eq!(vendor("/usr/lib/acme"), None);
        assert_eq!(vendor(r"C:\Program Files"), None);
        assert_eq!(vendor("İ:/opt/x"), None);
    }

    #[test]
    fn only_vendors_with_several_folders_are_shared() {
        let shared = shared_vendors(["/opt/a/x", "/opt/a/y", "/opt/b/x", "/opt/b/x", "/usr/lib"].into_iter());
        assert_eq!(shared, HashSet::from(["/opt/a"]));
    }
}
