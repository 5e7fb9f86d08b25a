//! The bytes of a tar archive, one entry's at a time.

use std::io::{self, Read};

use super::BLOCK;
use crate::load::cursor::Cursor;
use crate::load::prefix::fill;

/// An archive's bytes; what it reads are those of the entry that was begun.
pub(super) struct Stream<'a> {
    source: Source<'a>,
    at: u64,
    /// Of the entry, in bytes.
    left: u64,
    /// Behind the entry, up to the next block.
    padding: u64,
}

enum Source<'a> {
    Plain(Cursor<'a>),
    Packed(Box<dyn Read + 'a>),
}

impl<'a> Stream<'a> {
    pub(super) fn plain(cursor: Cursor<'a>) -> Stream<'a> {
        Stream { source: Source::Plain(cursor), at: 0, left: 0, padding: 0 }
    }

    pub(super) fn packed(unpacked: Box<dyn Read + 'a>) -> Stream<'a> {
        Stream { source: Source::Packed(unpacked), at: 0, left: 0, padding: 0 }
    }

    /// Whether bytes must be unpacked to come behind them.
    pub(super) fn is_packed(&self) -> bool {
        matches!(self.source, Source::Packed(_))
    }

    /// How far it was read, in bytes after unpacking.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// The next block, or nothing at the end.
    pub(super) fn block(&mut self) -> Result<Vec<u8>, String> {
        let mut block = vec![0u8; usize::try_from(BLOCK).unwrap_or(0)];
        let (got, failed) = match &mut self.source {
            Source::Plain(cursor) => fill(cursor, &mut block),
            Source::Packed(unpacked) => fill(&mut **unpacked, &mut block),
        };
        self.at += got as u64;
        block.truncate(got);
        match failed {
            Some(e) => Err(format!("the archive cannot be read behind offset {} ({e})", self.at)),
            None if got == 0 || got as u64 == BLOCK => Ok(block),
            None => Err(format!("the archive ends in the header at offset {}", self.at - got as u64)),
        }
    }

    /// From here on `bytes` belong to one entry.
    pub(super) fn begin(&mut self, bytes: u64) {
        self.left = bytes;
        self.padding = bytes.next_multiple_of_block() - bytes;
    }

    /// Leaves the padding of a list that stands before an entry's bytes.
    pub(super) fn pass_padding_of(&mut self, read: u64) -> Result<(), String> {
        let padding = (read.next_multiple_of_block() - read).min(self.left);
        let rest = self.left - padding;
        self.pass(padding)?;
        self.left = rest;
        Ok(())
    }

    /// Leaves what was not read of the entry.
    pub(super) fn pass_rest(&mut self) -> Result<(), String> {
        let rest = self.left.saturating_add(self.padding);
        (self.left, self.padding) = (0, 0);
        self.pass(rest)
    }

    fn pass(&mut self, bytes: u64) -> Result<(), String> {
        let passed = match &mut self.source {
            Source::Plain(cursor) => Ok(cursor.pass(bytes)),
            Source::Packed(unpacked) => io::copy(&mut unpacked.take(bytes), &mut io::sink()),
        };
        let passed = passed.map_err(|e| format!("the archive cannot be read behind offset {} ({e})", self.at))?;
        self.at += passed;
        let at = self.at;
        if passed == bytes { Ok(()) } else { Err(format!("the archive is cut at offset {at}, within a member")) }
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let len = usize::try_from(self.left).unwrap_or(buf.len()).min(buf.len());
        let part = buf.get_mut(..len).unwrap_or_default();
        let got = match &mut self.source {
            Source::Plain(cursor) => cursor.read(part)?,
            Source::Packed(unpacked) => unpacked.read(part)?,
        };
        self.left -= got as u64;
        self.at += got as u64;
        Ok(got)
    }
}

trait Blocks {
    fn next_multiple_of_block(self) -> u64;
}

impl Blocks for u64 {
    /// The largest numbers have none: such an entry ends with the archive.
    fn next_multiple_of_block(self) -> u64 {
        self.checked_next_multiple_of(BLOCK).unwrap_or(self)
    }
}
