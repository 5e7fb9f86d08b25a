//! A range from its start to its end, in large reads.

use crate::addr::{Addr, AddrRange};
use crate::model::Memory;

/// Bytes of one read.
pub const BLOCK: usize = 1 << 18;

/// What the dump holds of a range, block by block. Blocks do not overlap; a block ends early where captured memory does,
/// so that two blocks with a hole between them are told apart by their addresses.
pub struct Blocks<'a> {
    memory: Memory<'a>,
    at: Addr,
    end: Addr,
    buffer: Vec<u8>,
}

impl<'a> Blocks<'a> {
    /// From the start of `range` on.
    pub fn new(memory: Memory<'a>, range: AddrRange) -> Blocks<'a> {
        Blocks { memory, at: range.start(), end: range.end(), buffer: vec![0; BLOCK] }
    }

    /// The next block that the dump holds, with the address of its first byte, or `None` at the end.
    pub fn next_block(&mut self) -> Option<(Addr, &[u8])> {
        let (start, got) = loop {
            let captured = self.memory.captured_in(AddrRange::new(self.at, self.end)?).next()?;
            let want = usize::try_from(captured.size()).unwrap_or(usize::MAX).min(BLOCK);
            let got = self.memory.read(captured.start(), self.buffer.get_mut(..want)?);
            if got > 0 {
                break (captured.start(), got);
            }
            // Where a file was cut nothing of this captured range is left; of the next one there may be.
            self.at = captured.end();
        };
        self.at = start.checked_add(got as u64)?;
        Some((start, self.buffer.get(..got)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::addr::FileOffset;
    use crate::model::{Captured, Endian, ReadAt};

    struct Cut(u64);

    impl ReadAt for Cut {
        fn read_at(&self, offset: FileOffset, buf: &mut [u8]) -> std::io::Result<usize> {
            let left = usize::try_from(self.0.saturating_sub(offset.0)).unwrap().min(buf.len());
            buf[..left].fill(1);
            Ok(left)
        }
    }

    #[test]
    fn blocks_skip_what_is_missing() {
        let captured = |start: u64, size: u64, offset: u64| Captured {
            range: AddrRange::from_size(Addr(start), size).unwrap(),
            offset: FileOffset(offset),
        };
        // The first is there as a whole, the second is behind the file's end, the third is cut.
        let ranges =
            [captured(0x1000, 0x50000, 0), captured(0x60000, 0x1000, 0x90000), captured(0x70000, 0x1000, 0x50000)];
        let source = Cut(0x50800);
        let memory = Memory::new(&source, &ranges, Endian::Little);
        let mut blocks = Blocks::new(memory, AddrRange::new(Addr(0x800), Addr(0x80000)).unwrap());
        let mut seen = Vec::new();
        while let Some((at, bytes)) = blocks.next_block() {
            seen.push((at.0, bytes.len()));
        }
        assert_eq!(seen, [(0x1000, BLOCK), (0x41000, 0x10000), (0x70000, 0x800)]);
    }
}
