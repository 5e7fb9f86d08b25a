//! arena_object: what obmalloc keeps of each arena, and the table of them.

use super::layout::{Header, Layout, PAGE, POOLS, record_size};
use crate::addr::{Addr, AddrRange};
use crate::heaps::memory::Words;

/// The most arenas that are believed: a terabyte of them.
pub(super) const MAX_SLOTS: u64 = 1 << 20;
/// Length of the first table; it is doubled whenever it is full.
pub(super) const FIRST_SLOTS: u64 = 16;
/// Records in which the first arena in use is looked for.
const LOOK: u64 = 64;

/// An arena_object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Record {
    /// The arena, or 0 if it has none.
    pub address: u64,
    /// Where pools begin that were never used.
    pub pool_address: u64,
    /// Pools that are free, used before or never.
    pub free_pools: u64,
    /// Pools in all.
    pub pools: u64,
    /// Next in one of two lists.
    pub next: u64,
}

impl Record {
    /// From the process's memory, or `None` if the dump does not hold it.
    pub fn read(words: &mut Words<'_>, at: Addr) -> Option<Record> {
        let counts = at.checked_add(2 * words.size())?;
        Some(Record {
            address: words.word(at)?,
            pool_address: words.word_at(at, 1)?,
            free_pools: words.u32(counts)?.into(),
            pools: words.u32(counts.checked_add(4)?)?.into(),
            next: words.word(counts.checked_add(8 + words.size())?)?,
        })
    }

    /// Whether it can be of an arena, as far as that can be told without its layout.
    pub fn may_be(&self) -> bool {
        let counts = (POOLS - 1..=POOLS).contains(&self.pools) && self.free_pools <= self.pools;
        let reach = self.pool_address.checked_sub(self.address);
        counts && self.address != 0 && self.address.is_multiple_of(PAGE) && reach.is_some_and(|bytes| bytes <= 1 << 20)
    }

    /// Pools that were used at some time, or `None` if the record contradicts itself.
    pub fn carved(&self, layout: Layout) -> Option<u64> {
        let first = layout.first_pool(Addr(self.address))?;
        let whole = POOLS - u64::from(first.0 != self.address);
        let bytes = self.pool_address.checked_sub(first.0)?;
        let carved = bytes / layout.pool;
        let fits = self.pools == whole && bytes.is_multiple_of(layout.pool) && carved <= whole;
        (self.may_be() && fits && whole - carved <= self.free_pools).then_some(carved)
    }

    /// The arena's bytes.
    pub fn range(&self, layout: Layout) -> Option<AddrRange> {
        AddrRange::from_size(Addr(self.address), layout.arena())
    }
}

/// An array of arena_objects.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Table {
    /// Where.
    pub base: Addr,
    /// What its arenas look like.
    pub layout: Layout,
    /// Those with an arena, with their number in the array.
    pub arenas: Vec<(u64, Record)>,
    /// Numbers of those that make no sense.
    pub damaged: Vec<u64>,
    /// Length of the list of records without an arena, and how many there are, if these differ.
    pub unlisted: Option<(u64, u64)>,
    /// What the allocator counts.
    pub counts: Option<Counts>,
}

/// What obmalloc counts since the process began.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Counts {
    /// Arenas that were allocated.
    pub ever: u64,
    /// The most at a time.
    pub peak: u64,
}

impl Table {
    /// The array at `base`, if a pool of one of its first arenas says so. `slots` is its length where that is known.
    pub fn open(words: &mut Words<'_>, base: Addr, slots: Option<u64>) -> Option<Table> {
        let size = record_size(words.size());
        let layout = (0..slots.unwrap_or(LOOK).min(LOOK)).find_map(|slot| {
            let record = Record::read(words, base.checked_add(slot * size)?).filter(Record::may_be)?;
            Layout::of_arena(words, Addr(record.address), slot).filter(|layout| record.carved(*layout).is_some())
        })?;
        let mut table = Table { base, layout, arenas: Vec::new(), damaged: Vec::new(), unlisted: None, counts: None };
        let slots = slots.unwrap_or_else(|| table.guess_length(words)).min(MAX_SLOTS);
        (0..slots).for_each(|slot| table.take(words, slot));
        Some(table)
    }

    fn record(&self, words: &mut Words<'_>, slot: u64) -> Option<Record> {
        Record::read(words, self.base.checked_add(slot * record_size(self.layout.word))?)
    }

    fn take(&mut self, words: &mut Words<'_>, slot: u64) {
        match self.record(words, slot) {
            Some(record) if record.address == 0 => {}
            Some(record) if record.carved(self.layout).is_some() => self.arenas.push((slot, record)),
            _ => self.damaged.push(slot),
        }
    }

    /// The array is doubled as long as most of what is behind it are records, too.
    fn guess_length(&self, words: &mut Words<'_>) -> u64 {
        let mut length = FIRST_SLOTS;
        while length < MAX_SLOTS {
            let fitting = (length..2 * length).filter(|slot| self.is_record(words, *slot)).count() as u64;
            if fitting * 2 <= length {
                break;
            }
            length *= 2;
        }
        length
    }

    /// Unused records are in a list; the last of it alone looks like empty memory.
    fn is_record(&self, words: &mut Words<'_>, slot: u64) -> bool {
        let size = record_size(self.layout.word);
        self.record(words, slot).is_some_and(|record| match record.address {
            0 => record.next.checked_sub(self.base.0).is_some_and(|b| b.is_multiple_of(size) && b / size < MAX_SLOTS),
            _ => record.carved(self.layout).is_some(),
        })
    }

    /// Drops arenas that `fits` is false for.
    pub fn keep(&mut self, mut fits: impl FnMut(AddrRange) -> bool) {
        let layout = self.layout;
        let (kept, dropped) =
            self.arenas.drain(..).partition(|(_, record): &(u64, Record)| record.range(layout).is_some_and(&mut fits));
        self.arenas = kept;
        self.damaged.extend(Vec::into_iter(dropped).map(|(slot, _)| slot));
    }

    /// Arenas whose pools agree with the record: what tells the array in use from copies that realloc left behind.
    pub fn consistent(&self, words: &mut Words<'_>) -> usize {
        self.arenas.iter().filter(|(slot, record)| self.agrees(words, *slot, record)).count()
    }

    fn agrees(&self, words: &mut Words<'_>, slot: u64, record: &Record) -> bool {
        let layout = self.layout;
        let (Some(first), Some(carved)) = (layout.first_pool(Addr(record.address)), record.carved(layout)) else {
            return false;
        };
        let mut free = record.pools - carved;
        for index in 0..carved {
            let header = first.checked_add(index * layout.pool).and_then(|at| Header::read(words, at));
            let Some(header) = header.filter(|h| u64::from(h.slot) == slot && h.is_of(layout)) else { return false };
            free += u64::from(header.count == 0);
        }
        free == record.free_pools
    }
}
