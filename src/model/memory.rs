//! The process's memory as far as the dump holds it. The one borrowed type of the model.

use super::platform::{Endian, PointerWidth};
use crate::addr::{Addr, AddrRange, FileOffset};

/// Something that can be read at a position: the dump's file or bytes.
pub trait ReadAt {
    /// Reads up to `buf.len()` bytes at `offset` of the (decompressed) dump and returns how many there were.
    ///
    /// Zero means that the position is at or past the end, or cannot be reached without `--deep`.
    ///
    /// # Errors
    /// Only what the operating system reports.
    fn read_at(&self, offset: FileOffset, buf: &mut [u8]) -> std::io::Result<usize>;
}

/// A range of the process's memory that the dump holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Captured {
    /// Where it was in the process.
    pub range: AddrRange,
    /// Where its first byte is in the (decompressed) dump.
    pub offset: FileOffset,
}

/// The captured memory of one dump.
#[derive(Clone, Copy)]
pub struct Memory<'a> {
    source: &'a dyn ReadAt,
    ranges: &'a [Captured],
    endian: Endian,
}

impl<'a> Memory<'a> {
    /// Memory behind `ranges`, which must be sorted by start and must not overlap.
    pub fn new(source: &'a dyn ReadAt, ranges: &'a [Captured], endian: Endian) -> Memory<'a> {
        Memory { source, ranges, endian }
    }

    /// Reads as many bytes from `addr` on as lie in one captured range and in the file.
    ///
    /// Returns 0 if the dump does not hold that address; absent and zero are different facts.
    pub fn read(&self, addr: Addr, buf: &mut [u8]) -> usize {
        let Some(hit) = self.captured_at(addr) else { return 0 };
        let skip = addr.distance_from(hit.range.start());
        let left = usize::try_from(hit.range.size() - skip).unwrap_or(usize::MAX);
        let len = left.min(buf.len());
        match (hit.offset.checked_add(skip), buf.get_mut(..len)) {
            (Some(offset), Some(part)) => self.source.read_at(offset, part).unwrap_or(0),
            _ => 0,
        }
    }

    /// Reads exactly `buf.len()` bytes, across neighbouring captured ranges. `false` if any of them is missing.
    pub fn read_exact(&self, addr: Addr, buf: &mut [u8]) -> bool {
        let mut done = 0;
        while done < buf.len() {
            let Some(at) = addr.checked_add(done as u64) else { return false };
            let got = buf.get_mut(done..).map_or(0, |rest| self.read(at, rest));
            if got == 0 {
                return false;
            }
            done += got;
        }
        true
    }

    /// The unsigned word of the given width at `addr`, or `None` if the dump does not hold it.
    pub fn word(&self, addr: Addr, width: PointerWidth) -> Option<u64> {
        let mut buf = [0u8; 8];
        let part = buf.get_mut(..usize::from(width.bytes()))?;
        self.read_exact(addr, part).then(|| self.decode_word(part))
    }

    /// A word of the process out of its bytes (4 or 8 of them).
    pub fn decode_word(&self, bytes: &[u8]) -> u64 {
        let fold = |acc: u64, b: &u8| acc << 8 | u64::from(*b);
        match self.endian {
            Endian::Little => bytes.iter().rev().fold(0, fold),
            Endian::Big => bytes.iter().fold(0, fold),
        }
    }

    /// The captured range that holds `addr`, if any.
    pub fn captured_at(&self, addr: Addr) -> Option<Captured> {
        let next = self.ranges.partition_point(|c| c.range.start() <= addr);
        let hit = self.ranges.get(next.checked_sub(1)?)?;
        hit.range.contains(addr).then_some(*hit)
    }

    /// The parts of `range` that the dump holds, sorted by address.
    pub fn captured_in(&self, range: AddrRange) -> impl Iterator<Item = AddrRange> + 'a {
        let first = self.ranges.partition_point(|c| c.range.end() <= range.start());
        let rest = self.ranges.get(first..).unwrap_or_default();
        rest.iter().map_while(move |c| c.range.intersect(range))
    }

    /// All captured ranges, sorted by address.
    pub fn ranges(&self) -> &'a [Captured] {
        self.ranges
    }
}
