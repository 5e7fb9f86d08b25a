//! What is shown only where everything is asked for: bins, ranges, settings.

use super::words;
use crate::heaps::{Bin, BinKind, Heap, Part, Tuning, part_names};
use crate::report::Context;
use crate::report::section::{Cell, Section};
use crate::units::{Bytes, Count, Hex, plural};

/// Lists of free chunks, as malloc_info has them.
pub(super) fn bins(heap: &Heap, id: String) -> Section {
    let of_arena = |(number, arena): (usize, &'_ crate::heaps::Arena)| -> Vec<(String, Bin)> {
        let name = words::arena(heap, number);
        arena.bins.iter().map(|bin| (name.clone(), *bin)).collect()
    };
    let bins: Vec<(String, Bin)> = heap.arenas.iter().enumerate().flat_map(of_arena).collect();
    let remark = "lists of free chunks that are not empty, as malloc_info lists them";
    let columns = [
        (words::noun(heap.allocator), Cell::Words),
        ("bin", Cell::Words),
        ("from", Cell::Number),
        ("to", Cell::Number),
        ("chunks", Cell::Number),
        ("bytes", Cell::Number),
    ];
    let row = |(arena, bin): &(String, Bin)| {
        let kind = match bin.kind {
            BinKind::Fast => "fast",
            BinKind::Unsorted => "unsorted",
            BinKind::Regular => "regular",
        };
        let numbers = [bin.from, bin.to, bin.tally.count, bin.tally.bytes].map(|n| Count(n).to_string());
        [arena.clone(), kind.to_owned()].into_iter().chain(numbers).collect()
    };
    let title = format!("Bins of {}", words::title(heap.allocator));
    Section::new(id, title, remark, "bin").columns(columns).rows(&bins, usize::MAX, row)
}

/// The ranges of address space that belong to a heap.
pub(super) fn ranges(cx: Context<'_>, heap: &Heap, id: String) -> Section {
    let hex = |addr| Hex { addr, width: cx.snapshot.width() }.to_string();
    let columns = [
        ("start", Cell::Address),
        ("end", Cell::Address),
        ("size", Cell::Number),
        ("free", Cell::Number),
        ("cached", Cell::Number),
        ("what", Cell::Words),
    ];
    let named: Vec<(&Part, String)> = heap.parts.iter().zip(part_names(heap)).collect();
    let row = |(part, name): &(&Part, String)| {
        vec![
            hex(part.range.start()),
            hex(part.range.end()),
            Bytes(part.range.size()).to_string(),
            words::bytes(heap.free_in(part)),
            words::bytes(heap.cached_in(part)),
            name.clone(),
        ]
    };
    let title = format!("Ranges of {}", words::title(heap.allocator));
    let remark = plural(heap.parts.len() as u64, "range");
    Section::new(id, title, remark, "range").columns(columns).rows(&named, usize::MAX, row)
}

/// Settings that the heap tells.
pub(super) fn tuning(cx: Context<'_>, heap: &Heap, id: String) -> Section {
    let rows = heap.tuning.map(|tuning| settings(cx, tuning)).unwrap_or_default();
    let title = format!("Settings of {}", words::title(heap.allocator));
    let columns = [("setting", Cell::Words), ("value", Cell::Number), ("", Cell::Words)];
    let row = |row: &(&str, String, String)| vec![row.0.to_owned(), row.1.clone(), row.2.clone()];
    Section::new(id, title, "as they were when the dump was made", "setting").columns(columns).rows(
        &rows,
        usize::MAX,
        row,
    )
}

fn settings(cx: Context<'_>, tuning: Tuning) -> Vec<(&'static str, String, String)> {
    let fixed = if tuning.fixed_thresholds { "fixed by the program" } else { "grows with what is freed" };
    let bytes = |bytes: u64| Bytes(bytes).to_string();
    let limit = if tuning.arena_max == 0 { "none set".to_owned() } else { Count(tuning.arena_max).to_string() };
    let mmapped = format!("at most {}", Count(tuning.mmap_max));
    let mut rows = vec![
        ("mmap_threshold", bytes(tuning.mmap_threshold), format!("larger requests get their own mapping; {fixed}")),
        ("trim_threshold", bytes(tuning.trim_threshold), "a larger top is given back".to_owned()),
        ("top_pad", bytes(tuning.top_pad), "asked for on top of each request to the system".to_owned()),
        ("arena_max", limit, "arenas that there may be".to_owned()),
        ("mmapped chunks", Count(tuning.mmapped.count).to_string(), mmapped),
        ("mmapped bytes", bytes(tuning.mmapped.bytes), String::new()),
    ];
    let start = tuning.brk_start.map(|addr| Hex { addr, width: cx.snapshot.width() }.to_string());
    rows.extend(start.map(|start| ("brk began at", start, String::new())));
    rows
}
