//! A dump that was opened, and what is inside its heaps.

use std::io;
use std::path::{Path, PathBuf};

use super::args::{Input, Space};
use super::checked::{load_options, redaction};
use super::failure::Failure;
use super::live;
use crate::error::LoadError;
use crate::heaps::{self, Effort, Heaps};
use crate::load::redact::Redactor;
use crate::load::{self, Dump, LoadOptions};
use crate::model::{Memory, Snapshot};

/// What every command that analyses starts from, so that all of them say the same of a dump.
pub struct Opened {
    dump: Dump<'static>,
    heaps: Heaps,
}

impl Opened {
    /// Everything that is known of the process.
    pub fn snapshot(&self) -> &Snapshot {
        self.dump.snapshot()
    }

    /// What is inside its heaps.
    pub fn heaps(&self) -> &Heaps {
        &self.heaps
    }

    /// Whether the dump holds any memory that heaps could be found in.
    pub fn has_memory(&self) -> bool {
        !self.dump.memory().ranges().is_empty()
    }

    /// The process's memory, as far as the dump holds it.
    pub fn memory(&self) -> Memory<'_> {
        self.dump.memory()
    }

    /// What hides names.
    pub fn redactor(&self) -> Option<&Redactor> {
        self.dump.redactor()
    }
}

/// Opens what was named, and walks its heaps as far as a report can afford; with `--deep`, whatever it takes.
///
/// # Errors
/// See [`Failure`].
pub fn open(input: &Input, space: &Space) -> Result<Opened, Failure> {
    open_walked(input, space, if input.deep { Effort::Full } else { Effort::Quick })
}

/// Opens what was named, walks its heaps with this effort, and puts them on its map.
///
/// # Errors
/// See [`Failure`].
pub fn open_walked(input: &Input, space: &Space, effort: Effort) -> Result<Opened, Failure> {
    let mut dump = load_dump(input, space)?;
    let heaps = heaps::walk(dump.snapshot(), dump.memory(), effort);
    heaps::place(dump.snapshot_mut(), &heaps);
    Ok(Opened { dump, heaps })
}

fn load_dump(input: &Input, space: &Space) -> Result<Dump<'static>, Failure> {
    let options = load_options(input, space).map_err(Failure::Usage)?;
    let redactor = redaction(input).map(|redaction| Redactor::new(&redaction));
    let failed = |path: &Path, e| Failure::Input(path.to_owned(), e).redacted(redactor.as_ref());
    if !input.with.is_empty() {
        return open_together(input, &options).map_err(|(path, e)| failed(path, e));
    }
    let dump = match live::pid_of(&input.dump) {
        Some(pid) => load::live(pid, live::detail(input.no_stop), &options),
        None if input.dump == Path::new("-") => load::from_reader(Box::new(io::stdin()), &options),
        None => load::open(&input.dump, &options),
    };
    dump.map_err(|e| failed(&input.dump, e))
}

/// Several files of one process.
fn open_together<'i>(input: &'i Input, options: &LoadOptions) -> Result<Dump<'static>, (&'i Path, LoadError)> {
    let paths: Vec<&Path> = std::iter::once(&input.dump).chain(&input.with).map(PathBuf::as_path).collect();
    let open_one = |path: &&'i Path| {
        let opened = match live::pid_of(path) {
            Some(_) => Err(LoadError::Process("a running process stands alone; pass it without the files".into())),
            None if *path == Path::new("-") => load::Input::from_reader(Box::new(io::stdin()), options.deep),
            None => load::Input::open(path, options.deep),
        };
        opened.map_err(|e| (*path, e))
    };
    let inputs = paths.iter().map(open_one).collect::<Result<Vec<_>, _>>()?;
    let blamed = |index: usize| paths.get(index).copied().unwrap_or(&input.dump);
    load::together(inputs, &paths, options).map_err(|(index, e)| (blamed(index), e))
}
