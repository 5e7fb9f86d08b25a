//! Free chunks by power of two.

use super::words;
use crate::heaps::{Heap, Sums, Tally};
use crate::report::section::{Cell, Section, bar};
use crate::units::{Bytes, Count, plural};

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
    let columns = [
        ("from", Cell::Number),
        ("to below", Cell::Number),
        ("count", Cell::Number),
        ("bytes", Cell::Number),
        ("", Cell::Bar),
    ];
    Section::new(id, title, remark, "size").columns(columns).rows(&rows, usize::MAX, |(power, tally)| {
        vec![
            Bytes(1 << power).to_string(),
            Bytes(2 << power).to_string(),
            Count(tally.count).to_string(),
            Bytes(tally.bytes).to_string(),
            bar(tally.bytes, most),
        ]
    })
}
