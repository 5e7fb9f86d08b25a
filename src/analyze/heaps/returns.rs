//! What would come back: memory by trimming, address space, and which chunk pins the rest of each arena.

use super::{Malloc, is_contiguous};
use crate::addr::{Addr, AddrRange};
use crate::heaps::{Allocator, Arena, Blocker, ChunkState, Heap, Heaps, Role};
use crate::model::Snapshot;

/// What one allocator's heaps would give back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Returns {
    /// Which, by its place in [`Heaps::list`].
    pub heap: usize,
    /// Bytes of memory that trimming gives back: whole free pages, wherever they are.
    pub memory: u64,
    /// Of that, bytes of address space.
    pub address_space: u64,
    /// Arenas for which it is known.
    pub arenas: u64,
    /// What pins the arenas, those first with most free below.
    pub pins: Vec<Pin>,
}

/// A chunk that pins an arena.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pin {
    /// The arena, by its place in the heap's list.
    pub arena: usize,
    /// The chunk.
    pub blocker: Blocker,
    /// What of the chunk the program has.
    pub data: AddrRange,
    /// The end of a heap that would go back to the system if the chunk were free; `None` where nothing would, or it
    /// cannot be told.
    pub would_return: Option<AddrRange>,
}

impl Pin {
    /// Whether ending a thread or its cache is enough.
    pub fn is_cached(&self) -> bool {
        self.blocker.state == ChunkState::Cached
    }
}

impl Returns {
    /// Of all allocators that tell.
    pub fn of(snapshot: &Snapshot, heaps: &Heaps) -> Vec<Returns> {
        let heaps = heaps.list.iter().enumerate();
        heaps.filter_map(|(index, heap)| Returns::of_heap(snapshot, index, heap)).collect()
    }

    fn of_heap(snapshot: &Snapshot, index: usize, heap: &Heap) -> Option<Returns> {
        let trims = || heap.arenas.iter().filter_map(|arena| arena.trim);
        let arenas = trims().count() as u64;
        let pinned = |(number, arena): (usize, &Arena)| pin(snapshot, heap, number, arena);
        let mut pins: Vec<Pin> = heap.arenas.iter().enumerate().filter_map(pinned).collect();
        let regained = |pin: &Pin| pin.would_return.map_or(0, AddrRange::size).max(pin.blocker.free_below);
        pins.sort_by_key(|pin| (std::cmp::Reverse(regained(pin)), pin.arena));
        (arenas > 0).then(|| Returns {
            heap: index,
            memory: trims().map(|trim| trim.memory).fold(0, u64::saturating_add),
            address_space: trims().map(|trim| trim.address_space).fold(0, u64::saturating_add),
            arenas,
            pins,
        })
    }
}

fn pin(snapshot: &Snapshot, heap: &Heap, number: usize, arena: &Arena) -> Option<Pin> {
    let blocker = arena.trim?.blocker?;
    let header = header(snapshot, heap.allocator);
    let size = blocker.size.checked_sub(header).filter(|size| *size > 0)?;
    let data = AddrRange::from_size(blocker.address.checked_add(header)?, size)?;
    Some(Pin { arena: number, blocker, data, would_return: would_return(snapshot, heap, arena, blocker) })
}

/// Bytes of a chunk before what the program has.
fn header(snapshot: &Snapshot, allocator: Allocator) -> u64 {
    match allocator {
        Allocator::Glibc => 2 * u64::from(snapshot.platform.width.bytes()),
        Allocator::Wine | Allocator::Nt => 8,
        _ => 0,
    }
}

/// What a trim would give back of the main arena's brk run with the blocker free as well.
fn would_return(snapshot: &Snapshot, heap: &Heap, arena: &Arena, blocker: Blocker) -> Option<AddrRange> {
    if heap.allocator == Allocator::Cpython {
        // Whole arenas are unmapped.
        let own = heap.part_at(blocker.address);
        return own.filter(|part| part.role == Role::PythonArena && is_all(arena, blocker)).map(|part| part.range);
    }
    if heap.allocator != Allocator::Glibc || !arena.main || !is_contiguous(heap) {
        return None;
    }
    let brk = heap.parts.iter().rfind(|part| part.role == Role::MainBrk)?.range;
    let free_from = blocker.address.checked_sub(blocker.free_below).filter(|at| brk.contains(*at))?;
    let free = brk.end().distance_from(free_from);
    let back = Malloc::of(snapshot, heap).trimmed(free, 0);
    AddrRange::new(Addr(brk.end().0.saturating_sub(back)), brk.end())
}

/// Whether nothing else lives in an arena.
fn is_all(arena: &Arena, blocker: Blocker) -> bool {
    arena.live.is_some_and(|live| live.count <= 1 && live.bytes <= blocker.size)
}
