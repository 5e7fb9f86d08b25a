//! How much of a stack is in use: from the stack pointer, and with `--deep` from the lowest page that was ever
//! touched.

use crate::addr::{Addr, AddrRange};
use crate::load::assemble::Draft;

const BLOCK: usize = 1 << 16;

/// Bytes from the lowest used address up to the stack's end, or `None` if the stack pointer lies elsewhere and no
/// memory was looked at. A stack pointer in the guard counts as all used.
pub(super) fn used(draft: &Draft<'_>, sp: Option<Addr>, stack: AddrRange) -> Option<u64> {
    let by_sp = sp.filter(|sp| *sp < stack.end()).map(|sp| stack.end().distance_from(sp.max(stack.start())));
    let by_page = if draft.deep { touched(draft, stack) } else { None };
    by_page.max(by_sp)
}

/// From the lowest page that holds anything but zeros to the end, or `None` if the dump does not hold the whole stack.
fn touched(draft: &Draft<'_>, stack: AddrRange) -> Option<u64> {
    let page = draft.facts.page_size.unwrap_or(0x1000);
    let mut buf = vec![0u8; BLOCK];
    let mut at = stack.start();
    while at < stack.end() {
        let len = usize::try_from(stack.end().distance_from(at)).unwrap_or(BLOCK).min(BLOCK);
        let got = draft.memory.read(at, buf.get_mut(..len)?);
        let block = buf.get(..got).filter(|b| !b.is_empty())?;
        if let Some(first) = block.iter().position(|b| *b != 0) {
            let lowest = Addr(at.0 + first as u64).align_down(page).max(stack.start());
            return Some(stack.end().distance_from(lowest));
        }
        at = at.checked_add(got as u64)?;
    }
    Some(0)
}
