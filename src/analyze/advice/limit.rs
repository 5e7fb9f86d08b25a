//! The limit on the number of mappings.

use std::collections::HashMap;

use super::{Advice, Patient, Remedy};
use crate::analyze::case::{Mappings, vma_limit};
use crate::analyze::groups::stretches::{self, Make};
use crate::model::{Region, Snapshot};
use crate::units::Count;

/// Producers that are named.
const MOST: usize = 3;

/// A higher limit where the process is at it, and who makes mappings that could be one with their neighbour.
pub(super) fn try_it(patient: &Patient<'_>) -> Vec<Advice> {
    let snapshot = patient.snapshot;
    if !matches!(Mappings::of(snapshot), Mappings::Near | Mappings::Over) {
        return Vec::new();
    }
    let (limit, count) = (vma_limit(snapshot), snapshot.limits.vma_count.unwrap_or(0));
    let twice = limit.max(count).saturating_mul(2);
    let what = format!("a higher vm.max_map_count: {} mappings of {} are there", Count(count), Count(limit));
    let mut how = vec![format!("`sysctl -w vm.max_map_count={twice}`")];
    how.extend(producers(snapshot, count));
    how.extend(equal_neighbours(snapshot));
    vec![Advice {
        remedy: Remedy::MappingLimit,
        edits: Vec::new(),
        after: patient.before,
        gain: 0,
        memory: None,
        what,
        how,
    }]
}

/// What one make of stretches takes.
#[derive(Clone, Copy, Default)]
struct Produced {
    stretches: u64,
    mappings: u64,
}

impl Produced {
    /// Mappings that would go if each stretch were one.
    fn saved(self) -> u64 {
        self.mappings - self.stretches
    }
}

/// Neighbours that differ in nothing but their protection, by their make: how many would be left if those of one make
/// were one mapping each.
fn producers(snapshot: &Snapshot, count: u64) -> Vec<String> {
    let mut makes: HashMap<Make, Produced> = HashMap::new();
    for stretch in stretches::find(snapshot.space.regions(), &snapshot.owners) {
        let entry = makes.entry(stretch.make).or_default();
        entry.stretches += 1;
        entry.mappings += stretch.mappings;
    }
    let mut makes: Vec<(Make, Produced)> = makes.into_iter().filter(|(_, p)| p.saved() > 0).collect();
    makes.sort_unstable_by_key(|(make, produced)| (std::cmp::Reverse(produced.saved()), *make));
    let named = makes.iter().take(MOST).map(|(make, produced)| {
        format!(
            "{make}: {} mappings that could be {}, which would leave {} in all",
            Count(produced.mappings),
            Count(produced.stretches),
            Count(count.saturating_sub(produced.saved()))
        )
    });
    let how = "neighbours differ in protection only: fewer guard pages, or madvise(MADV_DONTNEED) instead of mprotect";
    let named: Vec<String> = named.collect();
    if named.is_empty() { named } else { [vec![how.to_owned()], named].concat() }
}

/// Neighbours in which the dump shows no difference at all.
fn equal_neighbours(snapshot: &Snapshot) -> Option<String> {
    let regions = snapshot.space.regions();
    let alike = |(a, b): &(&Region, &Region)| {
        let same = a.protection == b.protection && a.state == b.state && a.backing == b.backing;
        a.range.end() == b.range.start() && a.mapping != b.mapping && same
    };
    let pairs = regions.iter().zip(regions.iter().skip(1)).filter(alike).count() as u64;
    (pairs > 0).then(|| {
        format!(
            "{} mappings touch one from which the dump shows no difference; file offset, flags or a name keep them apart",
            Count(pairs)
        )
    })
}
