//! What would help: the answers that try changes, apart from those that only measure, for they cost more.

use super::advice::{self, Advice, Patient};
use super::fit::{self, Fit, Placement};
use super::groups::{self, OwnerGroup};
use super::thresholds::MORE_THAN_MEMORY;
use super::what_if::Outcome;
use super::{Analysis, VerdictKind, splitters, stated};
use crate::heaps::{Heaps, NO_HEAPS};
use crate::model::{Evidence, Snapshot};

/// What must go or change in one snapshot. The default says nothing: for documents that show none of it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Counsel {
    /// Groups of at least two owners that belong together, those first without which the largest gap would be largest.
    pub groups: Vec<OwnerGroup>,
    /// What would help, the most effective first.
    pub advice: Vec<Advice>,
    /// What must go so that the request fits; `None` without one, and where it fits.
    pub fit: Option<Fit>,
    /// The largest usable and reachable gap if nothing movable were there, in bytes: more than any change of what moves
    /// can give.
    pub largest_without_movable: u64,
}

impl Counsel {
    /// Whether the largest gap, today of so many bytes, could grow by a share that counts if all that can move were
    /// gone.
    pub fn moving_matters(&self, today: u64) -> bool {
        self.largest_without_movable.saturating_sub(today) > today / advice::LEAST_GAIN
    }
}

/// Tries what is known to help on copies of the map. `analysis` is that of `snapshot`.
pub fn advise(snapshot: &Snapshot, analysis: &Analysis) -> Counsel {
    advise_with_heaps(snapshot, analysis, &NO_HEAPS)
}

/// The same where the heaps were walked: what they tell is tried too.
pub fn advise_with_heaps(snapshot: &Snapshot, analysis: &Analysis, heaps: &Heaps) -> Counsel {
    // Of a tool's figures alone nothing can be taken out or moved.
    if stated::alone(snapshot) {
        return Counsel::default();
    }
    let (best, groups) = movable(snapshot, analysis);
    let patient = patient(snapshot, analysis, heaps, best, &groups);
    Counsel {
        advice: advice::find(&patient),
        fit: fit_of_request(snapshot, analysis),
        groups,
        largest_without_movable: best,
    }
}

/// What could be done about the heaps, each with its effect, whether it matters or not.
pub fn advise_on_heaps(snapshot: &Snapshot, analysis: &Analysis, heaps: &Heaps) -> Vec<Advice> {
    if stated::alone(snapshot) {
        return Vec::new();
    }
    advice::heaps::all(&patient(snapshot, analysis, heaps, 0, &[]))
}

fn patient<'a>(
    snapshot: &'a Snapshot,
    analysis: &'a Analysis,
    heaps: &'a Heaps,
    best: u64,
    groups: &'a [OwnerGroup],
) -> Patient<'a> {
    let before = Outcome::of(analysis);
    Patient {
        snapshot,
        before,
        moving_helps: best > before.largest && is_worth_moving(snapshot, before.largest),
        reach: analysis.reach,
        splitters: &analysis.splitters,
        groups,
        analysis,
        heaps,
    }
}

/// The largest gap without all that can move, and who could go.
fn movable(snapshot: &Snapshot, analysis: &Analysis) -> (u64, Vec<OwnerGroup>) {
    let movable = |id| snapshot.owner(id).is_some_and(|o| o.movable);
    let best = splitters::largest_without(&snapshot.space, analysis.reach, |r| movable(r.owner));
    let moving_helps = best > analysis.figures.largest_reachable_size();
    (best, if moving_helps { groups::rank(snapshot, analysis.reach) } else { Vec::new() })
}

/// Whether what would move can be told: where it would move to, and where anybody needs it.
fn is_worth_moving(snapshot: &Snapshot, largest: u64) -> bool {
    let is_known = snapshot.evidence >= Evidence::NearlyComplete;
    is_known && (snapshot.request.is_some() || largest < MORE_THAN_MEMORY)
}

/// What must go for the request as the system sees it, where it does not fit.
fn fit_of_request(snapshot: &Snapshot, analysis: &Analysis) -> Option<Fit> {
    let verdict = &analysis.verdict;
    let placement = Placement { size: verdict.needed?, align: verdict.request?.align };
    let wanted = matches!(verdict.kind, VerdictKind::Fragmented | VerdictKind::Exhausted | VerdictKind::CannotTell);
    wanted.then(|| fit::find(snapshot, analysis.reach, placement)).filter(|fit| !fit.fits_now)
}
