//! Files in folders and files that match a pattern, found as they are asked for.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::folder::{Folder, Kind};
use super::own::{Own, OwnNames};
use super::pattern::{Part, matches, parts_of};
use super::sources::Found;

/// A walk through folders, in the order of names.
pub struct Walk {
    /// What is looked for; behind the last part, everything.
    parts: Vec<Part>,
    own: Arc<Own>,
    /// Where it stands: the folders from the outermost to the innermost.
    open: Vec<Open>,
    /// What was found on the way, and is still to be told.
    found: Vec<Found>,
    /// Links to folders, which are not followed.
    links: u64,
}

/// A folder that is being walked.
struct Open {
    path: PathBuf,
    folder: Folder,
    next: usize,
    own: OwnNames,
    /// Which part of the pattern its names are held against.
    part: usize,
}

/// More folders inside of each other than anybody has.
const DEEPEST: usize = 1000;

impl Walk {
    /// Through a folder and all below it.
    pub fn through(folder: &Path, own: Arc<Own>) -> Walk {
        let mut walk = Walk { parts: vec![Part::Everything], own, open: Vec::new(), found: Vec::new(), links: 0 };
        walk.enter(folder.to_owned(), 0);
        walk
    }

    /// To what matches a pattern.
    pub fn matching(pattern: &Path, own: Arc<Own>) -> Walk {
        let (root, mut parts) = parts_of(pattern);
        // What `**` at the end means.
        parts.pop_if(|last| *last == Part::Deep);
        parts.push(Part::Everything);
        let mut walk = Walk { parts, own, open: Vec::new(), found: Vec::new(), links: 0 };
        // Below a file, and below what is not there, nothing matches.
        if root.as_os_str().is_empty() || root.is_dir() {
            walk.enter(root, 0);
        }
        walk
    }

    /// How many links to folders were not followed.
    pub fn links(&self) -> u64 {
        self.links
    }

    /// Begins with a folder.
    fn enter(&mut self, path: PathBuf, part: usize) {
        // A pattern without a folder in front begins here.
        let place = if path.as_os_str().is_empty() { Path::new(".") } else { &path };
        let Some(own) = self.own.within(place) else { return };
        if self.open.len() >= DEEPEST {
            let sentence = format!("folders lie more than {DEEPEST} deep there; pass the inner one");
            return self.found.push(Found::Refused(path, sentence));
        }
        let (folder, refusal) = Folder::list(place);
        if let Some(error) = refusal {
            self.found.push(Found::Refused(path.clone(), format!("the folder cannot be listed: {error}")));
        }
        self.open.push(Open { path: path.clone(), folder, next: 0, own, part });
        if self.parts.get(part) == Some(&Part::Deep) {
            // What is in this folder itself comes before the folders in it.
            let found = self.follow(path, part + 1);
            self.found.extend(found);
        }
    }

    /// Goes on at a path with a part of the pattern.
    fn follow(&mut self, mut path: PathBuf, mut part: usize) -> Option<Found> {
        while let Some(Part::Exactly(name)) = self.parts.get(part) {
            path.push(name);
            part += 1;
        }
        let last = part + 1 == self.parts.len();
        if path.is_dir() {
            self.enter(path, part);
            return None;
        }
        // Behind a file, a pattern that goes on finds nothing; a broken link is an input that cannot be read.
        (last && path.symlink_metadata().is_ok()).then_some(Found::Input(path))
    }
}

impl Iterator for Walk {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            if let Some(found) = self.found.pop() {
                return Some(found);
            }
            let top = self.open.last_mut()?;
            let Some((name, kind)) = top.folder.get(top.next) else {
                self.open.pop();
                continue;
            };
            top.next += 1;
            let part = top.part;
            let found = match self.parts.get(part)? {
                Part::Everything => self.everything(&name, kind),
                // As with `*`, a dot in front is matched by a dot only.
                Part::Deep if kind == Kind::Folder && !name.as_encoded_bytes().starts_with(b".") => {
                    let path = top.path.join(&name);
                    self.follow(path, part)
                }
                Part::Names(pattern) if matches(pattern, &name.to_string_lossy()) => {
                    let path = top.path.join(&name);
                    self.follow(path, part + 1)
                }
                _ => None,
            };
            if found.is_some() {
                return found;
            }
        }
    }
}

impl Walk {
    fn everything(&mut self, name: &OsString, kind: Kind) -> Option<Found> {
        let top = self.open.last()?;
        let (path, part) = (top.path.join(name), top.part);
        match kind {
            Kind::Folder => {
                self.enter(path, part);
                None
            }
            // Links may lead in circles.
            Kind::Link if path.is_dir() => {
                self.links += 1;
                None
            }
            _ if top.own.has(name) || is_companion(&top.folder, name) => None,
            _ => Some(Found::Input(path)),
        }
    }
}

/// How a compressed minidump's name may end.
const PACKED: [&str; 4] = [".zst", ".gz", ".xz", ".lz4"];

/// Whether it is the `.extra` file of a minidump beside it, which is read together with that.
fn is_companion(folder: &Folder, name: &OsStr) -> bool {
    let Some(stem) = name.to_str().and_then(|name| name.strip_suffix(".extra")) else { return false };
    let is_dump = |other: OsString| {
        let ending = other.to_str().and_then(|other| other.get(stem.len()..)).unwrap_or_default().to_lowercase();
        let plain = PACKED.iter().find_map(|packed| ending.strip_suffix(packed)).unwrap_or(&ending);
        matches!(plain, ".dmp" | ".mdmp")
    };
    // Names of one stem are few; of hostile ones, the first few count.
    folder.beginning(&format!("{stem}.")).take(100).any(is_dump)
}
