//! The verdict: was the address space the reason, and what says so.

use super::case::{Case, Mappings, VerdictKind};
use super::figures::Figures;
use super::reasons::Reasons;
use super::rounding;
use super::{Gap, Reach, gaps, stated};
use crate::addr::AddrRange;
use crate::model::{Evidence, Request, Snapshot};

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
    let stated = stated::instead_of_map(snapshot);
    let (upper, lower) = match stated {
        Some(stated) => stated::largest_run(stated, reach),
        None => (largest_aligned(reach, gaps.iter().map(|g| g.range), align), largest_aligned(reach, known, align)),
    };
    let case = Case {
        snapshot,
        figures,
        stated,
        request,
        needed: request.map(|r| rounding.needed(&r).unwrap_or(u64::MAX)),
        upper,
        lower,
        unreachable: match stated {
            Some(_) => upper,
            None => largest_aligned(reach.everywhere(), gaps.iter().map(|g| g.range), align),
        },
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

/// The mapping limit comes first, for it refuses whatever is free; the commit limit only where
/// the address space did not refuse already.
fn kind(case: &Case<'_>) -> VerdictKind {
    if matches!(case.mappings, Mappings::Near | Mappings::Over) {
        return VerdictKind::MappingLimit;
    }
    let Some(needed) = case.needed else { return VerdictKind::CannotTell };
    if case.snapshot.evidence == Evidence::None && case.stated.is_none() {
        return VerdictKind::CannotTell;
    }
    if case.total() < needed {
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
