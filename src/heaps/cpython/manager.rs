//! The variables of obmalloc that point to its table.
//!
//! Their order is that of the source: `arenas`, `maxarenas`, `unused_arena_objects`, `usable_arenas`, since 3.8 `nfp2lasta[65]`,
//! then three counts. Since 3.12 they are a struct; before, gcc places these static variables in the opposite order (seen
//! in builds of 3.6 to 3.11). With link-time optimisation only some of them stay together (Debian's 3.11).

use super::layout::record_size;
use super::record::{Counts, FIRST_SLOTS, MAX_SLOTS, Record, Table};
use super::stream::low_half;
use crate::addr::Addr;
use crate::heaps::memory::Words;
use crate::model::Platform;

/// Which way from `arenas` the other variables are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Order {
    /// A struct.
    Upward,
    /// Static variables of gcc's.
    Downward,
    /// The same without `usable_arenas` and `nfp2lasta`.
    Split,
}

impl Order {
    /// All.
    pub const ALL: [Order; 3] = [Order::Upward, Order::Downward, Order::Split];

    /// How many words from `arenas` the three counts may be.
    fn counts(self) -> &'static [u64] {
        match self {
            Order::Upward | Order::Downward => &[69, 4],
            Order::Split => &[3],
        }
    }
}

/// The cheap question for every word of a process: whether it can be the length of a table.
#[derive(Clone, Copy)]
pub(super) struct Length {
    shift: u32,
}

impl Length {
    /// For words of that platform.
    pub fn of(platform: &Platform) -> Length {
        let low = low_half(platform, 1) == 1;
        Length { shift: if low { 0 } else { 32 } }
    }

    /// Whether it is 16, or a larger power of two.
    #[inline]
    pub fn may_be(self, word: u64) -> bool {
        let slots = word >> self.shift & 0xffff_ffff;
        (FIRST_SLOTS..=MAX_SLOTS).contains(&slots) && slots & (slots - 1) == 0
    }
}

/// Where the variables are, and what they say of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Manager {
    /// Where `arenas` is.
    pub at: Addr,
    /// Where the others are.
    pub order: Order,
    /// The table.
    pub table: Addr,
    /// Its length.
    pub slots: u64,
    /// First of the list of its records without an arena, or 0.
    pub unused: u64,
}

impl Manager {
    /// Of four words from `at` on, if they are in that order.
    pub fn of_words(platform: &Platform, at: Addr, words: &[u64; 4], order: Order) -> Option<Manager> {
        let [a, b, c, d] = *words;
        let words = match order {
            Order::Upward => [a, b, c, d],
            Order::Downward => [d, c, b, a],
            Order::Split => [d, b, c, 0],
        };
        let up = if order == Order::Upward { 0 } else { 3 * u64::from(platform.width.bytes()) };
        Manager::new(platform, (at.checked_add(up)?, order), words)
    }

    fn new(platform: &Platform, (at, order): (Addr, Order), words: [u64; 4]) -> Option<Manager> {
        let [table, length, unused, usable] = words;
        let slots = low_half(platform, length);
        if !Length::of(platform).may_be(length) || table == 0 {
            return None;
        }
        let word = u64::from(platform.width.bytes());
        let size = record_size(word);
        let inside = |to: u64| to.checked_sub(table).is_some_and(|b| b.is_multiple_of(size) && b / size < slots);
        let fits = table.is_multiple_of(word) && [unused, usable].into_iter().all(|to| to == 0 || inside(to));
        fits.then_some(Manager { at, order, table: Addr(table), slots, unused })
    }

    /// The table, with what the variables behind say of it.
    pub fn open(&self, words: &mut Words<'_>) -> Option<Table> {
        let mut table = Table::open(words, self.table, Some(self.slots))?;
        table.counts = self.order.counts().iter().find_map(|distance| self.counts(words, &table, *distance));
        let listed = self.unused_records(words);
        let records = self.slots.saturating_sub((table.arenas.len() + table.damaged.len()) as u64);
        table.unlisted = (listed != records).then_some((listed, records));
        Some(table)
    }

    /// Length of the list of records without an arena, as far as it leads through such records.
    fn unused_records(&self, words: &mut Words<'_>) -> u64 {
        let size = record_size(words.size());
        let (mut next, mut length) = (self.unused, 0);
        while length < self.slots {
            let slot = next.checked_sub(self.table.0).filter(|bytes| bytes.is_multiple_of(size)).map(|b| b / size);
            let Some(_) = slot.filter(|slot| *slot < self.slots) else { break };
            let Some(record) = Record::read(words, Addr(next)).filter(|record| record.address == 0) else { break };
            length += 1;
            next = record.next;
        }
        length
    }

    /// The three counts, if they are `distance` words away; the first is the number of arenas.
    fn counts(&self, words: &mut Words<'_>, table: &Table, distance: u64) -> Option<Counts> {
        let mut count = |index: u64| {
            let bytes = (distance + index) * words.size();
            let at = match self.order {
                Order::Upward => self.at.checked_add(bytes),
                Order::Downward | Order::Split => self.at.checked_sub(bytes),
            };
            words.word(at?)
        };
        let (now, ever, peak) = (count(0)?, count(1)?, count(2)?);
        let arenas = (table.arenas.len() + table.damaged.len()) as u64;
        (now <= arenas && now >= table.arenas.len() as u64 && now <= peak && peak <= ever)
            .then_some(Counts { ever, peak })
    }
}
