//! Mappings that stand in free space in groups: of one file, of one shape, reserved only.

use super::{Advice, Patient, Remedy};
use crate::analyze::groups::{By, OwnerGroup};
use crate::analyze::what_if::{Edit, Pattern, Target};
use crate::model::Os;
use crate::units::{Bytes, Count};

/// Groups of one kind that are named.
const MOST: usize = 2;

/// Files that are mapped piece by piece.
pub(super) fn try_files(patient: &Patient<'_>) -> Vec<Advice> {
    best(patient, By::File, |group| {
        let name = group.name.rsplit(['/', '\\']).next().unwrap_or(&group.name);
        let what = format!("{name} mapped otherwise: without its {} mappings ({})", Count(group.owners()), sum(group));
        let how = "map it once at the start, or read it through a few windows of one size that stay where they are";
        let edit = Edit::Without(Target::File(Pattern::new(&group.name)));
        patient.attempt(Remedy::FileWindows, vec![edit], what, vec![how.to_owned()])
    })
}

/// Mappings of one size and make.
pub(super) fn try_shapes(patient: &Patient<'_>) -> Vec<Advice> {
    best(patient, By::Shape, |group| {
        let what = format!("`{}`: without all {} of them ({})", group.name, Count(group.owners()), sum(group));
        let how = "make fewer, or take them out of one larger piece reserved at the start; what they hold needs room elsewhere";
        let edit = Edit::Without(Target::Shape(Pattern::new(&group.name)));
        patient.attempt(Remedy::OnePiece, vec![edit], what, vec![how.to_owned()])
    })
}

/// Address space that is taken and not used.
pub(super) fn try_reserved(patient: &Patient<'_>) -> Vec<Advice> {
    let how = match patient.snapshot.platform.os {
        Some(Os::Windows) => "reserve less with MEM_RESERVE, or release it with VirtualFree(MEM_RELEASE)",
        _ => "map less with PROT_NONE, or give it back with munmap",
    };
    let edits = vec![Edit::Without(Target::Reserved)];
    let advice = patient.attempt(Remedy::LessReserved, edits, String::new(), vec![how.to_owned()]);
    let told = |advice: Advice| {
        let bytes = Bytes(advice.after.free.saturating_sub(patient.before.free));
        Advice { what: format!("without {bytes} of private memory that are only reserved"), ..advice }
    };
    advice.map(told).into_iter().collect()
}

fn best(patient: &Patient<'_>, by: By, advice: impl Fn(&OwnerGroup) -> Option<Advice>) -> Vec<Advice> {
    patient.groups.iter().filter(|group| group.by == by).take(MOST).filter_map(advice).collect()
}

fn sum(group: &OwnerGroup) -> Bytes {
    Bytes(group.bytes)
}
