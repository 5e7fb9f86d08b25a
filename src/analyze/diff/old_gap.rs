//! What became of the old largest gap: where it is in the new run, and what stands in it now.

use std::collections::BTreeMap;

use super::pairs::How;
use super::{Fate, OldGap, Pairing, Standing, Sure, Way};
use crate::addr::{Addr, AddrRange};
use crate::analyze::Gap;
use crate::model::{OwnerId, Region, Snapshot};

/// Looks for the gap of the old run in the new one; `None` if the old run has no usable gap.
pub(super) fn find(pairing: &Pairing<'_>) -> Option<OldGap> {
    let analysis = pairing.old.analysis;
    let largest = analysis.figures.largest_reachable.or(analysis.figures.largest)?;
    let gap = *analysis.gaps.get(largest.gap)?;
    let (way, sure, now) = place(pairing, gap, largest.range);
    let standing = now.map(|now| standing(pairing, gap, now)).unwrap_or_default();
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
    let (floor, ceiling) = bounds(pairing.new.snapshot);
    let below = match gap.region_below(space) {
        Some(region) => edge(pairing, region, range.start(), false),
        None => Some(Edge { addr: floor, slide: 0, sure: Sure::Certain }),
    };
    let above = match gap.region_above(space) {
        Some(region) => edge(pairing, region, range.end(), true),
        None => Some(Edge { addr: ceiling, slide: 0, sure: Sure::Certain }),
    };
    let inside = |start: Addr, end: Addr| AddrRange::new(start.max(floor), end.min(ceiling));
    match (below, above) {
        (Some(b), Some(a)) if b.slide == 0 && a.slide == 0 => {
            (Way::SameAddresses, b.sure.min(a.sure), inside(b.addr, a.addr))
        }
        (Some(b), Some(a)) if b.addr < a.addr => (Way::Neighbours, b.sure.min(a.sure), inside(b.addr, a.addr)),
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
    Some(Edge { addr: Addr(end.0.wrapping_add(slide)), slide, sure })
}

/// Who stands there now, those first that take most of it.
fn standing(pairing: &Pairing<'_>, gap: Gap, now: AddrRange) -> Vec<Standing> {
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
            let fate = fate(pairing, gap, owner)?;
            Some(Standing { owner, range, bytes, fate, since: None })
        })
        .collect();
    standing.sort_by_key(|s| (std::cmp::Reverse(s.bytes), s.range.start()));
    standing
}

/// How an owner of the new run came to stand in the gap.
fn fate(pairing: &Pairing<'_>, gap: Gap, owner: OwnerId) -> Option<Fate> {
    let index = pairing.new.items.index_of(owner)?;
    let Some(pair) = pairing.pairs.of_new.get(index).copied().flatten() else { return Some(Fate::Came) };
    let then = pairing.old.items.list.get(pair.other)?;
    let space = &pairing.old.snapshot.space;
    let beside = [gap.region_below(space), gap.region_above(space)].into_iter().flatten();
    let now = pairing.new.items.list.get(index)?;
    let was_beside = beside.map(|r| r.owner).any(|o| o == then.owner);
    Some(match was_beside && now.bytes > then.bytes {
        true => Fate::Grew { from: then.bytes, to: now.bytes },
        false => Fate::Moved { from: then.range },
    })
}
