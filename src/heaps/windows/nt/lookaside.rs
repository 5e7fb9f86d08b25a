//! XP's front end: 128 lists of blocks that were freed and stay marked busy.

use std::collections::HashSet;

use super::layout::{Front, Layout};
use crate::addr::Addr;
use crate::heaps::memory::Words;
use crate::heaps::windows::troubles::Troubles;

const LISTS: u64 = 128;
/// Bytes of _HEAP_LOOKASIDE, which begins with its list's head.
const SIZE: u64 = 0x30;
/// FrontEndHeapType of lookaside lists.
const KIND: u8 = 1;
/// The depth of a list is 16 bits.
const LONGEST: usize = 0xffff;

/// Addresses that a program would have of the blocks in the lists of the heap at `handle`.
pub(super) fn blocks(words: &mut Words<'_>, layout: Layout, handle: Addr, troubles: &mut Troubles) -> HashSet<Addr> {
    let mut found = HashSet::new();
    let Some(lists) = lists(words, layout, handle) else { return found };
    for list in 0..LISTS {
        let Some(head) = lists.checked_add(list * SIZE) else { return found };
        let mut next = words.word(head);
        for _ in 0..LONGEST {
            let Some(block) = next.filter(|n| *n != 0).map(Addr) else { break };
            if !found.insert(block) {
                troubles.add("list", block, "a lookaside list meets a block twice".to_owned());
                break;
            }
            next = words.word(block);
        }
        if next.is_none() {
            troubles.add("memory-missing", head, "the dump does not hold a lookaside list".to_owned());
        }
    }
    found
}

fn lists(words: &mut Words<'_>, layout: Layout, handle: Addr) -> Option<Addr> {
    let Front::Lookaside { lists, kind } = layout.front else { return None };
    let mut byte = [0];
    words.bytes(handle.checked_add(kind)?, &mut byte)?;
    let pointer = words.word(handle.checked_add(lists)?)?;
    (byte == [KIND] && pointer != 0).then_some(Addr(pointer))
}
