//! A Wine heap by its lists: subheaps, and large blocks.

use std::collections::HashSet;

use super::layout::{Layout, MAGIC, REGION, block_at};
use crate::addr::{Addr, AddrRange};
use crate::heaps::memory::Words;
use crate::heaps::windows::outline::{Claimed, Large, Outline, PAGE, Segment};
use crate::heaps::windows::troubles::Troubles;

/// Nodes that are followed in one list.
const MOST: usize = 1 << 20;

/// Whether a Wine heap lies there.
pub(super) fn is_heap(words: &mut Words<'_>, layout: Layout, handle: Addr) -> bool {
    handle.checked_add(layout.magic).and_then(|at| words.u32(at)) == Some(MAGIC)
}

/// All heaps of the process, by the ring that every heap is part of, `first` in front.
pub(super) fn ring(words: &mut Words<'_>, layout: Layout, first: Addr, troubles: &mut Troubles) -> Vec<Addr> {
    let Some(head) = first.checked_add(layout.heap_node()) else { return Vec::new() };
    let mut nodes = nodes(words, head, "the ring of heaps", troubles);
    nodes.extend(backwards(words, head, &nodes));
    let mut found = vec![first];
    for node in nodes {
        let Some(handle) = node.checked_sub(layout.heap_node()) else { continue };
        match is_heap(words, layout, handle) {
            true => found.push(handle),
            false => troubles.add("heap-list", node, "the ring of heaps leads to what is no heap".to_owned()),
        }
    }
    found
}

/// What a ring that breaks has on the other side of the break: nodes from `head` backwards, up to one that is in `seen`.
fn backwards(words: &mut Words<'_>, head: Addr, seen: &[Addr]) -> Vec<Addr> {
    let mut known: HashSet<Addr> = seen.iter().copied().chain([head]).collect();
    let mut found = Vec::new();
    let mut next = words.word_at(head, 1).map(Addr);
    while let Some(node) = next.filter(|node| found.len() < MOST && known.insert(*node)) {
        next = words.word_at(node, 1).map(Addr);
        // A node that the dump does not hold was seen from the front, or leads nowhere.
        found.extend(next.map(|_| node));
    }
    found
}

/// The nodes behind a list's head, up to where it closes.
fn nodes(words: &mut Words<'_>, head: Addr, name: &str, troubles: &mut Troubles) -> Vec<Addr> {
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    let mut at = head;
    loop {
        let Some(next) = words.word(at).map(Addr) else {
            troubles.add("memory-missing", at, format!("the dump does not hold a node of {name}"));
            return found;
        };
        if next == head {
            return found;
        }
        if found.len() == MOST || !seen.insert(next) {
            troubles.add("list", next, format!("{name} does not close"));
            return found;
        }
        found.push(next);
        at = next;
    }
}

/// What the heap at `handle` says of itself.
pub(super) fn read(
    words: &mut Words<'_>,
    layout: Layout,
    handle: Addr,
    claimed: &mut Claimed,
    troubles: &mut Troubles,
) -> Outline {
    let mut outline = Outline { handle, main: false, segments: Vec::new(), large: Vec::new() };
    let list = |at: u64| handle.checked_add(at);
    let subheaps = list(layout.subheaps()).map(|head| nodes(words, head, "a heap's subheaps", troubles));
    for node in subheaps.unwrap_or_default() {
        match node.checked_sub(layout.subheap_node()).and_then(|sub| segment(words, layout, handle, sub)) {
            Some(segment) if claimed.take(segment.range) => outline.segments.push(segment),
            Some(_) => troubles.add("overlap", node, "a subheap lies where another heap's memory is".to_owned()),
            None => troubles.add("subheap", node, "a subheap's own sizes or owner do not fit".to_owned()),
        }
    }
    // New ones are put in front.
    outline.segments.reverse();
    let large = list(layout.large_blocks()).map(|head| nodes(words, head, "a heap's large blocks", troubles));
    for node in large.unwrap_or_default() {
        match node.checked_sub(layout.field(0)).and_then(|base| large_block(words, layout, base)) {
            Some(large) if claimed.take(large.range) => outline.large.push(large),
            Some(_) => troubles.add("overlap", node, "a large block lies where another heap's memory is".to_owned()),
            None => troubles.add("large-block", node, "a large block's own sizes do not fit".to_owned()),
        }
    }
    outline
}

/// The rules of `check_subheap`: the heap is its owner, and what is committed lies inside.
fn segment(words: &mut Words<'_>, layout: Layout, handle: Addr, subheap: Addr) -> Option<Segment> {
    let mut field = |n| words.word(subheap.checked_add(layout.field(n))?);
    let (block_size, data_size, owner) = (field(0)?, field(1)?, field(4)?);
    let first = subheap.checked_add(layout.block())?;
    let end = first.checked_add(super::layout::HEADER)?.checked_add(data_size)?;
    let reserved = first.checked_add(block_size)?;
    let base = subheap.align_down(REGION);
    (owner == handle.0 && end <= reserved).then_some(())?;
    let range = AddrRange::new(base, reserved)?.grown_to(PAGE);
    let committed = end.distance_from(base);
    Some(Segment { range, committed, first, end, holes: Vec::new(), internal: Vec::new() })
}

fn large_block(words: &mut Words<'_>, layout: Layout, base: Addr) -> Option<Large> {
    let mut field = |n| words.word(base.checked_add(layout.field(n))?);
    let (size, block_size) = (field(2)?, field(3)?);
    let header = base.checked_add(layout.block())?;
    let data = header.checked_add(super::layout::HEADER)?;
    block_at(words, header)?.is_large().then_some(())?;
    let end = base.checked_add(block_size)?;
    (data.checked_add(size)? <= end).then_some(())?;
    let range = AddrRange::new(base, end)?.grown_to(PAGE);
    Some(Large { range, committed: range.size(), data, size })
}
