//! Stacks that only the map knows: a saved /proc/PID/maps lists no threads, and still says `[stack]`.

use super::{Bounds, by_map, claim_stack};
use crate::load::assemble::Draft;
use crate::load::assemble::index::Spans;
use crate::load::facts::RowLabel;
use crate::model::{Owner, OwnerKind, StackSource};

/// Claims the mappings that the map calls stacks and in which no thread of the dump has its own. The main stack is
/// pinned, as it is where its thread is known.
pub(super) fn claim(draft: &mut Draft<'_>) {
    let known = Spans::new(draft.threads.iter().filter_map(|t| t.stack.map(|s| s.range)));
    let found: Vec<(Bounds, Option<u64>)> = draft
        .pieces
        .iter()
        .filter(|piece| !known.overlap(piece.range))
        .filter_map(|piece| Some((by_map::of_mapping(draft, piece, StackSource::Maps), thread_of(piece.label)?)))
        .collect();
    for (bounds, thread_id) in found {
        let start = bounds.reserved().start();
        let owner = draft.owners.add(match thread_id {
            Some(_) => Owner { thread_id, ..Owner::anonymous(OwnerKind::Stack, start) },
            None => Owner { movable: false, ..Owner::named(OwnerKind::Stack, start, "main thread") },
        });
        claim_stack(draft, &bounds, owner);
    }
}

/// The thread that a label names; the main stack's names none. `None` where it is no stack's label.
fn thread_of(label: RowLabel) -> Option<Option<u64>> {
    match label {
        RowLabel::MainStack => Some(None),
        RowLabel::ThreadStack(id) => Some(Some(id)),
        _ => None,
    }
}
