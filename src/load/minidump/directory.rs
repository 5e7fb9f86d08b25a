//! The directory of streams: MINIDUMP_DIRECTORY (minidumpapiset.h), 12 bytes per slot.

use minidump_common::format::MINIDUMP_STREAM_TYPE as Kind;
use num_traits::FromPrimitive;

use super::file::{DumpFile, Location};
use super::header::Header;
use crate::addr::FileOffset;
use crate::diag::{Diagnostics, Place};
use crate::error::LoadError;

const SLOT: u64 = 12;
/// Real writers use up to about 20 slots; more than this is damage, and would only cost memory.
const MAX_SLOTS: u64 = 4096;

/// The streams of a dump that lie in the file, in the directory's order.
#[derive(Clone, Debug, Default)]
pub(super) struct Streams {
    list: Vec<(u32, Location)>,
    cut_kinds: Vec<u32>,
    /// Whether one of them is cut off by the end of the file.
    pub cut: bool,
}

impl Streams {
    /// Where the stream of this kind lies, if the dump has one that is not empty.
    pub fn find(&self, kind: Kind) -> Option<Location> {
        self.find_number(kind as u32)
    }

    /// As [`find`](Self::find), by number.
    pub fn find_number(&self, kind: u32) -> Option<Location> {
        self.list.iter().find(|(k, at)| *k == kind && at.size > 0).map(|(_, at)| *at)
    }

    /// Whether the end of the file cuts this stream off.
    pub fn is_cut(&self, kind: Kind) -> bool {
        self.cut_kinds.contains(&(kind as u32))
    }

    /// Whether there is a slot for this stream, empty or not.
    pub fn has(&self, kind: u32) -> bool {
        self.list.iter().any(|(k, _)| *k == kind)
    }

    /// The numbers of all streams, in order.
    pub fn kinds(&self) -> impl Iterator<Item = u32> {
        self.list.iter().map(|(kind, _)| *kind)
    }

    /// The end of the highest stream, in bytes from the start of the file.
    pub fn end(&self) -> u64 {
        self.list.iter().map(|(_, at)| at.end()).max().unwrap_or(0)
    }
}

/// The stream's name as Microsoft and Breakpad have it, or its number.
pub(super) fn name(kind: u32) -> String {
    Kind::from_u32(kind).map_or_else(|| format!("stream {kind:#x}"), |known| format!("stream {known:?}"))
}

/// Reads the directory. Slots of type 0 are unused, whatever else they hold.
///
/// # Errors
/// If not one slot of it lies in the file.
pub(super) fn read(file: DumpFile<'_>, header: &Header, diagnostics: &mut Diagnostics) -> Result<Streams, LoadError> {
    let wanted = u64::from(header.stream_count);
    let slots = file.up_to(header.directory, SLOT * wanted.min(MAX_SLOTS));
    if slots.len() < 12 && wanted > 0 {
        return Err(file.exactly(header.directory, SLOT * wanted, "the minidump's stream directory").err().map_or(
            LoadError::NothingInIt("the minidump's stream directory is empty; capture a new dump".into()),
            LoadError::Unreadable,
        ));
    }
    let mut streams = Streams::default();
    for slot in slots.chunks_exact(12) {
        let mut reader = file.reader(slot);
        if let (Some(kind), Some(at)) = (reader.u32(), Location::read(&mut reader)) {
            streams.take(kind, at, file, diagnostics);
        }
    }
    let read = slots.len() as u64 / SLOT;
    if read < wanted {
        streams.cut = true;
        let message = format!("the directory claims {wanted} streams and only {read} slots of it are used");
        diagnostics.warn("short-directory", message, Some(Place::Offset(FileOffset(header.directory))));
    }
    Ok(streams)
}

impl Streams {
    fn take(&mut self, kind: u32, at: Location, file: DumpFile<'_>, diagnostics: &mut Diagnostics) {
        if kind == Kind::UnusedStream as u32 {
            return;
        }
        let place = Some(Place::Offset(FileOffset(at.offset)));
        if self.has(kind) {
            if Kind::from_u32(kind).is_none() {
                return;
            }
            let message = format!("{} occurs more than once; the first one is used", name(kind));
            diagnostics.warn("duplicate-stream", message, place);
            return;
        }
        let inside = file.inside(at.offset, at.size);
        if inside < at.size {
            self.cut = true;
            self.cut_kinds.push(kind);
            let message = format!("{} has {} bytes, and the file has {inside} of them", name(kind), at.size);
            diagnostics.warn("truncated-stream", message, place);
        }
        self.list.push((kind, Location { size: inside, ..at }));
    }
}
