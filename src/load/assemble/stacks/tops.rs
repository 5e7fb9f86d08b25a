//! Where stacks may end whose thread pointer nobody tells, as known stacks of the same process show it.

use std::collections::BTreeSet;

use super::Bounds;
use crate::addr::Addr;
use crate::load::assemble::Draft;
use crate::load::assemble::partition::Piece;
use crate::load::facts::RowLabel;
use crate::model::{Protection, State};

/// How far below a stack's top struct pthread begins: a few values for all stacks of a process, as static TLS is the
/// same for all and only alignment differs.
pub(super) fn depths_of_tcb(draft: &Draft<'_>, found: &[Option<Bounds>]) -> BTreeSet<u64> {
    let with_pointer = draft.thread_pointers.iter().zip(found);
    with_pointer.filter_map(|(tp, b)| Some((*b)?.range.end().distance_from((*tp)?))).take(64).collect()
}

/// Right below a known stack, and at the end of a writable mapping that is as large as a known stack and has a guard
/// as large as a known one right below it.
pub(super) fn candidates(draft: &Draft<'_>, known: &[Bounds]) -> BTreeSet<Addr> {
    let sizes: BTreeSet<u64> = known.iter().map(|b| b.range.size()).collect();
    let guards: BTreeSet<u64> = known.iter().filter_map(|b| b.guard).collect();
    let below_known = known.iter().map(|b| b.reserved().start());
    let pairs = draft.pieces.iter().zip(draft.pieces.iter().skip(1));
    let guarded = pairs.filter(|(guard, stack)| {
        sizes.contains(&stack.range.size())
            && is_plain_memory(stack)
            && guard.range.end() == stack.range.start()
            && may_be_guard(guard, &guards)
    });
    below_known.chain(guarded.map(|(_, stack)| stack.range.end())).collect()
}

fn is_plain_memory(piece: &Piece) -> bool {
    piece.state == State::Committed && piece.label == RowLabel::None && piece.file.is_none()
}

/// gdb lists guards as readable; then their size must do.
fn may_be_guard(piece: &Piece, sizes: &BTreeSet<u64>) -> bool {
    let writable = piece.protection.is_some_and(|p| p.has(Protection::WRITE));
    piece.state == State::Reserved || (!writable && piece.file.is_none() && sizes.contains(&piece.range.size()))
}
