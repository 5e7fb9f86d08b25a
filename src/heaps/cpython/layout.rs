//! How obmalloc lays out its records: sizes that follow from the width of pointers, and three that are found in memory.
//!
//! Objects/obmalloc.c and Include/internal/pycore_obmalloc.h of CPython 3.6 to 3.14. Arenas always have 64 pools: 256 KiB of
//! 4 KiB pools, or 1 MiB of 16 KiB pools (3.10 and newer with 64 bits).

use crate::addr::Addr;
use crate::heaps::memory::Words;

/// Pools of an arena that begins at a pool's border; any other has one less.
pub(super) const POOLS: u64 = 64;
/// Requests above this size go to malloc.
const LARGEST_BLOCK: u64 = 512;
/// Arenas begin at a page.
pub(super) const PAGE: u64 = 4096;

/// What is to be known of a build of CPython.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Layout {
    /// Bytes of a pointer.
    pub word: u64,
    /// Bytes of a pool.
    pub pool: u64,
    /// Sizes of blocks are multiples of it: 8, or 16 with 64 bits since 3.6.15.
    pub align: u64,
}

/// Bytes of an arena_object.
pub(super) fn record_size(word: u64) -> u64 {
    5 * word + 8
}

impl Layout {
    /// Bytes of an arena.
    pub fn arena(self) -> u64 {
        POOLS * self.pool
    }

    /// Bytes of a pool_header.
    pub fn header(self) -> u64 {
        4 * self.word + 16
    }

    /// The size of blocks of a class, or `None` if there is no such class.
    pub fn size_of(self, class: u32) -> Option<u64> {
        let size = (u64::from(class) + 1) * self.align;
        (size <= LARGEST_BLOCK).then_some(size)
    }

    /// Blocks of that size in a pool.
    pub fn blocks(self, size: u64) -> u64 {
        (self.pool - self.header()).checked_div(size).unwrap_or(0)
    }

    /// The first pool of an arena.
    pub fn first_pool(self, arena: Addr) -> Option<Addr> {
        arena.align_up(self.pool)
    }

    /// Which layout a pool_header tells of that must be the first in the arena of `slot`.
    pub fn of_arena(words: &mut Words<'_>, arena: Addr, slot: u64) -> Option<Layout> {
        let word = words.size();
        let every = [(4096, 8), (4096, 16), (16384, 16), (16384, 8)];
        every.into_iter().map(|(pool, align)| Layout { word, pool, align }).find(|layout| {
            let header = layout.first_pool(arena).and_then(|at| Header::read(words, at));
            header.is_some_and(|header| u64::from(header.slot) == slot && header.is_of(*layout))
        })
    }
}

/// The numbers of a pool_header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Header {
    /// Blocks in use; 0 is a free pool, of which the rest tells what it was last.
    pub count: u32,
    /// First of the list of free blocks, or 0.
    pub free: u64,
    /// Which arena_object.
    pub slot: u32,
    /// Class of its blocks.
    pub class: u32,
    /// Where blocks begin that were never used, from the start of the pool.
    pub next: u32,
    /// The largest such offset at which a block still fits.
    pub last: u32,
}

impl Header {
    /// From the process's memory, or `None` if the dump does not hold it.
    pub fn read(words: &mut Words<'_>, at: Addr) -> Option<Header> {
        let tail = at.checked_add(4 * words.size())?;
        let mut number = |index: u64| words.u32(tail.checked_add(4 * index)?);
        let (slot, class, next, last) = (number(0)?, number(1)?, number(2)?, number(3)?);
        Some(Header { count: words.u32(at)?, free: words.word_at(at, 1)?, slot, class, next, last })
    }

    /// Whether the numbers fit each other, and that layout.
    pub fn is_of(&self, layout: Layout) -> bool {
        let Some(size) = layout.size_of(self.class) else { return false };
        let (next, last) = (u64::from(self.next), u64::from(self.last));
        let carved = next.checked_sub(layout.header());
        let whole = carved.is_some_and(|bytes| bytes > 0 && bytes % size == 0 && next <= last + size);
        last + size == layout.pool && whole && carved.is_some_and(|bytes| u64::from(self.count) <= bytes / size)
    }
}
