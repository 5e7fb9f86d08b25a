//! Heaps in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::heap_shares::HeapSharesView;
use super::root::{SCHEMA_VERSION, Tool};
use super::{Address, AddressSpaceView, AdviceView, BucketView, Context, DumpView, List, Word};
use super::{ReservationsView, ReturnsView, ServingView};
use crate::analyze::figures::percentage;
use crate::analyze::heaps::{Answers, Serving};
use crate::heaps::{
    Allocator, Arena, Bin, BinKind, Blocker, ChunkState, Free, Grade, Heap, HeapWalk, POWERS, SizeClass, Sums, Tally,
    Trim, Trouble, Tuning, part_names,
};

use super::heap_part::HeapPartView;
use super::heap_python::PythonTotalsView;

/// What `heap --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HeapReport<'a> {
    /// Version of this shape.
    pub schema_version: u32,
    /// What made it.
    pub tool: Tool,
    /// The dump.
    pub dump: DumpView<'a>,
    /// Limits and trust.
    pub address_space: AddressSpaceView,
    /// The heaps, one for each allocator that was found.
    pub heaps: List<'a, HeapView<'a>>,
    /// The address space by what becomes of it.
    pub shares: HeapSharesView,
    /// Whether the request of `--need` or of the dump could have been served from inside; null without one, without
    /// glibc's heaps, or with an alignment.
    pub serving: Option<ServingView<'a>>,
    /// What the heap's growth would take, step by step: for the request, or for a small one. Null without glibc's heaps.
    pub growth: Option<ServingView<'a>>,
    /// What would come back, by allocator.
    pub returns: Vec<ReturnsView<'a>>,
    /// What thread arenas reserve; null without any.
    pub reservations: Option<ReservationsView>,
    /// What could be done about the heaps, each with its effect, whether it matters or not.
    pub advice: Vec<AdviceView<'a>>,
}

/// One allocator's heaps. Bytes are sizes of chunks with their headers; what was not walked is null, never 0.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Heap")]
pub struct HeapView<'a> {
    /// Whose.
    pub allocator: Word<Allocator>,
    /// Which of its layouts, in words.
    pub layout: Option<&'a str>,
    /// How far figures can be trusted: `exact` if every sum closed, `partial` if something is missing or broken,
    /// `experimental` if the layout was never held against a known truth, `not-walked` if it was only recognised.
    pub evidence: Word<Grade>,
    /// Chunks with a mapping of their own, as found in memory; they are in no arena. Null if there is no such thing.
    pub mmapped: Option<HeapTallyView>,
    /// All arenas together.
    pub totals: HeapTotalsView,
    /// Main first, then as the allocator lists them; of CPython by address. Their numbers count from 0.
    pub arenas: List<'a, ArenaView<'a>>,
    /// Every range that belongs to it, by address.
    pub parts: List<'a, HeapPartView<'a>>,
    /// CPython's blocks by size.
    pub size_classes: Vec<SizeClassView>,
    /// What CPython's arenas consist of, beside the size classes; null of other allocators, and where it was not walked.
    pub python: Option<PythonTotalsView>,
    /// Settings that the heap itself tells; null if it tells none, or they were not found.
    pub tuning: Option<TuningView>,
    /// What is worth a sentence: how it was recognised, what was not looked for.
    pub notes: &'a [String],
    /// Where the walk broke, or memory is missing.
    pub troubles: Vec<TroubleView<'a>>,
}

/// How many, and how many bytes.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "HeapTally")]
pub struct HeapTallyView {
    /// How many.
    pub count: u64,
    /// Bytes of them all.
    pub bytes: u64,
}

/// Arenas added up, in bytes. Null if not every arena tells it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "HeapTotals")]
pub struct HeapTotalsView {
    /// How many arenas.
    pub arenas: u64,
    /// From the system.
    pub system: Option<u64>,
    /// Address space, with tails that are only reserved.
    pub reserved: u64,
    /// Chunks in use.
    pub live: Option<HeapTallyView>,
    /// Chunks that threads' caches hold.
    pub cached: Option<HeapTallyView>,
    /// Chunks in fast bins.
    pub fast: Option<HeapTallyView>,
    /// Other free chunks, without top.
    pub free: Option<FreeChunksView>,
    /// The chunks at the ends.
    pub top: Option<u64>,
    /// What is no chunk: the arenas' own data, fence posts, gaps in brk, what a broken walk did not reach.
    pub other: Option<u64>,
    /// Free bytes outside the largest free chunk of all arenas, in percent of the free bytes; 0 when nothing is free.
    pub fragmentation_percent: Option<f64>,
}

/// Free chunks that are neither fast, nor cached, nor top.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "FreeChunks")]
pub struct FreeChunksView {
    /// How many.
    pub count: u64,
    /// Bytes of them all.
    pub bytes: u64,
    /// Size of the largest; 0 without any.
    pub largest: u64,
    /// By power of two, ascending, without those of which there are none.
    pub by_power: Vec<BucketView>,
}

/// An arena.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Arena")]
pub struct ArenaView<'a> {
    /// Address of its data: malloc_state, the first byte of a CPython arena, a heap's handle.
    pub id: Address,
    /// Whether it is the main arena, or the process's default heap.
    pub main: bool,
    /// Bytes that it has from the system, as it says itself.
    pub system: Option<u64>,
    /// The most it ever had.
    pub max_system: Option<u64>,
    /// Address space that it takes, with tails that are only reserved.
    pub reserved: u64,
    /// Pieces of address space it consists of.
    pub subheaps: u64,
    /// Chunks in use, without those that a cache holds.
    pub live: Option<HeapTallyView>,
    /// Chunks that a thread's cache holds: free for that thread, in use for everyone else.
    pub cached: Option<HeapTallyView>,
    /// Chunks in fast bins.
    pub fast: Option<HeapTallyView>,
    /// Other free chunks, without top.
    pub free: Option<FreeChunksView>,
    /// Size of the chunk at the end.
    pub top: Option<u64>,
    /// What of `system` is no chunk; null if that cannot be told.
    pub other: Option<u64>,
    /// Free bytes outside the largest free chunk, in percent of the free bytes; 0 when nothing is free.
    pub fragmentation_percent: Option<f64>,
    /// Threads that allocate from it, as it says itself.
    pub threads: Option<u64>,
    /// Lists of free chunks that are not empty, as malloc_info lists them.
    pub bins: List<'a, BinView>,
    /// What trimming would give back.
    pub trim: Option<TrimView>,
    /// Bytes that the program asked for in `live`; null where blocks do not tell (all but Windows).
    pub requested: Option<u64>,
    /// What HeapWalk would say, which counts groups of small blocks as one; null of all but Wine.
    pub heap_walk: Option<HeapWalkView>,
}

/// What HeapWalk says of a heap of Wine.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "HeapWalk")]
pub struct HeapWalkView {
    /// Busy blocks, and their bytes without headers.
    pub busy: HeapTallyView,
    /// Committed bytes of its regions, without those of large blocks.
    pub committed: u64,
}

/// A list of free chunks.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Bin")]
pub struct BinView {
    /// Which list.
    pub kind: Word<BinKind>,
    /// Smallest chunk in it.
    pub from: u64,
    /// Largest chunk in it.
    pub to: u64,
    /// How many.
    pub count: u64,
    /// Their sum.
    pub bytes: u64,
}

/// What trimming an arena would give back, in bytes.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Trim")]
pub struct TrimView {
    /// Memory: whole pages inside of free chunks and of top.
    pub memory: u64,
    /// Address space, which is nearly always much less.
    pub address_space: u64,
    /// The chunk that pins the rest; null if nothing does.
    pub blocker: Option<BlockerView>,
}

/// A chunk that pins an arena's end.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Blocker")]
pub struct BlockerView {
    /// Address of the chunk, with its header.
    pub address: Address,
    /// Size with header, in bytes.
    pub size: u64,
    /// Live, or only held by a cache.
    pub state: Word<ChunkState>,
    /// Free bytes right below it, up to the next chunk that is not free.
    pub free_below: u64,
}

/// CPython's blocks of one size.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "SizeClass")]
pub struct SizeClassView {
    /// Bytes of a block.
    pub size: u64,
    /// Pools of that size.
    pub pools: u64,
    /// Blocks in use.
    pub used: u64,
    /// Free blocks in those pools.
    pub free: u64,
}

/// glibc's settings as they were, in bytes or counts.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Tuning")]
pub struct TuningView {
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
    /// Mapped chunks as glibc counts them.
    pub mmapped: HeapTallyView,
    /// The most mapped chunks there may be.
    pub mmap_max: u64,
    /// Where brk began.
    pub brk_start: Option<Address>,
}

/// Where a walk broke.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "HeapTrouble")]
pub struct TroubleView<'a> {
    /// A stable word.
    pub code: &'static str,
    /// One sentence.
    pub message: &'a str,
    /// Where.
    pub at: Option<Address>,
    /// Bytes that were walked of the arena it happened in.
    pub covered: Option<u64>,
    /// Bytes that this arena has.
    pub of: Option<u64>,
}

impl<'a> HeapReport<'a> {
    /// The heaps with their heads, and what was asked of them.
    pub fn new(cx: Context<'a>, answers: &'a Answers) -> HeapReport<'a> {
        let serving = |serving: &'a Option<Serving>| {
            serving.as_ref().and_then(|serving| ServingView::new(cx, serving, answers.crashed))
        };
        let returns = answers.returns.iter().zip(&answers.looks);
        HeapReport {
            schema_version: SCHEMA_VERSION,
            tool: Tool::this(),
            dump: DumpView::new(cx),
            address_space: AddressSpaceView::new(cx),
            heaps: heaps(cx),
            shares: HeapSharesView::new(cx),
            serving: serving(&answers.serving),
            growth: serving(&answers.growth),
            returns: returns.filter_map(|(returns, looks)| ReturnsView::new(cx, returns, looks)).collect(),
            reservations: answers.reservations.map(ReservationsView::new),
            advice: answers.advice.iter().map(AdviceView::new).collect(),
        }
    }
}

/// All heaps of a process.
pub(super) fn heaps(cx: Context<'_>) -> List<'_, HeapView<'_>> {
    List::new(cx.heaps.list.len(), move |index| Some(HeapView::new(cx, cx.heaps.list.get(index)?)))
}

impl<'a> HeapView<'a> {
    fn new(cx: Context<'a>, heap: &'a Heap) -> HeapView<'a> {
        let names = part_names(heap);
        let part =
            move |index: usize| Some(HeapPartView::new(cx, heap, heap.parts.get(index)?, names.get(index)?.clone()));
        HeapView {
            allocator: Word(heap.allocator),
            layout: heap.layout.as_deref(),
            evidence: Word(heap.grade),
            mmapped: heap.mmapped.map(HeapTallyView::new),
            totals: HeapTotalsView::new(heap),
            arenas: List::new(heap.arenas.len(), move |index| Some(ArenaView::new(cx, heap.arenas.get(index)?))),
            parts: List::new(heap.parts.len(), part),
            size_classes: heap.size_classes.iter().map(SizeClassView::new).collect(),
            python: heap.python.map(PythonTotalsView::new),
            tuning: heap.tuning.map(|tuning| TuningView::new(cx, tuning)),
            notes: &heap.notes,
            troubles: heap.troubles.iter().map(|trouble| TroubleView::new(cx, trouble)).collect(),
        }
    }
}

impl HeapTallyView {
    pub(super) fn new(tally: Tally) -> HeapTallyView {
        HeapTallyView { count: tally.count, bytes: tally.bytes }
    }
}

impl HeapTotalsView {
    fn new(heap: &Heap) -> HeapTotalsView {
        let sums = Sums::of(heap);
        let tally = |sum: crate::heaps::Sum| sum.whole().map(HeapTallyView::new);
        let bytes = |sum: crate::heaps::Sum| sum.whole().map(|tally| tally.bytes);
        let free = sums.free.whole().zip(sums.largest);
        let free = free.map(|(all, largest)| Free { all, largest, by_power: sums.by_power });
        HeapTotalsView {
            arenas: heap.arenas.len() as u64,
            system: bytes(sums.system),
            reserved: sums.reserved,
            live: tally(sums.live),
            cached: tally(sums.cached),
            fast: tally(sums.fast),
            fragmentation_percent: free.as_ref().map(fragmentation),
            free: free.as_ref().map(FreeChunksView::new),
            top: bytes(sums.top),
            other: bytes(sums.other),
        }
    }
}

fn fragmentation(free: &Free) -> f64 {
    percentage(free.outside_largest(), free.all.bytes)
}

impl FreeChunksView {
    fn new(free: &Free) -> FreeChunksView {
        let powers = (0..POWERS).zip(&free.by_power).filter(|(_, tally)| tally.count > 0);
        let bucket = |(power, tally): (usize, &Tally)| BucketView {
            from: 1 << power,
            to: 2 << power,
            count: tally.count,
            bytes: tally.bytes,
        };
        let Tally { count, bytes } = free.all;
        FreeChunksView { count, bytes, largest: free.largest, by_power: powers.map(bucket).collect() }
    }
}

impl<'a> ArenaView<'a> {
    fn new(cx: Context<'a>, arena: &'a Arena) -> ArenaView<'a> {
        ArenaView {
            id: cx.hex(arena.id),
            main: arena.main,
            system: arena.system,
            max_system: arena.max_system,
            reserved: arena.reserved,
            subheaps: arena.subheaps,
            live: arena.live.map(HeapTallyView::new),
            cached: arena.cached.map(HeapTallyView::new),
            fast: arena.fast.map(HeapTallyView::new),
            free: arena.free.as_ref().map(FreeChunksView::new),
            top: arena.top,
            other: arena.other(),
            fragmentation_percent: arena.free.as_ref().map(fragmentation),
            threads: arena.threads,
            bins: List::new(arena.bins.len(), move |index| Some(BinView::new(arena.bins.get(index)?))),
            trim: arena.trim.map(|trim| TrimView::new(cx, trim)),
            requested: arena.requested,
            heap_walk: arena.heap_walk.map(HeapWalkView::new),
        }
    }
}

impl HeapWalkView {
    fn new(says: HeapWalk) -> HeapWalkView {
        HeapWalkView { busy: HeapTallyView::new(says.busy), committed: says.committed }
    }
}

impl BinView {
    fn new(bin: &Bin) -> BinView {
        let Tally { count, bytes } = bin.tally;
        BinView { kind: Word(bin.kind), from: bin.from, to: bin.to, count, bytes }
    }
}

impl TrimView {
    fn new(cx: Context<'_>, trim: Trim) -> TrimView {
        let blocker = |Blocker { address, size, state, free_below }| BlockerView {
            address: cx.hex(address),
            size,
            state: Word(state),
            free_below,
        };
        TrimView { memory: trim.memory, address_space: trim.address_space, blocker: trim.blocker.map(blocker) }
    }
}

impl SizeClassView {
    fn new(class: &SizeClass) -> SizeClassView {
        let &SizeClass { size, pools, used, free } = class;
        SizeClassView { size, pools, used, free }
    }
}

impl TuningView {
    fn new(cx: Context<'_>, tuning: Tuning) -> TuningView {
        TuningView {
            mmap_threshold: tuning.mmap_threshold,
            fixed_thresholds: tuning.fixed_thresholds,
            trim_threshold: tuning.trim_threshold,
            top_pad: tuning.top_pad,
            arena_max: tuning.arena_max,
            mmapped: HeapTallyView::new(tuning.mmapped),
            mmap_max: tuning.mmap_max,
            brk_start: tuning.brk_start.map(|addr| cx.hex(addr)),
        }
    }
}

impl<'a> TroubleView<'a> {
    fn new(cx: Context<'_>, trouble: &'a Trouble) -> TroubleView<'a> {
        TroubleView {
            code: trouble.code,
            message: &trouble.message,
            at: trouble.at.map(|addr| cx.hex(addr)),
            covered: trouble.covered.map(|(covered, _)| covered),
            of: trouble.covered.map(|(_, of)| of),
        }
    }
}
