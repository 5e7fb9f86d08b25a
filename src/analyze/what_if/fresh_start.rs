//! Parts of the map gone, whoever they belong to, and the rest placed as a fresh start would place it.

use super::draft::Draft;
use super::repack;
use crate::addr::AddrRange;
use crate::analyze::{Reach, splitters};
use crate::model::{Region, Snapshot};

/// The largest usable and reachable gap, in bytes, if nothing had ever stood at the addresses in `gone` (sorted,
/// disjoint): what came later would stand there. Holes that aligned heaps leave between neighbours close up too, so that
/// the figure is to be held against the same of an empty `gone`.
pub(in crate::analyze) fn largest_at_fresh_start(snapshot: &Snapshot, gone: &[AddrRange]) -> u64 {
    let hole = repack::heap_max(snapshot.width());
    let mut draft = Draft::of(snapshot);
    draft.regions = draft.regions.iter().flat_map(|region| left_of(region, gone)).collect();
    draft.set_free(gone.iter().copied());
    repack::repack_over_holes(&mut draft, &snapshot.space, hole);
    let space = draft.finish().space;
    splitters::largest_without(&space, Reach::of(space.bounds()), |_| false)
}

/// The parts of a region outside of `gone`.
fn left_of(region: &Region, gone: &[AddrRange]) -> Vec<Region> {
    let first = gone.partition_point(|g| g.end() <= region.range.start());
    let mut left = Vec::new();
    let mut from = region.range.start();
    for hole in gone.iter().skip(first).map_while(|g| g.intersect(region.range)) {
        left.extend(AddrRange::new(from, hole.start()).map(|range| Region { range, ..*region }));
        from = hole.end();
    }
    left.extend(AddrRange::new(from, region.range.end()).map(|range| Region { range, ..*region }));
    left
}
