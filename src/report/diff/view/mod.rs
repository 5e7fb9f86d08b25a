//! A comparison in JSON.

mod gap;
mod growth;
mod modules;

pub use gap::{OldGapView, StandingInGapView};
pub use growth::{KindGrowthView, LikeGrowthView, LikeView, TallyView, ThreadCountView};
pub use modules::{ModuleChangeView, ModulesDiffView};

use schemars::JsonSchema;
use serde::Serialize;

use growth::small;

use super::{Compared, DiffContext, heads, sections, sentence};
use crate::analyze::diff::{Change, Culprit, Figure, FigureRow, Follower, Forecast, Mismatch, Outcome, Trend, Unit};
use crate::report::{
    AddressSpaceView, Context, DiagnosticView, DumpView, OwnerView, SCHEMA_VERSION, Tool, VerdictView, Word,
};

/// Entries of a list in JSON at most; `truncated` says that there are more.
const MOST: usize = 10_000;

/// What `diff --format json` prints. `old` is the first dump, `new` the last; of differences, new minus old.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DiffReport<'a> {
    /// Version of this shape.
    pub schema_version: u32,
    /// What made it.
    pub tool: Tool,
    /// The first dump.
    pub old: DiffedView<'a>,
    /// The last dump.
    pub new: DiffedView<'a>,
    /// Those between, in the order given; empty for two dumps.
    pub between: Vec<DiffedView<'a>>,
    /// In what the dumps differ that should not.
    pub mismatches: Vec<Word<Mismatch>>,
    /// The same as sentences.
    pub warnings: Vec<String>,
    /// What changed, in a word.
    pub outcome: Word<Outcome>,
    /// What changed and who is to blame, in a sentence.
    pub sentence: String,
    /// What is new, those first that are to blame most.
    pub culprits: Vec<BlameView<'a>>,
    /// The figures of all dumps.
    pub figures: Vec<FigureView>,
    /// The largest gap of the old dump; null if it has none.
    pub old_gap: Option<OldGapView<'a>>,
    /// Whether most of what is in both dumps lies at the same addresses.
    pub same_addresses: bool,
    /// Modules that came, went and changed.
    pub modules: ModulesDiffView<'a>,
    /// Address space by kind of owner.
    pub growth_by_kind: Vec<KindGrowthView>,
    /// What there is more or less of, those first that changed by most bytes.
    pub growth_by_owner: Vec<LikeGrowthView<'a>>,
    /// Threads by name, without the numbers in it; those first whose number changed most.
    pub threads_by_name: Vec<ThreadCountView<'a>>,
    /// How the largest gap goes from dump to dump; null for two dumps.
    pub trend: Option<TrendView>,
    /// Whether one of the lists ends before its end.
    pub truncated: bool,
}

/// One of the dumps.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ComparedDump")]
pub struct DiffedView<'a> {
    /// The file as it was named (untrusted).
    pub name: &'a str,
    /// The dump.
    pub dump: DumpView<'a>,
    /// Limits and trust.
    pub address_space: AddressSpaceView,
    /// Was the address space to blame?
    pub verdict: VerdictView<'a>,
    /// What happened while reading.
    pub diagnostics: Vec<DiagnosticView>,
}

/// Something that is new.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Culprit")]
pub struct BlameView<'a> {
    /// What it is.
    pub what: LikeView<'a>,
    /// What it did.
    pub change: Word<Change>,
    /// The same in a sentence.
    pub sentence: String,
    /// All that are alike, in the old dump.
    pub old: TallyView,
    /// The same in the new one.
    pub new: TallyView,
    /// Those that came, grew or moved, with what came along; ids of the new dump. At most 100.
    pub members: Vec<OwnerView<'a>>,
    /// How many these are.
    pub member_count: u64,
    /// What came with it and is counted with it, such as the arenas of threads.
    pub with: Vec<FollowerView<'a>>,
    /// By how much more address space is taken, in bytes.
    pub bytes: u64,
    /// By how many more mappings.
    pub mappings: u64,
    /// The largest usable and reachable gap without it, in bytes.
    pub largest_gap_without: u64,
    /// By how much that is above the largest gap of the new dump.
    pub gain: u64,
    /// Whether a fresh start without it is meant: others would stand where it does.
    pub after_restart: bool,
    /// Whether the gain is a share of the largest gap that counts; if not, culprits are ranked by bytes.
    pub counts: bool,
    /// What of the old largest gap it takes, in bytes.
    pub in_old_gap: u64,
}

/// What came with something else.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Follower")]
pub struct FollowerView<'a> {
    /// What it is.
    pub what: LikeView<'a>,
    /// How many.
    pub count: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// A figure of all dumps.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "FigureOfDumps")]
pub struct FigureView {
    /// Which.
    pub name: Word<Figure>,
    /// What it counts; basis points are hundredths of a percent.
    pub unit: Word<Unit>,
    /// In the old dump.
    pub old: Option<u64>,
    /// In the new dump.
    pub new: Option<u64>,
    /// New minus old; null where one is not known.
    pub delta: Option<i64>,
    /// In all dumps, in the order given.
    pub values: Vec<Option<u64>>,
}

/// How the largest gap goes from dump to dump.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Trend")]
pub struct TrendView {
    /// Bytes by which the largest reachable gap changes per dump, by a straight line; null if a dump has no map.
    pub bytes_per_dump: Option<f64>,
    /// What is needed in one piece, in bytes; null without a request.
    pub need: Option<u64>,
    /// `unknown`, `already-below`, `does-not-fall` or `falls-below`.
    pub forecast: &'static str,
    /// After about how many more dumps it falls below what is needed; null if it does not.
    pub dumps_left: Option<f64>,
    /// The same in a sentence; null if a dump has no map.
    pub sentence: Option<String>,
}

impl<'a> DiffReport<'a> {
    /// The comparison; `None` for less than two dumps.
    pub fn new(cx: DiffContext<'a>) -> Option<DiffReport<'a>> {
        let (old, new, diff) = (cx.first()?, cx.last()?, cx.diff);
        let between = cx.dumps.get(1..cx.dumps.len() - 1)?;
        let lists = [diff.growth.len(), diff.threads.len(), diff.modules.moved.len()];
        Some(DiffReport {
            schema_version: SCHEMA_VERSION,
            tool: Tool::this(),
            old: DiffedView::new(old),
            new: DiffedView::new(new),
            between: between.iter().map(|dump| DiffedView::new(*dump)).collect(),
            mismatches: diff.mismatches.iter().map(|m| Word(*m)).collect(),
            warnings: heads::warnings(cx),
            outcome: Word(diff.outcome),
            sentence: sentence::sentence(cx),
            culprits: diff.culprits.iter().map(|culprit| BlameView::new(new.cx, culprit)).collect(),
            figures: diff.figures.iter().map(FigureView::new).collect(),
            old_gap: diff.old_gap.as_ref().map(|gap| OldGapView::new(old.cx, new.cx, gap)),
            same_addresses: diff.same_addresses,
            modules: ModulesDiffView::new(old, new, cx),
            growth_by_kind: diff.kinds.iter().map(KindGrowthView::new).collect(),
            growth_by_owner: diff.growth.iter().take(MOST).map(LikeGrowthView::new).collect(),
            threads_by_name: diff.threads.iter().take(MOST).map(ThreadCountView::new).collect(),
            trend: diff.trend.map(|trend| TrendView::new(cx, trend)),
            truncated: lists.into_iter().any(|length| length > MOST),
        })
    }
}

impl<'a> DiffedView<'a> {
    fn new(dump: Compared<'a>) -> DiffedView<'a> {
        DiffedView {
            name: dump.name,
            dump: DumpView::new(dump.cx),
            address_space: AddressSpaceView::new(dump.cx),
            verdict: VerdictView::new(dump.cx),
            diagnostics: dump
                .cx
                .snapshot
                .diagnostics
                .to_vec()
                .into_iter()
                .map(|d| DiagnosticView::new(dump.cx, d))
                .collect(),
        }
    }
}

/// Members of a culprit at most.
const MEMBERS: usize = 100;

impl<'a> BlameView<'a> {
    fn new(cx: Context<'a>, culprit: &'a Culprit) -> BlameView<'a> {
        BlameView {
            what: LikeView::new(&culprit.like),
            change: Word(culprit.change),
            sentence: super::words::deed(culprit),
            old: TallyView::new(culprit.old),
            new: TallyView::new(culprit.new),
            members: culprit.members.iter().take(MEMBERS).filter_map(|id| cx.owner(*id)).collect(),
            member_count: culprit.members.len() as u64,
            with: culprit.with.iter().map(FollowerView::new).collect(),
            bytes: culprit.bytes,
            mappings: culprit.mappings,
            largest_gap_without: culprit.largest_without,
            gain: culprit.gain,
            after_restart: culprit.after_restart,
            counts: culprit.counts,
            in_old_gap: culprit.in_old_gap,
        }
    }
}

impl<'a> FollowerView<'a> {
    fn new(follower: &'a Follower) -> FollowerView<'a> {
        FollowerView { what: LikeView::new(&follower.like), count: follower.count, bytes: follower.bytes }
    }
}

impl FigureView {
    fn new(row: &FigureRow) -> FigureView {
        FigureView {
            name: Word(row.figure),
            unit: Word(row.figure.unit()),
            old: row.values.first().copied().flatten(),
            new: row.values.last().copied().flatten(),
            delta: row.delta().map(small),
            values: row.values.clone(),
        }
    }
}

impl TrendView {
    fn new(cx: DiffContext<'_>, trend: Trend) -> TrendView {
        let dumps_left = match trend.forecast {
            Forecast::After(dumps) => Some(dumps),
            _ => None,
        };
        TrendView {
            bytes_per_dump: trend.bytes_per_dump,
            need: trend.need,
            forecast: trend.forecast.name(),
            dumps_left,
            sentence: sections::forecast(cx),
        }
    }
}
