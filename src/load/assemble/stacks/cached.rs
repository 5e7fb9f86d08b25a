//! Stacks that no living thread owns: glibc keeps up to 40 MiB of exited threads' stacks mapped. They split the
//! space like any other, and they go away by other means.

use std::collections::BTreeSet;

use super::{Bounds, claim_stack, pthread, tops};
use crate::addr::Addr;
use crate::load::assemble::Draft;
use crate::model::{Owner, OwnerKind};

/// Claims the stacks of exited threads, where the dump holds their memory.
pub(super) fn claim(draft: &mut Draft<'_>, living: &[Option<Bounds>]) {
    let Some(layout) = draft.pthread else { return };
    let known: Vec<Bounds> = living.iter().flatten().copied().collect();
    let depths = tops::depths_of_tcb(draft, living);
    let mut candidates: Vec<Addr> = tops::candidates(draft, &known).into_iter().collect();
    let mut seen: BTreeSet<Addr> = known.iter().map(|b| b.range.end()).collect();
    while let Some(top) = candidates.pop() {
        if !seen.insert(top) {
            continue;
        }
        let tps = depths.iter().filter_map(|d| top.checked_sub(*d));
        let found = tps.into_iter().find_map(|tp| pthread::left_behind(draft, layout, tp, top));
        if let Some(bounds) = found {
            let start = bounds.reserved().start();
            let owner = draft.owners.add(Owner::named(OwnerKind::Stack, start, "exited thread"));
            claim_stack(draft, &bounds, owner);
            candidates.push(start);
        }
    }
}
