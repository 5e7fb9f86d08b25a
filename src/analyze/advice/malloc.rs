//! What glibc's malloc maps on its own.

use super::{Advice, Patient, Remedy};
use crate::analyze::what_if::{Edit, malloc};
use crate::units::Bytes;

/// The highest threshold that mallopt takes, where the process has glibc.
pub(super) fn try_threshold(patient: &Patient<'_>) -> Vec<Advice> {
    let glibc = |name: &str| name == "libc.so.6" || name.starts_with("libc-2.");
    if !patient.snapshot.modules.iter().any(|m| glibc(&m.name)) {
        return Vec::new();
    }
    let threshold = malloc::largest_threshold(patient.snapshot.platform.width);
    let mut how =
        vec![format!("mallopt(M_MMAP_THRESHOLD, {threshold}) at the start, or MALLOC_MMAP_THRESHOLD_={threshold}")];
    let what = if malloc::are_known(&patient.snapshot.owners) {
        format!("what malloc mapped on its own in its heap: mmapped chunks of less than {}", Bytes(threshold))
    } else {
        how.push("the map does not tell whose they are; if they are not malloc's, this changes nothing".to_owned());
        format!(
            "what malloc may have mapped on its own in its heap: private mappings of 128 KiB to {} that stand alone",
            Bytes(threshold)
        )
    };
    patient.attempt(Remedy::MmapThreshold, vec![Edit::MmapThreshold(threshold)], what, how).into_iter().collect()
}
