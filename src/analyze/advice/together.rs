//! Several remedies together, where none alone is enough.

use super::{Advice, Patient, Remedy};
use crate::analyze::VerdictKind;
use crate::analyze::what_if::Edit;

/// The remedies that people can apply to one process at once, where the request fits with all of them and with none
/// alone. Those that do the same thing in another way are left out.
pub(super) fn try_it(patient: &Patient<'_>, single: &[Advice]) -> Option<Advice> {
    let wanted = patient.snapshot.request.is_some();
    if !wanted || single.iter().any(|a| a.after.verdict == VerdictKind::Fits) {
        return None;
    }
    let mut parts: Vec<&Advice> = Vec::new();
    for advice in single.iter().filter(|a| !a.edits.is_empty()) {
        if can_be_joined(advice.remedy) && parts.iter().all(|p| p.remedy != advice.remedy) {
            parts.push(advice);
        }
    }
    let (starts, mut edits): (Vec<Edit>, Vec<Edit>) =
        parts.iter().flat_map(|a| a.edits.clone()).partition(|edit| *edit == Edit::Repack);
    edits.extend(starts.into_iter().next());
    let names: Vec<&str> = parts.iter().map(|a| a.remedy.name()).collect();
    let what = format!("together: {}", names.join(", "));
    let together = patient.attempt(Remedy::Together, edits, what, Vec::new())?;
    (parts.len() > 1 && together.after.verdict == VerdictKind::Fits).then_some(together)
}

/// Whether a remedy does what it says to a running program's owners as they are: the others take out what would have to
/// stand elsewhere, or do in another way what is joined already.
fn can_be_joined(remedy: Remedy) -> bool {
    !matches!(
        remedy,
        Remedy::FewerThreads
            | Remedy::WithoutModule
            | Remedy::Rebase
            | Remedy::FileWindows
            | Remedy::OnePiece
            | Remedy::LessReserved
            | Remedy::Granules
    )
}
