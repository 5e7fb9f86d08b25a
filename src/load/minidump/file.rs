//! The bytes of a minidump in their order.

use crate::addr::FileOffset;
use crate::bytes::Reader;
use crate::error::ReadError;
use crate::load::Input;
use crate::model::Endian;

/// The dump's input, and the byte order of everything in it.
#[derive(Clone, Copy)]
pub(super) struct DumpFile<'i> {
    pub input: &'i Input<'i>,
    pub endian: Endian,
}

impl DumpFile<'_> {
    /// Exactly `len` bytes.
    pub fn exactly(self, offset: u64, len: u64, what: &'static str) -> Result<Vec<u8>, ReadError> {
        self.input.read(FileOffset(offset), len, what)
    }

    /// Up to `len` bytes; fewer where the file ends.
    pub fn up_to(self, offset: u64, len: u64) -> Vec<u8> {
        self.input.read_available(FileOffset(offset), len)
    }

    /// A cursor over bytes of this file.
    pub fn reader(self, bytes: &[u8]) -> Reader<'_> {
        Reader::new(bytes, self.endian)
    }

    /// How many of the `len` bytes at `offset` lie inside the file, as far as its length is known.
    pub fn inside(self, offset: u64, len: u64) -> u64 {
        match self.input.len() {
            Some(end) => end.saturating_sub(offset).min(len),
            None => len,
        }
    }
}

/// Where something lies in the file: MINIDUMP_LOCATION_DESCRIPTOR (minidumpapiset.h), DataSize then Rva.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Location {
    /// From the start of the file, in bytes.
    pub offset: u64,
    /// In bytes.
    pub size: u64,
}

impl Location {
    /// The next 8 bytes as a location.
    pub fn read(reader: &mut Reader<'_>) -> Option<Location> {
        let size = u64::from(reader.u32()?);
        let offset = u64::from(reader.u32()?);
        Some(Location { offset, size })
    }

    /// The offset after its last byte.
    pub fn end(self) -> u64 {
        self.offset.saturating_add(self.size)
    }
}
