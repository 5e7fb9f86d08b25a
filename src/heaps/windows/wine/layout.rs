//! Where Wine's heaps keep what (dlls/ntdll/heap.c, Wine 7.10 and later; held against HeapWalk on Wine 10).
//!
//! W is a word. `struct heap` is known by the magic `HEAP`, and what matters lies at fixed distances from it.

use crate::addr::Addr;
use crate::model::PointerWidth;

/// `heap->magic`.
pub(in crate::heaps::windows) const MAGIC: u32 = 0x5041_4548;
/// `HEAP_NO_SERIALIZE` of `heap->flags`.
pub(super) const NO_SERIALIZE: u32 = 1;
/// `REGION_ALIGN`: regions begin at multiples of it.
pub(super) const REGION: u64 = 0x1_0000;
/// Bytes of `struct block`.
pub(super) const HEADER: u64 = 8;
/// `GROUP_BLOCK_COUNT`: blocks in a group of the low-fragmentation part.
pub(super) const GROUP_BLOCKS: u64 = 31;

/// Offsets for one width.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Layout {
    /// Bytes of a word.
    pub(super) word: u64,
    /// `heap->magic`.
    pub(super) magic: u64,
    /// `heap->flags`.
    pub(super) flags: u64,
    /// `group->free_bits`, in the group's block.
    pub(super) group_bits: u64,
    /// `group->first_block`.
    pub(super) group_first: u64,
}

impl Layout {
    /// That of a width.
    pub(super) fn of(width: PointerWidth) -> Layout {
        match width {
            PointerWidth::Bits32 => Layout { word: 4, magic: 0x6c, flags: 0x40, group_bits: 4, group_first: 16 },
            PointerWidth::Bits64 => Layout { word: 8, magic: 0xc0, flags: 0x70, group_bits: 16, group_first: 24 },
        }
    }

    /// `BLOCK_ALIGN`, the unit of sizes.
    pub(super) fn unit(self) -> u64 {
        2 * self.word
    }

    /// `heap->entry`, a node in the ring of all heaps.
    pub(super) fn heap_node(self) -> u64 {
        self.magic - 8 * self.word
    }

    /// `heap->subheap_list`.
    pub(super) fn subheaps(self) -> u64 {
        self.magic - 6 * self.word
    }

    /// `heap->large_list`.
    pub(super) fn large_blocks(self) -> u64 {
        self.magic - 4 * self.word
    }

    /// SUBHEAP and ARENA_LARGE begin with `__pad`: fields are counted in words behind it.
    pub(super) fn field(self, words: u64) -> u64 {
        self.word * (self.word / 4) + words * self.word
    }

    /// The node of SUBHEAP's list.
    pub(super) fn subheap_node(self) -> u64 {
        self.field(2)
    }

    /// `subheap->block` and `large->block`, both at the end.
    pub(super) fn block(self) -> u64 {
        self.field(5)
    }
}

/// `struct block`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Block {
    size: u16,
    tail: u16,
    /// Regions from the subheap's base; in a group the number of the block.
    pub(super) base: u16,
    kind: u8,
    flags: u8,
}

impl Block {
    /// Out of its eight bytes.
    pub(super) fn new(bytes: [u8; 8]) -> Block {
        let [a, b, c, d, e, f, kind, flags] = bytes;
        let half = |low, high| u16::from_le_bytes([low, high]);
        Block { size: half(a, b), tail: half(c, d), base: half(e, f), kind, flags }
    }

    /// With its header, in bytes.
    pub(super) fn size(self, layout: Layout) -> u64 {
        let high = if self.is_free() { u64::from(self.tail) << 16 } else { 0 };
        (u64::from(self.size) + high) * layout.unit()
    }

    /// What was asked for, in bytes; `None` if the block cannot hold its own tail.
    pub(super) fn asked(self, layout: Layout) -> Option<u64> {
        self.size(layout).checked_sub(HEADER + u64::from(self.tail))
    }

    /// BLOCK_FLAG_FREE.
    pub(super) fn is_free(self) -> bool {
        self.flags & 1 != 0
    }

    /// BLOCK_FLAG_PREV_FREE.
    pub(super) fn follows_free(self) -> bool {
        self.flags & 2 != 0
    }

    /// BLOCK_FLAG_LFH: the block is a group, or one in a group.
    pub(super) fn is_grouped(self) -> bool {
        self.flags & 0x80 != 0
    }

    /// BLOCK_TYPE_LARGE with BLOCK_FLAG_LARGE.
    pub(super) fn is_large(self) -> bool {
        self.kind == b'L' && self.flags & 4 != 0
    }

    /// BLOCK_TYPE_DEAD: freed by the program, kept for a while to find wrong writes.
    pub(super) fn is_dead(self) -> bool {
        self.kind == b'D'
    }

    /// Whether type and flags fit each other.
    pub(super) fn is_sound(self) -> bool {
        match self.is_free() {
            true => self.kind == b'F',
            false => matches!(self.kind, b'u' | b'D'),
        }
    }
}

/// The block at an address, or `None` if it is not in the dump.
pub(super) fn block_at(words: &mut crate::heaps::memory::Words<'_>, at: Addr) -> Option<Block> {
    let mut bytes = [0; 8];
    words.bytes(at, &mut bytes)?;
    Some(Block::new(bytes))
}
