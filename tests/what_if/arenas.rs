//! Fewer arenas: all heaps of an arena go together, those that were made first stay.

use std::collections::BTreeSet;

use fragscope::analyze::what_if::{Edit, Outcome, apply};
use fragscope::load::LoadOptions;
use fragscope::model::*;
use proptest::prelude::*;

use super::process::{plan, process};
use crate::samples;

/// The arenas of the heaps on the map; a heap of which none is known is one of its own.
fn arenas(snapshot: &Snapshot) -> BTreeSet<u64> {
    let heaps = snapshot.space.regions().iter().filter_map(|r| snapshot.owner(r.owner));
    heaps.filter(|o| o.name.as_deref() == Some("glibc thread arena")).map(|o| o.arena.unwrap_or(o.start).0).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn so_many_arenas_are_left_and_none_in_part(plan in plan(), max in 1u64..6) {
        let before = process(&plan);
        let all = arenas(&before);
        let Ok(after) = apply(&before, &[Edit::ArenaMax(max)]) else {
            prop_assert!(all.is_empty());
            return Ok(());
        };
        let left = arenas(&after);
        prop_assert_eq!(left.len(), all.len().min(max as usize - 1));
        // mmap goes downwards, unless the layout is the other one.
        let upwards = matches!(before.space.bounds().mmap_layout, Some(MmapLayout::BottomUp { .. }));
        let first: BTreeSet<u64> = match upwards {
            true => all.iter().take(left.len()).copied().collect(),
            false => all.iter().rev().take(left.len()).copied().collect(),
        };
        prop_assert_eq!(&left, &first);
        let stays = |r: &&Region| {
            let owner = before.owner(r.owner).unwrap();
            owner.kind != OwnerKind::Heap || left.contains(&owner.arena.unwrap_or(owner.start).0)
        };
        let expected: Vec<Region> = before.space.regions().iter().filter(stays).copied().collect();
        prop_assert_eq!(after.space.regions(), expected.as_slice());
    }

    #[test]
    fn fewer_arenas_never_shrink_the_largest_gap(plan in plan(), max in 1u64..5, more in 0u64..4) {
        let before = process(&plan);
        let largest = |max| apply(&before, &[Edit::ArenaMax(max)]).map(|s| Outcome::measure(&s).largest);
        if let (Ok(few), Ok(many)) = (largest(max), largest(max + more)) {
            prop_assert!(few >= many);
        }
    }
}

// heap_info's first word, as gdb shows it for these cores.
#[test]
fn the_heaps_of_a_core_tell_their_arenas() {
    let sample = samples::named("i386-fragmented.core.zst");
    let dump = sample.load_with(&LoadOptions { deep: true, ..LoadOptions::default() });
    let heaps: Vec<&Owner> = dump
        .snapshot()
        .owners
        .iter()
        .map(|(_, o)| o)
        .filter(|o| o.name.as_deref() == Some("glibc thread arena"))
        .collect();
    assert!(!heaps.is_empty());
    for heap in heaps {
        // The first heap of an arena holds the arena right behind its heap_info.
        let arena = heap.arena.expect("this core holds the heaps' memory");
        assert_eq!(arena.0 & !0xf_ffff, heap.start.0, "{heap:?}");
        assert!((0x10..=0x80).contains(&(arena.0 & 0xf_ffff)), "{heap:?}");
    }
}
