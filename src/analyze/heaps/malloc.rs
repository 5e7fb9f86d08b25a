//! glibc's own arithmetic (`malloc/malloc.c`, `malloc/arena.c`): how large a chunk is made for a request, and how much
//! is asked of the system when no chunk is large enough.

use crate::addr::AddrRange;
use crate::analyze::rounding::{self, Rounding};
use crate::heaps::{BinKind, Heap, Role, Tuning};
use crate::model::{Cpu, PointerWidth, Request, RequestSource, Snapshot};

/// DEFAULT_MMAP_THRESHOLD_MIN, DEFAULT_TRIM_THRESHOLD and DEFAULT_TOP_PAD.
pub(in crate::analyze) const DEFAULT: u64 = 128 << 10;
/// DEFAULT_MMAP_MAX.
const MMAP_MAX: u64 = 65_536;
/// MMAP_AS_MORECORE_SIZE: the smallest piece that is mapped where brk cannot grow.
const LEAST_PIECE: u64 = 1 << 20;
/// HEAP_MIN_SIZE.
const LEAST_HEAP: u64 = 32 << 10;
/// Words of heap_info, the most of any version.
const HEAP_INFO_WORDS: u64 = 6;

/// The constants of one process. All sizes in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Malloc {
    word: u64,
    align: u64,
    page: u64,
    /// Address space of a thread arena's heap, and its alignment.
    pub heap_max: u64,
    /// Settings; where the dump does not tell, the defaults.
    pub tuning: Tuning,
    rounding: Rounding,
}

impl Malloc {
    /// Those of a process with glibc's malloc.
    pub fn of(snapshot: &Snapshot, heap: &Heap) -> Malloc {
        let width = snapshot.platform.width;
        let defaults = Tuning {
            mmap_threshold: DEFAULT,
            trim_threshold: DEFAULT,
            top_pad: DEFAULT,
            mmap_max: MMAP_MAX,
            ..Tuning::default()
        };
        Malloc {
            word: u64::from(width.bytes()),
            align: alignment(snapshot, heap),
            page: snapshot.space.bounds().page_size.max(1),
            heap_max: heap_max(width, heap),
            tuning: heap.tuning.unwrap_or(defaults),
            rounding: rounding::of_snapshot(snapshot),
        }
    }

    /// The smallest chunk.
    pub fn least_chunk(&self) -> u64 {
        4 * self.word
    }

    /// The chunk that a request needs, header included; `None` for a request that malloc refuses whatever is free: one of
    /// more than PTRDIFF_MAX.
    pub fn chunk(&self, request: u64) -> Option<u64> {
        let most = (1u64 << (8 * self.word - 1)) - 1;
        let with_header = request.checked_add(self.word).filter(|_| request <= most)?;
        Some(with_header.checked_next_multiple_of(self.align)?.max(self.least_chunk()))
    }

    /// How large top must be to serve a chunk: a smallest chunk always stays.
    pub fn top_for(&self, chunk: u64) -> u64 {
        chunk.saturating_add(self.least_chunk())
    }

    /// The mapping that a request gets for its own; `None` above 2^64.
    pub fn mapping(&self, request: u64) -> Option<u64> {
        self.rounding.needed(&Request { size: request, align: None, source: RequestSource::User })
    }

    /// By how much brk must grow for a chunk. Where the main arena is one piece, what top has counts.
    pub fn brk_growth(&self, chunk: u64, top: u64, contiguous: bool) -> Option<u64> {
        let wanted = self.top_for(chunk).checked_add(self.tuning.top_pad)?;
        let size = if contiguous { wanted.saturating_sub(top) } else { wanted };
        size.max(1).checked_next_multiple_of(self.page)
    }

    /// The piece that is mapped for a chunk where brk could not grow.
    pub fn piece(&self, chunk: u64, top: u64, contiguous: bool) -> Option<u64> {
        let growth = self.brk_growth(chunk, top, contiguous)?;
        let size = if contiguous { growth.checked_add(top)? } else { growth };
        Some(size.checked_next_multiple_of(self.page)?.max(LEAST_PIECE))
    }

    /// By how much a thread arena's last heap must grow for a chunk.
    pub fn heap_growth(&self, chunk: u64, top: u64) -> Option<u64> {
        self.top_for(chunk).saturating_sub(top).max(1).checked_next_multiple_of(self.page)
    }

    /// What of a new heap would be made writable for a chunk; `None` for a chunk that no heap can hold.
    pub fn new_heap(&self, chunk: u64) -> Option<u64> {
        let least = self.top_for(chunk).checked_add(HEAP_INFO_WORDS * self.word).filter(|n| *n <= self.heap_max)?;
        let size = least.saturating_add(self.tuning.top_pad).max(LEAST_HEAP).min(self.heap_max);
        Some(size.checked_next_multiple_of(self.page)?.min(self.heap_max))
    }

    /// Whether a request that no free chunk serves gets a mapping of its own before its arena is grown.
    pub fn is_mapped(&self, chunk: u64) -> bool {
        chunk >= self.tuning.mmap_threshold && self.tuning.mmapped.count < self.tuning.mmap_max
    }

    /// The largest chunk that a thread's cache keeps unless it was told otherwise.
    pub fn largest_cached(&self) -> u64 {
        self.least_chunk() + 63 * self.align
    }

    /// Whole pages at the end of a heap that trimming gives back when so many bytes there are free, of which `pad` stay.
    pub fn trimmed(&self, free_at_end: u64, pad: u64) -> u64 {
        let left = free_at_end.saturating_sub(self.least_chunk() + 1).saturating_sub(pad);
        left - left % self.page
    }
}

/// MALLOC_ALIGNMENT. That of i386 was 8 up to glibc 2.25 and is 16 since: chunks of other sizes tell.
fn alignment(snapshot: &Snapshot, heap: &Heap) -> u64 {
    let platform = &snapshot.platform;
    let x86 = matches!(platform.cpu, None | Some(Cpu::X86));
    let rows = heap.arenas.iter().flat_map(|arena| &arena.bins).filter(|bin| bin.kind != BinKind::Unsorted);
    let odd = rows.clone().any(|bin| bin.from % 16 != 0 && bin.tally.count > 0 && bin.from == bin.to);
    match platform.width {
        PointerWidth::Bits64 => 16,
        PointerWidth::Bits32 if x86 && !odd => 16,
        PointerWidth::Bits32 => 8,
    }
}

/// HEAP_MAX_SIZE, by the heaps that are there, or the platform's.
fn heap_max(width: PointerWidth, heap: &Heap) -> u64 {
    let heaps = heap.parts.iter().filter(|part| matches!(part.role, Role::ThreadHeap { .. }));
    let largest = heaps.map(|part| part.range).map(AddrRange::size).max();
    let usual = match width {
        PointerWidth::Bits32 => 1 << 20,
        PointerWidth::Bits64 => 64 << 20,
    };
    largest.filter(|size| size.is_power_of_two()).map_or(usual, |size| size.max(usual))
}
