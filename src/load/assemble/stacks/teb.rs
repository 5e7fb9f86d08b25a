//! Windows: the thread environment block knows the stack exactly, where the dump holds it.
//!
//! NT_TIB.StackBase and StackLimit are its second and third word; DeallocationStack is at 0xe0c in a 32-bit TEB and
//! 0x1478 in a 64-bit one (public symbols of ntdll; the same from Windows XP to 11, and in Wine 10).

use super::Bounds;
use crate::addr::{Addr, AddrRange};
use crate::load::assemble::Draft;
use crate::load::facts::ThreadFacts;
use crate::model::{PointerWidth, StackSource};

/// DeallocationStack..StackBase of the thread, or `None` if the TEB is not in the dump or does not fit the stack
/// pointer.
pub(super) fn find(draft: &Draft<'_>, thread: &ThreadFacts) -> Option<Bounds> {
    let teb = thread.teb?;
    let width = draft.platform.width;
    let word = |offset: u64| draft.memory.word(teb.checked_add(offset)?, width).map(Addr);
    let (base_at, deallocation_at) = match width {
        PointerWidth::Bits32 => (4, 0xe0c),
        PointerWidth::Bits64 => (8, 0x1478),
    };
    let range = AddrRange::new(word(deallocation_at)?, word(base_at)?)?;
    let holds_sp = thread.sp.is_none_or(|sp| range.contains(sp));
    // The reservation is what splits the space: Windows' guard page is inside of it and moves down as the stack grows.
    holds_sp.then_some(Bounds { range, guard: None, source: StackSource::Teb })
}
