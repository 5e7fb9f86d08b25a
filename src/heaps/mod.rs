//! What is inside the heaps of a dump: which of it is live, cached, free, and what pins it. No symbols are needed.
//!
//! [`walk`] looks for the data of each allocator it knows in the process's memory and returns plain [`Heaps`]. Each
//! allocator decides by data which of its layouts it has before it, and checks its sums against its own; what does not
//! close is `partial`, with the places where it broke ([`Trouble`]). Chunks are not kept: sums are, by arena, by size and by
//! page.

pub mod cpython;
mod fill;
mod found;
pub mod glibc;
pub mod memory;
mod others;
mod place;
mod ranges;
mod sums;
mod tiles;
pub mod windows;

pub use fill::{FilledPage, PageFill};
pub use found::{
    Allocator, Arena, Bin, BinKind, Blocker, ChunkState, Free, Grade, Heap, HeapWalk, Heaps, NO_HEAPS, POWERS, Part,
    PythonTotals, Role, SizeClass, Tally, Trim, Trouble, Tuning,
};
pub use place::{class, part_names, place};
pub use ranges::{Candidate, Candidates, Content};
pub use sums::{Sum, Sums};
pub use tiles::{Tile, tiles};

use crate::model::{DumpFormat, Memory, Snapshot};

/// How much memory may be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effort {
    /// What a report can afford: what is found through files' writable mappings, and the heaps of each allocator walked as
    /// long as all of them together hold no more than [`Effort::QUICK_BYTES`].
    Quick,
    /// All of it: writable memory is scanned where nothing quicker finds a heap, and heaps are walked however large they are.
    Full,
}

impl Effort {
    /// How many bytes of an allocator's heaps are walked for a report.
    pub const QUICK_BYTES: u64 = 64 << 20;

    /// Whether heaps of so many bytes are walked.
    pub fn walks(self, bytes: u64) -> bool {
        self == Effort::Full || bytes <= Effort::QUICK_BYTES
    }
}

/// Finds the heaps of a process and walks them.
pub fn walk(snapshot: &Snapshot, memory: Memory<'_>, effort: Effort) -> Heaps {
    let candidates = Candidates::of(snapshot, memory);
    let mut list = Vec::new();
    list.extend(glibc::walk(snapshot, &candidates, memory, effort));
    list.extend(cpython::walk(snapshot, &candidates, memory, effort));
    list.extend(windows::walk(snapshot, memory, effort));
    let others = others::recognise(snapshot, &mut list);
    list.extend(others);
    say_what_moved(snapshot.dump.format, &mut list);
    Heaps { list }
}

/// A running process is read while it goes on: what does not add up then need not be damage.
fn say_what_moved(format: DumpFormat, list: &mut [Heap]) {
    if format != DumpFormat::Live {
        return;
    }
    for heap in list.iter_mut().filter(|heap| heap.grade == Grade::Partial) {
        let note =
            "read while the process went on, so that what broke need not be damage; a core by gcore shows one moment";
        heap.notes.push(note.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_broke_in_a_running_process_may_have_moved() {
        for (format, grade, notes) in [
            (DumpFormat::Live, Grade::Partial, 1),
            (DumpFormat::Live, Grade::Exact, 0),
            (DumpFormat::ElfCore, Grade::Partial, 0),
        ] {
            let mut list = [Heap::new(Allocator::Glibc, grade)];
            say_what_moved(format, &mut list);
            assert_eq!(list[0].notes.len(), notes, "{format:?} {grade:?}");
        }
    }
}
