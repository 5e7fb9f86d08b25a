//! The ranges of all heaps side by side: each address once, for who lies inside of another wins.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Heaps, Part};
use crate::addr::{Addr, AddrRange};

/// A stretch of one part. Parts of allocators may nest, as CPython's arenas may lie in what malloc mapped: then the outer
/// part has a tile below and one above the inner.
#[derive(Clone, Copy, Debug)]
pub struct Tile<'h> {
    /// Where.
    pub range: AddrRange,
    /// Index of the heap in [`Heaps::list`].
    pub heap: usize,
    /// Index of the part in [`Heap::parts`](super::Heap::parts).
    pub index: usize,
    /// The part itself.
    pub part: &'h Part,
}

/// The parts of all heaps as disjoint tiles by address. Of parts that overlap, the smaller has what both claim; of equal
/// ones that of the later allocator.
pub fn tiles(heaps: &Heaps) -> Vec<Tile<'_>> {
    let mut parts = parts(heaps);
    // The largest first: the later in the list, the stronger.
    parts.sort_by_key(|tile| Reverse(tile.range.size()));
    let mut cuts: Vec<Addr> = parts.iter().flat_map(|t| [t.range.start(), t.range.end()]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut waiting: Vec<(usize, Tile<'_>)> = parts.into_iter().enumerate().collect();
    waiting.sort_by_key(|(_, tile)| Reverse(tile.range.start()));
    let mut begun: BTreeMap<usize, Tile<'_>> = BTreeMap::new();
    let mut tiles: Vec<Tile<'_>> = Vec::new();
    for (from, to) in cuts.iter().zip(cuts.iter().skip(1)) {
        begun.extend(std::iter::from_fn(|| waiting.pop_if(|(_, tile)| tile.range.start() <= *from)));
        let strongest = strongest_at(&mut begun, *from);
        let (Some(tile), Some(range)) = (strongest, AddrRange::new(*from, *to)) else { continue };
        match tiles.last_mut().filter(|last| last.range.end() == *from && std::ptr::eq(last.part, tile.part)) {
            Some(last) => last.range = last.range.hull(range),
            None => tiles.push(Tile { range, ..tile }),
        }
    }
    tiles
}

fn parts(heaps: &Heaps) -> Vec<Tile<'_>> {
    let heaps = heaps.list.iter().enumerate();
    let parts = heaps.flat_map(|(heap, found)| found.parts.iter().enumerate().map(move |(i, part)| (heap, i, part)));
    parts.map(|(heap, index, part)| Tile { range: part.range, heap, index, part }).collect()
}

fn strongest_at<'h>(begun: &mut BTreeMap<usize, Tile<'h>>, addr: Addr) -> Option<Tile<'h>> {
    while let Some(top) = begun.last_entry() {
        if addr < top.get().range.end() {
            return Some(*top.get());
        }
        top.remove();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::{Allocator, Grade, Heap, Role};
    use super::*;

    fn heaps(parts: &[(u64, u64)]) -> Heaps {
        let part = |&(start, end)| {
            let range = AddrRange::new(Addr(start), Addr(end)).unwrap();
            let heap = Heap::new(Allocator::Glibc, Grade::Exact);
            Heap { parts: vec![Part { range, role: Role::Mmapped, fill: None }], ..heap }
        };
        Heaps { list: parts.iter().map(part).collect() }
    }

    #[test]
    fn who_lies_inside_wins() {
        let heaps = heaps(&[(0, 100), (10, 20), (100, 110), (105, 130), (12, 14)]);
        let tiles: Vec<(u64, u64, usize)> =
            tiles(&heaps).iter().map(|t| (t.range.start().0, t.range.end().0, t.heap)).collect();
        let expected = [(0, 10, 0), (10, 12, 1), (12, 14, 4), (14, 20, 1), (20, 100, 0), (100, 110, 2), (110, 130, 3)];
        assert_eq!(tiles, expected);
    }
}
