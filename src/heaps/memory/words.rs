//! Words at any address, with a small cache of pages: lists lead to and fro.

use crate::addr::Addr;
use crate::model::{Memory, PointerWidth};

const PAGE: u64 = 4096;
const EMPTY_PAGE: [u8; 4096] = [0; 4096];
/// Pages kept: 4 MiB.
const SLOTS: u64 = 1024;

/// A page that was read.
struct Slot {
    start: Addr,
    bytes: Box<[u8]>,
}

/// Reads words of a process.
pub struct Words<'a> {
    memory: Memory<'a>,
    width: PointerWidth,
    slots: Vec<Option<Slot>>,
}

impl<'a> Words<'a> {
    /// With an empty cache.
    pub fn new(memory: Memory<'a>, width: PointerWidth) -> Words<'a> {
        Words { memory, width, slots: (0..SLOTS).map(|_| None).collect() }
    }

    /// Bytes of a word.
    pub fn size(&self) -> u64 {
        u64::from(self.width.bytes())
    }

    /// The memory behind it.
    pub fn memory(&self) -> Memory<'a> {
        self.memory
    }

    /// The word at `addr`, or `None` if the dump does not hold it.
    pub fn word(&mut self, addr: Addr) -> Option<u64> {
        let mut buf = [0; 8];
        let part = buf.get_mut(..usize::from(self.width.bytes()))?;
        self.bytes(addr, part)?;
        Some(self.memory.decode_word(part))
    }

    /// The word `words` words behind `addr`.
    pub fn word_at(&mut self, addr: Addr, words: u64) -> Option<u64> {
        self.word(addr.checked_add(words.checked_mul(self.size())?)?)
    }

    /// The 32-bit number at `addr`.
    pub fn u32(&mut self, addr: Addr) -> Option<u32> {
        let mut buf = [0; 4];
        self.bytes(addr, &mut buf)?;
        u32::try_from(self.memory.decode_word(&buf)).ok()
    }

    /// The 16-bit number at `addr`.
    pub fn u16(&mut self, addr: Addr) -> Option<u16> {
        let mut buf = [0; 2];
        self.bytes(addr, &mut buf)?;
        u16::try_from(self.memory.decode_word(&buf)).ok()
    }

    /// Fills `into` from `addr` on, or says `None` if any of it is missing.
    pub fn bytes(&mut self, addr: Addr, into: &mut [u8]) -> Option<()> {
        let page = addr.align_down(PAGE);
        let from = usize::try_from(addr.distance_from(page)).ok()?;
        let to = from.checked_add(into.len())?;
        match self.page(page).and_then(|bytes| bytes.get(from..to)) {
            Some(part) => {
                into.copy_from_slice(part);
                Some(())
            }
            // Across a page's border, or the dump does not hold the whole page.
            None => self.memory.read_exact(addr, into).then_some(()),
        }
    }

    /// A whole page, or `None` if the dump does not hold all of it in one piece.
    fn page(&mut self, start: Addr) -> Option<&[u8]> {
        let index = usize::try_from(start.0 / PAGE % SLOTS).ok()?;
        let slot = self.slots.get_mut(index)?;
        if slot.as_ref().is_none_or(|slot| slot.start != start) {
            let mut bytes = slot.take().map_or_else(|| Box::from(EMPTY_PAGE), |slot| slot.bytes);
            if self.memory.read(start, &mut bytes) < bytes.len() {
                return None;
            }
            *slot = Some(Slot { start, bytes });
        }
        slot.as_ref().map(|slot| &*slot.bytes)
    }
}
