//! From bytes to a [`Snapshot`]: recognise the input, read its facts, draw the map.
//!
//! Each format's reader fills [`facts::Facts`]; `assemble` turns facts into a snapshot, and its builder is the only
//! constructor of the address space. This is the only part of the crate that opens files.

pub mod archive;
mod assemble;
mod auxv;
mod compress;
mod cursor;
mod detect;
pub mod elf_core;
pub mod facts;
mod input;
#[cfg(target_os = "linux")]
mod live;
pub mod minidump;
mod options;
mod positioned;
mod prefix;
pub mod proc_fs;
pub mod redact;
mod rlimits;
pub mod transcript;

use std::borrow::Cow;
use std::io::Read;
use std::path::Path;

pub use compress::Compression;
pub use input::Input;
pub use options::{Detail, LoadOptions};
pub use prefix::PREFIX_LIMIT;

use crate::error::LoadError;
use crate::model::{Captured, Memory, Snapshot};
use facts::Facts;
use minidump::Extra;
use redact::Redactor;

/// A dump that was read: the snapshot, and the input for those who look into memory.
pub struct Dump<'a> {
    input: Input<'a>,
    captured: Vec<Captured>,
    snapshot: Snapshot,
    redactor: Option<Redactor>,
}

impl Dump<'_> {
    /// Everything that is known of the process.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The snapshot, for those who learn more of it from memory.
    pub fn snapshot_mut(&mut self) -> &mut Snapshot {
        &mut self.snapshot
    }

    /// The process's memory as far as the dump holds it.
    pub fn memory(&self) -> Memory<'_> {
        Memory::new(&self.input, &self.captured, self.snapshot.platform.endian)
    }

    /// What hides names with [`LoadOptions::redact`]; the snapshot's names are hidden already.
    pub fn redactor(&self) -> Option<&Redactor> {
        self.redactor.as_ref()
    }

    /// The input's bytes.
    pub fn input(&self) -> &Input<'_> {
        &self.input
    }
}

/// Reads the dump at `path`. An `.extra` file of the same name beside a minidump is read too.
///
/// # Errors
/// A sentence that says why nothing can be said of it; the path is for the caller to add.
pub fn open(path: &Path, options: &LoadOptions) -> Result<Dump<'static>, LoadError> {
    let input = Input::open(path, options.deep)?;
    load(input, Extra::Beside(path), &[path], options)
}

/// Reads an input that was opened already, such as a [`Member`](archive::Member) of an archive. `extra` is the text of the
/// `.extra` file that belongs to it; `paths` are names that lead to it, for [`LoadOptions::redact`].
///
/// # Errors
/// A sentence that says why nothing can be said of it.
pub fn of_input<'a>(
    input: Input<'a>,
    extra: Option<&[u8]>,
    paths: &[&Path],
    options: &LoadOptions,
) -> Result<Dump<'a>, LoadError> {
    load(input, extra.map_or(Extra::Nowhere, Extra::Text), paths, options)
}

/// Reads a dump that is already in memory.
///
/// # Errors
/// A sentence that says why nothing can be said of it.
pub fn from_bytes<'a>(bytes: impl Into<Cow<'a, [u8]>>, options: &LoadOptions) -> Result<Dump<'a>, LoadError> {
    let input = Input::from_bytes(bytes, options.deep)?;
    load(input, Extra::Nowhere, &[], options)
}

/// Reads a dump from a stream, such as stdin.
///
/// # Errors
/// A sentence that says why nothing can be said of it.
pub fn from_reader(reader: Box<dyn Read>, options: &LoadOptions) -> Result<Dump<'static>, LoadError> {
    let input = Input::from_reader(reader, options.deep)?;
    load(input, Extra::Nowhere, &[], options)
}

/// Reads several files about one process: output of debuggers and tools, and saved /proc/PID/maps. A core or minidump
/// stands alone. `paths` are where the inputs lie, as far as they are files.
///
/// # Errors
/// The index of an input and a sentence: why nothing can be said of it, or why it does not belong to the others.
pub fn together<'a>(
    inputs: Vec<Input<'a>>,
    paths: &[&Path],
    options: &LoadOptions,
) -> Result<Dump<'a>, (usize, LoadError)> {
    for (index, input) in inputs.iter().enumerate() {
        let kind = detect::detect(input).map_err(|e| (index, e))?;
        if matches!(kind, detect::Kind::ElfCore | detect::Kind::Minidump) {
            return Err((index, LoadError::NotADump(STANDS_ALONE.into())));
        }
    }
    let facts = transcript::read(&inputs)?;
    let Some(first) = inputs.into_iter().next() else { return Err((0, LoadError::Empty)) };
    finish(facts, first, paths, options).map_err(|e| (0, e))
}

const STANDS_ALONE: &str = "a core or minidump stands alone, as it has a map, threads and modules of its own; pass it \
                            without the other files";

/// Reads the running process `pid` of this machine (Linux). Nothing in it is changed, and it is not stopped as a whole:
/// see [`Detail`]. [`LoadOptions::deep`] has no meaning for it.
///
/// # Errors
/// A sentence that says why nothing can be said of it, and what to do.
pub fn live(pid: u64, detail: Detail, options: &LoadOptions) -> Result<Dump<'static>, LoadError> {
    let (facts, memory) = live_facts(pid, detail)?;
    // Walking stacks to their ends would make the process have pages that it never touched.
    finish(facts, memory, &[], &LoadOptions { deep: false, ..options.clone() })
}

#[cfg(target_os = "linux")]
fn live_facts(pid: u64, detail: Detail) -> Result<(Facts, Input<'static>), LoadError> {
    live::read(pid, detail)
}

#[cfg(not(target_os = "linux"))]
fn live_facts(_: u64, _: Detail) -> Result<(Facts, Input<'static>), LoadError> {
    Err(LoadError::Process("running processes are read on Linux only; capture a dump, and report on that".into()))
}

fn load<'a>(input: Input<'a>, extra: Extra<'_>, paths: &[&Path], options: &LoadOptions) -> Result<Dump<'a>, LoadError> {
    let facts = read_facts(&input, extra, options)?;
    finish(facts, input, paths, options)
}

/// Draws the map of what was read.
fn finish<'a>(facts: Facts, input: Input<'a>, paths: &[&Path], options: &LoadOptions) -> Result<Dump<'a>, LoadError> {
    input.freeze();
    let (mut snapshot, captured) = assemble::assemble(facts, &input, options)?;
    let redactor = options.redact.as_ref().map(|redaction| redact::redact(&mut snapshot, paths, redaction));
    Ok(Dump { input, captured, snapshot, redactor })
}

fn read_facts(input: &Input<'_>, extra: Extra<'_>, options: &LoadOptions) -> Result<Facts, LoadError> {
    match detect::detect(input)? {
        detect::Kind::ElfCore => elf_core::read(input, options),
        detect::Kind::Minidump => minidump::read(input, extra, options),
        detect::Kind::ProcMaps => proc_fs::read(input),
        detect::Kind::Transcript => transcript::read(std::slice::from_ref(input)).map_err(|(_, e)| e),
    }
}
