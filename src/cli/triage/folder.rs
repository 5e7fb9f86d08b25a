//! The names in one folder, sorted, in little memory: crash uploads lie by the hundred thousand in one.

use std::ffi::OsString;
use std::fs::FileType;
use std::io;
use std::path::Path;

use super::units::{Unit, from_units, units_of};

/// What a name stands for, without following links.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A folder.
    Folder,
    /// A link, to whatever.
    Link,
    /// Anything else; also what the system does not tell.
    File,
}

impl Kind {
    fn of(kind: io::Result<FileType>) -> Kind {
        match kind {
            Ok(kind) if kind.is_dir() => Kind::Folder,
            Ok(kind) if kind.is_symlink() => Kind::Link,
            _ => Kind::File,
        }
    }
}

/// Names of a folder, one behind the other.
#[derive(Default)]
pub struct Folder {
    units: Vec<Unit>,
    entries: Vec<Entry>,
}

#[derive(Clone, Copy)]
struct Entry {
    start: u32,
    len: u16,
    kind: Kind,
}

impl Folder {
    /// Lists a folder; with an error beside what could be listed, should the system refuse in between.
    pub fn list(path: &Path) -> (Folder, Option<io::Error>) {
        let mut folder = Folder::default();
        let refused = folder.fill(path).err();
        let Folder { units, mut entries } = folder;
        entries.sort_unstable_by(|a, b| slice(&units, *a).cmp(slice(&units, *b)));
        entries.shrink_to_fit();
        (Folder { units, entries }, refused)
    }

    fn fill(&mut self, path: &Path) -> io::Result<()> {
        let too_many = || io::Error::other("it has too many names");
        for entry in std::fs::read_dir(path)? {
            let entry = entry?;
            let name = units_of(&entry.file_name());
            let start = u32::try_from(self.units.len()).map_err(|_| too_many())?;
            let len = u16::try_from(name.len()).map_err(|_| too_many())?;
            self.units.extend(name);
            self.entries.push(Entry { start, len, kind: Kind::of(entry.file_type()) });
        }
        Ok(())
    }

    /// The name at a place in the order, and what it stands for.
    pub fn get(&self, index: usize) -> Option<(OsString, Kind)> {
        self.entries.get(index).map(|entry| (from_units(slice(&self.units, *entry)), entry.kind))
    }

    /// The names that begin so, in order.
    pub fn beginning<'f>(&'f self, prefix: &str) -> impl Iterator<Item = OsString> + 'f {
        let prefix = units_of(prefix.as_ref());
        let from = self.entries.partition_point(|entry| slice(&self.units, *entry) < prefix.as_slice());
        let rest = self.entries.iter().skip(from).map(|entry| slice(&self.units, *entry));
        rest.take_while(move |name| name.starts_with(&prefix)).map(from_units)
    }
}

fn slice(units: &[Unit], entry: Entry) -> &[Unit] {
    let start = entry.start as usize;
    units.get(start..start + usize::from(entry.len)).unwrap_or_default()
}
