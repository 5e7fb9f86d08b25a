//! The blocks of a subheap, one behind the other, and those in groups of the low-fragmentation part.

use super::layout::{Block, GROUP_BLOCKS, HEADER, Layout, block_at};
use crate::addr::{Addr, AddrRange};
use crate::heaps::memory::Words;
use crate::heaps::windows::outline::{Large, Segment};
use crate::heaps::windows::sums::Sums;
use crate::heaps::windows::troubles::Troubles;

/// Walks one heap's memory.
pub(super) struct Walk<'w, 'm, 's, 'v> {
    /// The process's memory.
    pub(super) words: &'w mut Words<'m>,
    /// Of the heap's width.
    pub(super) layout: Layout,
    /// What comes out.
    pub(super) sums: &'s mut Sums<'v>,
    /// What goes wrong.
    pub(super) troubles: &'w mut Troubles,
}

impl Walk<'_, '_, '_, '_> {
    /// All blocks of a subheap.
    pub(super) fn segment(&mut self, segment: &Segment) {
        let mut at = segment.first;
        let mut after_free = false;
        loop {
            let Some(block) = self.step(segment, at, after_free) else { return };
            let end = at.checked_add(block.size(self.layout)).unwrap_or(segment.end);
            after_free = block.is_free();
            // The last two headers' worth is never a block: `next_block` stops there.
            if end.checked_add(2 * HEADER).is_none_or(|next| next > segment.end) {
                return self.check_end(segment, at, end, block);
            }
            at = end;
        }
    }

    /// Counts the block at `at`; `None` where nothing can follow.
    fn step(&mut self, segment: &Segment, at: Addr, after_free: bool) -> Option<Block> {
        let Some(block) = block_at(self.words, at) else {
            self.broken(segment, "memory-missing", at, "the dump does not hold the next block's header");
            return None;
        };
        let size = block.size(self.layout);
        let end = if block.is_free() { segment.range.end() } else { segment.end };
        if size < HEADER || !block.is_sound() || at.checked_add(size).is_none_or(|e| e > end) {
            self.broken(segment, "chunk-size", at, "a block's size, type and flags do not fit");
            return None;
        }
        if block.follows_free() != after_free {
            self.troubles.add("flags", at, "a block does not know whether the one before it is free".to_owned());
        }
        self.count(segment, at, block);
        Some(block)
    }

    fn count(&mut self, segment: &Segment, at: Addr, block: Block) {
        let size = block.size(self.layout).min(segment.end.distance_from(at));
        let Some(range) = AddrRange::from_size(at, size) else { return };
        if block.is_free() {
            return self.sums.free(range);
        }
        let Some(asked) = block.asked(self.layout) else {
            return self.troubles.add("chunk-size", at, "a block is smaller than what it leaves unused".to_owned());
        };
        self.sums.busy.add(asked);
        match at.checked_add(HEADER) {
            Some(data) if block.is_grouped() => self.group(data, range.end()),
            _ if block.is_dead() => self.sums.cached(range),
            Some(data) => self.sums.live(range, data, asked),
            None => {}
        }
    }

    /// The last block: a free one goes on to the end of what is reserved, one in use to the end of what is committed.
    fn check_end(&mut self, segment: &Segment, at: Addr, end: Addr, block: Block) {
        let unit = self.layout.unit();
        let expected = if block.is_free() { segment.range.end() } else { segment.end };
        if expected.distance_from(end) > 2 * HEADER.max(unit) {
            self.broken(segment, "sum", at, "blocks end before their subheap does");
        }
    }

    /// A large block that is cut into small ones.
    pub(super) fn large_group(&mut self, large: &Large) {
        self.sums.busy.add(large.size);
        self.sums.cut_up = self.sums.cut_up.saturating_add(large.committed);
        self.group(large.data, large.range.end());
    }

    /// The blocks of a group, which begins at `data` and ends before `end`.
    fn group(&mut self, data: Addr, end: Addr) {
        let bits = data.checked_add(self.layout.group_bits).and_then(|at| self.words.u32(at));
        let first = data.checked_add(self.layout.group_first);
        let size = first.and_then(|at| block_at(self.words, at)).map_or(0, |b| b.size(self.layout));
        let (Some(bits), Some(first)) = (bits, first) else {
            return self.troubles.add("memory-missing", data, "the dump does not hold a group's header".to_owned());
        };
        if size < HEADER || first.checked_add(size * GROUP_BLOCKS).is_none_or(|e| e > end) {
            return self.troubles.add("group", data, "a group's blocks do not fit into it".to_owned());
        }
        for number in 0..GROUP_BLOCKS {
            let Some(block) = first.checked_add(number * size).and_then(|at| AddrRange::from_size(at, size)) else {
                return;
            };
            self.member(block, number, bits >> number & 1 == 1);
        }
    }

    fn member(&mut self, range: AddrRange, number: u64, free: bool) {
        let at = range.start();
        let Some(block) = block_at(self.words, at) else {
            return self.troubles.add("memory-missing", at, "the dump does not hold a group's block".to_owned());
        };
        let fits = block.size(self.layout) == range.size() && u64::from(block.base) == number && block.is_grouped();
        if !fits || !block.is_sound() || block.is_free() != free {
            self.troubles.add("group", at, "a block of a group does not fit its group".to_owned());
        }
        match (free, block.asked(self.layout), at.checked_add(HEADER)) {
            (true, ..) => self.sums.fast(range),
            (false, Some(asked), Some(data)) if asked < range.size() => self.sums.live(range, data, asked),
            _ => self.sums.live(range, at, 0),
        }
    }

    fn broken(&mut self, segment: &Segment, code: &'static str, at: Addr, message: &str) {
        let covered = at.distance_from(segment.range.start());
        self.troubles.broken(code, at, message.to_owned(), (covered, segment.committed));
    }
}
