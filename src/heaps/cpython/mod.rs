//! CPython's obmalloc, 3.6 to 3.13.

use super::{Candidates, Effort, Heap};
use crate::model::{Memory, Snapshot};

/// Finds and walks it; `None` where there is none.
pub(super) fn walk(
    _snapshot: &Snapshot,
    _candidates: &Candidates,
    _memory: Memory<'_>,
    _effort: Effort,
) -> Option<Heap> {
    None
}
