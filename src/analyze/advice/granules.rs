//! Granules of 64 KiB of which only a part is used: the rest cannot be allocated (Windows).

use std::collections::HashMap;

use super::{Advice, Patient, Remedy};
use crate::addr::AddrRange;
use crate::analyze::fit::Ledger;
use crate::analyze::what_if::{self, Edit, Outcome};
use crate::model::{OwnerId, OwnerKind};
use crate::units::{Bytes, Count};

/// A page of Windows, the finest grain there is.
const PAGE: u64 = 4 << 10;
/// The waste is named from this part of the request on, or of the largest gap where no request is known.
const WORTH_NAMING: u64 = 8;
/// Who wastes most, so many.
const MOST: usize = 3;

/// What pages cut off granules, where that is much, or where it makes the largest gap smaller by a granule.
pub(super) fn try_it(patient: &Patient<'_>) -> Vec<Advice> {
    let grain = patient.reach.granularity();
    let waste = waste(patient);
    let total: u64 = waste.values().map(|w| w.bytes).sum();
    if grain <= PAGE || total == 0 {
        return Vec::new();
    }
    let edits = vec![Edit::Granularity(PAGE)];
    let Ok(finer) = what_if::apply(patient.snapshot, &edits) else { return Vec::new() };
    let after = Outcome::measure(&finer);
    let gain = after.largest.saturating_sub(patient.before.largest);
    let measure = patient.snapshot.request.map_or(patient.before.largest, |r| r.size);
    if gain < grain && total < measure / WORTH_NAMING {
        return Vec::new();
    }
    let what =
        format!("allocations in multiples of {}: {} are lost in granules used in part", Bytes(grain), Bytes(total));
    let how = vec![
        "take small pieces out of one VirtualAlloc instead of one each".to_owned(),
        format!("most is lost by {}", blame(&waste)),
    ];
    vec![Advice { remedy: Remedy::Granules, edits, after, gain, memory: None, what, how }]
}

/// What one kind and size of owner wastes.
#[derive(Clone, Copy, Default)]
struct Waste {
    places: u64,
    bytes: u64,
}

/// By kind and size of the owner that cut the granule.
fn waste(patient: &Patient<'_>) -> HashMap<(OwnerKind, u64), Waste> {
    let space = &patient.snapshot.space;
    let ledger = Ledger::of(patient.snapshot);
    let key = |id: OwnerId| Some((patient.snapshot.owner(id)?.kind, ledger.taken(id).bytes()));
    let mut waste: HashMap<_, Waste> = HashMap::new();
    for hole in space.holes() {
        for (index, bytes) in cut(patient, hole.range, hole.below, hole.above) {
            let owner = space.regions().get(index).and_then(|r| key(r.owner));
            if let Some(owner) = owner.filter(|_| bytes > 0) {
                let entry = waste.entry(owner).or_default();
                entry.places += 1;
                entry.bytes += bytes;
            }
        }
    }
    waste
}

/// What the regions on both sides cut off a gap. A gap without a whole granule is lost by the one below it, which could
/// have been a little larger at no cost.
fn cut(
    patient: &Patient<'_>,
    gap: AddrRange,
    below: Option<usize>,
    above: Option<usize>,
) -> impl Iterator<Item = (usize, u64)> {
    let (low, high) = match patient.reach.usable(gap) {
        Some(usable) => (usable.start().distance_from(gap.start()), gap.end().distance_from(usable.end())),
        None => (gap.size(), 0),
    };
    [below.map(|i| (i, low)), above.map(|i| (i, high))].into_iter().flatten()
}

fn blame(waste: &HashMap<(OwnerKind, u64), Waste>) -> String {
    let mut all: Vec<_> = waste.iter().collect();
    all.sort_unstable_by_key(|(key, waste)| (std::cmp::Reverse(waste.bytes), **key));
    let named = all.iter().take(MOST).map(|((kind, size), waste)| {
        format!("{} of {} ({} in {} places)", kind.name(), Bytes(*size), Bytes(waste.bytes), Count(waste.places))
    });
    named.collect::<Vec<_>>().join(", ")
}
