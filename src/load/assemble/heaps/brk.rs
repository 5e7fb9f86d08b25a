//! The brk heap, and the executable's bss below it.

use super::is_private_writable;
use crate::addr::{Addr, AddrRange};
use crate::load::assemble::Draft;
use crate::load::assemble::claims::{Claim, Rank};
use crate::load::assemble::mmap_layout;
use crate::load::assemble::partition::Piece;
use crate::load::facts::RowLabel;
use crate::model::{HeapClass, MmapLayout, Module, Owner, OwnerKind, PointerWidth};

/// `[heap]` by its label, or where cores have none: the writable private mapping behind the executable, as far behind
/// as the kernel's randomisation puts it.
pub(super) fn claim(draft: &mut Draft<'_>) {
    let labelled: Vec<AddrRange> = draft.pieces.iter().filter(|p| p.label == RowLabel::Heap).map(|p| p.range).collect();
    let ranges = if labelled.is_empty() { brk_behind_executable(draft).into_iter().collect() } else { labelled };
    let Some(first) = ranges.first() else { return };
    claim_bss_below(draft, first.start());
    let owner = draft.owners.add(Owner::named(OwnerKind::Heap, first.start(), HeapClass::Brk.name()));
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
    let Some(mut chunk) = range.start().checked_add(16 - 2 * word) else { return false };
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
