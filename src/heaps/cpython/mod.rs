//! CPython's obmalloc, 3.6 to 3.14: arenas of 64 pools, pools of blocks of one size up to 512 bytes.
//!
//! Each interpreter with an allocator of its own has a table of arenas. It is found through the variables that point to it,
//! and its arenas say themselves how large they and their pools are. Figures equal those of `sys._debugmallocstats()`.

mod figures;
mod find;
mod flavour;
mod layout;
mod manager;
mod pools;
mod record;
mod stream;
mod troubles;

use super::memory::Words;
use super::{Candidates, Effort, Heap};
use crate::model::{Memory, Snapshot};

/// Finds and walks it; `None` where there is none.
pub(super) fn walk(snapshot: &Snapshot, candidates: &Candidates, memory: Memory<'_>, effort: Effort) -> Option<Heap> {
    let mut words = Words::new(memory, snapshot.width());
    let expected = flavour::is_expected(snapshot);
    let search = find::Search { snapshot, candidates, memory, effort, expected };
    let found = find::tables(&search, &mut words);
    match found.tables.is_empty() {
        true => flavour::without_arenas(snapshot, memory, found.unsearched),
        false => Some(figures::heap(&found, &mut words, effort)),
    }
}
