//! The span by what becomes of it, with what is free inside of heaps apart. The shares add up to the span exactly.

use std::collections::HashMap;

use super::fills::{Fills, is_heap};
use crate::addr::AddrRange;
use crate::analyze::Totals;
use crate::heaps::{Arena, Heap, Heaps, Role, Tally, Tile, tiles};
use crate::model::Snapshot;

/// Bytes of the address space. `gaps + reserved + others + in_use + cached + free + overhead + unwalked == span`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Shares {
    /// Floor to ceiling.
    pub span: u64,
    /// Free, or not listed.
    pub gaps: u64,
    /// Taken, without memory behind it.
    pub reserved: u64,
    /// Memory of owners that are no heap.
    pub others: u64,
    /// Chunks in use, with their headers.
    pub in_use: u64,
    /// Chunks that threads' caches hold.
    pub cached: u64,
    /// Free chunks of all kinds, top included.
    pub free: u64,
    /// What else a walked heap takes: its own data, fenceposts, and what lies between its pieces.
    pub overhead: u64,
    /// Memory of heaps of which nobody knows what is in it.
    pub unwalked: u64,
}

impl Shares {
    /// All memory that is neither free nor cached inside of a heap: `gaps + reserved + live + cached + free == span`.
    pub fn live(&self) -> u64 {
        self.others + self.in_use + self.overhead + self.unwalked
    }
}

/// Adds up a snapshot on which the heaps were placed.
pub fn shares(snapshot: &Snapshot, totals: &Totals, heaps: &Heaps) -> Shares {
    let all_heaps = committed_in(snapshot, snapshot.space.bounds().range);
    let mut tiles = tiles(heaps);
    let covered = covered(heaps, &tiles);
    tiles.retain(|tile| is_walked(heaps, tile));
    let walked: u64 = tiles.iter().map(|tile| committed_in(snapshot, tile.range)).sum();
    let (free, cached) = free_and_cached(snapshot, heaps, tiles);
    let free = free.min(walked);
    let cached = cached.min(walked - free);
    let rest = walked - free - cached;
    let in_use = live_chunks(heaps).saturating_sub(covered).min(rest);
    let unreached = unreached_inside(heaps).min(rest - in_use);
    Shares {
        span: totals.span,
        gaps: totals.free + totals.unknown,
        reserved: totals.reserved,
        others: totals.committed - all_heaps,
        in_use,
        cached,
        free,
        overhead: rest - in_use - unreached,
        unwalked: all_heaps - walked + unreached,
    }
}

/// Bytes of heap memory in a range.
fn committed_in(snapshot: &Snapshot, range: AddrRange) -> u64 {
    let regions = snapshot.space.regions();
    let first = regions.partition_point(|r| r.range.end() <= range.start());
    let inside = regions.iter().skip(first).map_while(|r| Some((r, r.range.intersect(range)?)));
    inside.filter(|(region, _)| is_heap(snapshot, region)).map(|(_, part)| part.size()).sum()
}

/// The arena that a tile is of.
fn arena_of<'h>(heaps: &'h Heaps, tile: &Tile<'_>) -> Option<(usize, u32, &'h Arena)> {
    let number = tile.part.role.arena()?;
    Some((tile.heap, number, heaps.list.get(tile.heap)?.arenas.get(number as usize)?))
}

/// Whether it is known what is in a tile.
fn is_walked(heaps: &Heaps, tile: &Tile<'_>) -> bool {
    let alone = matches!(tile.part.role, Role::Mmapped | Role::LargeBlock { .. });
    let mapped = || heaps.list.get(tile.heap).is_some_and(|heap| alone && heap.mmapped.is_some());
    let arena = || arena_of(heaps, tile).is_some_and(|(.., arena)| arena.live.is_some());
    tile.part.fill.is_some() || mapped() || arena()
}

/// Free and cached bytes: by page, and of arenas that are too large for that, as the walk added them up.
fn free_and_cached(snapshot: &Snapshot, heaps: &Heaps, mut tiles: Vec<Tile<'_>>) -> (u64, u64) {
    let alone = |tile: &Tile<'_>| matches!(tile.part.role, Role::LargeBlock { .. });
    let unfilled = tiles.iter().filter(|tile| tile.part.fill.is_none() && !alone(tile));
    let unfilled: HashMap<(usize, u32), &Arena> =
        unfilled.filter_map(|tile| arena_of(heaps, tile)).map(|(heap, arena, found)| ((heap, arena), found)).collect();
    let is_unfilled = |tile: &Tile<'_>| tile.part.role.arena().is_some_and(|a| unfilled.contains_key(&(tile.heap, a)));
    tiles.retain(|tile| !is_unfilled(tile));
    let (mut free, mut cached) = (0, 0);
    Fills::of_tiles(&tiles).visit(snapshot, snapshot.space.bounds().range, |page| {
        free += page.share(page.free, page.part);
        cached += page.share(page.cached, page.part);
    });
    let bytes = |tally: Option<Tally>| tally.map_or(0, |tally| tally.bytes);
    for arena in unfilled.into_values() {
        let listed = arena.free.as_ref().map(|free| free.all);
        free += bytes(listed) + bytes(arena.fast) + arena.top.unwrap_or(0);
        cached += bytes(arena.cached);
    }
    (free, cached)
}

/// Bytes of heaps' parts that inner heaps cover: to the outer ones these are chunks in use.
fn covered(heaps: &Heaps, tiles: &[Tile<'_>]) -> u64 {
    let parts = heaps.list.iter().flat_map(|heap| &heap.parts).map(|part| part.range.size());
    let tiles = tiles.iter().map(|tile| tile.range.size());
    parts.fold(0, u64::saturating_add).saturating_sub(tiles.fold(0, u64::saturating_add))
}

/// What walks that broke did not reach of the pieces that they were in. Main's last piece ends where its walk did.
fn unreached_inside(heaps: &Heaps) -> u64 {
    let of_arena = |heap: &Heap, arena: &Arena| {
        let main = || heap.parts.iter().filter(|part| matches!(part.role, Role::MainBrk | Role::MainMapped));
        let pieces = if arena.main { main().map(|part| part.range.size()).sum() } else { u64::MAX };
        arena.unreached.saturating_sub(arena.system.unwrap_or(0).saturating_sub(pieces))
    };
    let of_heap = |heap: &Heap| heap.arenas.iter().map(|arena| of_arena(heap, arena)).fold(0, u64::saturating_add);
    heaps.list.iter().map(of_heap).fold(0, u64::saturating_add)
}

/// Bytes of all chunks in use, as the walks counted them.
fn live_chunks(heaps: &Heaps) -> u64 {
    let of_heap = |heap: &Heap| {
        let arenas = heap.arenas.iter().filter_map(|arena| arena.live).map(|live| live.bytes);
        arenas.chain(heap.mmapped.map(|mapped| mapped.bytes)).fold(0, u64::saturating_add)
    };
    heaps.list.iter().map(of_heap).fold(0, u64::saturating_add)
}
