//! Windows: the thread environment block knows the stack exactly, where the dump holds it.
//!
//! NT_TIB.StackBase and StackLimit are its second and third word; DeallocationStack is at 0xe0c in a 32-bit TEB and
//! 0x1478 in a 64-bit one (public symbols of ntdll; the same from Windows XP to 11, and in Wine 10).

use super::Bounds;
use crate::addr::{Addr, AddrRange};
use crate::load::assemble::Draft;
use crate::load::facts::{Facts, Row, ThreadFacts};
use crate::model::{Memory, PointerWidth, Source, StackSource, State};

/// DeallocationStack..StackBase of the thread, or `None` if the TEB is not in the dump or does not fit the stack
/// pointer.
pub(super) fn find(draft: &Draft<'_>, thread: &ThreadFacts) -> Option<Bounds> {
    let range = Teb::read(&draft.memory, thread, draft.platform.width)?.stack()?;
    let holds_sp = thread.sp.is_none_or(|sp| range.contains(sp));
    // The reservation is what splits the space: Windows' guard page is inside of it and moves down as the stack grows.
    holds_sp.then_some(Bounds { range, guard: None, source: StackSource::Teb })
}

/// The stacks as rows of a map, for dumps that have none: what TEBs say is occupied, reserved part and committed part.
pub(in crate::load::assemble) fn rows(facts: &Facts, memory: &Memory<'_>, width: PointerWidth) -> Vec<Row> {
    let tebs = facts.threads.iter().filter_map(|t| Teb::read(memory, t, width).map(|teb| (t, teb)));
    let stated = tebs.filter(|(t, teb)| teb.stack().is_some_and(|s| t.sp.is_none_or(|sp| s.contains(sp))));
    stated.flat_map(|(_, teb)| teb.rows()).collect()
}

/// The three words of a TEB that bound a stack, highest first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Teb {
    base: Addr,
    limit: Addr,
    deallocation: Addr,
}

impl Teb {
    fn read(memory: &Memory<'_>, thread: &ThreadFacts, width: PointerWidth) -> Option<Teb> {
        let teb = thread.teb?;
        let word = |offset: u64| memory.word(teb.checked_add(offset)?, width).map(Addr);
        let (base_at, limit_at, deallocation_at) = match width {
            PointerWidth::Bits32 => (4, 8, 0xe0c),
            PointerWidth::Bits64 => (8, 0x10, 0x1478),
        };
        Some(Teb { base: word(base_at)?, limit: word(limit_at)?, deallocation: word(deallocation_at)? })
    }

    fn stack(self) -> Option<AddrRange> {
        AddrRange::new(self.deallocation, self.base)
    }

    fn rows(self) -> impl Iterator<Item = Row> {
        let limit = self.limit.clamp(self.deallocation, self.base);
        let row = |start, end, state| Some(Row::new(AddrRange::new(start, end)?, state, Source::ThreadStack));
        let reserved = row(self.deallocation, limit, State::Reserved);
        reserved.into_iter().chain(row(limit, self.base, State::Committed))
    }
}
