//! Mappings that stand in free space in groups: of one file, of one shape, reserved only.

use super::{Advice, Patient, Remedy};
use crate::addr::AddrRange;
use crate::analyze::groups::{By, OwnerGroup};
use crate::analyze::what_if::{self, Edit, Pattern, Target};
use crate::model::Os;
use crate::units::{Bytes, Count};

/// Groups of one kind that are named.
const MOST: usize = 2;

/// Files that are mapped piece by piece.
pub(super) fn try_files(patient: &Patient<'_>) -> Vec<Advice> {
    best(patient, By::File, |group| {
        let name = group.name.rsplit(['/', '\\']).next().unwrap_or(&group.name);
        let how = "read it with pread, or through a few windows of one size that stay where they are; mapped at once it \
                   takes its whole size in one piece";
        let edit = Edit::Without(Target::File(Pattern::new(&group.name)));
        let (owners, bytes) = patient.taken_out(&edit);
        let what = format!("{name} mapped otherwise: without its {} mappings ({})", Count(owners), Bytes(bytes));
        patient.attempt(Remedy::FileWindows, vec![edit], what, vec![how.to_owned()])
    })
}

/// Mappings of one size and make.
pub(super) fn try_shapes(patient: &Patient<'_>) -> Vec<Advice> {
    best(patient, By::Shape, |group| {
        let what = format!("`{}`: all {} of them ({}) in one piece", group.name, Count(group.owners()), sum(group));
        let edit = Edit::Without(Target::Shape(Pattern::new(&group.name)));
        let piece = piece(patient, &edit, group.bytes)?;
        let how = format!("reserve {} in one piece at the start and take them out of it, or make fewer", sum(group));
        patient.attempt(Remedy::OnePiece, vec![edit, Edit::Add(piece)], what, vec![how])
    })
}

/// Where so many bytes find room in one piece after an edit: in the smallest gap that holds them.
fn piece(patient: &Patient<'_>, edit: &Edit, bytes: u64) -> Option<AddrRange> {
    let edited = what_if::apply(patient.snapshot, std::slice::from_ref(edit)).ok()?;
    let size = bytes.checked_next_multiple_of(patient.reach.granularity().max(1))?;
    let parts = edited.space.holes().flat_map(|hole| patient.reach.reachable_parts(hole.range));
    let smallest = parts.filter(|part| part.size() >= size).min_by_key(|part| (part.size(), part.start()))?;
    AddrRange::from_size(smallest.start(), size)
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
