//! Answers of malloc in JSON: served from inside or not, and what growth takes.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Address, Context, OwnerView, Word};
use crate::analyze::heaps::serving::{Blocked, Brk, Fits, Obstacle, Source, Step, StepKind};
use crate::analyze::heaps::{ArenaAnswer, Inside, Serving, glibc};
use crate::heaps::Heap;

/// What glibc's malloc would do with a request, arena by arena.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Serving")]
pub struct ServingView<'a> {
    /// The request, in bytes as the program asks for them.
    pub request: u64,
    /// The chunk that it needs, with its header; null for more than malloc gives at all.
    pub chunk: Option<u64>,
    /// Chunks from this size on get a mapping of their own, if nothing that is free inside is large enough.
    pub mmap_threshold: u64,
    /// The program break; null where it is not known.
    pub brk: Option<BrkView<'a>>,
    /// The arena of the thread that crashed, by its number in `heaps[].arenas`; null where nothing tells.
    pub crashed_arena: Option<u64>,
    /// Each arena's answer, in the order of `heaps[].arenas`.
    pub arenas: Vec<ArenaAnswerView<'a>>,
}

/// Where brk is and how far it may grow.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Brk")]
pub struct BrkView<'a> {
    /// The page border above the break.
    pub at: Address,
    /// By how many bytes it may grow.
    pub room: u64,
    /// Bytes up to the next mapping; null if there is none.
    pub distance: Option<u64>,
    /// Whose that is.
    pub blocked_by: Option<OwnerView<'a>>,
}

/// One arena's answer.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ArenaAnswer")]
pub struct ArenaAnswerView<'a> {
    /// Address of the arena.
    pub id: Address,
    /// What comes of a request there: `inside`, a step's name, `main-arena` (where a thread arena's requests are tried
    /// again), `other-arena` (the main arena has nothing, and one more is tried), `nothing`, or `not-walked`.
    pub served_by: &'static str,
    /// What it has: `chunk`, `top`, `fast`, `perhaps` (small chunks that are merged, or a thread's cache), `nothing`, or
    /// `not-walked`.
    pub inside: &'static str,
    /// What is tried in turn if nothing inside is enough, up to the first step that succeeds.
    pub steps: Vec<GrowthStepView<'a>>,
}

/// One step of growth.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "GrowthStep")]
pub struct GrowthStepView<'a> {
    /// What is asked of the system: `mmap`, `brk`, `main-piece`, `heap-growth`, `new-heap`.
    pub kind: Word<StepKind>,
    /// How many bytes.
    pub size: u64,
    /// Whether there is room: `yes`, `no`, or `perhaps`.
    pub fits: Word<Fits>,
    /// Why not; null where there is.
    pub obstacle: Option<ObstacleView<'a>>,
}

/// What refuses a step.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Obstacle")]
pub struct ObstacleView<'a> {
    /// `largest-gap`, `alignment`, `blocked`, `heap-full`, `larger-than-heap`, `address-space-limit`, `data-limit`, or
    /// `mapping-limit`.
    pub reason: &'static str,
    /// What there is, or the limit, in bytes; for `mapping-limit` a count.
    pub available: u64,
    /// What stands in the way of brk.
    pub owner: Option<OwnerView<'a>>,
}

impl<'a> ServingView<'a> {
    pub(super) fn new(cx: Context<'a>, serving: &Serving, crashed: Option<(u64, usize)>) -> Option<ServingView<'a>> {
        let heap = glibc(cx.heaps)?;
        let answers = serving.arenas.iter().enumerate();
        Some(ServingView {
            request: serving.request,
            chunk: serving.chunk,
            mmap_threshold: serving.mmap_threshold,
            brk: serving.brk.map(|brk| BrkView::new(cx, brk)),
            crashed_arena: crashed.map(|(_, arena)| arena as u64),
            arenas: answers.filter_map(|(index, a)| ArenaAnswerView::new(cx, heap, serving, (index, a))).collect(),
        })
    }
}

impl<'a> BrkView<'a> {
    fn new(cx: Context<'a>, brk: Brk) -> BrkView<'a> {
        BrkView {
            at: cx.hex(brk.at),
            room: brk.room,
            distance: brk.blocked.map(|by| by.distance),
            blocked_by: brk.blocked.and_then(|by| cx.owner(by.owner)),
        }
    }
}

impl<'a> ArenaAnswerView<'a> {
    fn new(
        cx: Context<'a>,
        heap: &Heap,
        serving: &Serving,
        (index, answer): (usize, &ArenaAnswer),
    ) -> Option<ArenaAnswerView<'a>> {
        Some(ArenaAnswerView {
            id: cx.hex(heap.arenas.get(index)?.id),
            served_by: match serving.source(heap, index) {
                Source::Inside(_) => "inside",
                Source::Step(step) => step.kind.name(),
                Source::Main(_) | Source::MainStep(_) => "main-arena",
                Source::OtherArena => "other-arena",
                Source::Refused => "nothing",
                Source::Unknown => "not-walked",
            },
            inside: match answer.inside {
                Inside::NotWalked => "not-walked",
                Inside::Fast => "fast",
                Inside::Chunk(_) => "chunk",
                Inside::Top(_) => "top",
                Inside::PerhapsMerged(_) | Inside::PerhapsCached => "perhaps",
                Inside::Nothing => "nothing",
            },
            steps: answer.steps.iter().map(|step| GrowthStepView::new(cx, *step)).collect(),
        })
    }
}

impl<'a> GrowthStepView<'a> {
    fn new(cx: Context<'a>, step: Step) -> GrowthStepView<'a> {
        GrowthStepView {
            kind: Word(step.kind),
            size: step.size,
            fits: Word(step.fits),
            obstacle: step.obstacle.map(|obstacle| ObstacleView::new(cx, obstacle)),
        }
    }
}

impl<'a> ObstacleView<'a> {
    fn new(cx: Context<'a>, obstacle: Obstacle) -> ObstacleView<'a> {
        let of = |by: Option<Blocked>| by.and_then(|by| cx.owner(by.owner));
        let (reason, available, owner) = match obstacle {
            Obstacle::LargestGap(largest) => ("largest-gap", largest, None),
            Obstacle::Alignment { largest, .. } => ("alignment", largest, None),
            Obstacle::Blocked { room, by } => ("blocked", room, of(by)),
            Obstacle::HeapFull(left) => ("heap-full", left, None),
            Obstacle::LargerThanHeap(most) => ("larger-than-heap", most, None),
            Obstacle::AddressSpaceLimit(limit, _) => ("address-space-limit", limit, None),
            Obstacle::DataLimit(limit, _) => ("data-limit", limit, None),
            Obstacle::MappingLimit(limit) => ("mapping-limit", limit, None),
        };
        ObstacleView { reason, available, owner }
    }
}
