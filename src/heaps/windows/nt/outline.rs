//! An NT heap by its lists: segments with their uncommitted ranges, and blocks from VirtualAlloc.

use std::collections::HashSet;

use super::entry::Coding;
use super::layout::{Layout, SEGMENT_SIGNATURE, Segments};
use crate::addr::{Addr, AddrRange};
use crate::heaps::memory::Words;
use crate::heaps::windows::outline::{Claimed, Large, Outline, PAGE, Segment};
use crate::heaps::windows::troubles::Troubles;

/// Nodes that are followed in one list.
const MOST: usize = 1 << 20;
/// Segments of a heap of XP.
const XP_SEGMENTS: u64 = 64;

/// Reads the outline of one heap.
pub(super) struct Reader<'w, 'm> {
    pub(super) words: &'w mut Words<'m>,
    pub(super) layout: Layout,
    pub(super) coding: Coding,
    pub(super) handle: Addr,
    pub(super) claimed: &'w mut Claimed,
    pub(super) troubles: &'w mut Troubles,
}

impl Reader<'_, '_> {
    /// All of it.
    pub(super) fn outline(&mut self, main: bool) -> Outline {
        let mut outline = Outline { handle: self.handle, main, segments: Vec::new(), large: Vec::new() };
        for at in self.segments() {
            match self.segment(at) {
                Some(segment) if self.claimed.take(segment.range) => outline.segments.push(segment),
                Some(_) => self.troubles.add("overlap", at, "a segment lies where another heap's memory is".to_owned()),
                None => self.troubles.add("segment", at, "a segment's own figures do not fit".to_owned()),
            }
        }
        let head = self.handle.checked_add(self.layout.virtual_blocks);
        for at in head.map(|h| self.nodes(h, "a heap's virtual blocks")).unwrap_or_default() {
            match self.large(at) {
                Some(large) if self.claimed.take(large.range) => outline.large.push(large),
                Some(_) => self.troubles.add("overlap", at, "a virtual block lies in another heap's memory".to_owned()),
                None => self.troubles.add("large-block", at, "a virtual block's own figures do not fit".to_owned()),
            }
        }
        outline
    }

    fn segments(&mut self) -> Vec<Addr> {
        match self.layout.segments {
            Segments::List { head, node } => {
                let nodes = self.handle.checked_add(head).map(|h| self.nodes(h, "a heap's segments"));
                nodes.unwrap_or_default().into_iter().filter_map(|at| at.checked_sub(node)).collect()
            }
            Segments::Array(at) => {
                let Some(array) = self.handle.checked_add(at) else { return Vec::new() };
                let pointers = (0..XP_SEGMENTS).filter_map(|i| self.words.word_at(array, i));
                pointers.filter(|p| *p != 0).map(Addr).collect()
            }
        }
    }

    /// The nodes behind a list's head, up to where it closes.
    pub(super) fn nodes(&mut self, head: Addr, name: &str) -> Vec<Addr> {
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        let mut at = head;
        loop {
            let Some(next) = self.words.word(at).map(Addr) else {
                self.troubles.add("memory-missing", at, format!("the dump does not hold a node of {name}"));
                return found;
            };
            if next == head {
                return found;
            }
            if found.len() == MOST || !seen.insert(next) {
                self.troubles.add("list", next, format!("{name} does not close"));
                return found;
            }
            found.push(next);
            at = next;
        }
    }

    fn segment(&mut self, at: Addr) -> Option<Segment> {
        let fields = self.layout.segment;
        let number = |words: &mut Words<'_>, offset| words.u32(at.checked_add(offset)?).map(u64::from);
        let pointer = |words: &mut Words<'_>, offset| words.word(at.checked_add(offset)?).map(Addr);
        let signature = number(self.words, fields.signature)?;
        // XP's first segment begins behind the heap's own data, and has a signature of its own like all others.
        let owner = pointer(self.words, fields.heap)?;
        (signature == u64::from(SEGMENT_SIGNATURE) && owner == self.handle).then_some(())?;
        let base = pointer(self.words, fields.base)?;
        let pages = number(self.words, fields.pages)?;
        let uncommitted = number(self.words, fields.uncommitted_pages)?;
        let (first, end) = (pointer(self.words, fields.first)?, pointer(self.words, fields.last)?);
        let range = AddrRange::from_size(base, pages.checked_mul(PAGE)?)?.grown_to(PAGE);
        (range.contains(first) && first <= end && end <= range.end()).then_some(())?;
        let (holes, internal) = self.holes(at, range);
        self.check_pages(at, uncommitted, &holes);
        // By the list, whose ranges the walk leaves out: so no block is beyond what is committed.
        let committed = range.size() - holes.iter().map(|h| h.size()).sum::<u64>();
        Some(Segment { range, committed, first, end, holes, internal })
    }

    /// "committed + uncommitted == NumberOfPages", by the list of uncommitted ranges.
    fn check_pages(&mut self, at: Addr, uncommitted: u64, holes: &[AddrRange]) {
        let listed = holes.iter().map(|h| h.size()).sum::<u64>() / PAGE;
        if listed != uncommitted {
            let message = format!("a segment says that {uncommitted} pages are uncommitted, and lists {listed}");
            self.troubles.add("pages", at, message);
        }
    }

    /// Uncommitted ranges of the segment at `at`, sorted, disjoint, and not empty; and where blocks of it describe them.
    fn holes(&mut self, at: Addr, range: AddrRange) -> (Vec<AddrRange>, Vec<Addr>) {
        let (mut holes, mut internal) = match self.layout.segments {
            Segments::List { .. } => self.listed_holes(at),
            Segments::Array(_) => (self.chained_holes(at), Vec::new()),
        };
        internal.sort_unstable();
        holes.retain(|hole| range.covers(*hole));
        holes.sort_unstable_by_key(|hole| hole.start());
        let mut end = Addr(0);
        holes.retain(|hole| {
            let behind = hole.start() >= end;
            end = end.max(hole.end());
            behind
        });
        (holes, internal)
    }

    /// _HEAP_UCR_DESCRIPTOR: two list entries, Address, Size. The segment's list goes through the second entry. Each is in a
    /// block of its own; at the segment's end there is one of no size.
    fn listed_holes(&mut self, segment: Addr) -> (Vec<AddrRange>, Vec<Addr>) {
        let head = segment.checked_add(self.layout.segment.ranges);
        let nodes = head.map(|h| self.nodes(h, "a segment's uncommitted ranges")).unwrap_or_default();
        let hole = |words: &mut Words<'_>, node| {
            AddrRange::from_size_clipped(Addr(words.word_at(node, 2)?), words.word_at(node, 3)?)
        };
        let holes = nodes.iter().filter_map(|node| hole(self.words, *node)).collect();
        let entry = 2 * self.layout.word;
        (holes, nodes.iter().filter_map(|node| node.checked_sub(entry)).collect())
    }

    /// XP's _HEAP_UNCOMMMTTED_RANGE: Next, Address, Size.
    fn chained_holes(&mut self, segment: Addr) -> Vec<AddrRange> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        let mut next = segment.checked_add(self.layout.segment.ranges).and_then(|at| self.words.word(at)).map(Addr);
        while let Some(node) = next.filter(|n| n.0 != 0 && found.len() < MOST) {
            if !seen.insert(node) {
                self.troubles.add("list", node, "a segment's uncommitted ranges do not end".to_owned());
                break;
            }
            let (start, size) = (self.words.word_at(node, 1), self.words.word_at(node, 2));
            found.extend(start.zip(size).and_then(|(start, size)| AddrRange::from_size_clipped(Addr(start), size)));
            next = self.words.word(node).map(Addr);
        }
        found
    }

    /// _HEAP_VIRTUAL_ALLOC_ENTRY: a list entry, two words, CommitSize, ReserveSize, and the block's header, whose size
    /// field says how much of what is committed is not the program's.
    fn large(&mut self, at: Addr) -> Option<Large> {
        let (commit, reserve) = (self.words.word_at(at, 4)?, self.words.word_at(at, 5)?);
        let entry_at = at.checked_add(6 * self.layout.word)?;
        let entry = self.coding.entry(self.words, entry_at)?;
        let data = entry_at.checked_add(self.layout.unit())?;
        let sound = entry.sound != Some(false) && entry.is_busy() && commit <= reserve;
        sound.then_some(())?;
        let size = commit.checked_sub(entry.size)?;
        let range = AddrRange::from_size(at, reserve)?.grown_to(PAGE);
        (range.contains(data)).then_some(Large { range, committed: commit, data, size })
    }

    /// How many blocks the free lists have.
    pub(super) fn free_blocks(&mut self) -> u64 {
        let (at, heads) = self.layout.free_lists;
        let lists = (0..heads).filter_map(|i| self.handle.checked_add(at + i * 2 * self.layout.word));
        let lists: Vec<Addr> = lists.collect();
        lists.into_iter().map(|head| self.nodes(head, "a heap's free blocks").len() as u64).sum()
    }
}
