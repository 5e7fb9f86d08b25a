//! Private memory whose protection changes again and again: guard pairs, and stripes of decommitted memory.
//!
//! On Linux each change of protection makes a mapping of its own, so that what was one allocation is many owners.

use crate::model::{OwnerId, OwnerKind, Owners, Region, State};

/// What a stretch looks like. Stretches of one make are one producer's.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Make {
    /// Whose memory it is.
    pub kind: OwnerKind,
    /// Memory with a guard on one or both sides, and nothing else.
    pub guarded: bool,
    /// The largest piece, rounded up to a power of two, in bytes.
    pub piece: u64,
}

/// Neighbours that touch each other, without a file, of one kind, of which some are committed and some only reserved.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    /// What it looks like.
    pub make: Make,
    /// Index of its first region.
    pub first: usize,
    /// How many regions it has, at least 2.
    pub regions: usize,
    /// How many mappings these are.
    pub mappings: u64,
}

/// All stretches, by address, in one pass.
pub fn find(regions: &[Region], owners: &Owners) -> Vec<Stretch> {
    let kind = |r: &Region| owners.get(r.owner).map(|o| o.kind);
    let joined = |a: &Region, b: &Region| {
        let anonymous = a.backing.is_none() && b.backing.is_none();
        anonymous && a.range.end() == b.range.start() && kind(a) == kind(b)
    };
    let mut first = 0;
    let mut found = Vec::new();
    for run in regions.chunk_by(joined) {
        found.extend(run.first().and_then(kind).and_then(|kind| stretch(run, first, kind)));
        first += run.len();
    }
    found
}

fn stretch(run: &[Region], first: usize, kind: OwnerKind) -> Option<Stretch> {
    let reserved = run.iter().filter(|r| r.state == State::Reserved).count();
    let committed = run.len() - reserved;
    let guarded = committed == 1 || (reserved == 1 && committed <= 2);
    let largest = run.iter().map(|r| r.range.size()).max()?;
    let mappings = 1 + run.iter().zip(run.iter().skip(1)).filter(|(a, b)| a.mapping != b.mapping).count() as u64;
    let make = Make { kind, guarded, piece: largest.checked_next_power_of_two()? };
    (reserved > 0 && committed > 0).then_some(Stretch { make, first, regions: run.len(), mappings })
}

/// The make of the stretch that each owner is in, of those that hold several owners.
pub(super) fn makes(regions: &[Region], owners: &Owners) -> Vec<Option<Make>> {
    let mut makes = vec![None; owners.len()];
    for stretch in find(regions, owners) {
        let inside = regions.get(stretch.first..stretch.first + stretch.regions).unwrap_or_default();
        let several = inside.iter().any(|r| Some(r.owner) != inside.first().map(|r| r.owner));
        for region in inside.iter().filter(|_| several) {
            set(&mut makes, region.owner, stretch.make);
        }
    }
    makes
}

fn set(makes: &mut [Option<Make>], owner: OwnerId, make: Make) {
    if let Some(place) = makes.get_mut(owner.0 as usize) {
        place.get_or_insert(make);
    }
}

impl std::fmt::Display for Make {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = if self.guarded { "with guards" } else { "in stripes" };
        write!(f, "{} {what}, pieces of at most {}", self.kind.name(), crate::units::Bytes(self.piece))
    }
}
