//! From bytes to a [`Snapshot`]: recognise the input, read its facts, draw the map.
//!
//! Each format's reader fills [`facts::Facts`]; `assemble` turns facts into a snapshot, and its builder is the only
//! constructor of the address space. This is the only part of the crate that opens files.

mod assemble;
mod compress;
mod detect;
pub mod elf_core;
pub mod facts;
mod input;
pub mod minidump;
mod options;
mod positioned;
mod prefix;
pub mod proc_fs;
pub mod redact;
pub mod transcript;

use std::borrow::Cow;
use std::io::Read;
use std::path::Path;

pub use compress::Compression;
pub use input::Input;
pub use options::LoadOptions;
pub use prefix::PREFIX_LIMIT;

use crate::error::LoadError;
use crate::model::{Captured, Memory, Snapshot};
use facts::Facts;
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
    load(input, Some(path), options)
}

/// Reads a dump that is already in memory.
///
/// # Errors
/// A sentence that says why nothing can be said of it.
pub fn from_bytes<'a>(bytes: impl Into<Cow<'a, [u8]>>, options: &LoadOptions) -> Result<Dump<'a>, LoadError> {
    let input = Input::from_bytes(bytes, options.deep)?;
    load(input, None, options)
}

/// Reads a dump from a stream, such as stdin.
///
/// # Errors
/// A sentence that says why nothing can be said of it.
pub fn from_reader(reader: Box<dyn Read>, options: &LoadOptions) -> Result<Dump<'static>, LoadError> {
    let input = Input::from_reader(reader, options.deep)?;
    load(input, None, options)
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
    finish(first, facts, paths, options).map_err(|e| (0, e))
}

const STANDS_ALONE: &str = "a core or minidump stands alone, as it has a map, threads and modules of its own; pass it \
                            without the other files";

fn load<'a>(input: Input<'a>, path: Option<&Path>, options: &LoadOptions) -> Result<Dump<'a>, LoadError> {
    let facts = read_facts(&input, path, options)?;
    finish(input, facts, path.as_slice(), options)
}

fn finish<'a>(input: Input<'a>, facts: Facts, paths: &[&Path], options: &LoadOptions) -> Result<Dump<'a>, LoadError> {
    input.freeze();
    let (mut snapshot, captured) = assemble::assemble(facts, &input, options)?;
    let redactor = options.redact.as_ref().map(|redaction| redact::redact(&mut snapshot, paths, redaction));
    Ok(Dump { input, captured, snapshot, redactor })
}

fn read_facts(input: &Input<'_>, path: Option<&Path>, options: &LoadOptions) -> Result<Facts, LoadError> {
    match detect::detect(input)? {
        detect::Kind::ElfCore => elf_core::read(input, options),
        detect::Kind::Minidump => minidump::read(input, path, options),
        detect::Kind::ProcMaps => proc_fs::read(input),
        detect::Kind::Transcript => transcript::read(std::slice::from_ref(input)).map_err(|(_, e)| e),
    }
}
