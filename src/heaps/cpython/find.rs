//! Where the tables of arenas are: through the variables that point to them, or, if nothing does, through what they look like.

use std::collections::{BTreeMap, BTreeSet};

use super::layout::{Layout, PAGE, record_size};
use super::manager::{Length, Manager, Order};
use super::record::{MAX_SLOTS, Record, Table};
use super::stream::{low_half, windows};
use crate::addr::{Addr, AddrRange};
use crate::heaps::memory::Words;
use crate::heaps::{Candidates, Content, Effort};
use crate::model::{Memory, Platform, Snapshot, State};

/// How much of modules' data is looked through for a report: far more than CPython's own.
const QUICK_DATA: u64 = 16 << 20;
/// Places of one kind that are looked at closer. Real processes have a handful.
const MOST: usize = 1 << 14;

/// What is looked through, and what for.
pub(super) struct Search<'a> {
    pub snapshot: &'a Snapshot,
    pub candidates: &'a Candidates,
    pub memory: Memory<'a>,
    pub effort: Effort,
    /// Whether a module is called python.
    pub expected: bool,
}

/// The tables, and whether memory was left out in which other interpreters may have theirs.
#[derive(Default)]
pub(super) struct Found {
    pub tables: Vec<Table>,
    pub unsearched: bool,
}

/// All tables of a process, of which no two have an arena in common.
pub(super) fn tables(search: &Search<'_>, words: &mut Words<'_>) -> Found {
    let mut found = Found::default();
    if search.is_spared() {
        return found;
    }
    let data: Vec<AddrRange> = search.data();
    let managers = search.managers(data.iter().copied(), &Order::ALL);
    let of_structs = search.open_all(managers, words, &mut found.tables);
    if found.tables.is_empty() && (search.expected || search.effort == Effort::Full) {
        search.pointed_from(&data, words, &mut found.tables);
    }
    let hidden = found.tables.is_empty() && search.may_be_hidden();
    if of_structs || hidden {
        // The state of a second interpreter is in malloc's memory, and so is everything where modules are not known.
        found.unsearched = !search.may_scan();
        if search.may_scan() {
            let orders = if of_structs { &[Order::Upward][..] } else { &Order::ALL };
            let managers = search.managers(search.beside_arenas(&found.tables).into_iter(), orders);
            search.open_all(managers, words, &mut found.tables);
        }
    }
    if found.tables.is_empty() && hidden && search.effort == Effort::Full {
        found.tables = search.by_shape(words);
    }
    search.separate(&mut found.tables);
    found
}

impl Search<'_> {
    /// A report does not look for a Python inside of a program that is called otherwise: most processes have none, and all
    /// would pay.
    fn is_spared(&self) -> bool {
        self.effort == Effort::Quick && !self.expected && !self.snapshot.modules.is_empty()
    }

    /// Modules' data; for a report no more of it than is read in a moment, python's first.
    fn data(&self) -> Vec<AddrRange> {
        let mut ranges: Vec<AddrRange> = self.candidates.of_modules().collect();
        if self.effort == Effort::Full {
            return ranges;
        }
        ranges.sort_by_key(|range| !super::flavour::is_of_python(self.snapshot, *range));
        let mut left = QUICK_DATA;
        ranges.retain(|range| {
            let fits = range.size() <= left;
            left -= if fits { range.size() } else { 0 };
            fits
        });
        ranges
    }

    fn anonymous_bytes(&self) -> u64 {
        let captured = |range| self.memory.captured_in(range).map(AddrRange::size).sum::<u64>();
        self.candidates.anonymous().map(captured).sum()
    }

    /// Anonymous memory without arenas: the variables are in malloc's memory.
    fn beside_arenas(&self, tables: &[Table]) -> Vec<AddrRange> {
        let arenas = tables.iter().flat_map(|t| t.arenas.iter().filter_map(|(_, record)| record.range(t.layout)));
        let arenas: BTreeMap<Addr, Addr> = arenas.map(|range| (range.start(), range.end())).collect();
        let mut beside = Vec::new();
        for range in self.candidates.anonymous() {
            let mut at = range.start();
            for (start, end) in arenas.range(..range.end()).filter(|(_, end)| **end > range.start()) {
                beside.extend(AddrRange::new(at, *start));
                at = at.max(*end);
            }
            beside.extend(AddrRange::new(at, range.end()));
        }
        beside
    }

    /// Whether all memory may be read.
    fn may_scan(&self) -> bool {
        self.effort == Effort::Full || self.anonymous_bytes() <= Effort::QUICK_BYTES
    }

    /// Whether variables may be where they were not looked for: modules' data are not in the dump, or python's were of no
    /// help. For a report it is believed that a python with data and without arenas has none.
    fn may_be_hidden(&self) -> bool {
        let known = self.candidates.of_modules().any(|range| self.memory.captured_in(range).next().is_some());
        !known || self.expected && self.effort == Effort::Full
    }

    fn is_anonymous(&self, at: u64) -> bool {
        self.candidates.at(Addr(at)).is_some_and(|candidate| candidate.content == Content::Anonymous)
    }

    fn managers(&self, ranges: impl Iterator<Item = AddrRange>, orders: &[Order]) -> Vec<Manager> {
        let (mut found, platform) = (Vec::new(), &self.snapshot.platform);
        let length = Length::of(platform);
        for range in ranges {
            windows::<4>(self.memory, platform, range, |at, words| {
                let [_, second, third, _] = *words;
                if !(length.may_be(second) || length.may_be(third)) {
                    return;
                }
                let managers = orders.iter().filter_map(|order| Manager::of_words(platform, at, words, *order));
                let fitting = managers.filter(|manager| self.is_anonymous(manager.table.0));
                found.extend(fitting.take(MOST.saturating_sub(found.len())));
            });
        }
        found
    }

    /// Adds tables, and says whether one belongs to a struct.
    fn open_all(&self, managers: Vec<Manager>, words: &mut Words<'_>, tables: &mut Vec<Table>) -> bool {
        let mut of_struct = false;
        for manager in managers {
            let Some(table) = manager.open(words).filter(|table| self.is_new(table, tables)) else { continue };
            of_struct |= manager.order == Order::Upward;
            tables.push(table);
        }
        of_struct
    }

    /// Tables to which any word of modules' data points.
    fn pointed_from(&self, data: &[AddrRange], words: &mut Words<'_>, tables: &mut Vec<Table>) {
        let mut targets = BTreeSet::new();
        let word = words.size();
        for range in data {
            windows::<1>(self.memory, &self.snapshot.platform, *range, |_, [to]| {
                if to.is_multiple_of(word) && targets.len() < MOST && self.is_anonymous(*to) {
                    targets.insert(*to);
                }
            });
        }
        for base in targets {
            let Some(table) = Table::open(words, Addr(base), None) else { continue };
            if self.is_new(&table, tables) && table.consistent(words) > 0 {
                tables.push(table);
            }
        }
    }

    /// Keeps arenas that are mapped memory, and of those that overlap one: a damaged record may name any place.
    fn separate(&self, tables: &mut [Table]) {
        let mut taken: BTreeMap<Addr, Addr> = BTreeMap::new();
        for table in tables {
            table.keep(|range| {
                let below = taken.range(..range.end()).next_back();
                let fits = self.is_mapped(range) && below.is_none_or(|(_, end)| *end <= range.start());
                fits && taken.insert(range.start(), range.end()).is_none()
            });
        }
    }

    fn is_mapped(&self, range: AddrRange) -> bool {
        let is_committed = |at| self.snapshot.space.region_at(at).is_some_and(|r| r.state == State::Committed);
        is_committed(range.start()) && range.end().checked_sub(1).is_some_and(is_committed)
    }

    /// Whether it has arenas, none of which is in a table that was found before.
    fn is_new(&self, table: &Table, tables: &[Table]) -> bool {
        let known: BTreeSet<u64> = tables.iter().flat_map(|t| &t.arenas).map(|(_, record)| record.address).collect();
        let mut addresses = table.arenas.iter().map(|(_, record)| record.address);
        !table.arenas.is_empty() && addresses.all(|address| !known.contains(&address))
    }

    /// Tables by their records alone. realloc leaves copies behind: of those with the same arenas the one stays that most
    /// arenas agree with.
    fn by_shape(&self, words: &mut Words<'_>) -> Vec<Table> {
        let bases = self.bases(words);
        let opened = bases.into_iter().filter_map(|base| Table::open(words, Addr(base), None)).collect::<Vec<_>>();
        let mut ranked: Vec<(usize, Table)> = opened.into_iter().map(|t| (t.consistent(words), t)).collect();
        ranked.sort_by_key(|(consistent, _)| std::cmp::Reverse(*consistent));
        let mut tables = Vec::new();
        for (consistent, table) in ranked {
            if consistent > 0 && self.is_new(&table, &tables) {
                tables.push(table);
            }
        }
        tables
    }

    /// Where tables would begin by records that look like one and whose arena says which it is.
    fn bases(&self, words: &mut Words<'_>) -> BTreeSet<u64> {
        let (platform, size) = (&self.snapshot.platform, record_size(words.size()));
        let mut records: BTreeMap<u64, u64> = BTreeMap::new();
        for range in self.candidates.iter().map(|candidate| candidate.range) {
            windows::<4>(self.memory, platform, range, |at, window| {
                if records.len() < MOST && may_be_record(platform, window) {
                    records.insert(at.0, window[0]);
                }
            });
        }
        let mut bases = BTreeSet::new();
        for (at, arena) in records {
            let slot = slot_of(words, Addr(arena));
            let may_be = Record::read(words, Addr(at)).is_some_and(|record| record.may_be());
            let base = slot.filter(|_| may_be).and_then(|slot| at.checked_sub(slot * size));
            bases.extend(base);
        }
        bases
    }
}

/// The number that an arena's first pool has for it.
fn slot_of(words: &mut Words<'_>, arena: Addr) -> Option<u64> {
    let word = words.size();
    [4096, 16384].into_iter().find_map(|pool| {
        let slot = u64::from(words.u32(arena.align_up(pool)?.checked_add(4 * word)?)?);
        (slot < MAX_SLOTS && Layout::of_arena(words, arena, slot).is_some()).then_some(slot)
    })
}

/// The cheap part of [`Record::may_be`], for every word of a process.
fn may_be_record(platform: &Platform, window: &[u64; 4]) -> bool {
    let [address, pool_address, counts, further] = *window;
    // What most words fail comes first.
    if address % PAGE != 0 || address == 0 || pool_address < address {
        return false;
    }
    let (free, all) = match platform.width.bytes() {
        8 => (low_half(platform, counts), if low_half(platform, 1) == 1 { counts >> 32 } else { counts & 0xffff_ffff }),
        _ => (counts, further),
    };
    (63..=64).contains(&all) && free <= all
}
