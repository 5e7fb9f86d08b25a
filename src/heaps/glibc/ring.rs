//! The ring of arenas. `next` lies behind `bins[]` in the same way in every version and holds where an arena *begins*, so
//! the layout for which the ring closes over rows of heads is the process's.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashSet};

use super::anchor::{self, Anchor};
use super::heap_info;
use super::layout::{Layout, Shape};
use crate::addr::Addr;
use crate::heaps::memory::Words;
use crate::model::{Cpu, Snapshot};

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
    /// Arenas whose sums are those of an arena in use. A second libc may never have been asked for memory; and in a wrong
    /// layout other words stand there.
    sound: usize,
    /// Arenas that the heap they lie in names.
    named: usize,
    /// Heads of all arenas' `bins[]` that are not good. In a wrong layout each arena has some: those of i386 differ by whole
    /// heads, and so do some of x86-64, so that most of them are good in any.
    doubtful: u64,
    /// Whether main lies where gcc puts large objects of x86's .data: at multiples of 32. No two layouts differ by one.
    aligned: bool,
}

impl Ring {
    /// Of an arena alone, before anything of it was looked at.
    pub(super) fn of_one(shape: Shape, arena: Addr) -> Ring {
        Ring { shape, arenas: vec![arena], open_at: None, sound: 0, named: 0, doubtful: 0, aligned: false }
    }
}

/// The best ring that begins at one of the anchors: a closed one, with the most arenas.
pub(super) fn of_anchors(
    snapshot: &Snapshot,
    words: &mut Words<'_>,
    anchors: &[Anchor],
    layouts: &'static [Layout],
) -> Option<Ring> {
    let mut best: Option<Ring> = None;
    // All arenas of a ring may be anchors: it is followed once.
    let mut known: HashSet<(u64, Addr)> = HashSet::new();
    for anchor in anchors {
        for layout in layouts {
            if anchor.bins.checked_sub(layout.bins).is_some_and(|start| known.contains(&(layout.bins, start))) {
                continue;
            }
            let page = snapshot.space.bounds().page_size.max(0x1000);
            let shape = Shape { layout: *layout, word: words.size(), page };
            let found = of_anchor(snapshot, words, *anchor, shape);
            known.extend(found.iter().flat_map(|ring| &ring.arenas).map(|arena| (layout.bins, *arena)));
            best = [best, found].into_iter().flatten().max_by_key(rank);
        }
    }
    best
}

fn rank(ring: &Ring) -> (bool, usize, usize, usize, Reverse<u64>, bool) {
    (ring.open_at.is_none(), ring.sound, ring.named, ring.arenas.len(), Reverse(ring.doubtful), ring.aligned)
}

fn of_anchor(snapshot: &Snapshot, words: &mut Words<'_>, anchor: Anchor, shape: Shape) -> Option<Ring> {
    let start = anchor.bins.checked_sub(shape.layout.bins)?;
    let mut ring = follow(words, start, shape, anchor.doubtful)?;
    if ring.open_at.is_some() {
        // Without a closed ring something else has to say that this is an arena.
        let plausible = looks_like_malloc_state(words, start, shape);
        let confirmed = plausible && add_known(snapshot, words, &mut ring);
        let alone = has_memory(words, start, shape) && (anchor.doubtful == 0 || next_is_missing(words, &ring));
        if !plausible || !(confirmed || alone) {
            return None;
        }
    }
    main_first(words, &mut ring);
    ring.sound = ring.arenas.iter().filter(|arena| has_memory(words, **arena, shape)).count();
    let x86 = matches!(snapshot.platform.cpu, None | Some(Cpu::X86 | Cpu::X86_64));
    ring.aligned = x86 && ring.arenas.first().is_some_and(|main| main.0.is_multiple_of(32));
    ring.named = ring.arenas.iter().filter(|arena| heap_info::is_in_heap(words, **arena)).count();
    Some(ring)
}

/// From one arena to the next until the first comes again.
fn follow(words: &mut Words<'_>, start: Addr, shape: Shape, doubtful: u64) -> Option<Ring> {
    let mut ring = Ring { doubtful, ..Ring::of_one(shape, start) };
    let mut seen = BTreeSet::from([start]);
    let mut at = start;
    loop {
        let next = words.word(at.checked_add(shape.next())?).map(Addr).unwrap_or_default();
        if next == start {
            return Some(ring);
        }
        let bins = next.checked_add(shape.layout.bins).filter(|_| next.0.is_multiple_of(shape.word));
        let doubtful = bins.and_then(|bins| anchor::doubtful_heads(words, bins));
        let fresh =
            doubtful.filter(|_| ring.arenas.len() < MAX_ARENAS && is_apart(&seen, next, shape) && seen.insert(next));
        let Some(doubtful) = fresh else {
            ring.open_at = Some(at);
            return Some(ring);
        };
        ring.arenas.push(next);
        ring.doubtful += doubtful;
        at = next;
    }
}

/// Whether an arena overlaps none of the others. In a wrong layout one can be found twice, at two places.
fn is_apart(arenas: &BTreeSet<Addr>, arena: Addr, shape: Shape) -> bool {
    let size = shape.next();
    let before = arenas.range(..=arena).next_back().is_none_or(|other| arena.0 - other.0 >= size);
    before && arenas.range(arena..).next().is_none_or(|other| other.0 - arena.0 >= size)
}

/// Adds arenas that heaps on the map name. Says whether there was any in this layout.
fn add_known(snapshot: &Snapshot, words: &mut Words<'_>, ring: &mut Ring) -> bool {
    let named: BTreeSet<Addr> = snapshot.owners.iter().filter_map(|(_, owner)| owner.arena).collect();
    let mut confirmed = ring.arenas.len() > 1;
    let mut seen: BTreeSet<Addr> = ring.arenas.iter().copied().collect();
    for arena in named {
        let bins = arena.checked_add(ring.shape.layout.bins);
        let Some(doubtful) = bins.and_then(|bins| anchor::doubtful_heads(words, bins)) else { continue };
        let apart = is_apart(&seen, arena, ring.shape);
        confirmed |= apart || seen.contains(&arena);
        if ring.arenas.len() < MAX_ARENAS && apart && seen.insert(arena) {
            ring.arenas.push(arena);
            ring.doubtful += doubtful;
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
    // `have_fastchunks` comes next, where there is one.
    let have_fast = if shape.layout.fast > 8 { start.checked_add(8).and_then(|at| words.u32(at)) } else { Some(0) };
    mutex <= 2 && flags <= 3 && have_fast.is_some_and(|have| have <= 1)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heaps::glibc::arena;
    use crate::heaps::glibc::image::{Image, WIDTHS};

    const DATA: u64 = 0x40_0000;
    const HEAP: u64 = 0x70_0000;

    #[test]
    fn the_ring_closes_for_one_layout_only() {
        for width in WIDTHS {
            for layout in Layout::all(width) {
                let shape = Shape { layout: *layout, word: u64::from(width.bytes()), page: 0x1000 };
                let image = Image::new(width, &[(DATA, DATA + 0x2000), (HEAP, HEAP + 0x2000)]);
                let thread = HEAP + 0x20;
                image.put(HEAP, &[thread, 0, 0x2000, 0x2000]);
                image.put_arena(shape, DATA + 0x80, thread, 0x21000);
                image.put_arena(shape, thread, DATA + 0x80, 0x2000);
                let bins = DATA + 0x80 + layout.bins;
                let closed: Vec<&Layout> = (Layout::all(width).iter())
                    .filter(|tried| {
                        let shape = Shape { layout: **tried, ..shape };
                        let ring = follow(&mut image.words(), Addr(bins - tried.bins), shape, 0).unwrap();
                        ring.open_at.is_none() && ring.arenas.len() == 2
                    })
                    .collect();
                assert_eq!(closed, [layout]);
            }
        }
    }

    #[test]
    fn main_comes_first_and_attached_threads_are_voted_for() {
        for width in WIDTHS {
            for attached in [true, false] {
                let mut layout = Layout::all(width)[0];
                layout.attached = Some(attached);
                let mut shape = Shape { layout, word: u64::from(width.bytes()), page: 0x1000 };
                let image = Image::new(width, &[(DATA, DATA + 0x2000), (HEAP, HEAP + 0x2000)]);
                let thread = HEAP + 0x20;
                image.put(HEAP, &[thread, 0, 0x2000, 0x2000]);
                image.put_arena(shape, DATA + 0x80, thread, 0x21000);
                image.put_arena(shape, thread, DATA + 0x80, 0x2000);
                shape.layout.attached = None;
                let mut ring = follow(&mut image.words(), Addr(thread), shape, 0).unwrap();
                main_first(&mut image.words(), &mut ring);
                assert_eq!(ring.arenas, [Addr(DATA + 0x80), Addr(thread)]);
                let states = arena::states(&mut image.words(), &mut ring);
                assert_eq!(states[0].system, Some(0x21000));
                assert_eq!(states[1].threads, attached.then_some(1));
                assert_eq!(ring.shape.layout.attached, Some(attached));
            }
        }
    }

    #[test]
    fn a_ring_that_leads_nowhere_ends() {
        for width in WIDTHS {
            let shape = Shape { layout: Layout::all(width)[1], word: u64::from(width.bytes()), page: 0x1000 };
            let image = Image::new(width, &[(DATA, DATA + 0x2000)]);
            image.put_arena(shape, DATA + 0x80, 0x1234_5670, 0x21000);
            let ring = follow(&mut image.words(), Addr(DATA + 0x80), shape, 0).unwrap();
            assert_eq!((ring.arenas.len(), ring.open_at), (1, Some(Addr(DATA + 0x80))));
        }
    }
}
