//! A part of the input, read once from front to back in blocks: whatever its size, one block of it is in memory.

use crate::addr::FileOffset;
use crate::load::Input;
use crate::model::ReadAt;

/// How much is read at once, in bytes. Large enough that the calls do not matter, small enough to stay in the cache.
const BLOCK: usize = 1 << 16;

/// A part of the input and how far it has been read.
pub(super) struct Window<'i> {
    input: &'i Input<'i>,
    block: Vec<u8>,
    used: usize,
    /// File offset of the first byte that is not in `block`.
    next: u64,
    /// File offset of the first byte that is not in the part.
    end: u64,
}

impl<'i> Window<'i> {
    /// The part of `size` bytes from `offset`; it may reach beyond the input's end.
    pub fn new(input: &'i Input<'i>, offset: u64, size: u64) -> Window<'i> {
        Window { input, block: Vec::new(), used: 0, next: offset, end: offset.saturating_add(size) }
    }

    /// File offset of the next byte.
    pub fn position(&self) -> u64 {
        self.next - self.buffered() as u64
    }

    /// Bytes of the part that were not read or skipped yet, whether or not the input has them.
    pub fn remaining(&self) -> u64 {
        self.end.saturating_sub(self.position())
    }

    /// The next `len` bytes; `None`, and nothing consumed, if the part or the input ends before.
    ///
    /// `len` is the caller's to bound: that much is allocated.
    pub fn take(&mut self, len: usize) -> Option<&[u8]> {
        if self.buffered() < len {
            self.refill(len);
        }
        let end = self.used.checked_add(len)?;
        let bytes = self.block.get(self.used..end)?;
        self.used = end;
        Some(bytes)
    }

    /// Up to `len` bytes: fewer where the part or the input ends before.
    pub fn take_some(&mut self, len: usize) -> &[u8] {
        if self.buffered() < len {
            self.refill(len);
        }
        let end = self.used.saturating_add(len).min(self.block.len());
        let bytes = self.block.get(self.used..end).unwrap_or_default();
        self.used = end;
        bytes
    }

    /// Moves on by `len` bytes without reading them; `None`, and nothing consumed, if the part ends before.
    pub fn skip(&mut self, len: u64) -> Option<()> {
        if len > self.remaining() {
            return None;
        }
        match usize::try_from(len).ok().filter(|l| *l <= self.buffered()) {
            Some(inside) => self.used += inside,
            None => {
                self.next = self.position().checked_add(len)?;
                self.block.clear();
                self.used = 0;
            }
        }
        Some(())
    }

    fn buffered(&self) -> usize {
        self.block.len().saturating_sub(self.used)
    }

    /// Keeps what is left of the block and reads on until it holds `len` bytes, or the part or the input ends.
    fn refill(&mut self, len: usize) {
        self.block.drain(..self.used);
        self.used = 0;
        let left = usize::try_from(self.end.saturating_sub(self.next)).unwrap_or(usize::MAX);
        let mut done = self.block.len();
        self.block.resize(done.saturating_add(left).min(len.max(BLOCK)), 0);
        while let Some(rest) = self.block.get_mut(done..).filter(|r| !r.is_empty()) {
            let got = self.input.read_at(FileOffset(self.next), rest).unwrap_or(0);
            if got == 0 {
                break;
            }
            done += got;
            self.next += got as u64;
        }
        self.block.truncate(done);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_across_blocks_once() {
        let bytes: Vec<u8> = (0..200_000u32).map(|i| (i % 251) as u8).collect();
        let input = Input::from_bytes(bytes.clone(), false).unwrap();
        let mut window = Window::new(&input, 1000, 150_000);
        let mut at = 1000;
        while let Some(part) = window.take(700) {
            assert_eq!(part, &bytes[at..at + 700]);
            at += 700;
        }
        assert_eq!(window.remaining(), 150_000 % 700);
        assert_eq!(input.bytes_read(), 150_000);
    }

    #[test]
    fn skips_without_reading_and_stops_at_the_end_of_the_part() {
        let input = Input::from_bytes(vec![7u8; 100_000], false).unwrap();
        let mut window = Window::new(&input, 0, 90_000);
        assert_eq!(window.take(4), Some(&[7u8; 4][..]));
        assert_eq!(window.skip(89_990), Some(()));
        assert_eq!(window.position(), 89_994);
        assert_eq!(window.take(7), None);
        assert_eq!(window.take(6).map(<[u8]>::len), Some(6));
        assert_eq!(window.skip(1), None);
    }

    #[test]
    fn a_part_beyond_the_input_is_empty() {
        let input = Input::from_bytes(vec![0u8; 10], false).unwrap();
        let mut window = Window::new(&input, u64::MAX - 1, u64::MAX);
        assert_eq!(window.take(1), None);
        assert_eq!(window.remaining(), 1);
    }
}
