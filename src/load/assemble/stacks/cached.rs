//! Stacks that no living thread owns: glibc keeps up to 40 MiB of exited threads' stacks mapped. They split the
//! space like any other, and they go away by other means.

use std::collections::BTreeSet;

use super::{Bounds, claim_stack, pthread};
use crate::addr::Addr;
use crate::load::assemble::Draft;
use crate::load::facts::RowLabel;
use crate::model::{Owner, OwnerKind, State};

/// Claims the stacks of exited threads, where the dump holds their memory.
pub(super) fn claim(draft: &mut Draft<'_>, living: &[Option<Bounds>]) {
    let Some(layout) = draft.pthread else { return };
    let known: Vec<Bounds> = living.iter().flatten().copied().collect();
    let depths = depths_of_tcb(draft, living);
    let mut candidates: Vec<Addr> = tops(draft, &known).into_iter().collect();
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

/// How far below a stack's top struct pthread begins: a few values for all stacks of a process, as static TLS is the
/// same for all and only alignment differs.
fn depths_of_tcb(draft: &Draft<'_>, living: &[Option<Bounds>]) -> BTreeSet<u64> {
    let with_tls = draft.facts.threads.iter().zip(living);
    with_tls.filter_map(|(t, b)| Some((*b)?.range.end().distance_from(t.tls?))).take(64).collect()
}

/// Where a left stack may end: right below a known one, and at the end of a writable mapping that is as large as a
/// known stack and has a guard below it.
fn tops(draft: &Draft<'_>, known: &[Bounds]) -> BTreeSet<Addr> {
    let sizes: BTreeSet<u64> = known.iter().map(|b| b.range.size()).collect();
    let below_known = known.iter().map(|b| b.reserved().start());
    let pairs = draft.pieces.iter().zip(draft.pieces.iter().skip(1));
    let guarded = pairs.filter(|(guard, stack)| {
        guard.state == State::Reserved
            && guard.range.end() == stack.range.start()
            && stack.state == State::Committed
            && stack.label == RowLabel::None
            && stack.file.is_none()
            && sizes.contains(&stack.range.size())
    });
    below_known.chain(guarded.map(|(_, stack)| stack.range.end())).collect()
}
