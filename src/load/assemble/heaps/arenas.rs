//! glibc's thread arenas, by heap_info where the dump holds it, by the shape of their reservations else.
//!
//! A thread arena's heap is aligned to its maximum size, begins with `heap_info` (ar_ptr, prev, size, mprotect_size;
//! glibc malloc/arena.c), and what is not yet usable of it is reserved up to that size.

use std::iter;

use super::is_private_writable;
use crate::addr::{Addr, AddrRange};
use crate::load::assemble::Draft;
use crate::load::assemble::claims::{Claim, Rank};
use crate::load::assemble::partition::Piece;
use crate::model::{HeapClass, Os, Owner, OwnerKind, PointerWidth, State};

/// HEAP_MAX_SIZE: twice DEFAULT_MMAP_THRESHOLD_MAX, which is 512 KiB on 32 bit and 32 MiB on 64 bit.
fn heap_max(width: PointerWidth) -> u64 {
    match width {
        PointerWidth::Bits32 => 1 << 20,
        PointerWidth::Bits64 => 64 << 20,
    }
}

/// How many places are looked at. Real processes have some hundreds of heaps; a segment that claims to hold petabytes
/// would have billions of places.
const MAX_PLACES: usize = 1 << 16;

/// Claims the heaps of all thread arenas.
pub(super) fn claim(draft: &mut Draft<'_>) {
    if draft.platform.os == Some(Os::Android) {
        return;
    }
    let max = heap_max(draft.platform.width);
    let pieces = draft.pieces.iter().enumerate().filter(|(_, p)| is_private_writable(p));
    let places = pieces.flat_map(|(i, piece)| aligned_places(draft, piece, max).map(move |base| (i, base)));
    // Asked once: a damaged dump has as many places as modules.
    let glibc = uses_glibc(draft);
    let found: Vec<ArenaHeap> =
        places.take(MAX_PLACES).filter_map(|(i, base)| arena_heap(draft, i, base, max, glibc)).collect();
    for heap in found {
        let named = Owner::named(OwnerKind::Heap, heap.whole.start(), HeapClass::ThreadArena.name());
        let owner = draft.owners.add(Owner { arena: heap.arena, ..named });
        draft.claims.push(Claim::new(heap.whole, owner, Rank::Heap));
        // gdb lists the reserved tail as readable.
        draft
            .claims
            .extend(heap.tail.map(|t| Claim { state: Some(State::Reserved), ..Claim::new(t, owner, Rank::Heap) }));
    }
}

/// Where in the piece a heap may begin: at its start, and wherever the dump holds memory that may be a heap_info.
fn aligned_places<'d>(draft: &'d Draft<'_>, piece: &'d Piece, max: u64) -> impl Iterator<Item = Addr> + 'd {
    let own = Some(piece.range.start()).filter(|start| start.0.is_multiple_of(max));
    let captured = draft.memory.captured_in(piece.range);
    let inside = captured.flat_map(move |range| {
        let first = range.start().align_up(max);
        iter::successors(first, move |base| base.checked_add(max)).take_while(move |base| *base < range.end())
    });
    own.into_iter().chain(inside.filter(move |base| Some(*base) != own))
}

/// The reservation of one heap, and the part of it that is not usable yet.
struct ArenaHeap {
    whole: AddrRange,
    tail: Option<AddrRange>,
    /// Whose heap it is, where the dump holds its heap_info.
    arena: Option<Addr>,
}

/// The heap at `base`, which lies in piece `i`: by heap_info where the dump holds it, by the mappings alone else.
fn arena_heap(draft: &Draft<'_>, i: usize, base: Addr, max: u64, glibc: bool) -> Option<ArenaHeap> {
    let whole = AddrRange::from_size(base, max)?;
    match HeapInfo::read(draft, base) {
        Some(info) if info.is_plausible(base, max) && reservation_is_mapped(draft, i, whole) => {
            let usable_end = base.checked_add(info.mprotect_size)?;
            Some(ArenaHeap { whole, tail: AddrRange::new(usable_end, whole.end()), arena: Some(info.arena) })
        }
        Some(_) => None,
        None if glibc => by_mappings(draft, i, base, whole),
        None => None,
    }
}

/// Other allocators align their reservations too; only glibc's have this meaning.
fn uses_glibc(draft: &Draft<'_>) -> bool {
    draft.modules.iter().any(|m| &*m.name == "libc.so.6" || m.name.starts_with("libc-2."))
}

/// A writable mapping from the aligned base, and a reserved one from its end exactly to the reservation's end.
fn by_mappings(draft: &Draft<'_>, i: usize, base: Addr, whole: AddrRange) -> Option<ArenaHeap> {
    let usable = draft.pieces.get(i).filter(|p| p.range.start() == base)?;
    let tail = draft.pieces.get(i + 1).filter(|p| p.state == State::Reserved && p.file.is_none())?;
    let exact = usable.range.end() == tail.range.start() && tail.range.end() == whole.end();
    exact.then_some(ArenaHeap { whole, tail: Some(tail.range), arena: None })
}

/// Whether anonymous mappings cover the reservation without a hole.
fn reservation_is_mapped(draft: &Draft<'_>, i: usize, whole: AddrRange) -> bool {
    let mut border = whole.start();
    for piece in draft.pieces.iter().skip(i).take_while(|p| p.range.start() < whole.end()) {
        if piece.range.start() > border || piece.file.is_some() {
            return false;
        }
        border = piece.range.end();
    }
    border >= whole.end()
}

/// The first words of a heap.
struct HeapInfo {
    arena: Addr,
    previous: Addr,
    size: u64,
    mprotect_size: u64,
}

impl HeapInfo {
    /// Reads it, or `None` if the dump does not hold it.
    fn read(draft: &Draft<'_>, base: Addr) -> Option<HeapInfo> {
        let word = usize::from(draft.platform.width.bytes());
        let mut buf = [0u8; 32];
        let part = buf.get_mut(..4 * word)?;
        if !draft.memory.read_exact(base, part) {
            return None;
        }
        let mut words = part.chunks_exact(word).map(|c| draft.memory.decode_word(c));
        Some(HeapInfo {
            arena: Addr(words.next()?),
            previous: Addr(words.next()?),
            size: words.next()?,
            mprotect_size: words.next()?,
        })
    }

    /// The first heap of an arena holds the arena itself right behind heap_info; later ones point back to an earlier.
    fn is_plausible(&self, base: Addr, max: u64) -> bool {
        let sizes = 0 < self.size && self.size <= self.mprotect_size && self.mprotect_size <= max;
        let pages = self.mprotect_size.is_multiple_of(0x1000);
        let first = self.previous == Addr(0) && self.arena > base && self.arena.distance_from(base) <= 0x80;
        let later =
            self.previous != Addr(0) && self.previous.0.is_multiple_of(max) && self.arena.align_down(max) != base;
        sizes && pages && (first || later)
    }
}
