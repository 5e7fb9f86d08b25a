//! Smaller thread stacks.

use super::draft::Draft;
use super::{Edit, EditError, Pattern};
use crate::addr::{Addr, AddrRange};
use crate::model::{MappingId, OwnerId, Region, Stack, StackSource, State, Thread};

/// Shrinks the stacks of matching threads to at most `bytes` without their guard: the high end stays, the guard moves
/// up. Stacks whose ends are not known, the main thread's (which grows on demand) and smaller ones stay as they are.
pub(super) fn shrink(draft: &mut Draft, edit: &Edit, bytes: u64, names: Option<&Pattern>) -> Result<(), EditError> {
    let grain = draft.bounds.granularity.max(draft.bounds.page_size).max(1);
    let names = names.map(Pattern::matcher);
    let meant = |t: &Thread| names.as_ref().is_none_or(|p| t.name.as_deref().is_some_and(|n| p.matches(n)));
    let owners = draft.owners();
    let movable = |id: OwnerId| owners.get(id).is_some_and(|o| o.movable);
    let plans: Vec<(usize, Cut)> = draft
        .rest
        .threads
        .iter()
        .enumerate()
        .filter(|(_, t)| meant(t))
        .filter_map(|(i, t)| Some((i, t.stack.as_ref().filter(|s| movable(s.owner))?)))
        .filter_map(|(i, stack)| Some((i, Cut::of(stack, bytes, grain)?)))
        .collect();
    if plans.is_empty() {
        let why = "no thread stack with known ends, of those it may shrink, is larger".to_owned();
        return Err(EditError::Nothing { edit: edit.to_string(), why });
    }
    apply(draft, &plans);
    Ok(())
}

/// Where a stack is cut.
struct Cut {
    owner: OwnerId,
    /// The new lowest usable address.
    low: Addr,
    /// The new lowest address of its guard.
    guard_low: Addr,
    high: Addr,
}

impl Cut {
    fn of(stack: &Stack, bytes: u64, grain: u64) -> Option<Cut> {
        let known = match stack.source {
            StackSource::Pthread | StackSource::Teb | StackSource::Allocation => true,
            StackSource::Region => stack.guard.is_some(),
            StackSource::Maps | StackSource::SharedRegion | StackSource::MemoryList => false,
        };
        let high = stack.range.end();
        let low = Addr(high.0.checked_sub(bytes)?).align_down(grain);
        // A Windows guard page lies inside of the reservation and moves with the stack pointer.
        let below = match stack.source {
            StackSource::Pthread | StackSource::Region => stack.guard.unwrap_or(0),
            _ => 0,
        };
        let guard_low = low.checked_sub(below)?;
        (known && low > stack.range.start()).then_some(Cut { owner: stack.owner, low, guard_low, high })
    }
}

/// One pass over the regions for all cuts; where several threads have one owner, the first counts.
fn apply(draft: &mut Draft, plans: &[(usize, Cut)]) {
    let mut cut_of: Vec<Option<&Cut>> = vec![None; draft.owners().len()];
    for (_, cut) in plans {
        if let Some(place) = cut_of.get_mut(cut.owner.0 as usize) {
            place.get_or_insert(cut);
        }
    }
    let mut guards: Vec<Option<MappingId>> = vec![None; draft.owners().len()];
    let mut freed = Vec::new();
    let mut kept = Vec::with_capacity(draft.regions.len());
    for region in draft.regions.drain(..) {
        let cut = cut_of.get(region.owner.0 as usize).copied().flatten();
        match cut.filter(|cut| region.range.start() < cut.high) {
            Some(cut) => {
                // The guard that moves up stays the mapping that it is: the owner's lowest.
                let lowest = guards.get_mut(region.owner.0 as usize).map(|m| *m.get_or_insert(region.mapping));
                freed.extend(AddrRange::new(region.range.start(), region.range.end().min(cut.guard_low)));
                kept.extend(remainder(&region, cut, lowest.unwrap_or(region.mapping)));
            }
            None => kept.push(region),
        }
    }
    draft.regions = kept;
    draft.set_free(freed.into_iter());
    plans.iter().for_each(|(thread, cut)| shrink_one(draft, *thread, cut));
}

fn shrink_one(draft: &mut Draft, thread: usize, cut: &Cut) {
    if let Some(stack) = draft.rest.threads.get_mut(thread).and_then(|t| t.stack.as_mut()) {
        let taken = cut.high.distance_from(cut.guard_low);
        stack.range = AddrRange::new(cut.low, cut.high).unwrap_or(stack.range);
        stack.reserved = Some(taken);
        stack.committed = stack.committed.map(|c| c.min(taken));
    }
}

/// What is left of a region: a guard without memory, and the stack above it.
fn remainder(region: &Region, cut: &Cut, lowest: MappingId) -> impl Iterator<Item = Region> {
    let part = |from: Addr, to: Addr| AddrRange::new(region.range.start().max(from), region.range.end().min(to));
    let guard =
        part(cut.guard_low, cut.low).map(|range| Region { range, state: State::Reserved, mapping: lowest, ..*region });
    let stack = part(cut.low, cut.high).map(|range| Region { range, ..*region });
    [guard, stack].into_iter().flatten()
}
