//! The verdict: was the address space the reason, and what says so.

use super::figures::Figures;
use super::reasons::Reasons;
use super::rounding::{self, Rounding};
use super::thresholds::{DEFAULT_VMA_LIMIT, NEAR_LIMIT_DIVISOR};
use super::{Gap, Reach, gaps};
use crate::addr::AddrRange;
use crate::model::{Evidence, Request, Snapshot};

/// What the figures say of a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum VerdictKind {
    /// There is a gap for it: the address space was not the reason.
    Fits,
    /// Enough is free in all, but not in one piece.
    Fragmented,
    /// Less is free in all than was asked for.
    Exhausted,
    /// The process has as many mappings as Linux allows.
    MappingLimit,
    /// Windows had too little memory left to commit.
    CommitLimit,
    /// The map is incomplete and its bounds do not decide, or no request is known.
    CannotTell,
}

impl VerdictKind {
    /// All kinds.
    pub const ALL: [VerdictKind; 6] = [
        VerdictKind::Fits,
        VerdictKind::Fragmented,
        VerdictKind::Exhausted,
        VerdictKind::MappingLimit,
        VerdictKind::CommitLimit,
        VerdictKind::CannotTell,
    ];

    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            VerdictKind::Fits => "fits",
            VerdictKind::Fragmented => "fragmented",
            VerdictKind::Exhausted => "exhausted",
            VerdictKind::MappingLimit => "mapping-limit",
            VerdictKind::CommitLimit => "commit-limit",
            VerdictKind::CannotTell => "cannot-tell",
        }
    }
}

/// The verdict with its evidence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// The request judged, or `None` if none is known. Then the kind is `MappingLimit` if that is hit, else
    /// `CannotTell`: whether something fits depends on its size, and `largest_that_fits` says which would have.
    pub request: Option<Request>,
    /// What the allocator asks the system for to serve it, in bytes.
    pub needed: Option<u64>,
    /// The judgement.
    pub kind: VerdictKind,
    /// The judgement as one sentence with figures.
    pub sentence: String,
    /// What it rests on, one sentence each, the decisive first.
    pub reasons: Vec<String>,
    /// The largest request that the address space would have served, in bytes as a program asks for them; 0 if none,
    /// `None` if the map is too incomplete to tell.
    pub largest_that_fits: Option<u64>,
}

/// What the verdict is decided on. All sizes in bytes.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub snapshot: &'a Snapshot,
    pub figures: &'a Figures,
    pub request: Option<Request>,
    /// What the request needs after rounding; 2^64 - 1 if it is beyond that.
    pub needed: Option<u64>,
    /// Largest run that could take the request, by all that is listed: an upper bound in an incomplete map.
    pub upper: u64,
    /// The same by what the dump itself calls free: a lower bound.
    pub lower: u64,
    /// Largest aligned and usable run regardless of what mmap reaches.
    pub unreachable: u64,
    pub rounding: Rounding,
    pub mappings: Mappings,
}

/// How near the process is to its number of mappings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mappings {
    /// Not known, or no such limit.
    Unknown,
    /// Far from the limit.
    Below,
    /// Within 1 % of it.
    Near,
    /// Above it: the kernel refuses every new mapping.
    Over,
}

impl Mappings {
    /// Where a process stands. The limit is 65,530 where the dump does not tell.
    pub fn of(snapshot: &Snapshot) -> Mappings {
        let linux = snapshot.platform.os.is_some_and(crate::model::Os::is_linux);
        let Some(count) = snapshot.limits.vma_count.filter(|_| linux) else { return Mappings::Unknown };
        let limit = vma_limit(snapshot);
        // mm/mmap.c refuses when the count is above the limit, before the new mapping is counted.
        match count {
            c if c > limit => Mappings::Over,
            c if c >= limit - limit / NEAR_LIMIT_DIVISOR => Mappings::Near,
            _ => Mappings::Below,
        }
    }
}

/// `vm.max_map_count` as the dump has it, or the default.
pub fn vma_limit(snapshot: &Snapshot) -> u64 {
    snapshot.limits.vma_limit.unwrap_or(DEFAULT_VMA_LIMIT)
}

/// Judges the snapshot's own request.
pub fn judge(snapshot: &Snapshot, gaps: &[Gap], reach: Reach, figures: &Figures) -> Verdict {
    judge_request(snapshot, gaps, reach, figures, snapshot.request)
}

/// Judges a request, or says what would fit if there is none.
pub fn judge_request(
    snapshot: &Snapshot,
    gaps: &[Gap],
    reach: Reach,
    figures: &Figures,
    request: Option<Request>,
) -> Verdict {
    let rounding = rounding::of_snapshot(snapshot);
    let align = request.and_then(|r| r.align);
    let known = gaps.iter().flat_map(|g| gaps::known_free(snapshot.space.coverage(), g.range));
    let case = Case {
        snapshot,
        figures,
        request,
        needed: request.map(|r| rounding.needed(&r).unwrap_or(u64::MAX)),
        upper: largest_aligned(reach, gaps.iter().map(|g| g.range), align),
        lower: largest_aligned(reach, known, align),
        unreachable: largest_aligned(reach.everywhere(), gaps.iter().map(|g| g.range), align),
        rounding,
        mappings: Mappings::of(snapshot),
    };
    conclude(&case)
}

fn largest_aligned(reach: Reach, free: impl Iterator<Item = AddrRange>, align: Option<u64>) -> u64 {
    free.filter_map(|f| rounding::aligned(reach, f, align)).map(AddrRange::size).max().unwrap_or(0)
}

fn conclude(case: &Case<'_>) -> Verdict {
    let kind = kind(case);
    let largest_that_fits = case.largest_that_fits();
    let reasons = Reasons { case, kind, largest_that_fits };
    Verdict {
        request: case.request,
        needed: case.needed,
        kind,
        sentence: reasons.sentence(),
        reasons: reasons.list(),
        largest_that_fits,
    }
}

/// The table of terms.md. The mapping limit comes first, for it refuses whatever is free; the commit limit only where
/// the address space did not refuse already.
fn kind(case: &Case<'_>) -> VerdictKind {
    if matches!(case.mappings, Mappings::Near | Mappings::Over) {
        return VerdictKind::MappingLimit;
    }
    let Some(needed) = case.needed else { return VerdictKind::CannotTell };
    if case.snapshot.evidence == Evidence::None {
        return VerdictKind::CannotTell;
    }
    if case.figures.total < needed {
        return VerdictKind::Exhausted;
    }
    if case.upper < needed {
        return VerdictKind::Fragmented;
    }
    if case.commit_is_short() {
        return VerdictKind::CommitLimit;
    }
    if needed <= case.lower || case.map_is_good() { VerdictKind::Fits } else { VerdictKind::CannotTell }
}

impl Case<'_> {
    /// Whether what could still be committed is less than the request.
    pub fn commit_is_short(&self) -> bool {
        match (self.snapshot.limits.commit_left, self.request) {
            (Some(left), Some(request)) => left < request.size,
            _ => false,
        }
    }

    /// Whether the map is good enough to say `fits`: complete, or lacking only what its writer is known to leave out.
    pub fn map_is_good(&self) -> bool {
        self.snapshot.evidence >= Evidence::NearlyComplete
    }

    fn largest_that_fits(&self) -> Option<u64> {
        if self.mappings == Mappings::Over {
            return Some(0);
        }
        let room = if self.map_is_good() { self.upper } else { self.lower };
        let decided = self.map_is_good() || self.lower == self.upper;
        let largest = match self.request.and_then(|r| r.align) {
            Some(_) => Some(room),
            None => self.rounding.largest_request(room),
        };
        decided.then_some(largest.unwrap_or(0))
    }
}
