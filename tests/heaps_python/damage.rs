//! Damaged and missing memory: no panic, no figure above what is there, nothing missing that is counted as 0.

use std::time::{Duration, Instant};

use fragscope::heaps::{Effort, Grade, Heap};

use super::image::{Python, Variables, core};
use super::made::{python, walk};
use super::stats::figures;
use crate::synth::elf_arch::{X86, X86_64};

/// What every walk must keep to, whatever it was given.
fn assert_sane(what: &str, heap: &Heap, python: &Python) {
    let truth = python.stats();
    let Some(totals) = heap.python else { return assert_eq!(heap.grade, Grade::NotWalked, "{what}") };
    let used = totals.allocated + totals.available + totals.unused_pools.bytes;
    let lost = totals.pool_headers + totals.quantization + totals.arena_alignment + totals.unread;
    assert_eq!(used + lost, totals.arenas.bytes, "{what}");
    assert!(totals.arenas.bytes <= truth.arena_bytes, "{what}: {totals:?}");
    for pair in heap.parts.windows(2) {
        assert!(pair[0].range.end() <= pair[1].range.start(), "{what}: {pair:?}");
    }
    assert!(heap.troubles.len() <= 20, "{what}");
    // Either everything is as it was, or it is said that something is not.
    let differs = figures(heap, &truth) != truth;
    assert!(heap.grade == Grade::Partial || !differs, "{what}: {totals:?} is not {truth:?}");
}

fn small(arch: crate::synth::elf_arch::Arch, pool: u64, align: u64, variables: Variables) -> Python {
    let mut python = python((arch, pool, align), variables);
    python.arenas.clear();
    python.slots = 16;
    python.fill(&[0, 1, 3], 0x2000_0000, 9);
    python
}

#[test]
fn one_corrupt_word_anywhere() {
    let many = [small(X86_64, 4096, 16, Variables::Struct), small(X86, 4096, 8, Variables::Backwards)];
    let (mut walks, mut noticed, begin) = (0, 0, Instant::now());
    for python in many {
        let image = core(std::slice::from_ref(&python));
        let (data, heap, arena) = (image.find("load[1]"), image.find("load[2]"), image.find("load[3]"));
        let word = if python.arch.wide { 8 } else { 4 };
        let table = heap.start + 0x8010;
        let pools = (0..3).flat_map(|pool| (0..10).map(move |index| arena.start + pool * 4096 + index * word));
        let variables = (0..80).map(|index| data.start + 0x1000 + (index * word) - 40 * word);
        let places: Vec<usize> = (0..30).map(|index| table + index * word).chain(pools).chain(variables).collect();
        let mut bytes = image.bytes.clone();
        for at in places {
            let before = bytes[at..at + word].to_vec();
            for value in values(&before, &python) {
                bytes[at..at + word].copy_from_slice(&value.to_le_bytes()[..word]);
                let heap = walk(&bytes, Effort::Full);
                if let Some(heap) = &heap {
                    assert_sane(&format!("{} {at:#x} {value:#x}", python.arch.name), heap, &python);
                }
                noticed += u32::from(heap.is_some_and(|heap| heap.grade == Grade::Partial));
                walks += 1;
            }
            bytes[at..at + word].copy_from_slice(&before);
        }
    }
    assert!(noticed > walks / 8, "{noticed} of {walks}");
    assert!(begin.elapsed() < Duration::from_secs(120), "{:?} for {walks} walks", begin.elapsed());
}

fn values(before: &[u8], python: &Python) -> [u64; 8] {
    let number = before.iter().rev().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
    let (arena, table) = (python.arenas[&1].address, python.table());
    [0, 1, u64::MAX, number ^ 1, number.wrapping_add(4096), number ^ 1 << 31, arena, table]
}

#[test]
fn missing_memory_is_missing() {
    let python = small(X86_64, 4096, 16, Variables::Struct);
    let mut image = core(std::slice::from_ref(&python));
    // Nothing of the second arena, half of the third.
    image.set("phdr[5].p_filesz", 0);
    image.set("phdr[6].p_filesz", 0x2000);
    let heap = walk(&image.bytes, Effort::Full).unwrap();
    assert_sane("missing", &heap, &python);
    assert_eq!(heap.grade, Grade::Partial);
    assert_eq!(heap.troubles.last().unwrap().code, "memory-missing");
    let [whole, none, half] = heap.arenas.as_slice() else { panic!("{:?}", heap.arenas) };
    assert!(whole.live.is_some() && whole.trim.is_some());
    assert!(none.live.is_none() && none.free.is_none() && none.trim.is_none() && none.system == Some(0x4_0000));
    assert!(half.live.is_some() && half.trim.is_none());
    let totals = heap.python.unwrap();
    assert!(totals.unread >= 0x4_0000 + 4096, "{totals:?}");
    let (walked, all) = heap.troubles.last().unwrap().covered.unwrap();
    assert_eq!((walked, all), (totals.arenas.bytes - totals.unread, totals.arenas.bytes));
}

#[test]
fn a_dump_that_ends_anywhere() {
    let python = small(X86_64, 4096, 16, Variables::Struct);
    let image = core(std::slice::from_ref(&python));
    let mut partial = 0;
    for length in (0..image.bytes.len()).step_by(image.bytes.len() / 150) {
        if let Some(heap) = walk(&image.bytes[..length], Effort::Full) {
            assert_sane(&format!("cut at {length:#x}"), &heap, &python);
            partial += u32::from(heap.grade == Grade::Partial);
        }
    }
    assert!(partial > 20, "{partial}");
}
