//! The limit on the number of mappings.

use super::{Advice, Patient, Remedy};
use crate::analyze::case::{Mappings, vma_limit};
use crate::model::{Region, Snapshot};
use crate::units::Count;

/// A higher limit where the process is at it, and how many mappings could be one with their neighbour.
pub(super) fn try_it(patient: &Patient<'_>) -> Vec<Advice> {
    let snapshot = patient.snapshot;
    if !matches!(Mappings::of(snapshot), Mappings::Near | Mappings::Over) {
        return Vec::new();
    }
    let (limit, count) = (vma_limit(snapshot), snapshot.limits.vma_count.unwrap_or(0));
    let twice = limit.max(count).saturating_mul(2);
    let what = format!("a higher vm.max_map_count: {} mappings of {} are there", Count(count), Count(limit));
    let mut how = vec![format!("`sysctl -w vm.max_map_count={twice}`")];
    how.extend(stripes(snapshot));
    vec![Advice { remedy: Remedy::MappingLimit, edits: Vec::new(), after: patient.before, gain: 0, what, how }]
}

/// Neighbours that touch and differ in nothing but their protection: guards and decommitted memory inside of what was
/// one mapping.
fn stripes(snapshot: &Snapshot) -> Option<String> {
    let regions = snapshot.space.regions();
    let touching = |(a, b): &(&Region, &Region)| {
        a.range.end() == b.range.start() && a.backing.is_none() && b.backing.is_none() && a.mapping != b.mapping
    };
    let pairs = regions.iter().zip(regions.iter().skip(1)).filter(touching);
    let split = pairs.filter(|(a, b)| a.protection != b.protection || a.state != b.state).count() as u64;
    (split > 0).then(|| {
        format!(
            "{} anonymous mappings touch a neighbour and differ in protection only: whoever makes guard pages or \
             decommits with mprotect could use larger pieces, or madvise(MADV_DONTNEED) instead",
            Count(split)
        )
    })
}
