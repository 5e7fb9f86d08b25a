//! A minidump while it is read: its bytes, its streams, and the facts so far.

use minidump_common::format::MINIDUMP_STREAM_TYPE as Kind;

use super::addresses::Addresses;
use super::context::Registers;
use super::directory::{self, Streams, name};
use super::file::DumpFile;
use super::header::{self, Header};
use super::strings;
use crate::addr::{AddrRange, FileOffset};
use crate::diag::Place;
use crate::error::LoadError;
use crate::load::Input;
use crate::load::facts::Facts;
use crate::model::{DumpFormat, PointerWidth};

/// The state that all stream readers share.
pub(super) struct Reading<'i> {
    pub file: DumpFile<'i>,
    pub header: Header,
    pub streams: Streams,
    pub facts: Facts,
    pub addresses: Addresses,
    /// SystemInfo's processor architecture, if the stream is there.
    pub architecture: Option<u16>,
    /// Register contexts of `facts.threads`, by index.
    pub registers: Vec<Option<Registers>>,
    /// Ranges whose memory the dump holds, whether or not the file is cut before it.
    pub memory_rows: Vec<AddrRange>,
    /// Ranges of the threads' stack descriptors.
    pub stack_rows: Vec<AddrRange>,
    pub deep: bool,
    names_left: usize,
}

/// How much text is taken from names in all, in bytes: many entries may share one long name in the file, and each of
/// them would hold a copy.
const NAMES: usize = 16 << 20;

impl<'i> Reading<'i> {
    /// Reads header and directory.
    ///
    /// # Errors
    /// If either cannot be read at all.
    pub fn open(input: &'i Input<'i>, deep: bool) -> Result<Reading<'i>, LoadError> {
        let mut facts = Facts::new(DumpFormat::Minidump);
        let (file, header) = header::read(input)?;
        facts.endian = file.endian;
        let streams = directory::read(file, &header, &mut facts.diagnostics)?;
        Ok(Reading {
            file,
            header,
            streams,
            facts,
            addresses: Addresses::new(None),
            architecture: None,
            registers: Vec::new(),
            memory_rows: Vec::new(),
            stack_rows: Vec::new(),
            deep,
            names_left: NAMES,
        })
    }

    /// Settles the width of the process, and with it how addresses are read.
    pub fn set_width(&mut self, width: Option<PointerWidth>) {
        self.facts.width = width;
        self.addresses = Addresses::new(width);
    }

    /// The first `at_most` bytes of a small stream, or as many as are there. `None` if the dump does not have it or
    /// nothing of it can be read; what is missing is reported.
    pub fn small_stream(&mut self, kind: Kind, at_most: u64) -> Option<Vec<u8>> {
        let at = self.streams.find(kind)?;
        let wanted = at.size.min(at_most);
        let bytes = self.file.up_to(at.offset, wanted);
        let got = bytes.len() as u64;
        if got < wanted {
            let missing = at.offset.saturating_add(got);
            let beyond = self.is_beyond_prefix(missing);
            self.note_missing(&name(kind as u32), missing, beyond);
        }
        (got > 0).then_some(bytes)
    }

    /// Says that something the dump promises was not read: cut off, or behind what is unpacked without `--deep`.
    pub fn note_missing(&mut self, what: &str, offset: u64, beyond_prefix: bool) {
        let place = Some(Place::Offset(FileOffset(offset)));
        if beyond_prefix {
            let message = format!("{what} lies behind the part that is unpacked without --deep and was not read");
            self.facts.diagnostics.warn("beyond-prefix", message, place);
            self.facts.deep_would_add.push(format!("{what} of the minidump"));
        } else {
            let message = format!("{what} is cut off by the end of the file");
            self.facts.diagnostics.warn("truncated-stream", message, place);
            self.facts.truncated = true;
        }
    }

    /// The MINIDUMP_STRING at `offset`, as long as names have not taken too much already, which is reported.
    pub fn name(&mut self, offset: u64) -> Option<String> {
        // Once they did, no more are looked at: 65,536 modules may share a name that takes 0.1 ms to read.
        let name = if self.names_left > 0 { strings::utf16(self.file, offset)? } else { String::new() };
        match self.names_left.checked_sub(name.len().max(1)) {
            Some(left) => {
                self.names_left = left;
                Some(name)
            }
            None => {
                self.names_left = 0;
                let message = "the names in this dump are longer than 16 MiB in all; some are left out";
                self.facts.diagnostics.warn("long-names", message, None);
                None
            }
        }
    }

    /// Whether bytes at `offset` may exist but are not unpacked.
    pub fn is_beyond_prefix(&self, offset: u64) -> bool {
        self.file.input.needs_deep(FileOffset(offset))
    }

    /// The finished facts.
    pub fn close(mut self) -> Facts {
        self.facts.truncated |= self.streams.cut || self.file.input.ended_early().is_some();
        for (thread, registers) in self.facts.threads.iter_mut().zip(&self.registers) {
            thread.sp = registers.and_then(|r| self.addresses.addr(r.sp));
            thread.pc = registers.and_then(|r| self.addresses.addr(r.pc));
        }
        self.facts
    }
}
