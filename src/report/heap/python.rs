//! CPython's arenas by how full they are, and its size classes.

use crate::heaps::{Allocator, Arena, Heap, SizeClass, Tally};
use crate::report::section::{Cell, Section, bar};
use crate::units::{Bytes, Count, percent, plural};

/// How many arenas are how full, by tenths.
pub(super) fn occupancy(heap: &Heap, id: String) -> Section {
    let remark = "by what is live; an arena goes back only when all of it is free";
    let section = Section::new(id, "CPython arenas by occupancy", remark, "row");
    if heap.allocator != Allocator::Cpython {
        return section;
    }
    let rows: Vec<(usize, Tenth)> =
        (0..=10).map(|tenth| (tenth, Tenth::of(heap, tenth))).filter(|(_, t)| t.arenas > 0).collect();
    let most = rows.iter().map(|(_, tenth)| tenth.arenas).max().unwrap_or(0);
    let columns = [
        ("live", Cell::Words),
        ("arenas", Cell::Number),
        ("held", Cell::Number),
        ("live bytes", Cell::Number),
        ("", Cell::Bar),
    ];
    section.columns(columns).rows(&rows, usize::MAX, |(tenth, row)| {
        let live = match tenth {
            0 => "below 10 %".to_owned(),
            10 => "all".to_owned(),
            tenth => format!("{tenth}0 % to below {}0 %", tenth + 1),
        };
        vec![
            live,
            Count(row.arenas).to_string(),
            Bytes(row.held).to_string(),
            Bytes(row.live).to_string(),
            bar(row.arenas, most),
        ]
    })
}

/// Arenas that are equally full.
struct Tenth {
    arenas: u64,
    held: u64,
    live: u64,
}

impl Tenth {
    fn of(heap: &Heap, tenth: usize) -> Tenth {
        let all = || heap.arenas.iter().filter(|arena| arena.tenths_live() == Some(tenth));
        let sum = |figure: fn(&Arena) -> u64| all().map(figure).fold(0, u64::saturating_add);
        let live = |arena: &Arena| arena.live.map_or(0, |Tally { bytes, .. }| bytes);
        Tenth { arenas: all().count() as u64, held: sum(Arena::held), live: sum(live) }
    }
}

/// Blocks by size.
pub(super) fn size_classes(heap: &Heap, id: String) -> Section {
    let remark = format!("{}, blocks in pools of one size each", plural(heap.size_classes.len() as u64, "size"));
    let columns = [
        ("block", Cell::Number),
        ("pools", Cell::Number),
        ("in use", Cell::Number),
        ("free", Cell::Number),
        ("free bytes", Cell::Number),
        ("free of all", Cell::Number),
    ];
    let row = |class: &SizeClass| {
        vec![
            Bytes(class.size).to_string(),
            Count(class.pools).to_string(),
            Count(class.used).to_string(),
            Count(class.free).to_string(),
            Bytes(class.free.saturating_mul(class.size)).to_string(),
            percent(class.free, class.used.saturating_add(class.free)),
        ]
    };
    Section::new(id, "Size classes of CPython", remark, "size").columns(columns).rows(
        &heap.size_classes,
        usize::MAX,
        row,
    )
}
