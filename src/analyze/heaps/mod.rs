//! Questions about what is inside the heaps, joined to the map: could a request have been served from inside, what the
//! next step of growth needs, what would come back, and what heaps reserve.

mod answers;
mod fills;
mod guess;
mod malloc;
mod reserved;
mod returns;
pub mod serving;
mod shares;
mod threads;

pub use answers::{Answers, Look};
pub use fills::{Buckets, Fills};
pub use guess::{Guess, Looks, PREVIEW, guess, preview};
pub(super) use malloc::DEFAULT;
pub use malloc::Malloc;
pub use reserved::Reservations;
pub use returns::{Pin, Returns};
pub use serving::{ArenaAnswer, Inside, Serving};
pub use shares::{Shares, shares};
pub use threads::arena_of;

use crate::heaps::{Allocator, Heap, Heaps, Role};

/// glibc's heaps among those that were found.
pub fn glibc(heaps: &Heaps) -> Option<&Heap> {
    heaps.list.iter().find(|heap| heap.allocator == Allocator::Glibc)
}

/// How an arena is called in sentences: by its place in the list, `main arena` or `arena 3`.
pub fn arena_name(heap: &Heap, arena: usize) -> String {
    match heap.arenas.get(arena) {
        Some(found) if found.main => "the main arena".to_owned(),
        _ => format!("arena {arena}"),
    }
}

/// Whether the main arena's memory is one piece from brk, so that its top chunk ends where brk is.
pub(super) fn is_contiguous(heap: &Heap) -> bool {
    !heap.parts.iter().any(|part| part.role == Role::MainMapped)
}
