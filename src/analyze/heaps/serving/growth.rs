//! What `sysmalloc` tries in turn when no free chunk is large enough.

use super::super::{Malloc, is_contiguous};
use super::brk::Brk;
use super::room::{Fits, Obstacle, Rooms};
use crate::addr::AddrRange;
use crate::analyze::Analysis;
use crate::heaps::{Arena, Heap, Part, Role};
use crate::model::{Snapshot, State};

/// What is asked of the system.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum StepKind {
    /// A mapping for this request alone.
    Mapping,
    /// More of the heap that brk moves.
    Brk,
    /// A piece for the main arena from elsewhere, where brk could not grow.
    Piece,
    /// More of a thread arena's last heap to be made writable.
    HeapGrowth,
    /// Another heap for a thread arena.
    NewHeap,
}

impl StepKind {
    /// All.
    pub const ALL: [StepKind; 5] =
        [StepKind::Mapping, StepKind::Brk, StepKind::Piece, StepKind::HeapGrowth, StepKind::NewHeap];

    /// The word used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            StepKind::Mapping => "mmap",
            StepKind::Brk => "brk",
            StepKind::Piece => "main-piece",
            StepKind::HeapGrowth => "heap-growth",
            StepKind::NewHeap => "new-heap",
        }
    }
}

/// One thing that is tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    /// What.
    pub kind: StepKind,
    /// How many bytes it asks for; of a new heap the address space.
    pub size: u64,
    /// Whether it would be given.
    pub fits: Fits,
    /// Why not; `None` where it would, and where nothing is known.
    pub obstacle: Option<Obstacle>,
}

/// Knows what the arenas of one process would ask for.
pub(super) struct Grower<'a> {
    heap: &'a Heap,
    snapshot: &'a Snapshot,
    malloc: Malloc,
    brk: Option<Brk>,
    rooms: Rooms<'a>,
}

impl<'a> Grower<'a> {
    pub fn new(
        snapshot: &'a Snapshot,
        analysis: &'a Analysis,
        heap: &'a Heap,
        malloc: Malloc,
        brk: Option<Brk>,
    ) -> Grower<'a> {
        Grower { heap, snapshot, malloc, brk, rooms: Rooms::new(snapshot, analysis) }
    }

    /// What is tried for a chunk in an arena, up to the first step that succeeds for certain.
    pub fn steps(&self, index: usize, arena: &Arena, request: u64, chunk: u64) -> Vec<Step> {
        let top = arena.top.unwrap_or(0);
        let mapped_first = self.malloc.is_mapped(chunk);
        let mut steps = Vec::new();
        if mapped_first {
            steps.extend(self.mapping(request));
        }
        if arena.main {
            steps.extend(self.more_brk(chunk, top));
            steps.extend(self.piece(chunk, top));
        } else {
            steps.extend(self.more_heap(index, arena, chunk, top));
            steps.push(self.new_heap(chunk));
            if !mapped_first {
                steps.extend(self.mapping(request));
            }
        }
        if let Some(done) = steps.iter().position(|step| step.fits == Fits::Yes) {
            steps.truncate(done + 1);
        }
        steps
    }

    fn mapping(&self, request: u64) -> Option<Step> {
        let size = self.malloc.mapping(request)?;
        let (fits, obstacle) = self.rooms.mapping(size, size);
        Some(Step { kind: StepKind::Mapping, size, fits, obstacle })
    }

    fn more_brk(&self, chunk: u64, top: u64) -> Option<Step> {
        let size = self.malloc.brk_growth(chunk, top, is_contiguous(self.heap))?;
        let step = |fits, obstacle| Some(Step { kind: StepKind::Brk, size, fits, obstacle });
        let Some(brk) = self.brk else { return step(Fits::Perhaps, None) };
        if brk.room < size {
            return step(Fits::No, Some(Obstacle::Blocked { room: brk.room, by: brk.blocked }));
        }
        match self.rooms.limits(size, size) {
            Some(limit) => step(Fits::No, Some(limit)),
            None => step(self.rooms.mapping(0, 0).0, None),
        }
    }

    fn piece(&self, chunk: u64, top: u64) -> Option<Step> {
        let size = self.malloc.piece(chunk, top, is_contiguous(self.heap))?;
        let (fits, obstacle) = self.rooms.mapping(size, size);
        Some(Step { kind: StepKind::Piece, size, fits, obstacle })
    }

    fn more_heap(&self, index: usize, arena: &Arena, chunk: u64, top: u64) -> Option<Step> {
        let size = self.malloc.heap_growth(chunk, top)?;
        let left = self.left_in_last_heap(index, arena)?;
        let limit = self.rooms.limits(0, size);
        let (fits, obstacle) = match limit {
            _ if left < size => (Fits::No, Some(Obstacle::HeapFull(left))),
            Some(limit) => (Fits::No, Some(limit)),
            None => (Fits::Yes, None),
        };
        Some(Step { kind: StepKind::HeapGrowth, size, fits, obstacle })
    }

    pub fn new_heap(&self, chunk: u64) -> Step {
        let size = self.malloc.heap_max;
        let (fits, obstacle) = match self.malloc.new_heap(chunk) {
            Some(writable) => self.rooms.heap(size, writable),
            None => (Fits::No, Some(Obstacle::LargerThanHeap(size))),
        };
        Step { kind: StepKind::NewHeap, size, fits, obstacle }
    }

    /// Bytes of an arena's last heap that it does not use yet. What it uses of all heaps it says itself; those before the
    /// last are used as far as they are writable.
    fn left_in_last_heap(&self, index: usize, arena: &Arena) -> Option<u64> {
        let number = |part: &Part| match part.role {
            Role::ThreadHeap { arena, heap } if usize::try_from(arena) == Ok(index) => Some(heap),
            _ => None,
        };
        let heaps = || self.heap.parts.iter().filter_map(|part| Some((number(part)?, part.range)));
        let (last, range) = heaps().max_by_key(|(number, _)| *number)?;
        let before: u64 = heaps().filter(|(number, _)| *number != last).map(|(_, range)| self.committed(range)).sum();
        let writable = self.committed(range);
        let used = arena.system.and_then(|system| system.checked_sub(before));
        Some(range.size().saturating_sub(used.map_or(writable, |used| used.min(writable))))
    }

    fn committed(&self, range: AddrRange) -> u64 {
        let regions = self.snapshot.space.regions();
        let first = regions.partition_point(|region| region.range.end() <= range.start());
        let inside =
            regions.iter().skip(first).map_while(|region| Some((region.state, region.range.intersect(range)?)));
        inside.filter(|(state, _)| *state == State::Committed).map(|(_, part)| part.size()).sum()
    }
}
