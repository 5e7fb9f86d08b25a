//! The table of arenas.

use std::cmp::Reverse;

use super::words::{self, bytes};
use crate::heaps::{Allocator, Arena, Free, Grade, Heap, Sums, Tally};
use crate::report::Context;
use crate::report::section::{Cell, Section};
use crate::units::{Count, Hex, percent};

/// What a column shows of an arena, and of all of them together. `None` stands for what is not known.
struct Figure {
    title: &'static str,
    of: fn(&Arena) -> Option<u64>,
    all: fn(&Sums) -> Option<u64>,
    /// Whether the column is left out where it would hold nothing but zeros.
    may_lack: bool,
}

const FIGURES: [Figure; 9] = [
    Figure { title: "reserved", of: |a| Some(a.reserved), all: |s| Some(s.reserved), may_lack: false },
    Figure { title: "system", of: |a| a.system, all: |s| of(s.system.whole()), may_lack: false },
    Figure { title: "live", of: |a| of(a.live), all: |s| of(s.live.whole()), may_lack: false },
    Figure { title: "cached", of: |a| of(a.cached), all: |s| of(s.cached.whole()), may_lack: true },
    Figure { title: "fast", of: |a| of(a.fast), all: |s| of(s.fast.whole()), may_lack: true },
    Figure {
        title: "free",
        of: |a| a.free.as_ref().map(|f| f.all.bytes),
        all: |s| of(s.free.whole()),
        may_lack: false,
    },
    Figure { title: "largest", of: |a| a.free.as_ref().map(|f| f.largest), all: |s| s.largest, may_lack: false },
    Figure { title: "top", of: |a| a.top, all: |s| of(s.top.whole()), may_lack: true },
    Figure { title: "other", of: Arena::other, all: |s| of(s.other.whole()), may_lack: true },
];

fn of(tally: Option<Tally>) -> Option<u64> {
    tally.map(|tally| tally.bytes)
}

/// What a page of text does without first.
const SPARE: &[&str] = &["other", "address", "fast", "threads", "pieces", "fragm."];

/// The arenas, main first, then those with the most free bytes.
pub(super) fn section(cx: Context<'_>, heap: &Heap, id: String, limit: usize) -> Section {
    let noun = words::noun(heap.allocator);
    let title = format!("{} {noun}s", words::title(heap.allocator));
    let mut section = Section::new(id, title, remark(heap), noun);
    let figures: Vec<&Figure> = FIGURES.iter().filter(|figure| figure.says_something(heap)).collect();
    section.columns = vec![(noun.to_owned(), Cell::Words), ("address".to_owned(), Cell::Address)];
    let counts = Columns::of(heap);
    section.columns.extend(counts.titles().map(|title| (title.to_owned(), Cell::Number)));
    section.columns.extend(figures.iter().map(|figure| (figure.title.to_owned(), Cell::Number)));
    section.columns.push(("fragm.".to_owned(), Cell::Number));
    section.spare = SPARE;
    let ranked = ranked(heap);
    let section =
        section.rows(&ranked, limit, |(number, arena)| row(cx, words::arena(heap, *number), arena, counts, &figures));
    let foot = (heap.arenas.len() > 1).then(|| foot(heap, counts, &figures));
    Section { foot, ..section }
}

fn remark(heap: &Heap) -> String {
    match heap.arenas.len() {
        0 | 1 => String::new(),
        _ => "main first, then those with the most free bytes".to_owned(),
    }
}

/// Each arena with its number.
fn ranked(heap: &Heap) -> Vec<(usize, &Arena)> {
    let mut ranked: Vec<(usize, &Arena)> = heap.arenas.iter().enumerate().collect();
    let free = |arena: &Arena| arena.free.as_ref().map(|free| free.all.bytes);
    ranked.sort_by_key(|(number, arena)| (!arena.main, Reverse(free(arena)), Reverse(arena.held()), *number));
    ranked
}

impl Figure {
    fn says_something(&self, heap: &Heap) -> bool {
        let mut values = heap.arenas.iter().map(self.of);
        // What a broken walk does not tell is shown as unknown; other allocators have nothing of the kind.
        let broken = heap.allocator == Allocator::Glibc && heap.grade == Grade::Partial;
        match self.may_lack {
            true => values.any(|value| value.map_or(broken, |value| value > 0)),
            false => values.any(|value| value.is_some()),
        }
    }
}

/// Whether the counts of pieces and threads say something.
#[derive(Clone, Copy)]
struct Columns {
    pieces: bool,
    threads: bool,
}

impl Columns {
    fn of(heap: &Heap) -> Columns {
        let pieces = heap.arenas.iter().any(|arena| arena.subheaps > 1);
        let threads = heap.arenas.iter().any(|arena| arena.threads.is_some());
        Columns { pieces, threads }
    }

    fn titles(self) -> impl Iterator<Item = &'static str> {
        self.pieces.then_some("pieces").into_iter().chain(self.threads.then_some("threads"))
    }

    fn cells(self, pieces: u64, threads: Option<u64>) -> impl Iterator<Item = String> {
        let pieces = self.pieces.then(|| Count(pieces).to_string());
        let threads = self.threads.then(|| threads.map_or(words::UNKNOWN.to_owned(), |n| Count(n).to_string()));
        pieces.into_iter().chain(threads)
    }
}

fn row(cx: Context<'_>, name: String, arena: &Arena, counts: Columns, figures: &[&Figure]) -> Vec<String> {
    let mut cells = vec![name, Hex { addr: arena.id, width: cx.snapshot.width() }.to_string()];
    cells.extend(counts.cells(arena.subheaps, arena.threads));
    cells.extend(figures.iter().map(|figure| bytes((figure.of)(arena))));
    cells.push(arena.free.as_ref().map_or_else(|| words::UNKNOWN.to_owned(), fragmentation));
    cells
}

fn foot(heap: &Heap, counts: Columns, figures: &[&Figure]) -> Vec<String> {
    let sums = Sums::of(heap);
    let mut cells = vec!["all".to_owned(), String::new()];
    let threads = heap.arenas.iter().map(|arena| arena.threads).sum();
    cells.extend(counts.cells(heap.arenas.iter().map(|arena| arena.subheaps).fold(0, u64::saturating_add), threads));
    cells.extend(figures.iter().map(|figure| bytes((figure.all)(&sums))));
    let free = sums.free.whole().zip(sums.largest);
    let free = free.map(|(all, largest)| Free { all, largest, by_power: sums.by_power });
    cells.push(free.as_ref().map_or_else(|| words::UNKNOWN.to_owned(), fragmentation));
    cells
}

fn fragmentation(free: &Free) -> String {
    percent(free.outside_largest(), free.all.bytes)
}
