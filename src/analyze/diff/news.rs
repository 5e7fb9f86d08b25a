//! What is new in the last dump, by address: what came, by how much something grew, and what moved into the old gap.

use std::collections::HashMap;

use super::growth::like_of_new;
use super::items::Item;
use super::pairs::{How, Pair};
use super::trial::Segment;
use super::{Fate, OldGap, Pairing};
use crate::addr::{Addr, AddrRange};
use crate::model::{OwnerId, OwnerKind, Snapshot};

/// What is new of one owner.
#[derive(Clone, Copy, Debug)]
pub(super) struct New {
    pub owner: OwnerId,
    /// What it is like, by number.
    pub like: usize,
    pub how: HowNew,
    /// Which of its addresses are new.
    pub range: AddrRange,
    /// How many of its bytes these are.
    pub bytes: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub(super) enum HowNew {
    Came,
    Grew,
    Moved,
}

/// All that is new, by address.
pub(super) fn find(pairing: &Pairing<'_>, old_gap: Option<&OldGap>) -> Vec<New> {
    let standing = old_gap.map(|gap| gap.standing.as_slice()).unwrap_or_default();
    let moved = standing.iter().filter(|s| matches!(s.fate, Fate::Moved { .. })).map(|s| (s.owner, ()));
    let moved: HashMap<OwnerId, ()> = moved.collect();
    let places = Places::of(pairing);
    let items = pairing.new.items.list.iter().enumerate();
    let news = items.filter_map(|(index, item)| new(pairing, index, item, moved.contains_key(&item.owner)));
    news.filter(|new| new.how == HowNew::Moved || !places.are_taken_over(new)).collect()
}

/// Where in the old run those stood that are in no pair.
struct Places {
    gone: Vec<AddrRange>,
    /// By what most things were slid since.
    slide: u64,
}

/// What stands where something that is gone stood, in so many eighths of its bytes, is not new: it has another name, or
/// the other dump could not tell whose it is.
const TAKEN_OVER: u64 = 7;

impl Places {
    fn of(pairing: &Pairing<'_>) -> Places {
        let old = &pairing.old;
        let is_gone = |owner| {
            let index = old.items.index_of(owner);
            index.and_then(|index| pairing.pairs.of_old.get(index)).is_some_and(Option::is_none)
        };
        let gone = old.snapshot.space.regions().iter().filter(|r| is_gone(r.owner)).map(|r| r.range).collect();
        Places { gone, slide: pairing.main_slide() }
    }

    fn are_taken_over(&self, new: &New) -> bool {
        let back = |addr: Addr| Addr(addr.0.wrapping_sub(self.slide));
        let Some(then) = AddrRange::new(back(new.range.start()), back(new.range.end())) else { return false };
        let first = self.gone.partition_point(|range| range.end() <= then.start());
        let parts = self.gone.iter().skip(first).map_while(|range| range.intersect(then));
        let taken: u64 = parts.map(AddrRange::size).sum();
        taken / 8 * 8 >= new.bytes / 8 * TAKEN_OVER && taken > 0
    }
}

fn new(pairing: &Pairing<'_>, index: usize, item: &Item, moved: bool) -> Option<New> {
    let like = like_of_new(pairing, index, item);
    let whole = |how| New { owner: item.owner, like, how, range: item.range, bytes: item.bytes };
    let Some(pair) = pairing.pairs.of_new.get(index).copied().flatten() else { return Some(whole(HowNew::Came)) };
    if moved {
        return Some(whole(HowNew::Moved));
    }
    let old = pairing.old.items.list.get(pair.other)?;
    let more = item.bytes.checked_sub(old.bytes).filter(|more| *more > 0)?;
    let range = grown(pairing.new.snapshot, pair, old, item, more)?;
    Some(New { owner: item.owner, like, how: HowNew::Grew, range, bytes: more })
}

/// The part of something that it grew by: the end at which it did, if its place tells, else where new memory goes.
fn grown(snapshot: &Snapshot, pair: Pair, old: &Item, new: &Item, more: u64) -> Option<AddrRange> {
    let more = more.min(new.range.size());
    let upper = AddrRange::new(Addr(new.range.end().0.checked_sub(more)?), new.range.end());
    let lower = AddrRange::from_size(new.range.start(), more);
    let same_start = |slide: u64| old.range.start().0.wrapping_add(slide) == new.range.start().0;
    let grew_up = match pair.how {
        How::Place(slide) => same_start(slide),
        How::Name | How::Likeness => new.kind == OwnerKind::Heap || !super::goes_down(snapshot),
    };
    if grew_up { upper } else { lower }
}

/// The occupied space in parts, each with the party that `party` gives to what is new in it.
pub(super) fn segments(pairing: &Pairing<'_>, news: &[New], party: impl Fn(&New) -> Option<usize>) -> Vec<Segment> {
    let new_of: HashMap<OwnerId, (AddrRange, Option<usize>)> =
        news.iter().map(|new| (new.owner, (new.range, party(new)))).collect();
    let mut segments = Vec::with_capacity(pairing.new.snapshot.space.regions().len());
    for region in pairing.new.snapshot.space.regions() {
        let (part, party) =
            new_of.get(&region.owner).map_or((None, None), |(range, party)| (region.range.intersect(*range), *party));
        let Some(part) = part else {
            segments.push(Segment { range: region.range, party: None });
            continue;
        };
        let below = AddrRange::new(region.range.start(), part.start()).map(|range| Segment { range, party: None });
        let above = AddrRange::new(part.end(), region.range.end()).map(|range| Segment { range, party: None });
        segments.extend(below.into_iter().chain([Segment { range: part, party }]).chain(above));
    }
    segments
}
