//! Unpacked bytes that are held to their size and checksum.

use std::io::{self, Read};

/// Reads no more than the size, and fails at its end if the checksum does not match.
pub(super) struct Checked<R> {
    unpacked: R,
    left: u64,
    size: Option<u64>,
    expected: Option<u32>,
    crc: flate2::Crc,
}

impl<R: Read> Checked<R> {
    pub(super) fn new(unpacked: R, size: Option<u64>, expected: Option<u32>) -> Checked<R> {
        Checked { unpacked, left: size.unwrap_or(u64::MAX), size, expected, crc: flate2::Crc::new() }
    }

    /// What ends before its size is reported by who asked for it.
    fn end(&mut self) -> io::Result<usize> {
        let is_whole = self.size.is_none() || self.left == 0;
        match self.expected.take().filter(|_| is_whole) {
            Some(expected) if expected != self.crc.sum() => {
                let found = self.crc.sum();
                Err(io::Error::other(format!(
                    "its checksum is {found:08x} instead of {expected:08x}, so it is damaged"
                )))
            }
            _ => Ok(0),
        }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        let len = usize::try_from(self.left).unwrap_or(buf.len()).min(buf.len());
        let part = buf.get_mut(..len).unwrap_or_default();
        let got = if part.is_empty() { 0 } else { self.unpacked.read(part)? };
        if got == 0 {
            return self.end();
        }
        self.crc.update(part.get(..got).unwrap_or_default());
        self.left -= got as u64;
        Ok(got)
    }
}
