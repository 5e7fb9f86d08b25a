//! Heaps on the map: every part of a heap becomes an owner, and regions are cut at its borders.

mod names;
mod regions;

pub use names::{class, part_names};

use super::{Heaps, tiles};
use crate::model::{AddressSpace, Snapshot};
use regions::Cutter;

/// Puts what a walk found on the map. What load had claimed as heaps is refined, private memory is cut at the borders of
/// what lies in it, and whatever else is known to be somebody's (a stack, a module, a file) stays his. States,
/// protections, evidence and the numbers of mappings stay as they were, and so do all gaps.
pub fn place(snapshot: &mut Snapshot, heaps: &Heaps) {
    let tiles = tiles(heaps);
    if tiles.is_empty() {
        return;
    }
    // Not cloned: there may be as many as mappings, and what is added to them harms nothing.
    let mut owners = std::mem::take(&mut snapshot.owners);
    let space = &snapshot.space;
    let mut cutter = Cutter::new(heaps, &mut owners, space.regions().len());
    let mut rest = tiles.as_slice();
    for region in space.regions() {
        let below = rest.partition_point(|tile| tile.range.end() <= region.range.start());
        rest = rest.get(below..).unwrap_or_default();
        cutter.cut(*region, rest);
    }
    // Regions are only cut and given to others, so that they are as disjoint as they were.
    if let Ok(space) = AddressSpace::new(*space.bounds(), space.coverage().clone(), cutter.finish()) {
        snapshot.space = space;
    }
    snapshot.owners = owners;
}
