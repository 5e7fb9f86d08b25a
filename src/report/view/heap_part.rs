//! Ranges of heaps in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Address, Context, OwnerView};
use crate::heaps::{Heap, Part, Role};

/// A range that belongs to a heap.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "HeapPart")]
pub struct HeapPartView<'a> {
    /// First address.
    pub start: Address,
    /// First address after it.
    pub end: Address,
    /// What it is called: `main heap`, `arena 3 heap 2`, `mmapped chunk`. Heaps of an arena count from 1 in it.
    pub name: String,
    /// What it is.
    pub role: HeapRole,
    /// Number of the arena, or of the Windows heap, that it belongs to; null if it is no one's piece.
    pub arena: Option<u32>,
    /// Which of the arena's heaps it is, the oldest is 0.
    pub heap: Option<u32>,
    /// Free bytes in it; null if it was not walked, or nothing is known of them.
    pub free: Option<u64>,
    /// Bytes in it that threads' caches hold; null if nothing is known of them.
    pub cached: Option<u64>,
    /// Who has its first address on the map; null if nobody.
    pub owner: Option<OwnerView<'a>>,
}

/// What part of a heap a range is.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HeapRole {
    /// The main arena's piece from brk.
    MainBrk,
    /// A piece of the main arena that was mapped, because brk could not grow.
    MainMapped,
    /// A heap of a thread arena, with its reserved tail.
    ThreadHeap,
    /// A chunk with a mapping of its own.
    Mmapped,
    /// An arena of CPython's obmalloc.
    PythonArena,
    /// A segment of a Windows heap.
    Segment,
    /// A block of a Windows heap that was allocated for itself.
    LargeBlock,
    /// Address space of an allocator that was recognised and not walked.
    Unwalked,
}

impl<'a> HeapPartView<'a> {
    pub(super) fn new(cx: Context<'a>, of: &Heap, part: &'a Part, name: String) -> HeapPartView<'a> {
        let (role, arena, heap) = parts_of(part.role);
        let region = cx.snapshot.space.region_at(part.range.start());
        HeapPartView {
            start: cx.hex(part.range.start()),
            end: cx.hex(part.range.end()),
            name,
            role,
            arena,
            heap,
            free: of.free_in(part),
            cached: of.cached_in(part),
            owner: cx.owner_of(region),
        }
    }
}

fn parts_of(role: Role) -> (HeapRole, Option<u32>, Option<u32>) {
    match role {
        Role::MainBrk => (HeapRole::MainBrk, Some(0), None),
        Role::MainMapped => (HeapRole::MainMapped, Some(0), None),
        Role::ThreadHeap { arena, heap } => (HeapRole::ThreadHeap, Some(arena), Some(heap)),
        Role::Mmapped => (HeapRole::Mmapped, None, None),
        Role::PythonArena => (HeapRole::PythonArena, None, None),
        Role::Segment { heap } => (HeapRole::Segment, Some(heap), None),
        Role::LargeBlock { heap } => (HeapRole::LargeBlock, Some(heap), None),
        Role::Unwalked => (HeapRole::Unwalked, None, None),
    }
}
