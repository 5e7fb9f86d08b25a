//! The figures that an edit is judged by.

use crate::analyze::{Analysis, Reach, VerdictKind, figures, gaps, request_fit, verdict};
use crate::model::{OwnerId, Snapshot};

/// Figures of one analysis, before or after edits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// Sum of all gaps in bytes.
    pub free: u64,
    /// The largest usable gap that mmap reaches, in bytes.
    pub largest: u64,
    /// How many of the request would fit one after the other; `None` without a request.
    pub slots: Option<u64>,
    /// The judgement of the request.
    pub verdict: VerdictKind,
}

impl Outcome {
    /// Those of a snapshot, without the rest of an analysis.
    pub fn measure(snapshot: &Snapshot) -> Outcome {
        let reach = Reach::of(snapshot.space.bounds());
        let gaps = gaps::find(&snapshot.space);
        let figures = figures::measure(snapshot, &gaps, reach);
        let verdict = verdict::judge(snapshot, &gaps, reach, &figures);
        Outcome {
            free: figures.total,
            largest: figures.largest_reachable_size(),
            slots: request_fit(&verdict, &gaps, reach).map(|fit| fit.slots),
            verdict: verdict.kind,
        }
    }

    /// Those of an analysis.
    pub fn of(analysis: &Analysis) -> Outcome {
        Outcome {
            free: analysis.figures.total,
            largest: analysis.figures.largest_reachable_size(),
            slots: analysis.request_fit.map(|fit| fit.slots),
            verdict: analysis.verdict.kind,
        }
    }
}

/// Edits held against the map as it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trial {
    /// The figures of the dump.
    pub before: Outcome,
    /// Those with the edits.
    pub after: Outcome,
    /// Pinned owners of which nothing is left: what no change that a user can make would do.
    pub pinned_gone: u64,
}

impl Trial {
    /// Compares a snapshot, whose outcome is `before`, with what edits made of it.
    pub fn of(snapshot: &Snapshot, before: Outcome, edited: &Snapshot) -> Trial {
        let mut stands = vec![false; snapshot.owners.len()];
        let pinned = |id| snapshot.owner(id).is_some_and(|o| !o.movable);
        mark(&mut stands, snapshot, true, pinned);
        mark(&mut stands, edited, false, pinned);
        let pinned_gone = stands.iter().filter(|s| **s).count() as u64;
        Trial { before, after: Outcome::measure(edited), pinned_gone }
    }
}

fn mark(stands: &mut [bool], snapshot: &Snapshot, value: bool, meant: impl Fn(OwnerId) -> bool) {
    for region in snapshot.space.regions().iter().filter(|r| meant(r.owner)) {
        if let Some(flag) = stands.get_mut(region.owner.0 as usize) {
            *flag = value;
        }
    }
}
