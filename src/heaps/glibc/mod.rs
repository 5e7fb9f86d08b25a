//! glibc's ptmalloc, 2.17 to 2.44, on i386 and x86-64 (and what has their layouts).
//!
//! Main's `malloc_state` is known by its 127 list heads that lead to themselves (`anchor.rs`); the ring of arenas decides the
//! layout (`ring.rs`). Every arena's runs are walked once, in address order (`survey.rs`), with twelve bytes kept for each
//! chunk that may be in a list; lists and caches are then followed in those. Sums are held against the arena's own.

mod anchor;
mod arena;
mod bits;
mod chunks;
mod figures;
mod free_lists;
mod heap_info;
#[cfg(test)]
mod image;
mod layout;
mod linking;
mod main_runs;
mod mmapped;
mod mp;
mod process;
mod reach;
mod records;
mod result;
mod ring;
mod spans;
mod survey;
mod tcache;
mod trim;
mod troubles;
mod versions;
mod visit;
mod window;

use super::memory::Words;
use super::{Candidates, Effort, Heap};
use crate::model::{Cpu, Endian, Memory, Os, Snapshot};
use layout::Layout;
use ring::Ring;
pub use visit::{Chunk, ChunkUse};

/// Finds and walks it; `None` where there is none.
pub(super) fn walk(snapshot: &Snapshot, candidates: &Candidates, memory: Memory<'_>, effort: Effort) -> Option<Heap> {
    if !may_be_glibc(snapshot) {
        return None;
    }
    let mut words = Words::new(memory, snapshot.width());
    let ring = find(snapshot, candidates, &mut words, effort)?;
    Some(process::Process::new(snapshot, candidates, &mut words, ring, effort).walk())
}

/// Walks glibc's heaps, however large they are, and hands every chunk to `take`. What is missing or damaged is left out.
pub fn visit(snapshot: &Snapshot, memory: Memory<'_>, take: &mut dyn FnMut(Chunk)) {
    if !may_be_glibc(snapshot) {
        return;
    }
    let candidates = Candidates::of(snapshot, memory);
    let mut words = Words::new(memory, snapshot.width());
    if let Some(ring) = find(snapshot, &candidates, &mut words, Effort::Full) {
        process::Process::new(snapshot, &candidates, &mut words, ring, Effort::Full).with_visitor(take).walk();
    }
}

/// Layouts are known of little-endian systems with the alignments of x86; 64-bit Arm and RISC-V have those of x86-64.
fn may_be_glibc(snapshot: &Snapshot) -> bool {
    let platform = &snapshot.platform;
    let known = [None, Some(Cpu::X86), Some(Cpu::X86_64), Some(Cpu::Aarch64), Some(Cpu::Riscv64)];
    let system = matches!(platform.os, None | Some(Os::Linux));
    system && platform.endian == Endian::Little && known.contains(&platform.cpu)
}

/// The ring of arenas: from modules' data, else from anywhere.
fn find(snapshot: &Snapshot, candidates: &Candidates, words: &mut Words<'_>, effort: Effort) -> Option<Ring> {
    let layouts = Layout::all(snapshot.width());
    let mut anchors = Vec::new();
    for range in candidates.of_modules() {
        anchor::find_in(words, range, &mut anchors);
    }
    let ring = ring::of_anchors(snapshot, words, &anchors, layouts);
    if ring.is_some() || effort == Effort::Quick {
        return ring;
    }
    for range in candidates.anonymous() {
        anchor::find_in(words, range, &mut anchors);
    }
    ring::of_anchors(snapshot, words, &anchors, layouts)
}
