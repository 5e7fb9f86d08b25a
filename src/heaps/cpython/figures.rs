//! Sums over arenas, and each arena as reports show it.
//!
//! An arena's `live` are its blocks in use, `free` the free blocks of pools in use, and each free pool as one more. With
//! the headers of pools, what is too small for a block, and what lies outside of pools, they add up to the arena. `largest`
//! is the longest run of free pools, where there is one. obmalloc gives an arena back once all its pools are free, and only
//! as a whole; so whatever block is in use pins all of it, and the first one is named.

use std::collections::BTreeMap;

use super::find::Found;
use super::layout::Layout;
use super::pools;
use super::record::Table;
use super::troubles::Troubles;
use crate::addr::Addr;
use crate::heaps::memory::Words;
use crate::heaps::{
    Allocator, Arena, Blocker, ChunkState, Effort, Grade, Heap, Part, PythonTotals, Role, SizeClass, Tally, Trim,
};
use crate::units::{Bytes, plural};

/// What was found, added up.
pub(super) fn heap(found: &Found, words: &mut Words<'_>, effort: Effort) -> Heap {
    let mut heap = Heap::new(Allocator::Cpython, Grade::Exact);
    heap.layout = Some(layouts(&found.tables));
    let bytes = found.tables.iter().map(|t| t.arenas.len() as u64 * t.layout.arena()).sum();
    match effort.walks(bytes) {
        true => Sum { heap: &mut heap, totals: PythonTotals::default(), classes: BTreeMap::new() }.walk(found, words),
        false => list(found, &mut heap, bytes),
    }
    heap.arenas.sort_by_key(|arena| arena.id);
    heap.parts.sort_by_key(|part| part.range.start());
    if found.unsearched {
        heap.notes
            .push("Other interpreters of the process were not looked for: that takes all of its memory.".to_owned());
    }
    if found.tables.len() > 1 {
        heap.notes.push(format!("{} interpreters have arenas of their own.", found.tables.len()));
    }
    heap
}

fn layouts(tables: &[Table]) -> String {
    let mut words: Vec<String> = tables.iter().map(|table| layout_words(table.layout)).collect();
    words.sort();
    words.dedup();
    words.join("; ")
}

fn layout_words(layout: Layout) -> String {
    let (arena, pool) = (Bytes(layout.arena()), Bytes(layout.pool));
    format!("obmalloc, arenas of {arena}, pools of {pool}, blocks of a multiple of {} bytes", layout.align)
}

/// Arenas that are too many to be walked for a report.
fn list(found: &Found, heap: &mut Heap, bytes: u64) {
    heap.grade = Grade::NotWalked;
    for (table, (_, record)) in found.tables.iter().flat_map(|t| t.arenas.iter().map(move |a| (t, a))) {
        heap.arenas.push(empty(Addr(record.address), table.layout));
        let range = record.range(table.layout);
        heap.parts.extend(range.map(|range| Part { range, role: Role::PythonArena, fill: None }));
    }
    let arenas = plural(heap.arenas.len() as u64, "arena");
    heap.notes.push(format!(
        "{arenas} of obmalloc with {} were not walked: that takes longer than a report may.",
        Bytes(bytes)
    ));
}

/// An arena of which only the place is known.
fn empty(address: Addr, layout: Layout) -> Arena {
    let mut arena = Arena::new(address);
    arena.system = Some(layout.arena());
    arena.reserved = layout.arena();
    arena.subheaps = 1;
    arena
}

/// Sums while arenas are walked.
struct Sum<'a> {
    heap: &'a mut Heap,
    totals: PythonTotals,
    classes: BTreeMap<u64, SizeClass>,
}

impl Sum<'_> {
    fn walk(mut self, found: &Found, words: &mut Words<'_>) {
        let mut troubles = Troubles::default();
        for table in &found.tables {
            self.table(table, words, &mut troubles);
        }
        let (all, unread) = (self.totals.arenas.bytes, self.totals.unread);
        self.heap.troubles = troubles.finish((all - unread, all));
        if !self.heap.troubles.is_empty() {
            self.heap.grade = Grade::Partial;
        }
        self.heap.size_classes = self.classes.into_values().collect();
        self.heap.python = Some(self.totals);
    }

    fn table(&mut self, table: &Table, words: &mut Words<'_>, troubles: &mut Troubles) {
        let first = self.totals.interpreters == 0;
        let add = |sum: Option<u64>, more: Option<u64>| if first { more } else { Some(sum? + more?) };
        self.totals.ever = add(self.totals.ever, table.counts.map(|counts| counts.ever));
        self.totals.peak = add(self.totals.peak, table.counts.map(|counts| counts.peak));
        self.totals.interpreters += 1;
        if let Some((listed, records)) = table.unlisted {
            let message = format!("{records} records of the table have no arena, and the list of them has {listed}");
            troubles.add("sum", table.base, message);
        }
        for slot in &table.damaged {
            troubles.add("arena-record", table.base, format!("Record {slot} of the table of arenas makes no sense"));
        }
        for arena in &table.arenas {
            self.arena(table.layout, pools::walk(words, table.layout, *arena, troubles), Addr(arena.1.address));
        }
    }

    fn arena(&mut self, layout: Layout, walked: Option<pools::Arena>, address: Addr) {
        self.totals.arenas.add(layout.arena());
        let mut arena = empty(address, layout);
        let fill = match walked {
            None => {
                self.totals.unread += layout.arena();
                None
            }
            Some(walked) => {
                self.add(&walked, layout);
                arena.live = Some(walked.live);
                arena.trim = (walked.unread == 0).then(|| trim(walked.first_live));
                arena.free = Some(walked.free);
                Some(walked.fill)
            }
        };
        let range = crate::addr::AddrRange::from_size(address, layout.arena());
        self.heap.parts.extend(range.map(|range| Part { range, role: Role::PythonArena, fill }));
        self.heap.arenas.push(arena);
    }

    fn add(&mut self, walked: &pools::Arena, layout: Layout) {
        let totals = &mut self.totals;
        let pools = Tally { count: walked.free_pools, bytes: walked.free_pools * layout.pool };
        totals.allocated += walked.live.bytes;
        totals.available += walked.free.all.bytes - pools.bytes;
        totals.unused_pools.count += pools.count;
        totals.unused_pools.bytes += pools.bytes;
        totals.pool_headers += walked.headers;
        totals.quantization += walked.quantization;
        totals.arena_alignment += walked.alignment;
        totals.unread += walked.unread;
        for class in walked.classes.iter().filter(|class| class.pools > 0) {
            let row = SizeClass { size: class.size, pools: 0, used: 0, free: 0 };
            let row = self.classes.entry(class.size).or_insert(row);
            row.pools += class.pools;
            row.used += class.used;
            row.free += class.free;
        }
    }
}

/// Trimming gives nothing back of an arena: malloc_trim does not know it, and obmalloc gives back what it can at once.
fn trim(first_live: Option<(Addr, u64, u64)>) -> Trim {
    let blocker =
        first_live.map(|(address, size, free_below)| Blocker { address, size, state: ChunkState::Live, free_below });
    Trim { memory: 0, address_space: 0, blocker }
}
