//! Modules at other addresses.

use super::draft::Draft;
use super::{Edit, EditError, Pattern};
use crate::addr::{Addr, AddrRange};
use crate::model::{Module, OwnerId};

/// Puts all relocatable modules side by side below the highest place that holds them all, in their order by address,
/// which is the order of loading where modules are placed downwards. Where no place holds them all, each goes to the
/// highest place that holds it.
pub(super) fn pack(draft: &mut Draft, edit: &Edit) -> Result<(), EditError> {
    let units = movable_units(draft);
    if units.is_empty() {
        let why = "no module of it is known to be relocatable".to_owned();
        return Err(EditError::Nothing { edit: edit.to_string(), why });
    }
    let mut carried: Vec<Carried> = units.into_iter().map(|unit| lift(draft, unit)).collect();
    carried.sort_unstable_by_key(|c| std::cmp::Reverse(c.unit.range.start()));
    let grain = draft.bounds.granularity.max(1);
    let total = carried.iter().fold(0u64, |sum, c| sum.saturating_add(c.taken(grain)));
    let common = highest_free(draft, total, grain).map(AddrRange::end);
    let mut top = common;
    for item in carried {
        let size = item.taken(grain);
        let place = match top.and_then(|t| t.checked_sub(size)) {
            Some(start) => Some(start),
            None => highest_free(draft, size, grain).map(AddrRange::start),
        };
        // Its old place is free whatever else happened: nothing else was put there that this could not follow.
        let start = place.unwrap_or(item.unit.range.start());
        top = common.map(|_| start);
        put_down(draft, item, start);
    }
    Ok(())
}

/// Moves one module.
pub(super) fn rebase(draft: &mut Draft, edit: &Edit, names: &Pattern, to: Addr) -> Result<(), EditError> {
    let meant = |m: &&Module| names.matches(&m.name) || names.matches_path(&m.path);
    let unit = draft.rest.modules.iter().find(meant).map(|m| m.owner).and_then(|owner| unit(draft, owner));
    let Some(unit) = unit else {
        let why = format!("none of its {} modules is called so", draft.rest.modules.len());
        return Err(EditError::Nothing { edit: edit.to_string(), why });
    };
    let granularity = draft.bounds.granularity.max(1);
    if to.align_down(granularity) != to {
        return Err(EditError::Unaligned { edit: edit.to_string(), addr: to, granularity });
    }
    let carried = lift(draft, unit);
    let target = AddrRange::from_size_clipped(to, carried.unit.range.size());
    let free = target.is_some_and(|t| draft.is_free(t));
    let start = if free { to } else { carried.unit.range.start() };
    put_down(draft, carried, start);
    match (free, target) {
        (false, Some(taken)) => Err(EditError::Occupied { edit: edit.to_string(), taken }),
        _ => Ok(()),
    }
}

/// A module with the range that its regions span.
#[derive(Clone, Copy)]
struct Unit {
    owner: OwnerId,
    range: AddrRange,
}

/// A module in the air: its regions, taken out of the map.
struct Carried {
    unit: Unit,
    regions: Vec<crate::model::Region>,
}

impl Carried {
    fn taken(&self, grain: u64) -> u64 {
        self.unit.range.size().checked_next_multiple_of(grain).unwrap_or(u64::MAX)
    }
}

fn movable_units(draft: &Draft) -> Vec<Unit> {
    let movable = |m: &&Module| m.relocatable != Some(false) && draft.owners().get(m.owner).is_some_and(|o| o.movable);
    let owners: Vec<OwnerId> = draft.rest.modules.iter().filter(movable).map(|m| m.owner).collect();
    owners.into_iter().filter_map(|owner| unit(draft, owner)).collect()
}

/// The module's span, unless somebody else stands inside of it.
fn unit(draft: &Draft, owner: OwnerId) -> Option<Unit> {
    let own = draft.regions.iter().filter(|r| r.owner == owner).map(|r| r.range);
    let range = own.reduce(AddrRange::hull)?;
    let alone = !draft.regions.iter().any(|r| r.owner != owner && r.range.intersect(range).is_some());
    alone.then_some(Unit { owner, range })
}

fn lift(draft: &mut Draft, unit: Unit) -> Carried {
    let (regions, left) = draft.regions.drain(..).partition(|r| r.owner == unit.owner);
    draft.regions = left;
    draft.set_free(std::iter::once(unit.range));
    Carried { unit, regions }
}

fn put_down(draft: &mut Draft, carried: Carried, start: Addr) {
    let old = carried.unit.range.start();
    for mut region in carried.regions {
        let offset = region.range.start().distance_from(old);
        let moved = start.checked_add(offset).and_then(|s| AddrRange::from_size(s, region.range.size()));
        region.range = moved.unwrap_or(region.range);
        draft.regions.push(region);
    }
    draft.regions.sort_unstable_by_key(|r| r.range.start());
    for module in draft.rest.modules.iter_mut().filter(|m| m.owner == carried.unit.owner) {
        module.range = AddrRange::from_size(start, carried.unit.range.size()).unwrap_or(module.range);
    }
}

/// The highest aligned place of `size` bytes.
fn highest_free(draft: &Draft, size: u64, grain: u64) -> Option<AddrRange> {
    let mut above = draft.bounds.range.end();
    let fits = |from: Addr, to: Addr| {
        let start = to.checked_sub(size)?.align_down(grain);
        (start >= from).then(|| AddrRange::from_size(start, size)).flatten()
    };
    for region in draft.regions.iter().rev() {
        if let Some(found) = fits(region.range.end(), above) {
            return Some(found);
        }
        above = region.range.start();
    }
    fits(draft.bounds.range.start(), above)
}
