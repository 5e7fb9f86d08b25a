//! Bins and fast bins of one arena, followed through the records of its walk.

use super::arena::State;
use super::layout::{BINS, Shape};
use super::linking::Linking;
use super::records::{Found, Met, Records};
use super::spans::{HEAD, Spans};
use super::troubles::Troubles;
use crate::addr::Addr;
use crate::heaps::memory::Words;
use crate::heaps::{Bin, BinKind, Tally};

/// What the lists hold.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Listed {
    /// Fast bins, unsorted, then the others.
    pub rows: Vec<Bin>,
    /// All of the fast bins.
    pub fast: Tally,
}

/// What lists of one arena are followed in.
pub(super) struct Follower<'s> {
    pub shape: Shape,
    pub spans: &'s Spans,
    /// The arena's runs, by address.
    pub met: &'s [&'s Met],
    pub records: &'s mut Records,
    pub troubles: &'s mut Troubles,
}

impl Follower<'_> {
    /// Follows all lists of an arena.
    pub(super) fn all(&mut self, words: &mut Words<'_>, arena: &State, linking: Linking) -> Listed {
        let mut listed = Listed::default();
        for (size, head) in arena.fast_heads(words, self.shape) {
            let tally = self.fast(words, size, head, linking);
            if tally.count > 0 {
                listed.fast.count += tally.count;
                listed.fast.bytes += tally.bytes;
                listed.rows.push(Bin { kind: BinKind::Fast, from: size, to: size, tally });
            }
        }
        for index in 1..=BINS {
            let kind = if index == 1 { BinKind::Unsorted } else { BinKind::Regular };
            let row = arena.bin(self.shape, index).and_then(|head| self.bin(words, head, kind));
            listed.rows.extend(row.filter(|row| row.tally.count > 0));
        }
        listed
    }

    /// One fast list. The records have the unit of the next chunk in `fd`; that of the last one is elsewhere.
    fn fast(&mut self, words: &mut Words<'_>, size: u64, head: Addr, linking: Linking) -> Tally {
        let mut tally = Tally::default();
        let mut at = head.0;
        while at != 0 {
            let found = self.lookup(at).and_then(|index| Some((index, self.records.get(index)?)));
            let (index, record) = match found {
                Some((index, (record, Found::MayBeFast))) if self.bytes(record.size) == size => (index, record),
                _ => {
                    self.broken(at, "A fast list leads to what is no chunk of its size in use");
                    break;
                }
            };
            self.records.mark(index, Found::Fast);
            tally.add(size);
            at = match self.spans.address(record.fd) {
                Some(next) => next,
                None => self.end_of_fast(words, at, linking),
            };
        }
        tally
    }

    /// 0 at the end of a list; anything else is where it broke.
    fn end_of_fast(&mut self, words: &mut Words<'_>, at: u64, linking: Linking) -> u64 {
        let place = at.saturating_add(self.shape.header());
        words.word(Addr(place)).map_or(0, |stored| linking.reveal(place, stored))
    }

    fn bytes(&self, units: u32) -> u64 {
        u64::from(units) * self.shape.layout.align
    }

    /// One bin from its first chunk to its last, and where that breaks from its last to its first.
    fn bin(&mut self, words: &mut Words<'_>, head: Addr, kind: BinKind) -> Option<Bin> {
        let own = head.0.wrapping_sub(2 * self.shape.word);
        let (first, last) = (words.word(head)?, words.word_at(head, 1)?);
        let mut row = Bin { kind, from: u64::MAX, to: 0, tally: Tally::default() };
        if let Err(at) = self.chain(&mut row, first, Some(last), own) {
            self.broken(at, "A list of free chunks leads to what is no free chunk, or not back");
            let _ = self.chain_back(&mut row, last, own);
        }
        Some(row)
    }

    /// Follows `fd`. Where it breaks, the address is the error.
    fn chain(&mut self, row: &mut Bin, first: u64, last: Option<u64>, own: u64) -> Result<(), u64> {
        let (mut at, mut before, mut hint) = (first, HEAD, 0);
        let mut previous = own;
        while at != own {
            let (index, record) = self.free_record(at).ok_or(at)?;
            if record.bk != before {
                return Err(at);
            }
            self.take(row, index, record.size);
            before = self.spans.unit(at, &mut hint);
            previous = at;
            at = if record.fd == HEAD { own } else { self.spans.address(record.fd).ok_or(at)? };
        }
        if last.is_some_and(|last| last != previous) { Err(previous) } else { Ok(()) }
    }

    /// Follows `bk` until a chunk that is in a list already.
    fn chain_back(&mut self, row: &mut Bin, last: u64, own: u64) -> Result<(), u64> {
        let mut at = last;
        while at != own {
            let (index, record) = self.free_record(at).ok_or(at)?;
            self.take(row, index, record.size);
            at = if record.bk == HEAD { own } else { self.spans.address(record.bk).ok_or(at)? };
        }
        Ok(())
    }

    /// A free chunk that is in no list yet.
    fn free_record(&self, at: u64) -> Option<(usize, super::records::Record)> {
        let index = self.lookup(at)?;
        match self.records.get(index)? {
            (record, Found::Free) => Some((index, record)),
            _ => None,
        }
    }

    fn take(&mut self, row: &mut Bin, index: usize, units: u32) {
        self.records.mark(index, Found::Listed);
        let size = self.bytes(units);
        row.from = row.from.min(size);
        row.to = row.to.max(size);
        row.tally.add(size);
    }

    fn lookup(&self, at: u64) -> Option<usize> {
        let index = self.met.partition_point(|met| met.first() <= at).checked_sub(1)?;
        self.met.get(index)?.record(at)
    }

    fn broken(&mut self, at: u64, what: &str) {
        self.troubles.add("bin-list", Some(at), format!("{what}: {at:#x}"));
    }
}
