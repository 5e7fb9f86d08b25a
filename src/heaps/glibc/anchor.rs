//! `bins[]`: 127 list heads in a row that lead to themselves. The "chunk" of a head at X is at X - 2 words, so that an empty
//! list reads as that address twice, and the first and last chunk of another lead back to it.

use super::layout::BINS;
use crate::addr::{Addr, AddrRange};
use crate::heaps::memory::{Blocks, Words};

/// Heads in a row that may be damaged, or on their way between two states.
const MAX_BROKEN: u64 = 7;

/// Where `bins[]` may begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Anchor {
    /// Address of the first head.
    pub bins: Addr,
    /// Heads that do not lead back, or of which the dump does not hold what they lead to.
    pub doubtful: u64,
}

/// What a head looks like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Head {
    Good,
    /// It leads to memory that the dump does not hold.
    Unknown,
    Bad,
}

/// The head at `at`.
pub(super) fn head(words: &mut Words<'_>, at: Addr) -> Head {
    let own = at.0.wrapping_sub(2 * words.size());
    let (Some(fd), Some(bk)) = (words.word(at), words.word_at(at, 1)) else { return Head::Bad };
    if fd == own || bk == own {
        return if fd == bk { Head::Good } else { Head::Bad };
    }
    match (leads_back(words, fd, 3, own), leads_back(words, bk, 2, own)) {
        (Head::Good, Head::Good) => Head::Good,
        (Head::Bad, _) | (_, Head::Bad) => Head::Bad,
        _ => Head::Unknown,
    }
}

fn leads_back(words: &mut Words<'_>, chunk: u64, index: u64, own: u64) -> Head {
    if chunk < 0x1000 || !chunk.is_multiple_of(words.size()) {
        return Head::Bad;
    }
    match words.word_at(Addr(chunk), index) {
        Some(back) if back == own => Head::Good,
        Some(_) => Head::Bad,
        None => Head::Unknown,
    }
}

/// Finds all in memory that the dump holds of `range`.
pub(super) fn find_in(words: &mut Words<'_>, range: AddrRange, found: &mut Vec<Anchor>) {
    let mut blocks = Blocks::new(words.memory(), range);
    let mut known_to = Addr(0);
    while let Some((at, bytes)) = blocks.next_block() {
        let seeds = if words.size() == 8 { seeds_64(at, bytes) } else { seeds_32(at, bytes) };
        for seed in seeds {
            if seed >= known_to {
                known_to = around(words, seed, found);
            }
        }
    }
}

/// Addresses of words that, like the next one, hold their own address less two words. Every empty list is one, and large
/// bins always are.
fn seeds_64(start: Addr, bytes: &[u8]) -> Vec<Addr> {
    let skip = start.0.wrapping_neg() % 8;
    let Some(aligned) = usize::try_from(skip).ok().and_then(|skip| bytes.get(skip..)) else { return Vec::new() };
    let base = start.0.wrapping_add(skip);
    let mut own = base.wrapping_sub(16);
    let mut seeds = Vec::new();
    let mut last = None;
    for (index, word) in aligned.as_chunks::<8>().0.iter().enumerate() {
        let value = u64::from_le_bytes(*word);
        if value == own {
            last = Some(index);
        } else if value == own.wrapping_sub(8) && last.is_some_and(|last| last + 1 == index) {
            seeds.push(Addr(own.wrapping_add(8)));
        }
        own = own.wrapping_add(8);
    }
    seeds
}

fn seeds_32(start: Addr, bytes: &[u8]) -> Vec<Addr> {
    let skip = start.0.wrapping_neg() % 4;
    let Some(aligned) = usize::try_from(skip).ok().and_then(|skip| bytes.get(skip..)) else { return Vec::new() };
    let Ok(base) = u32::try_from(start.0.wrapping_add(skip)) else { return Vec::new() };
    let mut own = base.wrapping_sub(8);
    let mut seeds = Vec::new();
    let mut last = None;
    for (index, word) in aligned.as_chunks::<4>().0.iter().enumerate() {
        let value = u32::from_le_bytes(*word);
        if value == own {
            last = Some(index);
        } else if value == own.wrapping_sub(4) && last.is_some_and(|last| last + 1 == index) {
            seeds.push(Addr(u64::from(own.wrapping_add(4))));
        }
        own = own.wrapping_add(4);
    }
    seeds
}

/// Looks up and down from an empty head as far as heads go, and notes where `bins[]` may begin. Returns the end of the row.
fn around(words: &mut Words<'_>, seed: Addr, found: &mut Vec<Anchor>) -> Addr {
    let stride = 2 * words.size();
    let mut doubtful = 0;
    let down = reach(words, seed, &mut doubtful, |at| at.checked_sub(stride));
    let up = reach(words, seed, &mut doubtful, |at| at.checked_add(stride));
    let (Some(first), Some(end)) = (seed.checked_sub(down * stride), seed.checked_add((up + 1) * stride)) else {
        return seed;
    };
    let length = down + 1 + up;
    if length + MAX_BROKEN >= BINS && doubtful * 2 < length {
        // With a broken head at either end the row is short, and with an unknown one behind an end it is long.
        let slack = BINS.abs_diff(length);
        let starts = (0..=slack.min(2 * MAX_BROKEN)).filter_map(|index| match length < BINS {
            true => first.checked_sub(index * stride),
            false => first.checked_add(index * stride),
        });
        let doubtful = doubtful + slack;
        found.extend(starts.map(|bins| Anchor { bins, doubtful }));
    }
    end
}

/// How many heads follow in one direction. A bad one is passed if a good one follows it.
fn reach(words: &mut Words<'_>, seed: Addr, doubtful: &mut u64, step: impl Fn(Addr) -> Option<Addr>) -> u64 {
    let (mut at, mut count, mut bad) = (seed, 0, 0);
    while count < 2 * BINS {
        let Some(next) = step(at) else { break };
        match head(words, next) {
            Head::Good => count += 1,
            Head::Unknown => {
                count += 1;
                *doubtful += 1;
            }
            Head::Bad if bad < MAX_BROKEN && step(next).is_some_and(|over| head(words, over) == Head::Good) => {
                count += 1;
                bad += 1;
                *doubtful += 1;
            }
            Head::Bad => break,
        }
        at = next;
    }
    count
}

/// Heads of the `bins[]` at an address that are not good, or `None` if it is none.
pub(super) fn doubtful_heads(words: &mut Words<'_>, bins: Addr) -> Option<u64> {
    let (mut bad, mut unknown) = (0, 0);
    for index in 0..BINS {
        match head(words, bins.checked_add(index * 2 * words.size())?) {
            Head::Good => {}
            Head::Unknown => unknown += 1,
            Head::Bad => bad += 1,
        }
        if bad > MAX_BROKEN || unknown > BINS / 2 {
            return None;
        }
    }
    Some(bad + unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heaps::glibc::image::{Image, WIDTHS, shape};
    use crate::model::PointerWidth;

    const DATA: u64 = 0x40_0000;

    fn found(image: &Image) -> Vec<Anchor> {
        let mut anchors = Vec::new();
        let range = AddrRange::new(Addr(DATA), Addr(DATA + 0x2000)).unwrap();
        find_in(&mut image.words(), range, &mut anchors);
        anchors
    }

    fn with_arena(width: PointerWidth) -> (Image, Addr) {
        let image = Image::new(width, &[(DATA, DATA + 0x2000), (0x80_0000, 0x80_1000)]);
        let shape = shape(width, 36);
        image.put_arena(shape, DATA + 0x100, DATA + 0x100, 0x21000);
        (image, Addr(DATA + 0x100 + shape.layout.bins))
    }

    #[test]
    fn a_row_of_heads_is_found() {
        for width in WIDTHS {
            let (image, bins) = with_arena(width);
            assert_eq!(found(&image), [Anchor { bins, doubtful: 0 }]);
        }
    }

    #[test]
    fn a_head_with_a_chunk_is_good_and_a_broken_one_is_passed() {
        for width in WIDTHS {
            let (image, bins) = with_arena(width);
            let (word, chunk) = (image.word(), 0x80_0010);
            let head = bins.0 + 20 * word;
            image.put(head, &[chunk, chunk]);
            image.put(chunk + 2 * word, &[head - 2 * word, head - 2 * word]);
            assert_eq!(found(&image), [Anchor { bins, doubtful: 0 }]);
            image.put(chunk + 3 * word, &[7]);
            assert_eq!(found(&image), [Anchor { bins, doubtful: 1 }]);
        }
    }

    #[test]
    fn a_broken_head_at_the_end_leaves_two_places() {
        for width in WIDTHS {
            let (image, bins) = with_arena(width);
            image.put(bins.0, &[5, 5]);
            let places: Vec<Addr> = found(&image).iter().map(|anchor| anchor.bins).collect();
            assert_eq!(places, [Addr(bins.0 + 2 * image.word()), bins]);
        }
    }

    #[test]
    fn shorter_rows_are_others() {
        // CPython's usedpools has 64 such heads.
        for width in WIDTHS {
            let image = Image::new(width, &[(DATA, DATA + 0x2000)]);
            for index in 0..64 {
                let head = DATA + 0x40 + index * 2 * image.word();
                image.put(head, &[head - 2 * image.word(), head - 2 * image.word()]);
            }
            assert_eq!(found(&image), []);
        }
    }
}
