//! mmap's direction.

use super::{Advice, Patient, Remedy};
use crate::analyze::what_if::Edit;

/// The usual layout where the process has one that leaves free addresses out.
pub(super) fn try_it(patient: &Patient<'_>) -> Vec<Advice> {
    let what = "mmap's usual layout, in which every gap can be used".to_owned();
    let how = vec![
        "start the process with a limited stack (`ulimit -s 8192`; unlimited turns the search around) and without \
         `setarch -L` or ADDR_COMPAT_LAYOUT"
            .to_owned(),
    ];
    match patient.reach.unreachable() {
        Some(_) => patient.attempt(Remedy::TopDown, vec![Edit::TopDown], what, how).into_iter().collect(),
        None => Vec::new(),
    }
}
