//! What parts of heaps are called.
//!
//! Arenas and Windows heaps have the number that they have in [`Heap::arenas`], as in `malloc_info` and in the tables of
//! `fragscope heap`: 0 is the main arena. Their pieces are counted from 1.

use std::collections::HashMap;

use crate::heaps::{Allocator, Heap, Role};
use crate::model::HeapClass;

/// The class of a part of this allocator.
pub fn class(allocator: Allocator, role: Role) -> HeapClass {
    match (role, allocator) {
        (Role::MainBrk, _) => HeapClass::Brk,
        (Role::MainMapped, _) => HeapClass::MainPiece,
        (Role::ThreadHeap { .. }, _) => HeapClass::ThreadArena,
        (Role::Mmapped, _) => HeapClass::MmappedChunk,
        (Role::PythonArena, _) => HeapClass::PythonArena,
        (Role::Segment { .. } | Role::LargeBlock { .. }, Allocator::SegmentHeap) => HeapClass::SegmentHeap,
        (Role::Segment { .. }, Allocator::Wine) => HeapClass::WineSegment,
        (Role::LargeBlock { .. }, Allocator::Wine) => HeapClass::WineLargeBlock,
        (Role::Segment { .. }, _) => HeapClass::NtSegment,
        (Role::LargeBlock { .. }, _) => HeapClass::NtLargeBlock,
        (Role::Unwalked, _) => HeapClass::GoArena,
    }
}

/// What each of a heap's parts is called, in their order: `main heap`, `main heap piece 1`, `arena 3 heap 2`,
/// `mmapped chunk`, `CPython arena`, `Wine heap 2 segment 1`.
pub fn part_names(heap: &Heap) -> Vec<String> {
    let mut pieces = 0;
    let mut segments: HashMap<u32, u32> = HashMap::new();
    let name = |role| {
        let class = class(heap.allocator, role).name();
        match role {
            Role::MainBrk => "main heap".to_owned(),
            Role::MainMapped => format!("{class} {}", next(&mut pieces)),
            Role::ThreadHeap { arena, heap } => format!("arena {arena} heap {}", heap.saturating_add(1)),
            Role::Segment { heap } => {
                format!("{class} {heap} segment {}", next(segments.entry(heap).or_default()))
            }
            Role::LargeBlock { heap } => format!("{} {heap} large block", class.trim_end_matches(" large block")),
            Role::Mmapped | Role::PythonArena | Role::Unwalked => class.to_owned(),
        }
    };
    heap.parts.iter().map(|part| part.role).map(name).collect()
}

fn next(count: &mut u32) -> u32 {
    *count += 1;
    *count
}
