//! mmap's direction.

use super::{Advice, Patient, Remedy};
use crate::analyze::what_if::Edit;
use crate::model::MmapLayout;

/// The usual layout where the process has one that leaves free addresses out.
pub(super) fn try_it(patient: &Patient<'_>) -> Vec<Advice> {
    let what = "mmap's usual layout, in which every gap can be used (the figure is that of the gaps as they lie)";
    let how = match patient.snapshot.space.bounds().mmap_layout {
        Some(MmapLayout::BottomUp { .. }) => {
            "start it without `setarch -L` (ADDR_COMPAT_LAYOUT), with vm.legacy_va_layout=0 and a limited stack \
             (`ulimit -s 8192`)"
        }
        _ => {
            "start it with a limited stack, as `ulimit -s 8192`: for an unlimited one mmap begins far down and leaves \
             a part out"
        }
    };
    match patient.reach.unreachable() {
        Some(_) => {
            let edits = vec![Edit::TopDown];
            patient.attempt(Remedy::TopDown, edits, what.to_owned(), vec![how.to_owned()]).into_iter().collect()
        }
        None => Vec::new(),
    }
}
