//! A block's header: the figures in eight bytes, encoded or not.

use super::layout::{Era, Layout};
use crate::addr::Addr;
use crate::heaps::memory::Words;

/// How the headers of one heap are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Coding {
    layout: Layout,
    /// What headers were combined with, where the heap encodes them.
    key: Option<[u8; 8]>,
}

/// A header's figures.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Entry {
    /// Of the block with its header, in units.
    pub(super) size: u64,
    /// Of the block before it, in units; 0 for the first.
    pub(super) previous: u64,
    flags: u8,
    /// Bytes at the block's end, header included, that the program did not ask for.
    pub(super) unused: u8,
    /// Whether the checksum is right; `None` where headers have none.
    pub(super) sound: Option<bool>,
}

impl Entry {
    /// HEAP_ENTRY_BUSY.
    pub(super) fn is_busy(self) -> bool {
        self.flags & 1 != 0
    }

    /// HEAP_ENTRY_VIRTUAL_ALLOC, which also marks blocks that the heap has for itself.
    pub(super) fn is_internal(self) -> bool {
        self.flags & 8 != 0
    }
}

impl Coding {
    /// That of the heap at `handle`; `None` if the dump does not hold it.
    pub(super) fn of_heap(words: &mut Words<'_>, layout: Layout, handle: Addr) -> Option<Coding> {
        let key = match layout.encoding {
            Some((mask, encoding)) if words.u32(handle.checked_add(mask)?)? != 0 => {
                let mut key = [0; 8];
                words.bytes(handle.checked_add(encoding)?, &mut key)?;
                Some(key)
            }
            _ => None,
        };
        Some(Coding { layout, key })
    }

    /// Whether headers are encoded.
    pub(super) fn is_encoded(self) -> bool {
        self.key.is_some()
    }

    /// The header of the block at `at`; `None` if the dump does not hold it.
    pub(super) fn entry(self, words: &mut Words<'_>, at: Addr) -> Option<Entry> {
        let mut bytes = [0; 8];
        words.bytes(at.checked_add(self.layout.header)?, &mut bytes)?;
        for (byte, key) in bytes.iter_mut().zip(self.key.unwrap_or_default()) {
            *byte ^= key;
        }
        Some(self.decoded(bytes))
    }

    fn decoded(self, [a, b, c, d, e, f, g, h]: [u8; 8]) -> Entry {
        let half = |low, high| u64::from(u16::from_le_bytes([low, high]));
        match self.layout.era {
            // Size, PreviousSize, SmallTagIndex, Flags, UnusedBytes, SegmentIndex.
            Era::Xp => Entry { size: half(a, b), previous: half(c, d), flags: f, unused: g, sound: None },
            // Size, Flags, SmallTagIndex, PreviousSize, SegmentOffset, UnusedBytes. Without encoding there is no checksum.
            _ => Entry {
                size: half(a, b),
                previous: half(e, f),
                flags: c,
                unused: h,
                sound: self.key.map(|_| d == a ^ b ^ c),
            },
        }
    }
}
