//! The blocks of a segment, one behind the other, over its uncommitted ranges.

use std::collections::HashSet;

use super::checks::Checks;
use super::entry::{Coding, Entry};
use super::groups::{self, Group, Votes};
use super::layout::Layout;
use crate::addr::{Addr, AddrRange};
use crate::heaps::memory::Words;
use crate::heaps::windows::outline::Segment;
use crate::heaps::windows::sums::Sums;
use crate::heaps::windows::troubles::Troubles;

/// Walks one heap's memory.
pub(super) struct Walk<'w, 'm, 's, 'v> {
    pub(super) words: &'w mut Words<'m>,
    pub(super) layout: Layout,
    pub(super) coding: Coding,
    pub(super) sums: &'s mut Sums<'v>,
    pub(super) checks: &'s mut Checks,
    pub(super) troubles: &'w mut Troubles,
    /// Blocks of XP's lookaside lists, by the address that a program would have: marked busy, and free.
    pub(super) lookaside: &'s HashSet<Addr>,
    /// What encoded offsets of groups were combined with, as far as groups were met.
    pub(super) votes: Votes,
    /// Groups of the segment that is walked.
    pub(super) groups: Vec<Group>,
}

impl Walk<'_, '_, '_, '_> {
    /// All blocks of a segment. Groups come last: each of them tells something of how all are encoded.
    pub(super) fn segment(&mut self, segment: &Segment) {
        self.blocks(segment);
        let key = self.votes.winner();
        for group in std::mem::take(&mut self.groups) {
            self.group(&group, key);
        }
    }

    fn blocks(&mut self, segment: &Segment) {
        let mut holes = segment.holes.iter();
        let mut hole = holes.next();
        let mut at = segment.first;
        let mut before = None;
        while at < segment.end {
            while hole.is_some_and(|h| h.end() <= at) {
                hole = holes.next();
            }
            if let Some(inside) = hole.filter(|h| h.contains(at)) {
                at = inside.end();
                before = None;
                continue;
            }
            let border = hole.map_or(segment.end, |h| h.start().min(segment.end));
            let Some((end, size)) = self.step(segment, at, border, before) else { return };
            before = Some(size);
            at = end;
        }
    }

    /// Counts the block at `at`, which must end at `border` or before: its end, and its size in units.
    fn step(&mut self, segment: &Segment, at: Addr, border: Addr, before: Option<u64>) -> Option<(Addr, u64)> {
        let Some(entry) = self.coding.entry(self.words, at) else {
            return self.broken(segment, "memory-missing", at, "the dump does not hold the next block's header");
        };
        self.checks.entry(entry.sound);
        if entry.sound == Some(false) {
            return self.broken(segment, "checksum", at, "a block's header has a wrong checksum");
        }
        let range = entry.size.checked_mul(self.layout.unit()).and_then(|size| AddrRange::from_size(at, size));
        let Some(range) = range.filter(|r| r.end() <= border) else {
            return self.broken(segment, "chunk-size", at, "a block's size does not fit its segment");
        };
        if before.is_some_and(|size| size != entry.previous) {
            self.troubles.add("flags", at, "a block does not know the size of the one before it".to_owned());
        }
        self.count(segment, range, entry);
        Some((range.end(), entry.size))
    }

    fn count(&mut self, segment: &Segment, range: AddrRange, entry: Entry) {
        let Some(data) = range.start().checked_add(self.layout.unit()) else { return };
        if !entry.is_busy() {
            self.checks.free(entry.size);
            return self.sums.free(range);
        }
        if self.lookaside.contains(&data) {
            return self.sums.fast(range);
        }
        if entry.is_internal() {
            match groups::find(self.words, self.layout, data, range.end()) {
                Some(Ok(group)) => {
                    self.votes.add(&group);
                    return self.groups.push(group);
                }
                Some(Err(message)) => return self.troubles.add("group", data, message.to_owned()),
                None => {}
            }
        }
        if segment.internal.binary_search(&data).is_err() {
            self.sums.live(range, data, range.size().saturating_sub(u64::from(entry.unused)));
        }
    }

    fn group(&mut self, group: &Group, key: Option<u32>) {
        let outcome = group.blocks(self.words, key, |range, busy| match busy {
            Some(unused) => {
                let data = range.start().checked_add(self.layout.unit()).unwrap_or(range.start());
                self.sums.live(range, data, range.size().saturating_sub(unused));
            }
            None => self.sums.fast(range),
        });
        if let Err(message) = outcome {
            self.troubles.add("group", group.header, message);
        }
    }

    fn broken<T>(&mut self, segment: &Segment, code: &'static str, at: Addr, message: &str) -> Option<T> {
        let before = segment.holes.iter().filter(|h| h.end() <= at).map(|h| h.size()).sum();
        let covered = at.distance_from(segment.range.start()).saturating_sub(before);
        self.troubles.broken(code, at, message.to_owned(), (covered, segment.committed));
        None
    }
}
