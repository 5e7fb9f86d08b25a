//! The inputs of a run, one after the other: arguments and what is in them, then the list. Only what is next is kept.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::Triage;
use super::list::List;
use super::own::Own;
use super::pattern::is_pattern;
use super::walk::Walk;

/// One input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// A file to be read, or whatever there is in its place.
    Input(PathBuf),
    /// Something that could not be looked into, and why: it has a row as well.
    Refused(PathBuf, String),
}

impl Found {
    /// Its name, as it was given.
    pub fn path(&self) -> &Path {
        match self {
            Found::Input(path) | Found::Refused(path, _) => path,
        }
    }
}

/// All inputs.
pub struct Sources {
    arguments: std::vec::IntoIter<PathBuf>,
    walk: Option<Walking>,
    list: Option<List>,
    own: Arc<Own>,
    links: u64,
}

/// An argument that is being looked into.
struct Walking {
    argument: PathBuf,
    walk: Walk,
    /// Whether something was found in it.
    found: bool,
}

impl Sources {
    /// As they were named.
    ///
    /// # Errors
    /// A sentence: the list cannot be opened, or a path is `-`.
    pub fn of(args: &Triage, own: Own) -> Result<Sources, String> {
        if args.paths.iter().any(|path| path == Path::new("-")) {
            return Err("triage reads dumps from files; a list of their names comes with --files-from -".into());
        }
        let list = args.files_from.as_deref().map(|path| List::open(path, args.null)).transpose()?;
        let arguments = args.paths.clone().into_iter();
        Ok(Sources { arguments, walk: None, list, own: Arc::new(own), links: 0 })
    }

    /// How many links to folders were not followed.
    pub fn links(&self) -> u64 {
        self.links
    }

    /// What an argument is, and the input if it is one.
    fn begin(&mut self, argument: PathBuf) -> Option<Found> {
        let walk = match () {
            () if argument.is_dir() => Walk::through(&argument, self.own.clone()),
            () if is_pattern(&argument) && argument.symlink_metadata().is_err() => {
                Walk::matching(&argument, self.own.clone())
            }
            () => return Some(Found::Input(argument)),
        };
        self.walk = Some(Walking { argument, walk, found: false });
        None
    }

    fn walked(&mut self) -> Option<Found> {
        let walking = self.walk.as_mut()?;
        if let Some(found) = walking.walk.next() {
            walking.found = true;
            return Some(found);
        }
        let Walking { argument, walk, found } = self.walk.take()?;
        self.links += walk.links();
        let sentence = match is_pattern(&argument) && !argument.is_dir() {
            true => "nothing matches the pattern",
            false => "there is no dump in the folder",
        };
        (!found).then(|| Found::Refused(argument, sentence.into()))
    }
}

impl Iterator for Sources {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            if let Some(found) = self.walked() {
                return Some(found);
            }
            let Some(argument) = self.arguments.next() else { return self.list.as_mut()?.next() };
            if let Some(found) = self.begin(argument) {
                return Some(found);
            }
        }
    }
}
