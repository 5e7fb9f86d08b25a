//! Heaps of thread arenas (glibc malloc/arena.c, `struct heap_info`): aligned to the most they can hold, each leading to
//! the one before.

use super::arena::State;
use super::layout::Shape;
use crate::addr::{Addr, AddrRange};
use crate::heaps::memory::Words;
use crate::model::Snapshot;

/// sizeof(heap_info), of any version and width.
const SIZES: [u64; 4] = [0x10, 0x18, 0x20, 0x30];
/// No heap is aligned to less.
const LEAST_ALIGN: u64 = 1 << 16;
/// More heaps of one arena than these are damage.
const MAX_HEAPS: usize = 1 << 16;

/// One heap of a thread arena.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct ThreadHeap {
    /// Where heap_info is.
    pub base: Addr,
    /// Bytes in use by the arena.
    pub size: u64,
    /// Address of the first chunk.
    pub first: Addr,
}

impl ThreadHeap {
    /// The bytes that the arena uses.
    pub(super) fn range(&self) -> Option<AddrRange> {
        AddrRange::from_size(self.base, self.size)
    }
}

/// The heap that an arena lies in, and sizeof(heap_info); `None` for main.
fn home(words: &mut Words<'_>, arena: Addr) -> Option<(Addr, u64)> {
    let bases = SIZES.into_iter().filter_map(|size| Some((arena.checked_sub(size)?, size)));
    bases
        .filter(|(base, _)| base.0.is_multiple_of(LEAST_ALIGN))
        .find(|(base, _)| words.word(*base) == Some(arena.0) && words.word_at(*base, 1) == Some(0))
}

/// Whether an arena lies in a heap of its own, as all but main do.
pub(super) fn is_in_heap(words: &mut Words<'_>, arena: Addr) -> bool {
    home(words, arena).is_some()
}

/// sizeof(heap_info) as an arena shows it.
pub(super) fn info_size(words: &mut Words<'_>, arena: Addr) -> Option<u64> {
    home(words, arena).map(|(_, size)| size)
}

/// HEAP_MAX_SIZE: the power of two for which the chains of all arenas close. With huge pages it is four of them
/// (2.35 to 2.41), else 1 MiB or 64 MiB.
pub(super) fn heap_max(words: &mut Words<'_>, shape: Shape, arenas: &[State]) -> u64 {
    let usual = if shape.word == 4 { 1 << 20 } else { 64 << 20 };
    let others = [8 << 20, 16 << 20, 4 << 30, 1 << 20, 2 << 20, 4 << 20, 32 << 20, 64 << 20, 128 << 20, 256 << 20];
    let threads: Vec<&State> = arenas.iter().filter(|a| !a.main).collect();
    let mut best = (0, usual);
    for max in [usual].into_iter().chain(others) {
        let closed = threads.iter().filter(|arena| chain(words, shape, arena, max).is_some()).count();
        if closed > best.0 {
            best = (closed, max);
        }
        if closed == threads.len() {
            break;
        }
    }
    best.1
}

/// The heaps of an arena, the oldest first, or `None` if the chain does not close.
pub(super) fn chain(words: &mut Words<'_>, shape: Shape, arena: &State, max: u64) -> Option<Vec<ThreadHeap>> {
    let (home, info) = home(words, arena.at)?;
    let mut heaps = Vec::new();
    let mut base = arena.top?.align_down(max);
    loop {
        heaps.push(heap(words, shape, arena.at, base, info, max)?);
        if base == home {
            break;
        }
        let before = Addr(words.word_at(base, 1)?);
        if before.0 == 0 || !before.0.is_multiple_of(max) || heaps.len() >= MAX_HEAPS {
            return None;
        }
        base = before;
    }
    heaps.reverse();
    Some(heaps)
}

/// The heap at `base`, if it is one of `arena`.
fn heap(words: &mut Words<'_>, shape: Shape, arena: Addr, base: Addr, info: u64, max: u64) -> Option<ThreadHeap> {
    let of_arena = words.word(base)? == arena.0;
    let (size, usable) = (words.word_at(base, 2)?, words.word_at(base, 3)?);
    let sizes = info < size && size <= usable && usable <= max && size.is_multiple_of(shape.page);
    if !of_arena || !sizes {
        return None;
    }
    let holds_arena = base.checked_add(info) == Some(arena);
    let before = if holds_arena { info + malloc_state_size(shape) } else { info };
    Some(ThreadHeap { base, size, first: Addr(shape.first_chunk(base.0.checked_add(before)?)?) })
}

/// sizeof(malloc_state). Where `attached_threads` may be missing, alignment of the first chunk hides it on x86-64 only.
fn malloc_state_size(shape: Shape) -> u64 {
    let attached = u64::from(shape.layout.attached != Some(false));
    shape.next() + (4 + attached) * shape.word
}

/// The heaps that the map shows for an arena whose chain is broken.
pub(super) fn from_map(
    snapshot: &Snapshot,
    words: &mut Words<'_>,
    shape: Shape,
    arena: &State,
    max: u64,
) -> Vec<ThreadHeap> {
    let Some((home, info)) = home(words, arena.at) else { return Vec::new() };
    let owners = snapshot.owners.iter().filter(|(_, owner)| owner.arena == Some(arena.at));
    let mut bases: Vec<Addr> = owners.map(|(_, owner)| owner.start).collect();
    bases.push(home);
    bases.sort_unstable_by_key(|base| (*base != home, *base));
    bases.dedup();
    bases.into_iter().filter_map(|base| heap(words, shape, arena.at, base, info, max)).collect()
}
