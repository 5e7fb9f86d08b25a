//! From bytes to a [`Snapshot`]: recognise the input, read its facts, draw the map.
//!
//! Each format's reader fills [`facts::Facts`]; `assemble` turns facts into a snapshot, and its builder is the only
//! constructor of the address space. This is the only part of the crate that opens files.

mod assemble;
mod auxv;
mod compress;
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

/// Reads the running process `pid` of this machine (Linux). Nothing in it is changed, and it is not stopped as a whole:
/// see [`Detail`]. [`LoadOptions::deep`] has no meaning for it.
///
/// # Errors
/// A sentence that says why nothing can be said of it, and what to do.
pub fn live(pid: u64, detail: Detail, options: &LoadOptions) -> Result<Dump<'static>, LoadError> {
    let (facts, memory) = live_facts(pid, detail)?;
    // Walking stacks to their ends would make the process have pages that it never touched.
    finish(facts, memory, None, &LoadOptions { deep: false, ..options.clone() })
}

#[cfg(target_os = "linux")]
fn live_facts(pid: u64, detail: Detail) -> Result<(Facts, Input<'static>), LoadError> {
    live::read(pid, detail)
}

#[cfg(not(target_os = "linux"))]
fn live_facts(_: u64, _: Detail) -> Result<(Facts, Input<'static>), LoadError> {
    Err(LoadError::Process("running processes are read on Linux only; capture a dump, and report on that".into()))
}

fn load<'a>(input: Input<'a>, path: Option<&Path>, options: &LoadOptions) -> Result<Dump<'a>, LoadError> {
    let facts = read_facts(&input, path, options)?;
    finish(facts, input, path, options)
}

/// Draws the map of what was read.
fn finish<'a>(
    facts: Facts,
    input: Input<'a>,
    path: Option<&Path>,
    options: &LoadOptions,
) -> Result<Dump<'a>, LoadError> {
    input.freeze();
    let (mut snapshot, captured) = assemble::assemble(facts, &input, options)?;
    let redactor = options.redact.as_ref().map(|redaction| redact::redact(&mut snapshot, path, redaction));
    Ok(Dump { input, captured, snapshot, redactor })
}

fn read_facts(input: &Input<'_>, path: Option<&Path>, options: &LoadOptions) -> Result<Facts, LoadError> {
    match detect::detect(input)? {
        detect::Kind::ElfCore => elf_core::read(input, options),
        detect::Kind::Minidump => minidump::read(input, path, options),
        detect::Kind::ProcMaps => proc_fs::read(input),
    }
}
