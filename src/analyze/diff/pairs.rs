//! Which thing of one run is which of the other.
//!
//! Addresses alone do not tell: where the system places things at random, most of them are slid by the same distance,
//! and some each on its own. So distances are voted on by what has a name that only one thing has; what lies at such
//! a distance and is called the same is the same. What is left is matched by name, and then by likeness.

use std::collections::HashMap;

use super::items::{Item, Items};

/// Distances that are tried, those first that most things were slid by.
const MOST_SLIDES: usize = 16;
/// Distances that are tried for things whose size changed too.
const SLIDES_FOR_OTHER_SIZES: usize = 4;
/// Things of one name that vote on distances, each with the one at the same place of the order.
const MOST_VOTERS: usize = 64;
/// Two things of different sizes of which neither name nor place tells are taken for one that grew if it grew by at most
/// this part of its size, as a divisor. Linux merges a mapping with its neighbour or not, as it happens to place them.
const MOST_GROWTH: u64 = 2;

/// What a pair was found by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum How {
    /// It lies where a distance that others were slid by leads, zero being none; modulo 2^64.
    Place(u64),
    /// Nothing else is called so.
    Name,
    /// It is one of several that are alike.
    Likeness,
}

/// The other of a pair, by its index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Pair {
    pub other: usize,
    pub how: How,
}

/// All pairs, by the items of either side.
pub(super) struct Pairs {
    pub of_old: Vec<Option<Pair>>,
    pub of_new: Vec<Option<Pair>>,
}

/// Finds the pairs. `downwards` says whether new mappings are put below the old ones.
pub(super) fn find(old: &Items, new: &Items, downwards: bool) -> Pairs {
    let mut pairs = Pairs { of_old: vec![None; old.list.len()], of_new: vec![None; new.list.len()] };
    let slides = slides(&old.list, &new.list);
    let at: HashMap<u64, usize> = new.list.iter().enumerate().map(|(i, item)| (item.range.start().0, i)).collect();
    for slide in &slides {
        pairs.by_place(&old.list, &new.list, *slide, |o| at.get(&o.range.start().0.wrapping_add(*slide)), true);
    }
    let few = || slides.iter().take(SLIDES_FOR_OTHER_SIZES);
    for slide in few() {
        pairs.by_place(&old.list, &new.list, *slide, |o| at.get(&o.range.start().0.wrapping_add(*slide)), false);
    }
    let ends: HashMap<u64, usize> = new.list.iter().enumerate().map(|(i, item)| (item.range.end().0, i)).collect();
    for slide in few() {
        pairs.by_place(&old.list, &new.list, *slide, |o| ends.get(&o.range.end().0.wrapping_add(*slide)), false);
    }
    pairs.by_order(&old.list, &new.list, downwards, |item| item.place, How::Name);
    pairs.by_order(&old.list, &new.list, downwards, |item| item.like, How::Likeness);
    pairs.by_size(&old.list, &new.list);
    pairs
}

impl Pairs {
    fn join(&mut self, old: usize, new: usize, how: How) {
        if let (Some(a), Some(b)) = (self.of_old.get_mut(old), self.of_new.get_mut(new)) {
            *a = Some(Pair { other: new, how });
            *b = Some(Pair { other: old, how });
        }
    }

    fn is_left(list: &[Option<Pair>], index: usize) -> bool {
        list.get(index).is_some_and(Option::is_none)
    }

    /// Joins what is called the same and lies where `find` leads.
    fn by_place<'n>(
        &mut self,
        old: &[Item],
        new: &[Item],
        slide: u64,
        find: impl Fn(&Item) -> Option<&'n usize>,
        same_size: bool,
    ) {
        for (index, item) in old.iter().enumerate() {
            if !Pairs::is_left(&self.of_old, index) {
                continue;
            }
            let Some(other) = find(item).copied().filter(|other| Pairs::is_left(&self.of_new, *other)) else {
                continue;
            };
            let is_same = |o: &Item| o.place == item.place && (!same_size || o.bytes == item.bytes);
            if new.get(other).is_some_and(is_same) {
                self.join(index, other, How::Place(slide));
            }
        }
    }

    /// Joins what is left and has the same `key`, in the order in which the system made it. By [`How::Name`] only what
    /// has the key for itself.
    fn by_order(&mut self, old: &[Item], new: &[Item], downwards: bool, key: impl Fn(&Item) -> usize, how: How) {
        let olds = left(old, &self.of_old, &key, downwards);
        let news = left(new, &self.of_new, &key, downwards);
        for (key, olds) in &olds {
            let Some(news) = news.get(key) else { continue };
            let named = || olds.first().and_then(|index| old.get(*index)).is_some_and(|item| item.named);
            if how == How::Name && (olds.len() != 1 || news.len() != 1 || !named()) {
                continue;
            }
            olds.iter().zip(news).for_each(|(o, n)| self.join(*o, *n, how));
        }
    }

    /// Joins what is left and called the same, the largest with the largest, if one may have become the other.
    fn by_size(&mut self, old: &[Item], new: &[Item]) {
        let olds = left(old, &self.of_old, |item| item.place, false);
        let news = left(new, &self.of_new, |item| item.place, false);
        for (key, mut olds) in olds {
            let Some(mut news) = news.get(&key).cloned() else { continue };
            let bytes = |list: &[Item], i: usize| list.get(i).map_or(0, |item| item.bytes);
            olds.sort_by_key(|i| std::cmp::Reverse(bytes(old, *i)));
            news.sort_by_key(|i| std::cmp::Reverse(bytes(new, *i)));
            let (mut olds, mut news) = (olds.into_iter().peekable(), news.into_iter().peekable());
            while let (Some(o), Some(n)) = (olds.peek().copied(), news.peek().copied()) {
                let (a, b) = (bytes(old, o), bytes(new, n));
                match a.abs_diff(b) <= a.min(b) / MOST_GROWTH {
                    true => {
                        self.join(o, n, How::Likeness);
                        olds.next();
                        news.next();
                    }
                    false if a > b => drop(olds.next()),
                    false => drop(news.next()),
                }
            }
        }
    }
}

/// What is in no pair, by its key.
fn left(
    items: &[Item],
    pairs: &[Option<Pair>],
    key: impl Fn(&Item) -> usize,
    downwards: bool,
) -> HashMap<usize, Vec<usize>> {
    let mut left: HashMap<usize, Vec<usize>> = HashMap::new();
    for (index, item) in items.iter().enumerate().filter(|(index, _)| Pairs::is_left(pairs, *index)) {
        left.entry(key(item)).or_default().push(index);
    }
    if downwards {
        left.values_mut().for_each(|list| list.reverse());
    }
    left
}

/// Distances by which things were slid, those first for which most things speak.
fn slides(old: &[Item], new: &[Item]) -> Vec<u64> {
    let by_name = |items: &[Item]| left(items, &vec![None; items.len()], |item| item.place, false);
    let news = by_name(new);
    // Votes, and what settles ties whichever run is the old one.
    let mut votes: HashMap<u64, (u64, u128)> = HashMap::new();
    for (place, olds) in by_name(old) {
        let Some(news) = news.get(&place).filter(|news| news.len() == olds.len() && news.len() <= MOST_VOTERS) else {
            continue;
        };
        for (o, n) in olds.iter().zip(news).filter_map(|(o, n)| Some((old.get(*o)?, new.get(*n)?))) {
            // Of what grew one does not know at which end.
            if o.bytes != n.bytes {
                continue;
            }
            let (o, n) = (o.range.start().0, n.range.start().0);
            let sum = u128::from(o) + u128::from(n);
            let entry = votes.entry(n.wrapping_sub(o)).or_insert((0, sum));
            *entry = (entry.0 + 1, entry.1.min(sum));
        }
    }
    votes.entry(0).or_insert((0, 0));
    let mut ranked: Vec<(u64, (u64, u128))> = votes.into_iter().collect();
    ranked.sort_by_key(|(slide, (votes, sum))| {
        (std::cmp::Reverse(*votes), *slide != 0, *sum, (*slide).min(slide.wrapping_neg()))
    });
    ranked.into_iter().map(|(slide, _)| slide).take(MOST_SLIDES).collect()
}
