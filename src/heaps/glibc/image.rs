//! Small made images of memory, for tests: words at addresses.
#![allow(clippy::cast_possible_truncation, reason = "made images are small")]

use std::cell::RefCell;

use super::layout::{BINS, Layout, Shape};
use crate::addr::{Addr, AddrRange, FileOffset};
use crate::heaps::memory::Words;
use crate::model::{Captured, Endian, Memory, PointerWidth, ReadAt};

/// Memory that tests write to.
pub(super) struct Image {
    width: PointerWidth,
    ranges: Vec<Captured>,
    bytes: RefCell<Vec<u8>>,
}

impl ReadAt for Image {
    fn read_at(&self, offset: FileOffset, buf: &mut [u8]) -> std::io::Result<usize> {
        let bytes = self.bytes.borrow();
        let from = usize::try_from(offset.0).unwrap().min(bytes.len());
        let got = buf.len().min(bytes.len() - from);
        buf[..got].copy_from_slice(&bytes[from..from + got]);
        Ok(got)
    }
}

impl Image {
    /// Of zeros, from start to end each.
    pub(super) fn new(width: PointerWidth, ranges: &[(u64, u64)]) -> Image {
        let mut offset = 0;
        let mut captured = Vec::new();
        for (start, end) in ranges {
            let range = AddrRange::new(Addr(*start), Addr(*end)).unwrap();
            captured.push(Captured { range, offset: FileOffset(offset) });
            offset += range.size();
        }
        Image { width, ranges: captured, bytes: RefCell::new(vec![0; usize::try_from(offset).unwrap()]) }
    }

    /// Its memory.
    pub(super) fn memory(&self) -> Memory<'_> {
        Memory::new(self, &self.ranges, Endian::Little)
    }

    /// A reader of it; what is written later may not be seen by it.
    pub(super) fn words(&self) -> Words<'_> {
        Words::new(self.memory(), self.width)
    }

    /// Bytes of a word.
    pub(super) fn word(&self) -> u64 {
        u64::from(self.width.bytes())
    }

    /// Writes words from `at` on.
    pub(super) fn put(&self, at: u64, words: &[u64]) {
        for (index, word) in words.iter().enumerate() {
            self.put_bytes(at + index as u64 * self.word(), &word.to_le_bytes()[..usize::from(self.width.bytes())]);
        }
    }

    /// Writes bytes.
    pub(super) fn put_bytes(&self, at: u64, bytes: &[u8]) {
        let captured = self.ranges.iter().find(|c| c.range.contains(Addr(at))).expect("an address of the image");
        let from = usize::try_from(captured.offset.0 + at - captured.range.start().0).unwrap();
        self.bytes.borrow_mut()[from..from + bytes.len()].copy_from_slice(bytes);
    }

    /// A `malloc_state` with empty bins.
    pub(super) fn put_arena(&self, shape: Shape, at: u64, next: u64, system: u64) {
        for index in 0..BINS {
            let head = at + shape.layout.bins + index * 2 * shape.word;
            self.put(head, &[head - 2 * shape.word, head - 2 * shape.word]);
        }
        let attached = shape.layout.attached == Some(true);
        self.put(at + shape.next(), &[next, 0]);
        let sums = at + shape.next() + 2 * shape.word;
        if attached {
            self.put(sums, &[1, system, system]);
        } else {
            self.put(sums, &[system, system]);
        }
    }

    /// Chunks one behind the other: sizes with flags. Returns where they end.
    pub(super) fn put_chunks(&self, mut at: u64, sizes: &[u64]) -> u64 {
        let mut before = 0;
        for raw in sizes {
            if raw & 1 == 0 {
                self.put(at, &[before]);
            }
            self.put(at + self.word(), &[*raw]);
            before = raw & !7;
            at += before;
        }
        at
    }
}

/// The shape of a group of versions: the first whose last version is at least `version`.
pub(super) fn shape(width: PointerWidth, version: u8) -> Shape {
    let layout = Layout::all(width).iter().find(|layout| layout.versions.1 >= version).unwrap();
    Shape { layout: *layout, word: u64::from(width.bytes()), page: 0x1000 }
}

/// Both widths.
pub(super) const WIDTHS: [PointerWidth; 2] = [PointerWidth::Bits32, PointerWidth::Bits64];
