//! Free and cached bytes inside of heaps, where the map has them.

use crate::addr::AddrRange;
use crate::heaps::{FilledPage, Heaps, PageFill, Tile, tiles};
use crate::model::{OwnerKind, Region, Snapshot, State};

/// The pages of all heaps that were walked, each once.
#[derive(Clone, Debug, Default)]
pub struct Fills<'h>(Vec<(AddrRange, &'h PageFill)>);

impl<'h> Fills<'h> {
    /// Of all heaps. Of heaps that nest, the inner has the page.
    pub fn of(heaps: &'h Heaps) -> Fills<'h> {
        Fills::of_tiles(&tiles(heaps))
    }

    /// Of these tiles.
    pub(super) fn of_tiles(tiles: &[Tile<'h>]) -> Fills<'h> {
        Fills(tiles.iter().filter_map(|tile| Some((tile.range, tile.part.fill.as_ref()?))).collect())
    }

    /// Whether nothing is known of what is inside of heaps.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Calls `take` with every page in `within` that has free or cached bytes, if it is committed memory of a heap on the
    /// map: what is somebody else's there counts as his.
    pub fn visit(&self, snapshot: &Snapshot, within: AddrRange, mut take: impl FnMut(FilledPage)) {
        let first = self.0.partition_point(|(range, _)| range.end() <= within.start());
        let parts = self.0.iter().skip(first).map_while(|(range, fill)| Some((range.intersect(within)?, *fill)));
        let regions = snapshot.space.regions();
        for (range, fill) in parts {
            let first = regions.partition_point(|r| r.range.end() <= range.start());
            let inside = regions.iter().skip(first).map_while(|r| Some((r, r.range.intersect(range)?)));
            for (_, part) in inside.filter(|(region, _)| is_heap(snapshot, region)) {
                fill.pages_in(part).for_each(&mut take);
            }
        }
    }
}

/// Whether a region is memory of a heap.
pub(super) fn is_heap(snapshot: &Snapshot, region: &Region) -> bool {
    let kind = snapshot.owner(region.owner).map(|owner| owner.kind);
    region.state == State::Committed && kind == Some(OwnerKind::Heap)
}

/// What is free inside of a range of heap memory, in buckets of equal size; the last may be cut.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Buckets {
    /// Size of a bucket in bytes: a power of two, a page or more.
    pub size: u64,
    /// Free bytes in each, by address.
    pub free: Vec<u64>,
}

impl Buckets {
    /// Free bytes in all of them.
    pub fn total(&self) -> u64 {
        self.free.iter().sum()
    }
}

impl Fills<'_> {
    /// What is free inside of a range, in at most so many buckets; `None` if nothing is.
    pub fn buckets(&self, snapshot: &Snapshot, range: AddrRange, most: usize) -> Option<Buckets> {
        let most = u64::try_from(most.max(1)).unwrap_or(u64::MAX);
        let least = range.size().div_ceil(most).max(snapshot.space.bounds().page_size).max(1);
        let size = least.checked_next_power_of_two()?;
        let mut free = Vec::new();
        self.visit(snapshot, range, |page| {
            let number = page.part.start().distance_from(range.start()) / size;
            let number = usize::try_from(number).unwrap_or(usize::MAX);
            let bytes = page.share(page.free, page.part);
            if free.is_empty() && bytes > 0 {
                free = vec![0; usize::try_from(range.size().div_ceil(size)).unwrap_or(0)];
            }
            free.get_mut(number).into_iter().for_each(|bucket| *bucket += bytes);
        });
        Some(Buckets { size, free }).filter(|buckets| !buckets.free.is_empty())
    }
}
