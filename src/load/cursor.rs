//! A part of an input, read from its start to its end.

use std::io::{self, Read};

use crate::addr::FileOffset;
use crate::load::Input;
use crate::model::ReadAt;

/// Reads `at..end` of an input, as far as it goes.
pub(in crate::load) struct Cursor<'a> {
    input: &'a Input<'a>,
    at: u64,
    end: u64,
}

impl<'a> Cursor<'a> {
    /// The part from `at` to `end`, of which less may be there.
    pub(in crate::load) fn new(input: &'a Input<'a>, at: u64, end: u64) -> Cursor<'a> {
        Cursor { input, at, end: end.min(end_of(input)).max(at) }
    }

    /// All of it.
    pub(in crate::load) fn whole(input: &'a Input<'a>) -> Cursor<'a> {
        Cursor::new(input, 0, u64::MAX)
    }

    /// Moves on without reading, at the most to the end; returns by how much.
    pub(in crate::load) fn pass(&mut self, bytes: u64) -> u64 {
        let passed = bytes.min(self.end - self.at);
        self.at += passed;
        passed
    }
}

impl Input<'_> {
    /// Its bytes from first to last.
    pub fn reader(&self) -> impl Read + '_ {
        Cursor::whole(self)
    }
}

/// Where it ends, as far as that is known.
pub(in crate::load) fn end_of(input: &Input<'_>) -> u64 {
    input.len().unwrap_or(u64::MAX)
}

impl Read for Cursor<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let len = usize::try_from(self.end - self.at).unwrap_or(buf.len()).min(buf.len());
        let got = self.input.read_at(FileOffset(self.at), buf.get_mut(..len).unwrap_or_default())?;
        self.at += got as u64;
        Ok(got)
    }
}
