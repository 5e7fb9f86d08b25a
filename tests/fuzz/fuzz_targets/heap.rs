//! A heap with some words overwritten. The input is a list of places and words, 8 bytes each, for a core that corpus.sh unpacked.
#![no_main]

use std::sync::LazyLock;

use fragscope::heaps::{self, Effort};
use fragscope::load::{self, LoadOptions};
use libfuzzer_sys::fuzz_target;

/// Of i386, with one arena.
static CORE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/heap.core");
    std::fs::read(path).unwrap_or_else(|e| panic!("{path}: {e}; tests/fuzz/corpus.sh makes it"))
});

fuzz_target!(|data: &[u8]| {
    let mut core = CORE.clone();
    for edit in data.chunks_exact(8) {
        let (at, word) = edit.split_at(4);
        let at = u32::from_le_bytes(at.try_into().unwrap()) as usize % (core.len() / 4) * 4;
        core[at..at + 4].copy_from_slice(word);
    }
    let Ok(dump) = load::from_bytes(core, &LoadOptions::default()) else { return };
    for heap in heaps::walk(dump.snapshot(), dump.memory(), Effort::Full).list {
        for arena in heap.arenas {
            let free = arena.free.map(|free| free.all);
            let tallies = [arena.live, arena.cached, arena.fast, free];
            let sum: u128 = tallies.iter().flatten().map(|tally| u128::from(tally.bytes)).sum();
            if let Some(system) = arena.system {
                assert!(sum + u128::from(arena.top.unwrap_or(0)) <= u128::from(system));
            }
        }
    }
});
