//! A comparison in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Compared, DiffContext, heads, sections, sentence};
use crate::analyze::diff::{
    Change, Culprit, Fate, Figure, FigureRow, Follower, Forecast, KindGrowth, Like, LikeGrowth, Mismatch, ModulePair,
    OldGap, Outcome, Standing, Sure, Tally, ThreadCount, Trend, Unit, Way,
};
use crate::model::OwnerKind;
use crate::report::{
    Address, AddressSpaceView, Context, DiagnosticView, DumpView, ModuleView, OwnerView, SCHEMA_VERSION, Tool,
    VerdictView, Word,
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

/// Things that are interchangeable.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Like")]
pub struct LikeView<'a> {
    /// Kind of owner.
    pub kind: Word<OwnerKind>,
    /// A file's name, threads' names without their numbers, a shape such as `private of 1 MiB` (untrusted); null where
    /// there is none.
    pub name: Option<&'a str>,
}

/// How many things there are, and what they take.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Tally")]
pub struct TallyView {
    /// Owners.
    pub count: u64,
    /// Bytes of address space.
    pub bytes: u64,
    /// Mappings.
    pub mappings: u64,
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

/// What became of the old largest gap.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "OldGap")]
pub struct OldGapView<'a> {
    /// Where it was: first address, and one past the last.
    pub then: [Address; 2],
    /// Its size in bytes.
    pub size: u64,
    /// The owner right below it in the old dump; null at the floor.
    pub below: Option<OwnerView<'a>>,
    /// The owner right above it in the old dump; null at the ceiling.
    pub above: Option<OwnerView<'a>>,
    /// How it was found in the new dump.
    pub way: Word<Way>,
    /// How sure that is.
    pub sure: Word<Sure>,
    /// Where it is in the new dump; null if that is outside of the address space.
    pub now: Option<[Address; 2]>,
    /// How much of that is free, in bytes; null where it was not found.
    pub free: Option<u64>,
    /// Who stands there now, those first that take most of it.
    pub standing: Vec<StandingInGapView<'a>>,
}

/// An owner of the new dump in the old largest gap.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "StandingInGap")]
pub struct StandingInGapView<'a> {
    /// Who, with an id of the new dump.
    pub owner: Option<OwnerView<'a>>,
    /// Its first address in the gap.
    pub start: Address,
    /// One past its last.
    pub end: Address,
    /// What of the gap it takes, in bytes.
    pub bytes: u64,
    /// `came`, `moved` or `grew`.
    pub fate: &'static str,
    /// Where it was in the old dump; null unless it moved.
    pub from: Option<[Address; 2]>,
    /// Its size in the old dump in bytes; null unless it grew.
    pub grew_from: Option<u64>,
    /// The first dump, counted from 0, in which something like it stood there; null for two dumps.
    pub since: Option<u64>,
}

/// What became of the modules, matched by name.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ModulesDiff")]
pub struct ModulesDiffView<'a> {
    /// Those of the new dump that the old one has not.
    pub came: Vec<ModuleView<'a>>,
    /// Those of the old dump that the new one has not.
    pub went: Vec<ModuleView<'a>>,
    /// Those with another build id.
    pub rebuilt: Vec<ModuleChangeView<'a>>,
    /// Those at another address.
    pub moved: Vec<ModuleChangeView<'a>>,
    /// How many are in both.
    pub stayed: u64,
}

/// A module in both dumps.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "ModuleChange")]
pub struct ModuleChangeView<'a> {
    /// In the old dump.
    pub old: ModuleView<'a>,
    /// In the new one.
    pub new: ModuleView<'a>,
}

/// One kind of owner.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "KindGrowth")]
pub struct KindGrowthView {
    /// Which.
    pub kind: Word<OwnerKind>,
    /// In the old dump.
    pub old: TallyView,
    /// In the new dump.
    pub new: TallyView,
    /// Bytes, new minus old.
    pub delta: i64,
}

/// Things that are alike.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "LikeGrowth")]
pub struct LikeGrowthView<'a> {
    /// What they have in common.
    pub what: LikeView<'a>,
    /// In the old dump.
    pub old: TallyView,
    /// In the new dump.
    pub new: TallyView,
    /// Bytes, new minus old.
    pub delta: i64,
}

/// Threads of one name.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "ThreadCount")]
pub struct ThreadCountView<'a> {
    /// The name with each number as `*` (untrusted); null for threads without a name.
    pub name: Option<&'a str>,
    /// In the old dump.
    pub old: u64,
    /// In the new dump.
    pub new: u64,
    /// New minus old.
    pub delta: i64,
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
        let (old, new, diff) = (cx.old()?, cx.new()?, cx.diff);
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

impl<'a> LikeView<'a> {
    fn new(like: &'a Like) -> LikeView<'a> {
        LikeView { kind: Word(like.kind), name: Some(&*like.name).filter(|name| !name.is_empty()) }
    }
}

impl TallyView {
    fn new(tally: Tally) -> TallyView {
        TallyView { count: tally.count, bytes: tally.bytes, mappings: tally.mappings }
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

fn small(delta: i128) -> i64 {
    i64::try_from(delta).unwrap_or(if delta < 0 { i64::MIN } else { i64::MAX })
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

impl<'a> OldGapView<'a> {
    fn new(old: Context<'a>, new: Context<'a>, gap: &OldGap) -> OldGapView<'a> {
        OldGapView {
            then: [old.hex(gap.then.start()), old.hex(gap.then.end())],
            size: gap.then.size(),
            below: gap.below.and_then(|id| old.owner(id)),
            above: gap.above.and_then(|id| old.owner(id)),
            way: Word(gap.way),
            sure: Word(gap.sure),
            now: gap.now.map(|now| [new.hex(now.start()), new.hex(now.end())]),
            free: gap.free,
            standing: gap.standing.iter().take(MOST).map(|s| StandingInGapView::new(old, new, s)).collect(),
        }
    }
}

impl<'a> StandingInGapView<'a> {
    fn new(old: Context<'a>, new: Context<'a>, standing: &Standing) -> StandingInGapView<'a> {
        let (from, grew_from) = match standing.fate {
            Fate::Came => (None, None),
            Fate::Moved { from } => (Some([old.hex(from.start()), old.hex(from.end())]), None),
            Fate::Grew { from, .. } => (None, Some(from)),
        };
        StandingInGapView {
            owner: new.owner(standing.owner),
            start: new.hex(standing.range.start()),
            end: new.hex(standing.range.end()),
            bytes: standing.bytes,
            fate: standing.fate.name(),
            from,
            grew_from,
            since: standing.since.map(|index| index as u64),
        }
    }
}

impl<'a> ModulesDiffView<'a> {
    fn new(old: Compared<'a>, new: Compared<'a>, cx: DiffContext<'a>) -> ModulesDiffView<'a> {
        let view = |dump: Compared<'a>, index: usize| {
            dump.cx.snapshot.modules.get(index).map(|module| ModuleView::new(dump.cx, module))
        };
        let list = |dump: Compared<'a>, list: &[usize]| list.iter().take(MOST).filter_map(|i| view(dump, *i)).collect();
        let pairs = |list: &[ModulePair]| {
            let pair = |p: &ModulePair| Some(ModuleChangeView { old: view(old, p.old)?, new: view(new, p.new)? });
            list.iter().take(MOST).filter_map(pair).collect()
        };
        let modules = &cx.diff.modules;
        ModulesDiffView {
            came: list(new, &modules.came),
            went: list(old, &modules.went),
            rebuilt: pairs(&modules.rebuilt),
            moved: pairs(&modules.moved),
            stayed: modules.stayed,
        }
    }
}

impl KindGrowthView {
    fn new(row: &KindGrowth) -> KindGrowthView {
        KindGrowthView {
            kind: Word(row.kind),
            old: TallyView::new(row.old),
            new: TallyView::new(row.new),
            delta: small(super::words::delta(row.old.bytes, row.new.bytes)),
        }
    }
}

impl<'a> LikeGrowthView<'a> {
    fn new(row: &'a LikeGrowth) -> LikeGrowthView<'a> {
        LikeGrowthView {
            what: LikeView::new(&row.like),
            old: TallyView::new(row.old),
            new: TallyView::new(row.new),
            delta: small(super::words::delta(row.old.bytes, row.new.bytes)),
        }
    }
}

impl<'a> ThreadCountView<'a> {
    fn new(row: &'a ThreadCount) -> ThreadCountView<'a> {
        ThreadCountView { name: row.name.as_deref(), old: row.old, new: row.new, delta: small(row.delta()) }
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
