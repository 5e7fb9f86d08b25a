//! The figures that an edit is judged by.

use crate::analyze::{Analysis, Reach, VerdictKind, figures, gaps, request_fit, verdict};
use crate::model::Snapshot;

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
