//! What would help: the answers that try changes, apart from those that only measure, for they cost more.

use super::advice::{self, Advice, Patient};
use super::fit::{self, Fit, Placement};
use super::groups::{self, OwnerGroup};
use super::what_if::Outcome;
use super::{Analysis, VerdictKind};
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
}

/// Tries what is known to help on copies of the map. `analysis` is that of `snapshot`.
pub fn advise(snapshot: &Snapshot, analysis: &Analysis) -> Counsel {
    let groups = groups::rank(snapshot, analysis.reach);
    let patient = Patient {
        snapshot,
        before: Outcome::of(analysis),
        reach: analysis.reach,
        splitters: &analysis.splitters,
        groups: &groups,
    };
    Counsel { advice: advice::find(&patient), fit: fit_of_request(snapshot, analysis), groups }
}

/// What must go for the request as the system sees it, where it does not fit.
fn fit_of_request(snapshot: &Snapshot, analysis: &Analysis) -> Option<Fit> {
    let verdict = &analysis.verdict;
    let placement = Placement { size: verdict.needed?, align: verdict.request?.align };
    let wanted = matches!(verdict.kind, VerdictKind::Fragmented | VerdictKind::Exhausted | VerdictKind::CannotTell);
    wanted.then(|| fit::find(snapshot, analysis.reach, placement)).filter(|fit| !fit.fits_now)
}
