//! Modules at other addresses.

use super::draft::Draft;
use super::{Edit, EditError, Pattern};
use crate::addr::{Addr, AddrRange};
use crate::analyze::Reach;
use crate::model::{MmapLayout, Module, OwnerId, Region};
use std::collections::HashMap;

/// Puts all relocatable modules side by side below the highest place that holds them all and that mmap reaches, in the
/// order of loading from the top downwards. Where the dump lists no such order it is that of the addresses: downwards,
/// or upwards where mmap searches upwards.
pub(super) fn pack(draft: &mut Draft, edit: &Edit) -> Result<(), EditError> {
    let mut units = movable_units(draft);
    if units.is_empty() {
        let why = "no module of it is known to be relocatable".to_owned();
        return Err(EditError::Nothing { edit: edit.to_string(), why });
    }
    sort_by_loading(draft, &mut units);
    let lifted = lift(draft, &units);
    let grain = draft.bounds.granularity.max(1);
    let total = units.iter().fold(0u64, |sum, unit| sum.saturating_add(unit.taken(grain)));
    let why = "no free place holds all relocatable modules";
    let mut top = highest_free(draft, total).ok_or(EditError::NotHere { edit: edit.to_string(), why })?;
    let starts = units.iter().map(|unit| {
        top = Addr(top.0.saturating_sub(unit.taken(grain)));
        (*unit, top)
    });
    let starts: Vec<(Unit, Addr)> = starts.collect();
    put_down(draft, lifted, &starts);
    Ok(())
}

fn sort_by_loading(draft: &Draft, units: &mut [Unit]) {
    let listed: HashMap<OwnerId, u32> =
        draft.rest.modules.iter().filter_map(|m| Some((m.owner, m.load_order?))).collect();
    let upwards = matches!(draft.bounds.mmap_layout, Some(MmapLayout::BottomUp { .. }));
    units.sort_by_key(|unit| {
        let start = unit.range.start().0;
        let by_address = if upwards { start } else { u64::MAX - start };
        (listed.get(&unit.owner).copied().unwrap_or(u32::MAX), by_address)
    });
}

/// Moves one module.
pub(super) fn rebase(draft: &mut Draft, edit: &Edit, names: &Pattern, to: Addr) -> Result<(), EditError> {
    let names = names.matcher();
    let meant = |m: &&Module| names.matches(&m.name) || names.matches_path(&m.path);
    let owner = draft.rest.modules.iter().find(meant).map(|m| m.owner);
    let Some(unit) = units(draft, |id| Some(id) == owner).pop() else {
        let why = format!("none of its {} modules is called so and has a range of its own", draft.rest.modules.len());
        return Err(EditError::Nothing { edit: edit.to_string(), why });
    };
    let granularity = draft.bounds.granularity.max(1);
    if to.align_down(granularity) != to {
        return Err(EditError::Unaligned { edit: edit.to_string(), addr: to, granularity });
    }
    let lifted = lift(draft, &[unit]);
    let target = AddrRange::from_size_clipped(to, unit.range.size()).unwrap_or(unit.range);
    if !draft.is_free(target) {
        return Err(EditError::Occupied { edit: edit.to_string(), taken: target });
    }
    put_down(draft, lifted, &[(unit, to)]);
    Ok(())
}

/// A module with the range that its regions span, and nobody else's.
#[derive(Clone, Copy)]
struct Unit {
    owner: OwnerId,
    range: AddrRange,
}

impl Unit {
    fn taken(&self, grain: u64) -> u64 {
        self.range.size().checked_next_multiple_of(grain).unwrap_or(u64::MAX)
    }
}

fn movable_units(draft: &Draft) -> Vec<Unit> {
    let mut movable = vec![false; draft.owners().len()];
    for module in draft.rest.modules.iter().filter(|m| m.relocatable != Some(false)) {
        let pinned = draft.owners().get(module.owner).is_none_or(|o| !o.movable);
        if let Some(flag) = movable.get_mut(module.owner.0 as usize) {
            *flag = !pinned;
        }
    }
    units(draft, |id| movable.get(id.0 as usize).copied().unwrap_or(false))
}

/// The spans of the picked owners, by address of their first region, but for those that somebody else stands inside of.
fn units(draft: &Draft, picked: impl Fn(OwnerId) -> bool) -> Vec<Unit> {
    let mut spans: Vec<Option<(AddrRange, usize)>> = vec![None; draft.owners().len()];
    for region in draft.regions.iter().filter(|r| picked(r.owner)) {
        if let Some(span) = spans.get_mut(region.owner.0 as usize) {
            *span = Some(span.map_or((region.range, 1), |(range, count)| (range.hull(region.range), count + 1)));
        }
    }
    let inside = |range: AddrRange| {
        let first = draft.regions.partition_point(|r| r.range.end() <= range.start());
        let next = draft.regions.partition_point(|r| r.range.start() < range.end());
        next.saturating_sub(first)
    };
    let owners = (0u32..).map(OwnerId).zip(spans);
    let alone =
        owners.filter_map(|(owner, span)| span.filter(|(range, own)| inside(*range) == *own).map(|s| (owner, s.0)));
    alone.map(|(owner, range)| Unit { owner, range }).collect()
}

/// Takes the units' regions out of the map.
fn lift(draft: &mut Draft, units: &[Unit]) -> Vec<Region> {
    let mut lifted = vec![false; draft.owners().len()];
    for unit in units {
        if let Some(flag) = lifted.get_mut(unit.owner.0 as usize) {
            *flag = true;
        }
    }
    let is_lifted = |r: &Region| lifted.get(r.owner.0 as usize).copied().unwrap_or(false);
    let (out, left): (Vec<Region>, Vec<Region>) = draft.regions.drain(..).partition(is_lifted);
    draft.regions = left;
    draft.set_free(units.iter().map(|unit| unit.range));
    out
}

/// Puts each unit's regions where it starts now.
fn put_down(draft: &mut Draft, lifted: Vec<Region>, starts: &[(Unit, Addr)]) {
    let mut moved: Vec<Option<(Unit, Addr)>> = vec![None; draft.owners().len()];
    for (unit, start) in starts {
        if let Some(place) = moved.get_mut(unit.owner.0 as usize) {
            *place = Some((*unit, *start));
        }
    }
    let place = |owner: OwnerId| moved.get(owner.0 as usize).copied().flatten();
    let shifted = |range: AddrRange, owner: OwnerId| {
        let (unit, start) = place(owner)?;
        let offset = range.start().distance_from(unit.range.start());
        AddrRange::from_size(start.checked_add(offset)?, range.size())
    };
    draft.regions.extend(lifted.into_iter().filter_map(|r| Some(Region { range: shifted(r.range, r.owner)?, ..r })));
    draft.regions.sort_unstable_by_key(|r| r.range.start());
    for module in &mut draft.rest.modules {
        module.range = shifted(module.range, module.owner).unwrap_or(module.range);
    }
}

/// The highest place of `size` bytes that mmap could hand out.
fn highest_free(draft: &Draft, size: u64) -> Option<Addr> {
    let reach = Reach::of(&draft.bounds);
    let highest_in = |from: Addr, to: Addr| {
        let parts = reach.reachable_parts(AddrRange::new(from, to)?);
        // Both ends of a part are multiples of the granularity, and so is the size.
        parts.filter(|part| part.size() >= size).map(AddrRange::end).max()
    };
    let mut above = draft.bounds.range.end();
    for region in draft.regions.iter().rev() {
        if let Some(top) = highest_in(region.range.end(), above) {
            return Some(top);
        }
        above = region.range.start();
    }
    highest_in(draft.bounds.range.start(), above)
}
