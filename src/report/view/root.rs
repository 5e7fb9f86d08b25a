//! The report as a whole.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Serialize;

use super::heap;
use super::{
    AddressSpaceView, AdviceView, BarrierView, CaptureAdviceView, Context, DiagnosticView, DumpView, FitView, FreeView,
    GapView, GroupView, HeapView, LimitsView, List, MemoryView, ModuleView, OwnerGroupView, RegionView, SplitterView,
    StackTotalsView, StatedView, ThreadView, TotalsView, UnloadedModuleView, VerdictView,
};
use crate::analyze::capture;

/// Version of the shape below. Additions do not change it.
pub const SCHEMA_VERSION: u32 = 1;

/// Everything that fragscope says of one dump. Addresses are hex strings padded to the pointer width; sizes and
/// counts are numbers, sizes in bytes; ends are exclusive; what is not known is null, never 0.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Report<'a> {
    /// Version of this shape.
    pub schema_version: u32,
    /// What made the report.
    pub tool: Tool,
    /// The dump.
    pub dump: DumpView<'a>,
    /// Limits and trust.
    pub address_space: AddressSpaceView,
    /// What the grade of the map rests on, as sentences.
    pub evidence_notes: &'a [String],
    /// Was the address space to blame?
    pub verdict: VerdictView<'a>,
    /// Bytes by state and kind.
    pub totals: TotalsView,
    /// Figures of the free address space.
    pub free: FreeView,
    /// What a tool's own summary says; null where there is none.
    pub stated: Option<StatedView>,
    /// What else may have refused a request.
    pub limits: LimitsView,
    /// How much of a running process is in memory; null of dumps.
    pub memory: Option<MemoryView>,
    /// All free ranges, by address; with `regions` they tile floor to ceiling.
    pub gaps: List<'a, GapView<'a>>,
    /// What stands between gaps, those first that would give back most.
    pub barriers: List<'a, BarrierView<'a>>,
    /// Owners without which the largest gap would be larger, those first that matter most.
    pub splitters: List<'a, SplitterView<'a>>,
    /// The same for all stacks, all modules, all heaps.
    pub splitter_groups: Vec<GroupView>,
    /// Groups of at least two owners that belong together, ranked as `splitters` are.
    pub owner_groups: List<'a, OwnerGroupView<'a>>,
    /// What would help, what lifts a limit first, then by the largest gap that it would give.
    pub advice: Vec<AdviceView<'a>>,
    /// What must go so that the request fits; null without a request, and where it fits.
    pub fit: Option<FitView<'a>>,
    /// Everything occupied, by address.
    pub regions: List<'a, RegionView<'a>>,
    /// Threads, the crashed one first where known.
    pub threads: List<'a, ThreadView<'a>>,
    /// Thread stacks in sum.
    pub stack_totals: StackTotalsView,
    /// Loaded modules, by address.
    pub modules: List<'a, ModuleView<'a>>,
    /// Modules unloaded before.
    pub unloaded_modules: List<'a, UnloadedModuleView<'a>>,
    /// What is inside the heaps, one for each allocator that was found. Without `--deep` heaps are sought where that takes no
    /// time, and walked up to 64 MiB.
    pub heaps: List<'a, HeapView<'a>>,
    /// What happened while reading.
    pub diagnostics: Vec<DiagnosticView>,
    /// What `--deep` would add, as sentences.
    pub deep_would_add: &'a [String],
    /// How to capture a dump whose map is complete, the writer at hand first; empty where this one's is.
    pub capture_advice: Vec<CaptureAdviceView>,
}

/// The program.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

impl Tool {
    /// This program.
    pub fn this() -> Tool {
        Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") }
    }
}

impl<'a> Report<'a> {
    /// The report about a snapshot and its analysis.
    pub fn new(cx: Context<'a>) -> Report<'a> {
        let (snapshot, analysis) = (cx.snapshot, cx.analysis);
        let regions = snapshot.space.regions();
        Report {
            schema_version: SCHEMA_VERSION,
            tool: Tool::this(),
            dump: DumpView::new(cx),
            address_space: AddressSpaceView::new(cx),
            evidence_notes: &snapshot.evidence_notes,
            verdict: VerdictView::new(cx),
            totals: TotalsView::new(cx),
            free: FreeView::new(cx),
            stated: snapshot.stated.as_ref().map(|stated| StatedView::new(cx, stated)),
            limits: LimitsView::new(cx),
            memory: MemoryView::new(cx),
            gaps: each(&analysis.gaps, move |gap| Some(GapView::new(cx, *gap))),
            barriers: each(&analysis.barriers, move |barrier| Some(BarrierView::new(cx, *barrier))),
            splitters: each(&analysis.splitters, move |splitter| SplitterView::new(cx, splitter)),
            splitter_groups: analysis.groups.iter().map(GroupView::new).collect(),
            owner_groups: each(&cx.counsel.groups, |group| Some(OwnerGroupView::new(group))),
            advice: cx.counsel.advice.iter().map(AdviceView::new).collect(),
            fit: cx.counsel.fit.as_ref().map(|fit| FitView::new(cx, fit)),
            regions: each(regions, move |region| Some(RegionView::new(cx, region))),
            threads: threads(cx),
            stack_totals: StackTotalsView::new(cx),
            modules: each(&snapshot.modules, move |module| Some(ModuleView::new(cx, module))),
            unloaded_modules: each(&snapshot.unloaded_modules, move |m| Some(UnloadedModuleView::new(cx, m))),
            heaps: heap::heaps(cx),
            diagnostics: diagnostics(cx),
            deep_would_add: &snapshot.deep_would_add,
            capture_advice: capture::advise(snapshot).iter().map(CaptureAdviceView::new).collect(),
        }
    }
}

fn each<'a, T, V>(items: &'a [T], view: impl Fn(&'a T) -> Option<V> + 'a) -> List<'a, V> {
    List::new(items.len(), move |index| view(items.get(index)?))
}

pub(super) fn threads(cx: Context<'_>) -> List<'_, ThreadView<'_>> {
    each(&cx.snapshot.threads, move |thread| Some(ThreadView::new(cx, thread)))
}

fn diagnostics(cx: Context<'_>) -> Vec<DiagnosticView> {
    cx.snapshot.diagnostics.to_vec().into_iter().map(|d| DiagnosticView::new(cx, d)).collect()
}

/// The JSON Schema (draft 2020-12) of [`Report`] as it is written.
pub fn schema() -> Schema {
    schema_of::<Report<'static>>()
}

/// The same of another document: [`ThreadsReport`](super::ThreadsReport), [`AtReport`](super::AtReport) or
/// [`MapReport`](super::super::MapReport).
pub fn schema_of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}
