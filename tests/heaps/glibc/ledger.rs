//! Every pointer that a program held is a live chunk of its exact size, and hardly any chunk is live besides.

use std::collections::HashMap;

use fragscope::heaps::glibc::{self, Chunk, ChunkUse};
use fragscope::heaps::{Heap, Tally};
use fragscope::load::Dump;

use super::figures::Problems;
use super::truth::Truth;

/// What libc itself keeps: a tcache for each thread, the vector of its thread-local storage, the FILE, the file's buffer.
const LIBCS_OWN: u64 = 20;

/// All chunks of a process, by address.
fn chunks(dump: &Dump<'_>) -> HashMap<u64, Chunk> {
    let mut all = HashMap::new();
    glibc::visit(dump.snapshot(), dump.memory(), &mut |chunk| {
        let before = all.insert(chunk.range.start().0, chunk);
        assert!(before.is_none(), "{:?} is met twice", chunk.range);
    });
    all
}

pub fn compare(dump: &Dump<'_>, heap: &Heap, truth: &Truth, problems: &mut Problems) {
    let chunks = chunks(dump);
    for (pointer, usable) in &truth.ledger {
        // A mapped chunk has no next one whose first word it could use; from 2.43 on it leaves room as if it had.
        let used = |chunk: &Chunk| chunk.size - usable;
        match chunks.get(&(pointer - 2 * truth.word)) {
            Some(chunk) if chunk.state == ChunkUse::Live => {
                let overhead = if chunk.mapped && truth.glibc < 43 { 2 * truth.word } else { truth.word };
                problems.check(chunk.size > *usable && used(chunk) == overhead, || {
                    format!("{pointer:#x}: a chunk of {}, usable {usable}", chunk.size)
                });
            }
            other => problems.0.push(format!("{pointer:#x}: {other:?}")),
        }
    }
    compare_counts(&chunks, heap, truth, problems);
}

/// The sums of a walk are those of the chunks that are visited.
fn compare_counts(chunks: &HashMap<u64, Chunk>, heap: &Heap, truth: &Truth, problems: &mut Problems) {
    let of = |state: ChunkUse| chunks.values().filter(|c| c.state == state && !c.mapped).fold((0, 0), counted);
    let sum = |tallies: &mut dyn Iterator<Item = Option<Tally>>| {
        tallies.flatten().fold((0, 0), |sum, t| (sum.0 + t.count, sum.1 + t.bytes))
    };
    problems.equal("live chunks visited", of(ChunkUse::Live), sum(&mut heap.arenas.iter().map(|a| a.live)));
    problems.equal("cached chunks visited", of(ChunkUse::Cached), sum(&mut heap.arenas.iter().map(|a| a.cached)));
    problems.equal("fast chunks visited", of(ChunkUse::Fast), sum(&mut heap.arenas.iter().map(|a| a.fast)));
    let free = heap.arenas.iter().map(|a| a.free.as_ref().map(|f| f.all));
    problems.equal("free chunks visited", of(ChunkUse::Free), sum(&mut free.into_iter()));
    let live = chunks.values().filter(|c| c.state == ChunkUse::Live).count() as u64;
    let ledger = truth.ledger.len() as u64;
    problems
        .check(live >= ledger && live <= ledger + LIBCS_OWN, || format!("{live} chunks are live, {ledger} in truth"));
}

fn counted(sum: (u64, u64), chunk: &Chunk) -> (u64, u64) {
    (sum.0 + 1, sum.1 + chunk.size)
}
