//! What became of the old largest gap: where it is in the new run, and what stands in it now.

use std::collections::BTreeMap;

use super::items::Item;
use super::pairs::How;
use super::{Fate, OldGap, Pairing, Standing, Sure, Way};
use crate::addr::{Addr, AddrRange};
use crate::analyze::Gap;
use crate::model::{OwnerId, OwnerKind, Region, Snapshot};

/// Looks for the gap of the old run in the new one; `None` if the old run has no usable gap.
pub(super) fn find(pairing: &Pairing<'_>) -> Option<OldGap> {
    let analysis = pairing.old.analysis;
    let largest = analysis.figures.largest_reachable.or(analysis.figures.largest)?;
    let gap = *analysis.gaps.get(largest.gap)?;
    let (way, sure, now) = place(pairing, gap, largest.range);
    let standing = now.map(|now| standing(pairing, now)).unwrap_or_default();
    let taken: u64 = standing.iter().map(|s| s.bytes).sum();
    Some(OldGap {
        then: largest.range,
        below: gap.region_below(&pairing.old.snapshot.space).map(|r| r.owner),
        above: gap.region_above(&pairing.old.snapshot.space).map(|r| r.owner),
        way,
        sure,
        now,
        free: now.map(|now| now.size().saturating_sub(taken)),
        standing,
    })
}

/// One side of the gap as it was, seen in the new run.
struct Edge {
    addr: Addr,
    slide: u64,
    sure: Sure,
}

fn place(pairing: &Pairing<'_>, gap: Gap, range: AddrRange) -> (Way, Sure, Option<AddrRange>) {
    let space = &pairing.old.snapshot.space;
    let (then, now) = (bounds(pairing.old.snapshot), bounds(pairing.new.snapshot));
    let (floor, ceiling) = now;
    // What is left of a gap at the space's end may begin above the floor, by the granularity.
    let end = |addr: Addr, from: Addr, to: Addr| {
        let slide = to.0.wrapping_sub(from.0);
        Some(Edge { addr: Addr(addr.0.wrapping_add(slide)), slide, sure: Sure::Certain })
    };
    let below = match gap.region_below(space) {
        Some(region) => edge(pairing, region, range.start(), false),
        None => end(range.start(), then.0, now.0),
    };
    let above = match gap.region_above(space) {
        Some(region) => edge(pairing, region, range.end(), true),
        None => end(range.end(), then.1, now.1),
    };
    let inside = |start: Addr, end: Addr| AddrRange::new(start.max(floor), end.min(ceiling));
    match (below, above) {
        (Some(b), Some(a)) if b.slide == 0 && a.slide == 0 => {
            (Way::SameAddresses, b.sure.min(a.sure), inside(b.addr, a.addr))
        }
        (Some(b), Some(a)) if b.addr < a.addr && moved_together(pairing, &b, &a) => {
            (Way::Neighbours, b.sure.min(a.sure), inside(b.addr, a.addr))
        }
        (one, other) => match one.into_iter().chain(other).max_by_key(|edge| edge.sure) {
            Some(edge) => (
                Way::OneNeighbour,
                edge.sure.min(Sure::Likely),
                slid(range, edge.slide).and_then(|r| inside(r.start(), r.end())),
            ),
            None => (Way::Addresses, Sure::Guess, inside(range.start(), range.end())),
        },
    }
}

fn bounds(snapshot: &Snapshot) -> (Addr, Addr) {
    let range = snapshot.space.bounds().range;
    (range.start(), range.end())
}

fn slid(range: AddrRange, slide: u64) -> Option<AddrRange> {
    AddrRange::new(Addr(range.start().0.wrapping_add(slide)), Addr(range.end().0.wrapping_add(slide)))
}

/// Where an end of the gap lies by the neighbour at that end. A neighbour may have grown into the gap, so that the end
/// of it that looks away from the gap counts.
fn edge(pairing: &Pairing<'_>, neighbour: &Region, end: Addr, is_above: bool) -> Option<Edge> {
    let index = pairing.old.items.index_of(neighbour.owner)?;
    let pair = pairing.pairs.of_old.get(index).copied().flatten()?;
    let (old, new) = (pairing.old.items.list.get(index)?.range, pairing.new.items.list.get(pair.other)?.range);
    let slide = match (pair.how, is_above) {
        (How::Place(slide), _) => slide,
        (_, true) => new.end().0.wrapping_sub(old.end().0),
        (_, false) => new.start().0.wrapping_sub(old.start().0),
    };
    let sure = match pair.how {
        How::Place(_) | How::Name => Sure::Certain,
        How::Likeness => Sure::Likely,
    };
    let edge = Edge { addr: Addr(end.0.wrapping_add(slide)), slide, sure };
    let item = pairing.old.items.list.get(index)?;
    let gap = pairing.old.analysis.figures.largest_reachable.or(pairing.old.analysis.figures.largest)?.range;
    Some(unpushed(pairing, edge, item, gap, is_above))
}

/// Whether both ends were slid alike, but for what came between. Things with names need not, for the system may place
/// heap and mappings apart.
fn moved_together(pairing: &Pairing<'_>, below: &Edge, above: &Edge) -> bool {
    let apart = above.slide.wrapping_sub(below.slide);
    let apart = apart.min(apart.wrapping_neg());
    below.sure.min(above.sure) == Sure::Certain || apart <= new_bytes(pairing).saturating_mul(2)
}

/// A mapping beside the gap may have been pushed into it by what is new behind it, or have moved on its own, and does not
/// tell where the gap was: then the distance counts by which most modules on its side were slid, which are loaded first.
fn unpushed(pairing: &Pairing<'_>, edge: Edge, neighbour: &Item, gap: AddrRange, is_above: bool) -> Edge {
    let stays = matches!(neighbour.kind, OwnerKind::Module | OwnerKind::Vdso) || !neighbour.movable;
    let slide = slide_of_modules(pairing, gap, is_above).filter(|slide| !stays && *slide != edge.slide);
    let Some(slide) = slide else { return edge };
    let addr = Addr(edge.addr.0.wrapping_add(slide.wrapping_sub(edge.slide)));
    Edge { addr, slide, sure: edge.sure.min(Sure::Likely) }
}

/// By what more than half of the modules on one side of the gap were slid.
fn slide_of_modules(pairing: &Pairing<'_>, gap: AddrRange, is_above: bool) -> Option<u64> {
    let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
    for (item, pair) in pairing.old.items.list.iter().zip(&pairing.pairs.of_old) {
        let on_side = (item.range.start() >= gap.end()) == is_above;
        if let (OwnerKind::Module, true, Some(pair)) = (item.kind, on_side, pair) {
            let other = pairing.new.items.list.get(pair.other)?;
            *counts.entry(other.range.start().0.wrapping_sub(item.range.start().0)).or_default() += 1;
        }
    }
    let all: u64 = counts.values().sum();
    counts.into_iter().find(|(_, count)| *count > 1 && count * 2 > all).map(|(slide, _)| slide)
}

/// How much came and grew.
fn new_bytes(pairing: &Pairing<'_>) -> u64 {
    let items = pairing.new.items.list.iter().zip(&pairing.pairs.of_new);
    let new = |item: &Item, pair: &Option<super::pairs::Pair>| {
        let old = pair.and_then(|pair| pairing.old.items.list.get(pair.other)).map_or(0, |old| old.bytes);
        item.bytes.saturating_sub(old)
    };
    items.map(|(item, pair)| new(item, pair)).sum()
}

/// Who stands there now, those first that take most of it.
fn standing(pairing: &Pairing<'_>, now: AddrRange) -> Vec<Standing> {
    let regions = pairing.new.snapshot.space.regions();
    let first = regions.partition_point(|r| r.range.end() <= now.start());
    let inside = regions.iter().skip(first).map_while(|r| Some((r.owner, r.range.intersect(now)?)));
    let mut by_owner: BTreeMap<OwnerId, (AddrRange, u64)> = BTreeMap::new();
    for (owner, part) in inside {
        let entry = by_owner.entry(owner).or_insert((part, 0));
        *entry = (entry.0.hull(part), entry.1 + part.size());
    }
    let all = by_owner.into_iter();
    let mut standing: Vec<Standing> = all
        .filter_map(|(owner, (range, bytes))| {
            let fate = fate(pairing, owner, bytes)?;
            Some(Standing { owner, range, bytes, fate, since: None })
        })
        .collect();
    standing.sort_by_key(|s| (std::cmp::Reverse(s.bytes), s.range.start()));
    standing
}

/// How an owner of the new run came to stand in the gap, of which it takes so many bytes: it grew if what it grew by is
/// most of that.
fn fate(pairing: &Pairing<'_>, owner: OwnerId, bytes: u64) -> Option<Fate> {
    let index = pairing.new.items.index_of(owner)?;
    let Some(pair) = pairing.pairs.of_new.get(index).copied().flatten() else { return Some(Fate::Came) };
    let (then, now) = (pairing.old.items.list.get(pair.other)?, pairing.new.items.list.get(index)?);
    Some(match now.bytes.saturating_sub(then.bytes) {
        grown if grown > 0 && grown >= bytes / 2 => Fate::Grew { from: then.bytes, to: now.bytes },
        _ => Fate::Moved { from: then.range },
    })
}
