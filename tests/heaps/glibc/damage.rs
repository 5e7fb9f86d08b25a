//! Heaps with a word changed, cut off, or with pages missing: a walk ends, adds up to no more than an arena has, and says where
//! it broke. What is missing is never 0.

use std::collections::BTreeSet;

use fragscope::addr::Addr;
use fragscope::heaps::{self, Effort, Grade, Heap, Heaps, Tally};
use fragscope::load::{self, Dump, LoadOptions};

use super::image::{self, Image, Model, Version};
use super::made;
use crate::hostile::watch::watched;

/// What holds for every walk of whatever memory.
pub fn check(heaps: &Heaps) {
    for heap in &heaps.list {
        for (index, arena) in heap.arenas.iter().enumerate() {
            check_sums(heap, index, arena);
        }
        for pair in heap.parts.windows(2) {
            assert!(
                pair[0].range.end() <= pair[1].range.start(),
                "{:?} and {:?} overlap",
                pair[0].range,
                pair[1].range
            );
        }
        let mut told = BTreeSet::new();
        for trouble in &heap.troubles {
            assert!(told.insert(format!("{trouble:?}")), "told twice: {trouble:?}");
        }
        assert!(heap.grade != Grade::Exact || heap.troubles.is_empty(), "exact, and {:?}", heap.troubles);
        assert!(heap.grade != Grade::Partial || !heap.troubles.is_empty(), "partial, and nobody says why");
    }
}

fn check_sums(heap: &Heap, index: usize, arena: &heaps::Arena) {
    let free = arena.free.as_ref().map(|f| f.all);
    let tallies = [arena.live, arena.cached, arena.fast, free];
    let sum = tallies.iter().flatten().map(|t| u128::from(t.bytes)).sum::<u128>() + u128::from(arena.top.unwrap_or(0));
    if let Some(system) = arena.system {
        assert!(sum <= u128::from(system), "{:?} arena {index}: {sum} of {system} bytes: {arena:?}", heap.grade);
    }
    if let Some(free) = &arena.free {
        let powers = free.by_power.iter().fold((0, 0), |sum, t| (sum.0 + t.count, sum.1 + t.bytes));
        assert_eq!(powers, (free.all.count, free.all.bytes), "arena {index}");
        assert!(free.largest <= free.all.bytes, "arena {index}: {free:?}");
    }
    if let Some(trim) = arena.trim {
        assert!(trim.memory <= arena.reserved.max(arena.system.unwrap_or(0)), "arena {index}: {trim:?}");
    }
}

fn walk(dump: &Dump<'_>) -> Heaps {
    heaps::walk(dump.snapshot(), dump.memory(), Effort::Full)
}

fn walk_bytes(bytes: Vec<u8>) -> Option<Heaps> {
    load::from_bytes(bytes, &LoadOptions::default()).ok().map(|dump| walk(&dump))
}

/// What was lost does not turn up as 0 in an arena that had something of the kind.
fn check_nothing_is_zero(damaged: &Heaps, whole: &Heap) {
    let Some(heap) = made::glibc(damaged) else { return };
    if heap.grade == Grade::Exact {
        return;
    }
    for arena in &heap.arenas {
        let Some(before) = whole.arenas.iter().find(|other| other.id == arena.id) else { continue };
        let free = |a: &heaps::Arena| a.free.as_ref().map(|f| f.all);
        for (what, now, then) in [
            ("live", arena.live, before.live),
            ("free", free(arena), free(before)),
            ("fast", arena.fast, before.fast),
            ("cached", arena.cached, before.cached),
        ] {
            let lost = now == Some(Tally::default()) && then.is_some_and(|t| t.count > 0);
            assert!(!lost, "arena at {}: {what} is 0, was {then:?}; troubles {:?}", arena.id, heap.troubles);
        }
        assert!(arena.system != Some(0) && arena.top != Some(0), "{arena:?}");
    }
}

/// One image of each layout, with the figures of a walk of all of it.
fn images(seed: u64) -> impl Iterator<Item = (String, Image, Heap)> {
    Version::all().map(move |version| {
        let image = image::image(&Model::random(version, seed));
        let heaps = walk_bytes(image.core.clone()).unwrap();
        let heap = made::glibc(&heaps).expect("there is a heap").clone();
        (format!("{version:?}, seed {seed}"), image, heap)
    })
}

/// What could stand in a word that somebody wrote over.
fn wrong(image: &Image, at: usize, random: &mut image::Random) -> u64 {
    let word = image.version.word() as usize;
    let mut old = [0; 8];
    old[..word].copy_from_slice(&image.core[at..at + word]);
    let old = u64::from_le_bytes(old);
    match random.below(12) {
        0 => 0,
        1 => u64::MAX,
        2 => old ^ (1 << random.below(8 * word as u64)),
        3 => old.wrapping_add(16),
        4 => old.wrapping_sub(16),
        5 => old ^ (1 + random.below(7)),
        6 => old.wrapping_mul(2),
        7 => random.below(u64::MAX),
        8 => 1 << random.below(8 * word as u64),
        9 => random.below(1 << 20) * 8 + 1,
        _ => image.addresses[random.below(image.addresses.len() as u64) as usize],
    }
}

#[test]
fn a_wrong_word_anywhere_ends_in_figures_that_add_up() {
    let runs = std::env::var("FRAGSCOPE_HOSTILE_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(4000);
    let mut random = image::Random::new(7);
    let mut done = 0;
    for seed in 1.. {
        for (name, image, whole) in images(seed) {
            for _ in 0..60 {
                // Mostly words that malloc itself wrote; sometimes any.
                let at = if random.one_in(8) {
                    random.below(image.core.len() as u64 - 8) as usize
                } else {
                    image.written[random.below(image.written.len() as u64) as usize]
                };
                let value = wrong(&image, at, &mut random);
                let mut core = image.core.clone();
                let word = image.version.word() as usize;
                core[at..at + word].copy_from_slice(&value.to_le_bytes()[..word]);
                let _watched = watched(format!("{name}: {value:#x} at offset {at:#x} of the core"));
                if let Some(heaps) = walk_bytes(core) {
                    check(&heaps);
                    check_reasons(&heaps, &whole);
                }
                done += 1;
            }
        }
        if done >= runs {
            break;
        }
    }
}

/// A word can be wrong without anyone's noticing; but then the arenas are those that were there. (A wrong `next` can lead to
/// what looks like one.)
fn check_reasons(damaged: &Heaps, whole: &Heap) {
    let Some(heap) = made::glibc(damaged).filter(|heap| heap.grade == Grade::Exact) else { return };
    let known: BTreeSet<u64> = whole.arenas.iter().map(|arena| arena.id.0).collect();
    for arena in &heap.arenas {
        assert!(known.contains(&arena.id.0), "{} is no arena", arena.id);
    }
}

/// Layouts of i386 differ by whole list heads, so that the ring of a wrong one is nearly as good. A ring that is open is still
/// read in the right one.
#[test]
fn a_next_that_leads_nowhere_moves_no_arena() {
    for seed in 1..4 {
        for (name, image, whole) in images(seed) {
            let word = image.version.word() as usize;
            for arena in &whole.arenas {
                let dump = load::from_bytes(image.core.as_slice(), &LoadOptions::default()).unwrap();
                let at = Addr(arena.id.0 + image.version.next());
                let captured = dump.memory().captured_at(at).unwrap();
                let offset = (captured.offset.0 + (at.0 - captured.range.start().0)) as usize;
                drop(dump);
                let mut core = image.core.clone();
                core[offset..offset + word].fill(0xff);
                let heaps = walk_bytes(core).unwrap();
                let Some(heap) = made::glibc(&heaps) else { continue };
                for found in &heap.arenas {
                    let known = whole.arenas.iter().find(|known| known.id == found.id);
                    let known = known.unwrap_or_else(|| panic!("{name}: {} is no arena", found.id));
                    assert_eq!(found.system, known.system, "{name}: arena at {}", found.id);
                }
            }
        }
    }
}

#[test]
fn what_is_cut_off_is_never_0() {
    let mut random = image::Random::new(11);
    for seed in 1..4 {
        for (name, image, whole) in images(seed) {
            for _ in 0..12 {
                let length = random.below(image.core.len() as u64) as usize;
                let _watched = watched(format!("{name}: the first {length} bytes"));
                if let Some(heaps) = walk_bytes(image.core[..length].to_vec()) {
                    check(&heaps);
                    check_nothing_is_zero(&heaps, &whole);
                }
            }
        }
    }
}

#[test]
fn pages_that_are_missing_are_never_0() {
    let mut random = image::Random::new(13);
    let mut partial = 0;
    for seed in 1..4 {
        for (name, image, whole) in images(seed) {
            for _ in 0..12 {
                let pages = 1 + random.below(6);
                let core = image.without_pages(&mut random, pages);
                let _watched = watched(format!("{name}: {pages} pages missing"));
                let heaps = walk_bytes(core).unwrap();
                check(&heaps);
                check_nothing_is_zero(&heaps, &whole);
                check_same_or_partial(&heaps, &whole);
                partial += usize::from(made::glibc(&heaps).is_some_and(|heap| heap.grade == Grade::Partial));
            }
        }
    }
    assert!(partial > 50, "only {partial} walks were partial");
}

/// Missing pages change no figure that is said to be exact.
fn check_same_or_partial(damaged: &Heaps, whole: &Heap) {
    if let Some(heap) = made::glibc(damaged).filter(|heap| heap.grade == Grade::Exact) {
        assert_eq!(heap.arenas, whole.arenas);
        assert_eq!(heap.mmapped, whole.mmapped);
    }
}
