//! Damaged heaps: whatever word is wrong, a walk ends, and says no more than what is committed.

use std::time::{Duration, Instant};

use fragscope::addr::AddrRange;
use fragscope::heaps::{self, Effort, Heap, Heaps};
use fragscope::load::{self, LoadOptions};

use super::images;
use crate::samples;

/// How long a walk of a few megabytes may take, on a busy machine.
const LONGEST: Duration = Duration::from_secs(20);

fn walk(bytes: &[u8]) -> Heaps {
    let began = Instant::now();
    let heaps = load::from_bytes(bytes, &LoadOptions::default())
        .map_or_else(|_| Heaps::default(), |dump| heaps::walk(dump.snapshot(), dump.memory(), Effort::Full));
    assert!(began.elapsed() < LONGEST, "{:?}", began.elapsed());
    heaps
}

/// What holds of every walk.
fn check(heaps: &Heaps, what: &str) {
    let mut ranges: Vec<AddrRange> = heaps.list.iter().flat_map(|heap| heap.parts.iter().map(|p| p.range)).collect();
    ranges.sort_by_key(|range| range.start());
    assert!(ranges.windows(2).all(|pair| pair[0].end() <= pair[1].start()), "{what}: parts overlap");
    heaps.list.iter().for_each(|heap| check_heap(heap, what));
}

fn check_heap(heap: &Heap, what: &str) {
    assert!(heap.troubles.len() <= 33, "{what}: {} troubles", heap.troubles.len());
    for arena in &heap.arenas {
        let tallies = [arena.live, arena.cached, arena.fast, arena.free.as_ref().map(|free| free.all)];
        let sum: u64 = tallies.into_iter().flatten().map(|tally| tally.bytes).sum();
        let system = arena.system.unwrap_or(0);
        assert!(sum <= system, "{what}: {sum} bytes of blocks in {system} committed ones, {:?}", arena.id);
    }
}

/// The same numbers each time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    /// Words that hurt: near, zero, all ones, a bit, another place's word.
    fn word(&mut self, bytes: &[u8], old: u32) -> u32 {
        let other = self.below(bytes.len() / 4 - 1) * 4;
        match self.below(6) {
            0 => 0,
            1 => u32::MAX,
            2 => old ^ 1 << self.below(32),
            3 => old.wrapping_add(8),
            4 => self.below(1 << 31) as u32,
            _ => u32::from_le_bytes(bytes[other..other + 4].try_into().unwrap()),
        }
    }
}

/// Words of `bytes` in `places` are made wrong one at a time, then some together.
fn flip(bytes: &mut [u8], runs: usize, seed: u64, name: &str, mut place: impl FnMut(&mut Random) -> usize) {
    let mut random = Random(seed);
    for run in 0..runs {
        let many = if run % 5 == 4 { 6 } else { 1 };
        let mut undo = Vec::new();
        for _ in 0..many {
            let at = place(&mut random);
            let old: [u8; 4] = bytes[at..at + 4].try_into().unwrap();
            let new = random.word(bytes, u32::from_le_bytes(old));
            bytes[at..at + 4].copy_from_slice(&new.to_le_bytes());
            undo.push((at, old));
        }
        check(&walk(bytes), &format!("{name}, run {run}: {undo:x?}"));
        undo.iter().rev().for_each(|(at, old)| bytes[*at..at + 4].copy_from_slice(old));
    }
}

#[test]
fn wrong_words_in_images_end_in_troubles() {
    for plan in images::plans() {
        let (mut bytes, _) = images::image(plan);
        let whole = walk(&bytes);
        check(&whole, "whole");
        assert!(whole.list.iter().all(|heap| heap.troubles.is_empty()));
        let words = bytes.len() / 4 - 1;
        flip(&mut bytes, 60, u64::from(plan.seed), &format!("{plan:?}"), |random| 4 * random.below(words));
    }
}

/// Heads of heaps and segments are where a wrong word does most.
#[test]
fn wrong_words_in_heads_end_in_troubles() {
    for plan in images::plans() {
        let (mut bytes, _) = images::image(plan);
        let signature = 0xffee_ffee_u32.to_le_bytes();
        let heads: Vec<usize> =
            (0..bytes.len() - 0x800).step_by(4).filter(|at| bytes[*at..at + 4] == signature).collect();
        assert!(heads.len() >= 2, "{plan:?}");
        flip(&mut bytes, 120, 9, &format!("{plan:?}"), |random| heads[random.below(2)] + 4 * random.below(0x60));
    }
}

#[test]
fn wrong_words_in_wine_heaps_end_in_troubles() {
    for name in ["windows-heaps-x86.dmp.zst", "windows-heaps-x64.dmp.zst"] {
        let mut bytes = samples::named(name).bytes();
        let magic = *b"HEAP";
        // Memory begins anywhere in the file.
        let heads: Vec<usize> = (0x40..bytes.len() - 0x1000).filter(|at| bytes[*at..at + 4] == magic).collect();
        assert!(heads.len() >= 8, "{name}: {}", heads.len());
        // Heap structures end within 0x800 bytes behind the magic; then blocks come.
        flip(&mut bytes, 40, 3, name, |random| heads[random.below(heads.len())] - 0x40 + 4 * random.below(0x240));
    }
}

#[test]
fn cut_dumps_end_in_troubles() {
    for plan in images::plans() {
        let (bytes, _) = images::image(plan);
        for part in 1..24 {
            check(&walk(&bytes[..bytes.len() * part / 24]), &format!("{plan:?}, {part}"));
        }
    }
}
