//! What would help: the answers that try changes, apart from those that only measure, for they cost more.

use super::advice::{self, Advice, Patient};
use super::fit::{self, Fit, Placement};
use super::groups::{self, OwnerGroup};
use super::what_if::Outcome;
use super::{Analysis, VerdictKind, splitters, stated};
use crate::model::Snapshot;

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
    // Of a tool's figures alone nothing can be taken out or moved.
    if stated::alone(snapshot) {
        return Counsel::default();
    }
    let movable = |id| snapshot.owner(id).is_some_and(|o| o.movable);
    let best = splitters::largest_without(&snapshot.space, analysis.reach, |r| movable(r.owner));
    let before = Outcome::of(analysis);
    let moving_helps = best > before.largest;
    let groups = if moving_helps { groups::rank(snapshot, analysis.reach) } else { Vec::new() };
    let patient = Patient {
        snapshot,
        before,
        moving_helps,
        reach: analysis.reach,
        splitters: &analysis.splitters,
        groups: &groups,
    };
    Counsel {
        advice: advice::find(&patient),
        fit: fit_of_request(snapshot, analysis),
        groups,
        largest_without_movable: best,
    }
}

/// What must go for the request as the system sees it, where it does not fit.
fn fit_of_request(snapshot: &Snapshot, analysis: &Analysis) -> Option<Fit> {
    let verdict = &analysis.verdict;
    let placement = Placement { size: verdict.needed?, align: verdict.request?.align };
    let wanted = matches!(verdict.kind, VerdictKind::Fragmented | VerdictKind::Exhausted | VerdictKind::CannotTell);
    wanted.then(|| fit::find(snapshot, analysis.reach, placement)).filter(|fit| !fit.fits_now)
}
