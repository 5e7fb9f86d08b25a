//! How much of a stack is in use: from the stack pointer, and with `--deep` from the lowest page that was ever
//! touched.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::addr::{Addr, AddrRange};
use crate::load::assemble::Draft;

const FIRST_BLOCK: usize = 1 << 12;
const BLOCK: usize = 1 << 16;

/// Memory that was seen to be zero, by start, joined where it touches: stacks of a damaged dump may all lie over each
/// other, and each byte is looked at once.
#[derive(Default, Debug)]
pub(in crate::load::assemble) struct Zeros(RefCell<BTreeMap<Addr, Addr>>);

impl Zeros {
    /// The first address from `at` on that was not seen yet.
    fn skip(&self, at: Addr) -> Addr {
        self.0.borrow().range(..=at).next_back().map_or(at, |(_, end)| at.max(*end))
    }

    /// Remembers a range that begins where [`skip`](Self::skip) led.
    fn add(&self, range: AddrRange) {
        let mut seen = self.0.borrow_mut();
        let below = seen.range(..=range.start()).next_back().filter(|(_, end)| range.start() <= **end);
        let start = below.map_or(range.start(), |(start, _)| *start);
        let mut end = range.end();
        while let Some((next, next_end)) = seen.range(range.start()..=end).next().map(|(s, e)| (*s, *e)) {
            seen.remove(&next);
            end = end.max(next_end);
        }
        seen.insert(start, end);
    }
}

/// Bytes from the lowest used address up to the stack's end, or `None` if the stack pointer lies elsewhere and no
/// memory was looked at. A stack pointer in the guard counts as all used.
pub(super) fn used(draft: &Draft<'_>, sp: Option<Addr>, stack: AddrRange) -> Option<u64> {
    let by_sp = sp.filter(|sp| *sp < stack.end()).map(|sp| stack.end().distance_from(sp.max(stack.start())));
    let by_page = if draft.deep { touched(draft, stack) } else { resident(draft, stack) };
    by_page.max(by_sp)
}

/// What the system counts as touched of a stack that is a mapping of its own: at least so much of it was used.
fn resident(draft: &Draft<'_>, stack: AddrRange) -> Option<u64> {
    let list = &draft.facts.memory_use;
    let found = list.binary_search_by_key(&stack.start(), |one| one.range.start()).ok()?;
    list.get(found).filter(|one| one.range == stack).map(|one| one.amount.touched().min(stack.size()))
}

/// From the lowest page that holds anything but zeros to the end, or `None` if the dump does not hold the whole stack.
fn touched(draft: &Draft<'_>, stack: AddrRange) -> Option<u64> {
    let page = draft.facts.page_size.unwrap_or(0x1000);
    let mut buf = vec![0u8; BLOCK];
    let mut step = FIRST_BLOCK;
    let mut at = draft.zeros.skip(stack.start());
    while at < stack.end() {
        let len = usize::try_from(stack.end().distance_from(at)).unwrap_or(step).min(step);
        let got = draft.memory.read(at, buf.get_mut(..len)?);
        let block = buf.get(..got).filter(|b| !b.is_empty())?;
        let zeros = block.iter().position(|b| *b != 0).unwrap_or(got);
        let border = at.checked_add(zeros as u64)?;
        if let Some(range) = AddrRange::new(at, border) {
            draft.zeros.add(range);
        }
        if zeros < got {
            let lowest = border.align_down(page).max(stack.start());
            return Some(stack.end().distance_from(lowest));
        }
        at = draft.zeros.skip(border);
        step = (step * 2).min(BLOCK);
    }
    Some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: u64, end: u64) -> AddrRange {
        AddrRange::new(Addr(start), Addr(end)).unwrap()
    }

    #[test]
    fn what_was_seen_is_joined_and_skipped() {
        let zeros = Zeros::default();
        for (start, end) in [(0x10, 0x20), (0x40, 0x50), (0x20, 0x30)] {
            zeros.add(range(start, end));
        }
        assert_eq!([0x0f, 0x10, 0x2f, 0x30, 0x45].map(|a| zeros.skip(Addr(a)).0), [0x0f, 0x30, 0x30, 0x30, 0x50]);
        // A read goes on over what is known already.
        zeros.add(range(0x30, 0x60));
        assert_eq!(zeros.skip(Addr(0x10)), Addr(0x60));
        assert_eq!(zeros.0.borrow().len(), 1);
    }
}
