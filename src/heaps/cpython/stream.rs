//! All words of a range, with the words behind each.

use crate::addr::{Addr, AddrRange};
use crate::heaps::memory::Blocks;
use crate::model::{Endian, Memory, Platform};

/// Shows `see` each word that the dump holds with the `N - 1` behind it. Words lie at multiples of their size, and never
/// are there bytes missing between them.
pub(super) fn windows<const N: usize>(
    memory: Memory<'_>,
    platform: &Platform,
    range: AddrRange,
    mut see: impl FnMut(Addr, &[u64; N]),
) {
    let word = u64::from(platform.width.bytes());
    let mut blocks = Blocks::new(memory, range);
    let (mut words, mut end) = (Vec::new(), Addr(0));
    while let Some((start, bytes)) = blocks.next_block() {
        let Some(first) = start.align_up(word) else { break };
        let skip = usize::try_from(first.distance_from(start)).unwrap_or(usize::MAX);
        let keep = if first == end { words.len().min(N - 1) } else { 0 };
        words.drain(..words.len() - keep);
        decode(platform, bytes.get(skip..).unwrap_or_default(), &mut words);
        let origin = first.0.saturating_sub(keep as u64 * word);
        for (at, window) in (origin..).step_by(usize::from(platform.width.bytes())).zip(words.windows(N)) {
            if let Ok(window) = window.try_into() {
                see(Addr(at), window);
            }
        }
        end = Addr(origin.saturating_add(words.len() as u64 * word));
    }
}

fn decode(platform: &Platform, bytes: &[u8], into: &mut Vec<u64>) {
    let (words, _) = bytes.as_chunks::<8>();
    let (halves, _) = bytes.as_chunks::<4>();
    match (platform.width.bytes(), platform.endian) {
        (8, Endian::Little) => into.extend(words.iter().map(|w| u64::from_le_bytes(*w))),
        (8, Endian::Big) => into.extend(words.iter().map(|w| u64::from_be_bytes(*w))),
        (_, Endian::Little) => into.extend(halves.iter().map(|w| u64::from(u32::from_le_bytes(*w)))),
        (_, Endian::Big) => into.extend(halves.iter().map(|w| u64::from(u32::from_be_bytes(*w)))),
    }
}

/// The unsigned int that lies in the first bytes of a word.
pub(super) fn low_half(platform: &Platform, word: u64) -> u64 {
    match (platform.width.bytes(), platform.endian) {
        (8, Endian::Big) => word >> 32,
        _ => word & 0xffff_ffff,
    }
}
