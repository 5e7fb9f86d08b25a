//! What a walk found, as plain data.

use super::fill::PageFill;
use crate::addr::{Addr, AddrRange};

/// All heaps of a process, one for each allocator that was found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Heaps {
    /// In the order in which allocators are looked for.
    pub list: Vec<Heap>,
}

/// Of a process whose heaps nobody looked for.
pub static NO_HEAPS: Heaps = Heaps { list: Vec::new() };

/// Who allocates.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "names of allocators")]
pub enum Allocator {
    Glibc,
    Cpython,
    Wine,
    Nt,
    SegmentHeap,
    Musl,
    Bionic,
    Jemalloc,
    Tcmalloc,
    Mimalloc,
    PartitionAlloc,
    Scudo,
    Go,
    Java,
    DotNet,
}

impl Allocator {
    /// All of them.
    pub const ALL: [Allocator; 15] = [
        Allocator::Glibc,
        Allocator::Cpython,
        Allocator::Wine,
        Allocator::Nt,
        Allocator::SegmentHeap,
        Allocator::Musl,
        Allocator::Bionic,
        Allocator::Jemalloc,
        Allocator::Tcmalloc,
        Allocator::Mimalloc,
        Allocator::PartitionAlloc,
        Allocator::Scudo,
        Allocator::Go,
        Allocator::Java,
        Allocator::DotNet,
    ];

    /// The word used in reports and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Allocator::Glibc => "glibc",
            Allocator::Cpython => "cpython",
            Allocator::Wine => "wine",
            Allocator::Nt => "nt",
            Allocator::SegmentHeap => "segment-heap",
            Allocator::Musl => "musl",
            Allocator::Bionic => "bionic",
            Allocator::Jemalloc => "jemalloc",
            Allocator::Tcmalloc => "tcmalloc",
            Allocator::Mimalloc => "mimalloc",
            Allocator::PartitionAlloc => "partition-alloc",
            Allocator::Scudo => "scudo",
            Allocator::Go => "go",
            Allocator::Java => "java",
            Allocator::DotNet => "dotnet",
        }
    }
}

/// How far figures can be trusted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Grade {
    /// Every sum closed.
    Exact,
    /// Something is missing or broken; [`Heap::troubles`] say what.
    Partial,
    /// The layout is documented, but was never held against a known truth.
    Experimental,
    /// It is there, and was not walked.
    NotWalked,
}

impl Grade {
    /// All of them.
    pub const ALL: [Grade; 4] = [Grade::Exact, Grade::Partial, Grade::Experimental, Grade::NotWalked];

    /// The word used in reports and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Grade::Exact => "exact",
            Grade::Partial => "partial",
            Grade::Experimental => "experimental",
            Grade::NotWalked => "not-walked",
        }
    }
}

/// One allocator's heaps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Heap {
    /// Whose.
    pub allocator: Allocator,
    /// Which of its layouts, in words: `glibc 2.27 to 2.42, safe-linking`.
    pub layout: Option<String>,
    /// How far figures can be trusted.
    pub grade: Grade,
    /// How it was recognised where it was not walked, and what else is worth a sentence.
    pub notes: Vec<String>,
    /// Chunks with a mapping of their own, as found in memory (glibc's mmapped chunks, Windows' large blocks). `None` if
    /// the allocator has no such thing, or it was not looked for.
    pub mmapped: Option<Tally>,
    /// Main first, then as the allocator lists them; for CPython one for each arena of obmalloc, by address.
    pub arenas: Vec<Arena>,
    /// Every range that belongs to it, by address, disjoint.
    pub parts: Vec<Part>,
    /// CPython's size classes.
    pub size_classes: Vec<SizeClass>,
    /// What CPython's arenas consist of, beside the size classes.
    pub python: Option<PythonTotals>,
    /// Settings that the heap itself tells.
    pub tuning: Option<Tuning>,
    /// Where something broke or is missing.
    pub troubles: Vec<Trouble>,
}

impl Heap {
    /// One of which nothing is known yet.
    pub fn new(allocator: Allocator, grade: Grade) -> Heap {
        Heap {
            allocator,
            layout: None,
            grade,
            notes: Vec::new(),
            mmapped: None,
            arenas: Vec::new(),
            parts: Vec::new(),
            size_classes: Vec::new(),
            python: None,
            tuning: None,
            troubles: Vec::new(),
        }
    }

    /// The part that has an address.
    pub fn part_at(&self, addr: Addr) -> Option<&Part> {
        let above = self.parts.partition_point(|part| part.range.start() <= addr);
        self.parts.get(above.checked_sub(1)?).filter(|part| part.range.contains(addr))
    }

    /// Free bytes in a part, of all kinds; `None` if nothing is known of them.
    pub fn free_in(&self, part: &Part) -> Option<u64> {
        let fill = part.fill.as_ref().map(|fill| fill.free_in(part.range))?;
        let tells = |arena: &Arena| arena.free.is_some() || arena.fast.is_some() || arena.top.is_some();
        (fill > 0 || self.arena_of(part).is_none_or(tells)).then_some(fill)
    }

    /// Bytes in a part that threads' caches hold; `None` if nothing is known of them.
    pub fn cached_in(&self, part: &Part) -> Option<u64> {
        let fill = part.fill.as_ref().map(|fill| fill.cached_in(part.range))?;
        let tells = |arena: &Arena| arena.cached.is_some() || self.allocator != Allocator::Glibc;
        (fill > 0 || self.arena_of(part).is_none_or(tells)).then_some(fill)
    }

    fn arena_of(&self, part: &Part) -> Option<&Arena> {
        self.arenas.get(part.role.arena()? as usize)
    }
}

/// How many, and how many bytes with their headers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// How many.
    pub count: u64,
    /// Bytes of them all.
    pub bytes: u64,
}

impl Tally {
    /// Counts one more.
    pub fn add(&mut self, bytes: u64) {
        self.count += 1;
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

/// Powers of two by which free chunks are counted: entry `i` counts sizes of `2^i..2^(i+1)` bytes.
pub const POWERS: usize = 48;

/// Free chunks that are neither fast, nor cached, nor the top chunk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Free {
    /// How many, and their bytes.
    pub all: Tally,
    /// Size of the largest; 0 without any.
    pub largest: u64,
    /// By power of two.
    pub by_power: [Tally; POWERS],
}

impl Default for Free {
    fn default() -> Free {
        Free { all: Tally::default(), largest: 0, by_power: [Tally::default(); POWERS] }
    }
}

impl Free {
    /// Counts one more chunk.
    pub fn add(&mut self, size: u64) {
        self.all.add(size);
        self.largest = self.largest.max(size);
        let power = size.checked_ilog2().unwrap_or(0) as usize;
        if let Some(tally) = self.by_power.get_mut(power.min(POWERS - 1)) {
            tally.add(size);
        }
    }
}

/// One arena. What was not walked is `None`, never 0.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arena {
    /// Address of its data: malloc_state, the first byte of a CPython arena, a heap's handle.
    pub id: Addr,
    /// The main arena, or the process's default heap.
    pub main: bool,
    /// Bytes that it has from the system, as it says itself (glibc's system_mem); committed bytes of a Windows heap.
    pub system: Option<u64>,
    /// The most it ever had.
    pub max_system: Option<u64>,
    /// Address space that it takes, with tails that are only reserved.
    pub reserved: u64,
    /// Pieces of address space it consists of.
    pub subheaps: u64,
    /// Chunks in use, without those that a cache holds.
    pub live: Option<Tally>,
    /// Chunks that a thread's cache holds: free for that thread, in use for everyone else (tcache).
    pub cached: Option<Tally>,
    /// Chunks in fastbins; free blocks in the groups of a Windows heap's low-fragmentation part, which only serve requests
    /// of their size.
    pub fast: Option<Tally>,
    /// Other free chunks, without top.
    pub free: Option<Free>,
    /// Size of the chunk at the end.
    pub top: Option<u64>,
    /// Bytes from the system that a walk did not reach, because something is broken or missing.
    pub unreached: u64,
    /// Threads that allocate from it, as it says itself.
    pub threads: Option<u64>,
    /// Rows of malloc_info: fast bins, unsorted, then other bins that are not empty.
    pub bins: Vec<Bin>,
    /// What trimming would give back.
    pub trim: Option<Trim>,
    /// Bytes that the program asked for in `live`, where blocks tell (Windows).
    pub requested: Option<u64>,
    /// What HeapWalk would say, where it counts otherwise (Wine).
    pub heap_walk: Option<HeapWalk>,
}

/// What Windows' HeapWalk says of a heap. Wine counts a group of its low-fragmentation part as one busy block, free blocks in
/// it included, and large blocks like others.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct HeapWalk {
    /// Busy blocks, and their bytes without headers.
    pub busy: Tally,
    /// Committed bytes of its regions, without those of large blocks.
    pub committed: u64,
}

impl Arena {
    /// One of which nothing but its place is known.
    pub fn new(id: Addr) -> Arena {
        Arena {
            id,
            main: false,
            system: None,
            max_system: None,
            reserved: 0,
            subheaps: 0,
            live: None,
            cached: None,
            fast: None,
            free: None,
            top: None,
            unreached: 0,
            threads: None,
            bins: Vec::new(),
            trim: None,
            requested: None,
            heap_walk: None,
        }
    }
}

/// Which list of free chunks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[expect(missing_docs, reason = "glibc's own words")]
pub enum BinKind {
    Fast,
    Unsorted,
    Regular,
}

/// One list of free chunks. `bytes` are the sum of sizes without flag bits, as everywhere here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bin {
    /// Which list.
    pub kind: BinKind,
    /// Smallest chunk in it.
    pub from: u64,
    /// Largest chunk in it.
    pub to: u64,
    /// How many, and bytes.
    pub tally: Tally,
}

/// What a chunk is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[expect(missing_docs, reason = "the words say it")]
pub enum ChunkState {
    Live,
    Cached,
}

/// What trimming an arena would give back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Trim {
    /// Bytes of memory (malloc_trim(0)): whole pages inside of free chunks and of top.
    pub memory: u64,
    /// Bytes of address space that would go back to the system.
    pub address_space: u64,
    /// The chunk that pins the rest: the last one before top that is not free. `None` if nothing does.
    pub blocker: Option<Blocker>,
}

/// The chunk that pins an arena's end, or what keeps a CPython arena from being freed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Blocker {
    /// Address of the chunk (with its header).
    pub address: Addr,
    /// Size with header, in bytes.
    pub size: u64,
    /// Live, or only cached.
    pub state: ChunkState,
    /// Free bytes right below it, up to the next chunk that is not free: what would come back with it.
    pub free_below: u64,
}

/// What part of a heap a range is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Role {
    /// The main arena's piece from brk.
    MainBrk,
    /// A piece of the main arena that was mapped, because brk could not grow.
    MainMapped,
    /// A heap of a thread arena, with its reserved tail: number of the arena in [`Heap::arenas`], and of the heap in it,
    /// both counted from 0, the oldest heap first.
    ThreadHeap {
        /// Which arena.
        arena: u32,
        /// Which of its heaps.
        heap: u32,
    },
    /// A chunk with a mapping of its own.
    Mmapped,
    /// An arena of CPython's obmalloc.
    PythonArena,
    /// A segment of a Windows heap: number of the heap in [`Heap::arenas`], counted from 0.
    Segment {
        /// Which heap.
        heap: u32,
    },
    /// A block of a Windows heap that was allocated for itself.
    LargeBlock {
        /// Which heap.
        heap: u32,
    },
    /// Address space of an allocator that was recognised and not walked.
    Unwalked,
}

impl Role {
    /// Number of the arena or Windows heap that it belongs to, in [`Heap::arenas`].
    pub fn arena(self) -> Option<u32> {
        match self {
            Role::MainBrk | Role::MainMapped => Some(0),
            Role::ThreadHeap { arena, .. } => Some(arena),
            Role::Segment { heap } | Role::LargeBlock { heap } => Some(heap),
            Role::Mmapped | Role::PythonArena | Role::Unwalked => None,
        }
    }
}

/// A range that belongs to a heap.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// Where, whole pages.
    pub range: AddrRange,
    /// What it is.
    pub role: Role,
    /// How much of each page is free or cached, where it was walked.
    pub fill: Option<PageFill>,
}

/// CPython's blocks of one size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SizeClass {
    /// Bytes of a block.
    pub size: u64,
    /// Pools of that size.
    pub pools: u64,
    /// Blocks in use.
    pub used: u64,
    /// Free blocks in those pools.
    pub free: u64,
}

/// What `sys._debugmallocstats()` prints below its table, of all interpreters together. The bytes from `allocated` on add up
/// to those of the arenas.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PythonTotals {
    /// Interpreters that have arenas of their own.
    pub interpreters: u64,
    /// Arenas, and their bytes.
    pub arenas: Tally,
    /// Arenas that were ever allocated, where that is known.
    pub ever: Option<u64>,
    /// The most arenas at a time, where that is known; of several interpreters the sum.
    pub peak: Option<u64>,
    /// Bytes in blocks that are in use.
    pub allocated: u64,
    /// Bytes in free blocks of pools that are in use.
    pub available: u64,
    /// Pools without a block in use, and their bytes.
    pub unused_pools: Tally,
    /// Bytes of the headers of pools in use.
    pub pool_headers: u64,
    /// Bytes behind the last block of pools in use.
    pub quantization: u64,
    /// Bytes that arenas lose since they do not begin at a pool's border.
    pub arena_alignment: u64,
    /// Bytes of pools and arenas that are damaged, or that the dump does not hold.
    pub unread: u64,
}

/// glibc's `mp_`: what decides where chunks go. Bytes, or counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tuning {
    /// Requests from this size on get a mapping of their own.
    pub mmap_threshold: u64,
    /// Whether the program fixed the thresholds, so that they do not grow with what is freed.
    pub fixed_thresholds: bool,
    /// Top is given back if it is larger than this.
    pub trim_threshold: u64,
    /// Added to each request to the system.
    pub top_pad: u64,
    /// Limit of arenas; 0 if none is set.
    pub arena_max: u64,
    /// Mapped chunks at the time, as glibc counts them.
    pub mmapped: Tally,
    /// The most mapped chunks there may be.
    pub mmap_max: u64,
    /// Where brk began.
    pub brk_start: Option<Addr>,
}

/// Where a walk broke, or found memory missing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trouble {
    /// A stable word for programs: `chunk-size`, `bin-list`, `sum`, `memory-missing`, `mmapped-count`; of CPython also
    /// `arena-record`, `pool-header`, `free-list`, and `more` for what is not told one by one.
    pub code: &'static str,
    /// One sentence for people.
    pub message: String,
    /// Where.
    pub at: Option<Addr>,
    /// Bytes that were walked of the arena it happened in, and bytes it has.
    pub covered: Option<(u64, u64)>,
}
