//! Heaps of Windows processes: those of Wine, NT heaps, and segment heaps.
//!
//! A process may have heaps of two widths (WoW64: the 32-bit program's, and those of the 64-bit side). `peb.rs` lists handles,
//! each kind draws an `Outline` of a heap by its own lists, and only then blocks are walked, if there are
//! not too many for the effort.

mod kinds;
mod nt;
mod outline;
mod peb;
mod segment_heap;
mod sums;
mod troubles;
mod wine;

use super::{Effort, Heap};
use crate::addr::Addr;
use crate::model::{Memory, Os, PointerWidth, Snapshot};

/// A block that a program has of a heap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LiveBlock {
    /// The heap's handle.
    pub heap: Addr,
    /// What the program got: the address behind the block's header.
    pub address: Addr,
    /// Bytes that it asked for, as far as the heap tells.
    pub size: u64,
}

/// Where walks hand each live block.
type Visit<'v> = &'v mut dyn FnMut(LiveBlock);

/// Finds and walks them, one [`Heap`] for each kind.
pub(super) fn walk(snapshot: &Snapshot, memory: Memory<'_>, effort: Effort) -> Vec<Heap> {
    walk_with(snapshot, memory, effort, &mut |_| ())
}

/// Hands every block that the program has to `visit`, in no order that anyone may rely on. Those of segment heaps and of
/// what could not be walked are not among them.
pub fn live_blocks(snapshot: &Snapshot, memory: Memory<'_>, visit: &mut dyn FnMut(LiveBlock)) {
    walk_with(snapshot, memory, Effort::Full, visit);
}

fn walk_with(snapshot: &Snapshot, memory: Memory<'_>, effort: Effort, visit: Visit<'_>) -> Vec<Heap> {
    if snapshot.platform.os != Some(Os::Windows) || memory.ranges().is_empty() {
        return Vec::new();
    }
    let widths: &[PointerWidth] = match snapshot.width() {
        PointerWidth::Bits32 => &[PointerWidth::Bits32, PointerWidth::Bits64],
        PointerWidth::Bits64 => &[PointerWidth::Bits64],
    };
    let mut kinds = kinds::Kinds::new(snapshot);
    for width in widths {
        kinds.collect(memory, *width, effort);
    }
    kinds.walk(memory, effort, visit)
}
