//! Heaps on the map: the brk heap, and glibc's thread arenas by the shape of their reservations.
//!
//! A thread arena's heap is aligned to its maximum size, begins with `heap_info` (ar_ptr, prev, size, mprotect_size;
//! glibc malloc/arena.c), and what is not yet usable of it is reserved up to that size.

use std::iter;

use super::Draft;
use super::claims::{Claim, Rank};
use super::mmap_layout;
use super::partition::Piece;
use crate::addr::{Addr, AddrRange};
use crate::load::facts::RowLabel;
use crate::model::{MmapLayout, Module, Owner, OwnerKind, PointerWidth, Protection, State};

/// Claims all heaps.
pub(super) fn claim(draft: &mut Draft<'_>) {
    if draft.platform.os.is_some_and(|os| !os.is_linux()) {
        return;
    }
    claim_brk(draft);
    claim_arenas(draft);
}

/// `[heap]` by its label, or where cores have none: the writable private mapping behind the executable, as far behind
/// as the kernel's randomisation puts it.
fn claim_brk(draft: &mut Draft<'_>) {
    let labelled: Vec<AddrRange> = draft.pieces.iter().filter(|p| p.label == RowLabel::Heap).map(|p| p.range).collect();
    let ranges = if labelled.is_empty() { brk_behind_executable(draft).into_iter().collect() } else { labelled };
    let Some(first) = ranges.first() else { return };
    claim_bss_below(draft, first.start());
    let owner = draft.owners.add(Owner::named(OwnerKind::Heap, first.start(), "[heap]"));
    draft.claims.extend(ranges.iter().map(|r| Claim::new(*r, owner, Rank::Label)));
}

/// Where no header tells the bss's size, what lies between the executable and the brk heap and touches the executable
/// is its bss, however large it is.
fn claim_bss_below(draft: &mut Draft<'_>, heap: Addr) {
    let Some(exe) = executable(draft) else { return };
    if draft.modules.get(exe).is_some_and(bss_is_known) {
        return;
    }
    let Some(bss) = behind(draft, exe).filter(|p| p.range.end() <= heap) else { return };
    let owner = draft.modules.get(exe).filter(|m| m.range.end() >= bss.range.start()).map(|m| m.owner);
    if let (Some(owner), Some(module)) = (owner.filter(|_| is_private_writable(bss)), draft.modules.get_mut(exe)) {
        module.range = module.range.hull(bss.range);
        draft.claims.push(Claim::new(bss.range, owner, Rank::Module));
    }
}

/// Whether the module's headers are in the dump, which tell where it ends.
fn bss_is_known(module: &Module) -> bool {
    module.preferred_base.is_some()
}

/// Index of the executable among the modules.
fn executable(draft: &Draft<'_>) -> Option<usize> {
    let inside = draft.facts.auxv.phdr.or(draft.facts.auxv.entry)?;
    draft.modules.iter().position(|m| m.range.contains(inside))
}

/// The piece that goes on behind a module.
fn behind<'d>(draft: &Draft<'d>, module: usize) -> Option<&'d Piece> {
    let end = draft.modules.get(module)?.range.end();
    let next = draft.pieces.partition_point(|p| p.range.end() <= end);
    draft.pieces.get(next)
}

/// `arch_randomize_brk`: up to 32 MiB behind the executable for 32-bit processes, 1 GiB for 64-bit ones (x86; other
/// CPUs at most that).
fn brk_distance(width: PointerWidth) -> u64 {
    match width {
        PointerWidth::Bits32 => 32 << 20,
        PointerWidth::Bits64 => 1 << 30,
    }
}

/// More mappings than these behind the executable are not looked at.
const BRK_CANDIDATES: usize = 256;

/// The brk heap by its content, or else by its place.
fn brk_behind_executable(draft: &Draft<'_>) -> Option<AddrRange> {
    let exe = draft.modules.get(executable(draft)?)?;
    let end = exe.range.end();
    let next = draft.pieces.partition_point(|p| p.range.end() <= end);
    // The kernel counts from the bss's end, which may be that of the next piece.
    let bss = draft.pieces.get(next).filter(|p| !bss_is_known(exe) && p.range.start() == end && is_private_writable(p));
    let counted_from = bss.map_or(end, |p| p.range.end());
    let near = |p: &&Piece| p.range.start().distance_from(counted_from) <= brk_distance(draft.platform.width);
    let near: Vec<&Piece> = draft.pieces.get(next..)?.iter().take_while(near).take(BRK_CANDIDATES).collect();
    let above_exe = |p: &Piece| AddrRange::new(p.range.start().max(end), p.range.end());
    let candidates = near.iter().filter(|p| is_private_writable(p)).filter_map(|p| above_exe(p));
    let by_content = candidates.clone().find(|range| begins_with_chunks(draft, *range));
    let by_place = || brk_by_place(&near, end, bss_is_known(exe)).and_then(above_exe);
    by_content.or_else(|| if mmap_may_come_between(draft) { None } else { by_place() })
}

/// Where the executable's headers are not in the dump, its bss and the heap look the same: of two such mappings the
/// upper one is the heap.
fn brk_by_place<'p>(near: &[&'p Piece], exe_end: Addr, bss_is_known: bool) -> Option<&'p Piece> {
    let mut following = near.iter().take_while(|p| is_private_writable(p));
    let first = following.next()?;
    let first_may_be_bss = !bss_is_known && first.range.start() == exe_end;
    Some(following.next().filter(|_| first_may_be_bss).unwrap_or(first))
}

/// In the bottom-up layout of 32-bit x86 the executable lies just above mmap's base, and mmap fills the random
/// distance between it and the heap: the place tells nothing.
fn mmap_may_come_between(draft: &Draft<'_>) -> bool {
    let narrow = draft.platform.width == PointerWidth::Bits32;
    narrow && matches!(mmap_layout::detect(draft, Addr(u64::from(u32::MAX))), Some(MmapLayout::BottomUp { .. }))
}

/// Whether malloc chunks stand one behind the other from the range's start (glibc malloc/malloc.c, "mchunkptr"), each
/// within the range, until the dump ends or enough have been seen. The first must be as large as what malloc allocates
/// first in a process, tcache_perthread_struct: where brk fails, malloc maps further pieces of the main heap, which
/// look alike otherwise (seen: 0x56b80000 with a first chunk of 0x1010 bytes below the heap at 0x56dda000).
fn begins_with_chunks(draft: &Draft<'_>, range: AddrRange) -> bool {
    const ENOUGH: usize = 8;
    const FLAGS: u64 = 7;
    const PREV_INUSE: u64 = 1;
    // 0x160 and 0x250 bytes in glibc 2.26, 0x190 and 0x290 since 2.30; more where it has larger bins.
    const FIRST: std::ops::RangeInclusive<u64> = 0x140..=0x800;
    let word = u64::from(draft.platform.width.bytes());
    let size_at = |chunk: Addr| draft.memory.word(chunk.checked_add(word)?, draft.platform.width);
    // The user's part is aligned to 16 bytes, on i386 since glibc 2.26 too: there the first chunk begins 8 bytes in.
    let mut chunk = Addr(range.start().0 + 16 - 2 * word);
    for seen in 0..ENOUGH {
        let Some(size) = size_at(chunk) else { return seen > 0 };
        let first_fits = seen > 0 || (size & FLAGS == PREV_INUSE && FIRST.contains(&(size & !FLAGS)));
        let next = chunk.checked_add(size & !FLAGS).filter(|next| *next <= range.end());
        match next.filter(|_| first_fits && size & !FLAGS >= 2 * word) {
            Some(next) if next == range.end() => return true,
            Some(next) => chunk = next,
            None => return false,
        }
    }
    true
}

fn is_private_writable(piece: &Piece) -> bool {
    let writable = piece.protection.is_some_and(|p| p.has(Protection::WRITE) && !p.has(Protection::SHARED));
    writable && piece.file.is_none() && piece.label == RowLabel::None
}

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

fn claim_arenas(draft: &mut Draft<'_>) {
    let max = heap_max(draft.platform.width);
    let pieces = draft.pieces.iter().enumerate().filter(|(_, p)| is_private_writable(p));
    let places = pieces.flat_map(|(i, piece)| aligned_places(draft, piece, max).map(move |base| (i, base)));
    let found: Vec<ArenaHeap> =
        places.take(MAX_PLACES).filter_map(|(i, base)| arena_heap(draft, i, base, max)).collect();
    for heap in found {
        let owner = draft.owners.add(Owner::named(OwnerKind::Heap, heap.whole.start(), "glibc thread arena"));
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
}

/// The heap at `base`, which lies in piece `i`: by heap_info where the dump holds it, by the mappings alone else.
fn arena_heap(draft: &Draft<'_>, i: usize, base: Addr, max: u64) -> Option<ArenaHeap> {
    let whole = AddrRange::from_size(base, max)?;
    match HeapInfo::read(draft, base) {
        Some(info) if info.is_plausible(base, max) && reservation_is_mapped(draft, i, whole) => {
            let usable_end = base.checked_add(info.mprotect_size)?;
            Some(ArenaHeap { whole, tail: AddrRange::new(usable_end, whole.end()) })
        }
        Some(_) => None,
        None => by_mappings(draft, i, base, whole),
    }
}

/// A writable mapping from the aligned base, and a reserved one from its end exactly to the reservation's end.
fn by_mappings(draft: &Draft<'_>, i: usize, base: Addr, whole: AddrRange) -> Option<ArenaHeap> {
    let usable = draft.pieces.get(i).filter(|p| p.range.start() == base)?;
    let tail = draft.pieces.get(i + 1).filter(|p| p.state == State::Reserved && p.file.is_none())?;
    let exact = usable.range.end() == tail.range.start() && tail.range.end() == whole.end();
    exact.then_some(ArenaHeap { whole, tail: Some(tail.range) })
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
