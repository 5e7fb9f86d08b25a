//! What malloc_trim(0) would give back, and what keeps it from giving back more.
//!
//! glibc malloc/malloc.c, `mtrim` and `systrim`: fast chunks are joined with free neighbours first; then of every chunk in a
//! bin the whole pages go that lie behind six words from its start, and of main's top all whole pages but MINSIZE. Tops of
//! other arenas stay.

use super::layout::Shape;
use super::records::{Found, Met, Records};
use super::survey::Run;

/// Free chunks that lie behind each other, joined.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Extent {
    start: u64,
    end: u64,
}

/// What of an arena is free, and what pins it, before it is known what caches hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Trimmed {
    /// Bytes of whole pages inside of free chunks, without top.
    pub inside: u64,
    /// Bytes from the start of what is free at the end to the end of top.
    pub top: u64,
    /// Whole heaps at the end in which nothing is in use.
    pub empty_heaps: u64,
    /// The last chunk in use before top: address and size.
    pub pinned: Option<(u64, u64)>,
    /// Free bytes right below it.
    pub free_below: u64,
}

/// Of an arena whose runs end with that of `top` (address and size).
pub(super) fn of_runs(shape: Shape, runs: &[Run], records: &Records, top: (u64, u64)) -> Trimmed {
    let mut trimmed = Trimmed { top: top.1, ..Trimmed::default() };
    for run in runs {
        for extent in extents(shape, &run.met, records) {
            if extent.end == top.0 {
                trimmed.top += extent.end - extent.start;
            } else {
                trimmed.inside += whole_pages(shape, extent);
            }
        }
    }
    pin(shape, runs, records, top.0, &mut trimmed);
    trimmed
}

/// Finds the last chunk in use, going down from top; in thread arenas past heaps in which there is none.
fn pin(shape: Shape, runs: &[Run], records: &Records, top: u64, trimmed: &mut Trimmed) {
    let Some(last) = runs.iter().position(|run| run.first <= top && top < run.end) else { return };
    let mut end = top;
    for run in runs.get(..=last).unwrap_or_default().iter().rev() {
        let free: Vec<Extent> = extents(shape, &run.met, records).collect();
        let border = free.last().filter(|extent| extent.end == end).map_or(end, |extent| extent.start);
        if let Some(at) = run.met.last_before(border) {
            trimmed.pinned = Some((at, border - at));
            let below = free.iter().rev().find(|extent| extent.end <= at).filter(|extent| extent.end == at);
            trimmed.free_below = below.map_or(0, |extent| extent.end - extent.start);
            return;
        }
        if !run.thread || run.broken {
            return;
        }
        trimmed.empty_heaps += 1;
        // The heap before ends with marks.
        let before = runs.iter().take_while(|other| other.first < run.first).last();
        end = before.map_or(0, |before| before.chunks_end);
    }
}

/// Bytes of whole pages that `mtrim` gives back of a free chunk.
fn whole_pages(shape: Shape, extent: Extent) -> u64 {
    let begin = (extent.start + 6 * shape.word).next_multiple_of(shape.page);
    extent.end.checked_sub(begin).map_or(0, |bytes| bytes / shape.page * shape.page)
}

/// What main's `systrim` gives back of a top of this size, if brk ends there.
pub(super) fn of_top(shape: Shape, top: u64) -> u64 {
    top.checked_sub(shape.min_size() + 1).map_or(0, |bytes| bytes / shape.page * shape.page)
}

fn extents<'r>(shape: Shape, met: &'r Met, records: &'r Records) -> impl Iterator<Item = Extent> + 'r {
    let mut chunks = met.records().filter_map(move |(at, index)| {
        let (record, found) = records.get(index)?;
        let free = found != Found::MayBeFast;
        free.then(|| Extent { start: at, end: at + u64::from(record.size) * shape.layout.align })
    });
    let mut pending: Option<Extent> = None;
    std::iter::from_fn(move || {
        loop {
            match (chunks.next(), pending) {
                (Some(next), Some(last)) if last.end == next.start => {
                    pending = Some(Extent { start: last.start, end: next.end });
                }
                (Some(next), Some(last)) => {
                    pending = Some(next);
                    return Some(last);
                }
                (Some(next), None) => pending = Some(next),
                (None, last) => {
                    pending = None;
                    return last;
                }
            }
        }
    })
}
