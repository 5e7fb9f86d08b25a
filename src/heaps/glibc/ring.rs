//! The ring of arenas. `next` lies behind `bins[]` in the same way in every version and holds where an arena *begins*, so
//! the layout for which the ring closes over rows of heads is the process's.

use std::collections::BTreeSet;

use super::anchor::{self, Anchor};
use super::heap_info;
use super::layout::{Layout, Shape};
use crate::addr::Addr;
use crate::heaps::memory::Words;
use crate::model::Snapshot;

/// More arenas than these are damage.
const MAX_ARENAS: usize = 1 << 16;

/// A ring of arenas.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Ring {
    /// The layout for which it closes.
    pub shape: Shape,
    /// Where arenas begin, main first, in the order of `next`.
    pub arenas: Vec<Addr>,
    /// Where the ring is open: the arena whose `next` leads nowhere.
    pub open_at: Option<Addr>,
    /// Heads of main's `bins[]` that are not good.
    doubtful: u64,
}

/// The best ring that begins at one of the anchors: a closed one, with the most arenas.
pub(super) fn of_anchors(
    snapshot: &Snapshot,
    words: &mut Words<'_>,
    anchors: &[Anchor],
    layouts: &'static [Layout],
) -> Option<Ring> {
    let mut best: Option<Ring> = None;
    for anchor in anchors {
        for layout in layouts {
            let page = snapshot.space.bounds().page_size.max(0x1000);
            let shape = Shape { layout: *layout, word: words.size(), page };
            let found = of_anchor(snapshot, words, *anchor, shape);
            best = [best, found].into_iter().flatten().max_by_key(rank);
        }
    }
    best
}

fn rank(ring: &Ring) -> (bool, usize, std::cmp::Reverse<u64>) {
    (ring.open_at.is_none(), ring.arenas.len(), std::cmp::Reverse(ring.doubtful))
}

fn of_anchor(snapshot: &Snapshot, words: &mut Words<'_>, anchor: Anchor, shape: Shape) -> Option<Ring> {
    let start = anchor.bins.checked_sub(shape.layout.bins)?;
    let mut ring = follow(words, start, shape, anchor.doubtful)?;
    if ring.open_at.is_some() {
        // Without a closed ring something else has to say that this is an arena.
        let plausible = looks_like_malloc_state(words, start, shape);
        let confirmed = plausible && add_known(snapshot, words, &mut ring);
        let missing = plausible && next_is_missing(words, &ring);
        if !confirmed && !missing && !(plausible && anchor.doubtful == 0 && has_memory(words, start, shape)) {
            return None;
        }
    }
    main_first(words, &mut ring);
    Some(ring)
}

/// From one arena to the next until the first comes again.
fn follow(words: &mut Words<'_>, start: Addr, shape: Shape, doubtful: u64) -> Option<Ring> {
    let mut ring = Ring { shape, arenas: vec![start], open_at: None, doubtful };
    let mut seen = BTreeSet::from([start]);
    let mut at = start;
    loop {
        let next = words.word(at.checked_add(shape.next())?).map(Addr).unwrap_or_default();
        if next == start {
            return Some(ring);
        }
        let bins = next.checked_add(shape.layout.bins).filter(|_| next.0.is_multiple_of(shape.word));
        let is_arena = bins.and_then(|bins| anchor::doubtful_heads(words, bins)).is_some();
        if !is_arena || !seen.insert(next) || ring.arenas.len() >= MAX_ARENAS {
            ring.open_at = Some(at);
            return Some(ring);
        }
        ring.arenas.push(next);
        at = next;
    }
}

/// Adds arenas that heaps on the map name. Says whether there was any in this layout.
fn add_known(snapshot: &Snapshot, words: &mut Words<'_>, ring: &mut Ring) -> bool {
    let named: BTreeSet<Addr> = snapshot.owners.iter().filter_map(|(_, owner)| owner.arena).collect();
    let mut confirmed = ring.arenas.len() > 1;
    for arena in named {
        let bins = arena.checked_add(ring.shape.layout.bins);
        if bins.and_then(|bins| anchor::doubtful_heads(words, bins)).is_some() {
            confirmed = true;
            if !ring.arenas.contains(&arena) && ring.arenas.len() < MAX_ARENAS {
                ring.arenas.push(arena);
            }
        }
    }
    confirmed
}

/// Whether the ring is open because the dump does not hold the next arena.
fn next_is_missing(words: &mut Words<'_>, ring: &Ring) -> bool {
    let Some(at) = ring.open_at.and_then(|at| at.checked_add(ring.shape.next())) else { return false };
    let Some(next) = words.word(at) else { return false };
    next >= 0x10000 && next.is_multiple_of(ring.shape.word) && words.word(Addr(next)).is_none()
}

/// `mutex` is 0 to 2, and `flags` has two bits.
fn looks_like_malloc_state(words: &mut Words<'_>, start: Addr, shape: Shape) -> bool {
    let (Some(mutex), Some(flags)) = (words.u32(start), start.checked_add(4).and_then(|at| words.u32(at))) else {
        return false;
    };
    let have_fast = || start.checked_add(8).and_then(|at| words_u32_pair(words, at));
    mutex <= 2 && flags <= 3 && (shape.layout.fast <= 8 || have_fast().is_some_and(|have| have <= 1))
}

fn words_u32_pair(words: &Words<'_>, at: Addr) -> Option<u64> {
    let mut buf = [0; 4];
    words.memory().read_exact(at, &mut buf).then(|| words.memory().decode_word(&buf))
}

/// Whether `next_free`, and the sums behind it, are those of an arena in use.
fn has_memory(words: &mut Words<'_>, start: Addr, shape: Shape) -> bool {
    let Some(at) = start.checked_add(shape.next()) else { return false };
    let mut tail = (2..5).map(|index| words.word_at(at, index).unwrap_or(0));
    let (Some(a), Some(b), Some(c)) = (tail.next(), tail.next(), tail.next()) else { return false };
    let sums = |now: u64, most: u64| now >= 0x1000 && now <= most && now.is_multiple_of(8);
    sums(a, b) || sums(b, c)
}

/// Turns the ring so that it begins with the arena that is in no heap of its own.
fn main_first(words: &mut Words<'_>, ring: &mut Ring) {
    let main = ring.arenas.iter().position(|arena| !heap_info::is_in_heap(words, *arena));
    if let Some(main) = main {
        ring.arenas.rotate_left(main);
    }
}
