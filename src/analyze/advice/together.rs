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
        let replaced = advice.remedy == Remedy::FewerThreads || advice.remedy == Remedy::WithoutModule;
        if !replaced && parts.iter().all(|p| p.remedy != advice.remedy) {
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
