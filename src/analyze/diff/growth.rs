//! What there is more or less of.

use super::Pairing;
use super::items::{Item, Like};
use crate::model::OwnerKind;

/// How many things there are, and what they take.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Owners.
    pub count: u64,
    /// Bytes of address space.
    pub bytes: u64,
    /// Mappings.
    pub mappings: u64,
}

impl Tally {
    fn add(&mut self, item: &Item) {
        self.count += 1;
        self.bytes += item.bytes;
        self.mappings += item.mappings;
    }
}

/// One kind of owner in both dumps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KindGrowth {
    /// Which.
    pub kind: OwnerKind,
    /// In the first dump.
    pub old: Tally,
    /// In the last.
    pub new: Tally,
}

/// Things that are alike in both dumps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LikeGrowth {
    /// What they have in common.
    pub like: Like,
    /// In the first dump.
    pub old: Tally,
    /// In the last.
    pub new: Tally,
}

/// By kind, those first whose bytes changed most; kinds that neither dump has are left out.
pub(super) fn by_kind(pairing: &Pairing<'_>) -> Vec<KindGrowth> {
    let tally = |items: &[Item], kind| {
        let mut tally = Tally::default();
        items.iter().filter(|item| item.kind == kind).for_each(|item| tally.add(item));
        tally
    };
    let row = |kind| KindGrowth {
        kind,
        old: tally(&pairing.old.items.list, kind),
        new: tally(&pairing.new.items.list, kind),
    };
    let mut rows: Vec<KindGrowth> =
        OwnerKind::ALL.into_iter().map(row).filter(|row| row.old.count + row.new.count > 0).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.old.bytes.abs_diff(row.new.bytes)));
    rows
}

/// By what is alike, those first whose bytes changed most; what did not change is left out.
pub(super) fn by_like(pairing: &Pairing<'_>) -> Vec<LikeGrowth> {
    let tallies = tallies(pairing).into_iter().zip(&pairing.names.all);
    let mut rows: Vec<LikeGrowth> = tallies
        .filter(|((old, new), _)| old != new)
        .map(|((old, new), like)| LikeGrowth { like: like.clone(), old, new })
        .collect();
    rows.sort_by(|a, b| rank(a).cmp(&rank(b)));
    rows
}

fn rank(row: &LikeGrowth) -> impl Ord {
    let by = |old: u64, new: u64| std::cmp::Reverse(old.abs_diff(new));
    (by(row.old.bytes, row.new.bytes), by(row.old.mappings, row.new.mappings), row.like.clone())
}

/// What each like has in both dumps, by its number.
pub(super) fn tallies(pairing: &Pairing<'_>) -> Vec<(Tally, Tally)> {
    let mut tallies = vec![(Tally::default(), Tally::default()); pairing.names.all.len()];
    for (index, item) in pairing.old.items.list.iter().enumerate() {
        if let Some(tally) = tallies.get_mut(like_of_old(pairing, index, item)) {
            tally.0.add(item);
        }
    }
    for (index, item) in pairing.new.items.list.iter().enumerate() {
        if let Some(tally) = tallies.get_mut(like_of_new(pairing, index, item)) {
            tally.1.add(item);
        }
    }
    tallies
}

/// What an item of the new dump is like.
pub(super) fn like_of_new(pairing: &Pairing<'_>, index: usize, item: &Item) -> usize {
    let pair = pairing.pairs.of_new.get(index).copied().flatten();
    let old = pair.and_then(|pair| pairing.old.items.list.get(pair.other));
    old.map_or(item.like, |old| in_common(pairing, old, item))
}

fn like_of_old(pairing: &Pairing<'_>, index: usize, item: &Item) -> usize {
    let pair = pairing.pairs.of_old.get(index).copied().flatten();
    let new = pair.and_then(|pair| pairing.new.items.list.get(pair.other));
    new.map_or(item.like, |new| in_common(pairing, item, new))
}

/// Something that grew has another shape than before, and is one thing all the same: what it is when it is larger.
fn in_common(pairing: &Pairing<'_>, a: &Item, b: &Item) -> usize {
    let name = |item: &Item| pairing.names.all.get(item.like);
    let larger = std::cmp::max_by(a, b, |a, b| (a.bytes, name(a)).cmp(&(b.bytes, name(b))));
    larger.like
}
