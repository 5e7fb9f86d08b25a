//! Heaps of Windows processes: those of Wine, NT heaps, and segment heaps.

use super::{Effort, Heap};
use crate::model::{Memory, Snapshot};

/// Finds and walks them, one [`Heap`] for each kind.
pub(super) fn walk(_snapshot: &Snapshot, _memory: Memory<'_>, _effort: Effort) -> Vec<Heap> {
    Vec::new()
}
