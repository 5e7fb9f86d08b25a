//! How the lists of fast bins and caches store where they go on: as an address, or since 2.32 xored with the place where
//! it is stored, shifted by 12 ("safe-linking"). Decided by lists that end.

use std::collections::BTreeMap;

use super::arena::State;
use super::chunks::FLAGS;
use super::layout::Shape;
use crate::addr::Addr;
use crate::heaps::memory::Words;

/// How a next pointer is stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub(super) enum Linking {
    /// As it is.
    Plain,
    /// Xored: 2.32 and up.
    Safe,
}

impl Linking {
    /// What is meant by `stored`, which stands at `place`.
    pub(super) fn reveal(self, place: u64, stored: u64) -> u64 {
        match self {
            Linking::Plain => stored,
            Linking::Safe => stored ^ place >> 12,
        }
    }
}

/// Chunks of a list that are looked at to decide, and after which a list counts as long.
const STEPS: usize = 4096;

/// The chunks of an arena's fast lists: what to look out for in a walk.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Wanted {
    /// By size: chunks of short lists, sorted; `None` for a list too long to know them.
    sizes: BTreeMap<u64, Option<Vec<u64>>>,
    largest: u64,
}

impl Wanted {
    /// Whether a chunk that looks in use may be in a fast list.
    pub(super) fn has(&self, at: u64, size: u64) -> bool {
        size <= self.largest
            && match self.sizes.get(&size) {
                Some(Some(known)) => known.binary_search(&at).is_ok(),
                Some(None) => true,
                None => false,
            }
    }
}

/// What the fast lists of all arenas say of the linking; `None` if all are empty, or say nothing.
pub(super) fn of_fast_lists(words: &mut Words<'_>, shape: Shape, arenas: &[State]) -> Option<Linking> {
    let (mut plain, mut safe) = (0, 0);
    for arena in arenas {
        for (size, head) in arena.fast_heads(words, shape) {
            plain += usize::from(list(words, shape, Linking::Plain, size, head).is_some());
            safe += usize::from(list(words, shape, Linking::Safe, size, head).is_some());
        }
    }
    match plain.cmp(&safe) {
        std::cmp::Ordering::Greater => Some(Linking::Plain),
        std::cmp::Ordering::Less => Some(Linking::Safe),
        std::cmp::Ordering::Equal => None,
    }
}

/// What to look out for in an arena.
pub(super) fn wanted(words: &mut Words<'_>, shape: Shape, linking: Option<Linking>, arena: &State) -> Wanted {
    let mut wanted = Wanted::default();
    for (size, head) in arena.fast_heads(words, shape) {
        let known = linking.and_then(|linking| list(words, shape, linking, size, head));
        // A list that does not end among the first chunks is long, or damaged.
        wanted.sizes.insert(size, known.filter(|known| known.len() < STEPS));
        wanted.largest = wanted.largest.max(size);
    }
    wanted
}

/// The chunks of a list, sorted, as far as STEPS; `None` if it leads to anything but a chunk of its size.
fn list(words: &mut Words<'_>, shape: Shape, linking: Linking, size: u64, head: Addr) -> Option<Vec<u64>> {
    let mut chunks = Vec::new();
    let mut at = head.0;
    while at != 0 && chunks.len() < STEPS {
        let raw = words.word_at(Addr(at), 1)?;
        if !shape.is_aligned(at) || raw & !FLAGS != size {
            return None;
        }
        chunks.push(at);
        let place = at.checked_add(shape.header())?;
        at = linking.reveal(place, words.word(Addr(place))?);
    }
    chunks.sort_unstable();
    Some(chunks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heaps::glibc::image::{Image, WIDTHS, shape};

    const DATA: u64 = 0x40_0000;
    const RUN: u64 = 0x80_0000;

    #[test]
    fn fast_lists_tell_how_they_are_linked() {
        for width in WIDTHS {
            for linking in [Linking::Plain, Linking::Safe] {
                for length in [1_u64, 3] {
                    let shape = shape(width, 36);
                    let image = Image::new(width, &[(DATA, DATA + 0x2000), (RUN, RUN + 0x1000)]);
                    image.put_arena(shape, DATA, DATA, 0x1000);
                    let first = shape.first_chunk(RUN).unwrap();
                    let at = |index: u64| if index < length { first + index * 0x40 } else { 0 };
                    for index in 0..length {
                        let place = at(index) + shape.header();
                        // Xored twice, it is what it was.
                        image.put(at(index), &[0, 0x21, linking.reveal(place, at(index + 1))]);
                    }
                    image.put(DATA + shape.layout.fast + (0x20 / (2 * shape.word) - 2) * shape.word, &[first]);
                    let mut ring = crate::heaps::glibc::ring::Ring::of_one(shape, Addr(DATA));
                    let arenas = super::super::arena::states(&mut image.words(), &mut ring);
                    assert_eq!(of_fast_lists(&mut image.words(), shape, &arenas), Some(linking));
                    let wanted = wanted(&mut image.words(), shape, Some(linking), &arenas[0]);
                    assert!((0..length).all(|index| wanted.has(at(index), 0x20)));
                    assert!(!wanted.has(at(0) + 0x20, 0x20) && !wanted.has(at(0), 0x30));
                }
            }
        }
    }
}
