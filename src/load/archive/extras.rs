//! `.extra` files that lie beside minidumps in an archive: they belong to those, and are no members of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::entry::{Entries, Entry, What};
use super::kind::ArchiveKind;
use super::limits::ArchiveLimits;
use super::unpack::beginning;
use crate::load::Input;
use crate::load::minidump::{LARGEST_EXTRA, extra_beside};

/// What is held of all of them together, in bytes.
const MOST_BYTES: u64 = 32 << 20;

/// The texts of one archive, by their names in it.
#[derive(Default)]
pub(super) struct Extras {
    texts: BTreeMap<String, Vec<u8>>,
}

impl Extras {
    /// Looks for them. In a compressed tar it would be unpacked twice: there they stay members.
    pub(super) fn find(input: &Input<'_>, kind: ArchiveKind, limits: &ArchiveLimits) -> Extras {
        if !kind.lists_cheaply() {
            return Extras::default();
        }
        let (mut wanted, mut there) = (BTreeSet::new(), BTreeSet::new());
        each(input, kind, limits, |entry, _| {
            wanted.extend(name_beside(&entry.name));
            if entry.name.ends_with(".extra") && matches!(entry.what, What::File) {
                there.insert(entry.name.clone());
            }
            true
        });
        wanted.retain(|name| there.contains(name));
        let mut extras = Extras::default();
        if !wanted.is_empty() {
            extras.read(input, kind, limits, &wanted);
        }
        extras
    }

    fn read(&mut self, input: &Input<'_>, kind: ArchiveKind, limits: &ArchiveLimits, wanted: &BTreeSet<String>) {
        let (mut held, mut unpacked) = (0u64, 0u64);
        each(input, kind, limits, |entry, entries| {
            unpacked = unpacked.saturating_add(entry.cost);
            let room = LARGEST_EXTRA.min(MOST_BYTES - held);
            if wanted.contains(&entry.name)
                && entry.size.is_some_and(|size| size <= room)
                && let Some(text) = text(entries, room)
            {
                held += text.len() as u64;
                self.texts.insert(entry.name.clone(), text);
            }
            unpacked <= limits.member_bytes
        });
    }

    /// Whether this member is such a text.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.texts.contains_key(name)
    }

    /// The text that belongs to a minidump.
    pub(super) fn of(&self, dump: &str) -> Option<Vec<u8>> {
        self.texts.get(&name_beside(dump)?).cloned()
    }
}

/// Looks at all entries, or until it is enough.
fn each(
    input: &Input<'_>,
    kind: ArchiveKind,
    limits: &ArchiveLimits,
    mut look: impl FnMut(&Entry, &mut dyn Entries) -> bool,
) {
    let Ok(mut entries) = kind.entries(input) else { return };
    for _ in 0..limits.members {
        let Ok(Some(entry)) = entries.next() else { return };
        if !look(&entry, &mut *entries) {
            return;
        }
    }
}

/// An undamaged text.
fn text(entries: &mut dyn Entries, limit: u64) -> Option<Vec<u8>> {
    let (text, failed) = beginning(&mut *entries.content().ok()?, limit);
    failed.is_none().then_some(text)
}

/// `d/crash.extra` for `d/crash.dmp`, and none for what is no name of a dump.
fn name_beside(name: &str) -> Option<String> {
    let is_dump = [".dmp", ".mdmp"].iter().any(|suffix| name.to_ascii_lowercase().contains(suffix));
    let beside = extra_beside(Path::new(name))?.to_string_lossy().into_owned();
    (is_dump && beside != name).then_some(beside)
}
