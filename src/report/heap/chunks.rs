//! Free chunks by power of two.

use super::words;
use crate::heaps::{Heap, Sums, Tally};
use crate::report::section::{Cell, Section, bar};
use crate::units::{Bytes, Count, plural};

const COLUMNS: [(&str, Cell); 5] = [
    ("from", Cell::Number),
    ("to below", Cell::Number),
    ("count", Cell::Number),
    ("bytes", Cell::Number),
    ("", Cell::Bar),
];

/// All arenas' free chunks together; nothing where there are none.
pub(super) fn section(heap: &Heap, id: String) -> Section {
    let sums = Sums::of(heap);
    let noun = words::chunk(heap.allocator);
    let title = format!("Free {noun}s of {}", words::title(heap.allocator));
    let found = (0..).zip(&sums.by_power).filter(|(_, tally)| tally.count > 0);
    let rows: Vec<(u32, &Tally)> = found.collect();
    let most = rows.iter().map(|(_, tally)| tally.bytes).max().unwrap_or(0);
    let count = rows.iter().map(|(_, tally)| tally.count).fold(0, u64::saturating_add);
    let remark = format!("{} of all {}s by size; bars show bytes", plural(count, noun), words::noun(heap.allocator));
    Section::new(id, title, remark, "size")
        .columns(COLUMNS)
        .rows(&rows, usize::MAX, |(power, tally)| cells(*power, tally, most).to_vec())
}

/// Each arena's, where there are several.
pub(super) fn by_arena(heap: &Heap, id: String) -> Section {
    let noun = words::noun(heap.allocator);
    let title = format!("Free {}s of {} by {noun}", words::chunk(heap.allocator), words::title(heap.allocator));
    let rows = if heap.arenas.len() > 1 { found_by_arena(heap) } else { Vec::new() };
    let most = rows.iter().map(|(_, _, tally)| tally.bytes).max().unwrap_or(0);
    Section::new(id, title, "bars show bytes", "size").columns([(noun, Cell::Words)].into_iter().chain(COLUMNS)).rows(
        &rows,
        usize::MAX,
        |(arena, power, tally)| [words::arena(heap, *arena)].into_iter().chain(cells(*power, tally, most)).collect(),
    )
}

fn found_by_arena(heap: &Heap) -> Vec<(usize, u32, &Tally)> {
    let numbered = heap.arenas.iter().enumerate();
    let tallies = numbered.filter_map(|(number, arena)| Some((number, &arena.free.as_ref()?.by_power)));
    let found =
        tallies.flat_map(|(number, tallies)| (0..).zip(tallies).map(move |(power, tally)| (number, power, tally)));
    found.filter(|(_, _, tally)| tally.count > 0).collect()
}

fn cells(power: u32, tally: &Tally, most: u64) -> [String; 5] {
    [
        Bytes(1 << power).to_string(),
        Bytes(2 << power).to_string(),
        Count(tally.count).to_string(),
        Bytes(tally.bytes).to_string(),
        bar(tally.bytes, most),
    ]
}
