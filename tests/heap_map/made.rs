//! Heaps as a walk would find them, made up.

use fragscope::addr::{Addr, AddrRange};
use fragscope::heaps::*;
use proptest::prelude::*;

use crate::spaces::{FLOOR, PAGE, pages};

pub fn part(start: u64, end: u64, role: Role) -> Part {
    Part { range: pages(start, end), role, fill: None }
}

/// A part of which so many bytes from its start are free, and so many behind them cached.
pub fn filled(start: u64, end: u64, role: Role, free: u64, cached: u64) -> Part {
    let range = pages(start, end);
    let mut fill = PageFill::new(range);
    let chunk = |from: u64, bytes: u64| AddrRange::from_size(Addr(from), bytes).and_then(|c| c.intersect(range));
    chunk(range.start().0, free).into_iter().for_each(|c| fill.add_free(c));
    chunk(range.start().0 + free, cached).into_iter().for_each(|c| fill.add_cached(c));
    Part { range, role, fill: Some(fill) }
}

pub fn heap(allocator: Allocator, arenas: &[u64], parts: Vec<Part>) -> Heap {
    let arenas = arenas.iter().map(|id| Arena::new(Addr(*id))).collect();
    Heap { arenas, parts, ..Heap::new(allocator, Grade::Exact) }
}

pub fn heaps(list: Vec<Heap>) -> Heaps {
    Heaps { list }
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![
        Just(Role::MainBrk),
        Just(Role::MainMapped),
        (0u32..3, 0u32..3).prop_map(|(arena, heap)| Role::ThreadHeap { arena, heap }),
        Just(Role::Mmapped),
        Just(Role::PythonArena),
    ]
}

/// Heaps of two allocators, each with disjoint parts by address: pages between, pages of their own, free and cached bytes
/// in sixteenths of the part.
pub fn any_heaps() -> impl Strategy<Value = Heaps> {
    let parts = || proptest::collection::vec((0u64..20, 1u64..12, role(), 0u64..17, 0u64..5), 0..6);
    (parts(), parts()).prop_map(|(glibc, python)| {
        let placed = |list: Vec<(u64, u64, Role, u64, u64)>| {
            let mut at = FLOOR;
            let one = |(below, own, role, free, cached): (u64, u64, Role, u64, u64)| {
                at += below + own;
                let sixteenth = own * PAGE / 16;
                filled(at - own, at, role, free * sixteenth, cached * sixteenth / 2 + 8)
            };
            list.into_iter().map(one).collect()
        };
        heaps(vec![heap(Allocator::Glibc, &[1, 2, 3], placed(glibc)), heap(Allocator::Cpython, &[], placed(python))])
    })
}
