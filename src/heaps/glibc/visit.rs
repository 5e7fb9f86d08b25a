//! Every chunk of a process, one by one, for those who look for one.

use std::collections::BTreeMap;

use super::figures::Walked;
use super::mmapped::Mapped;
use super::tcache::Caches;
use crate::addr::{Addr, AddrRange};

/// What a chunk is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[expect(missing_docs, reason = "the words say it")]
pub enum ChunkUse {
    Live,
    Cached,
    Fast,
    Free,
    Top,
}

/// One chunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Chunk {
    /// Where, with its header.
    pub range: AddrRange,
    /// Bytes, as its header has them.
    pub size: u64,
    /// What it is.
    pub state: ChunkUse,
    /// Whether it has a mapping of its own.
    pub mapped: bool,
    /// Number of its arena in [`Heap::arenas`](crate::heaps::Heap::arenas); `None` with a mapping of its own.
    pub arena: Option<usize>,
}

/// Chunks of an arena as they were met: address, and size with whether it is free.
pub(super) type Seen = BTreeMap<u64, (u64, ChunkUse)>;

/// Hands all chunks to `take`, arena by arena.
pub(super) fn all(walked: &[Walked], caches: &Caches, mapped: &[Mapped], take: &mut dyn FnMut(Chunk)) {
    let cached = |at: u64, state: ChunkUse| if caches.entries.contains_key(&at) { ChunkUse::Cached } else { state };
    for (index, arena) in walked.iter().enumerate() {
        let top = arena.top.map(|(at, size)| (at, (size, ChunkUse::Top)));
        for (at, (size, state)) in arena.seen.iter().flatten().map(|(at, seen)| (*at, *seen)).chain(top) {
            let state = if state == ChunkUse::Live { cached(at, state) } else { state };
            let range = AddrRange::from_size_clipped(Addr(at), size);
            range.into_iter().for_each(|range| take(Chunk { range, size, state, mapped: false, arena: Some(index) }));
        }
    }
    for one in mapped {
        let range = AddrRange::from_size_clipped(Addr(one.chunk), one.size);
        let state = cached(one.chunk, ChunkUse::Live);
        range.into_iter().for_each(|range| take(Chunk { range, size: one.size, state, mapped: true, arena: None }));
    }
}
