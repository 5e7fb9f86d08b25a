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
    below_known.chain(guarded.map(|(_, stack)| stack.range.end())).chain(unguarded(draft, known)).collect()
}

/// Where guards are no mappings (see `map_has_guard` in the parent), a stack is merged with what lies around it: any
/// writable mapping as large as the smallest known stack may end with one.
fn unguarded(draft: &Draft<'_>, known: &[Bounds]) -> Vec<Addr> {
    let guard_is_merged = |b: &Bounds| {
        let piece = draft.piece_at(b.reserved().start());
        b.guard.is_some_and(|g| g > 0) && piece.is_some_and(|p| p.range.contains(b.range.start()))
    };
    let smallest = known.iter().map(|b| b.reserved().size()).min();
    let Some(smallest) = smallest.filter(|_| known.iter().any(guard_is_merged)) else { return Vec::new() };
    let writable = |p: &&Piece| p.protection.is_some_and(|p| p.has(Protection::WRITE));
    let large = draft.pieces.iter().filter(|p| p.range.size() >= smallest && is_plain_memory(p)).filter(writable);
    large.map(|p| p.range.end()).collect()
}

fn is_plain_memory(piece: &Piece) -> bool {
    piece.state == State::Committed && piece.label == RowLabel::None && piece.file.is_none()
}

/// gdb lists guards as readable; then their size must do.
fn may_be_guard(piece: &Piece, sizes: &BTreeSet<u64>) -> bool {
    let writable = piece.protection.is_some_and(|p| p.has(Protection::WRITE));
    piece.state == State::Reserved || (!writable && piece.file.is_none() && sizes.contains(&piece.range.size()))
}
