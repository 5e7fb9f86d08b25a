//! What holds of every answer, on random processes.

use fragscope::addr::AddrRange;
use fragscope::analyze::heaps::serving::{Fits, StepKind};
use fragscope::analyze::heaps::{Inside, Reservations, Serving};
use fragscope::analyze::{analyze, figures};
use fragscope::heaps::*;
use fragscope::model::State;
use proptest::prelude::*;

use super::made::*;
use crate::spaces::PAGE;

/// A process with mappings of so many pages behind gaps of so many, and thread arenas with that much free.
fn process() -> impl Strategy<Value = Made> {
    let stretches = proptest::collection::vec((0u64..700, 1u64..9000, 0u64..3), 1..16);
    let arenas = proptest::collection::vec((1u64..=256, 0u64..100_000, 0u64..40_000), 0..6);
    (stretches, arenas, 0u64..3_000_000, 0u64..300_000).prop_map(|(stretches, arenas, largest, top)| {
        let mut made = Made::new();
        *made.main() = Arena { main: true, ..walked(0xb7e0_0000, largest / 16 * 16, top) };
        let mut at = BRK.1;
        for (gap, size, lift) in stretches {
            let start = at + gap * PAGE;
            at = start + size * PAGE + lift * 0x1000_0000 / 16;
            made.fill(start, at);
        }
        made.fill(at + 300 * PAGE, 0xb000_0000);
        for (number, (used, largest, top)) in (0u64..).zip(arenas) {
            made.arena(0xb000_0000 + 2 * number * MIB, used * PAGE, largest / 16 * 16, top);
        }
        made.fill(0xb100_0000, CEILING);
        made.fill(0x1_0000, BRK.0);
        made
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn what_serves_is_large_enough(made in process(), request in 1u64..4_000_000) {
        let snapshot = made.snapshot();
        let serving = Serving::of(&snapshot, &analyze(&snapshot), &made.heaps(), request).unwrap();
        let chunk = serving.chunk.unwrap();
        prop_assert!(chunk >= request + 4 && chunk < request + 4 + 32);
        for (arena, answer) in made.heap.arenas.iter().zip(&serving.arenas) {
            let (largest, top) = (arena.free.as_ref().unwrap().largest, arena.top.unwrap());
            prop_assert_eq!(answer.inside.serves(), largest >= chunk || top >= chunk + 16);
            prop_assert!(answer.inside != Inside::Chunk(largest) || largest >= chunk);
        }
    }

    #[test]
    fn a_step_that_fits_has_a_slot_and_one_that_does_not_has_none(made in process(), request in 1u64..4_000_000) {
        let snapshot = made.snapshot();
        let analysis = analyze(&snapshot);
        let serving = Serving::of(&snapshot, &analysis, &made.heaps(), request).unwrap();
        let slots = |size, align| figures::slots(analysis.gaps.iter().map(|g| g.range), size, align) > 0;
        for step in serving.arenas.iter().flat_map(|a| &a.steps) {
            let yes = step.fits == Fits::Yes;
            match step.kind {
                StepKind::Mapping | StepKind::Piece => prop_assert_eq!(yes, slots(step.size, PAGE)),
                StepKind::NewHeap => prop_assert!(step.fits == Fits::No || slots(MIB, MIB)),
                StepKind::Brk => {
                    let at = serving.brk.unwrap().at;
                    let grown = AddrRange::from_size(at, step.size + PAGE).unwrap();
                    let free = !snapshot.space.regions().iter().any(|r| r.range.intersect(grown).is_some());
                    prop_assert_eq!(yes, free);
                }
                StepKind::HeapGrowth => {}
            }
            prop_assert_eq!(step.fits == Fits::No, step.obstacle.is_some());
        }
    }

    #[test]
    fn larger_requests_are_never_easier(made in process(), request in 1u64..2_000_000, more in 0u64..2_000_000) {
        let snapshot = made.snapshot();
        let analysis = analyze(&snapshot);
        let ask = |n| Serving::of(&snapshot, &analysis, &made.heaps(), n).unwrap();
        for (small, large) in ask(request).arenas.iter().zip(ask(request + more).arenas) {
            prop_assert!(small.inside.serves() || !large.inside.serves());
        }
    }

    #[test]
    fn reserved_and_committed_are_the_whole(made in process()) {
        let snapshot = made.snapshot();
        let Some(found) = Reservations::of(&snapshot, &analyze(&snapshot).gaps, &made.heap) else {
            prop_assert_eq!(made.heap.arenas.len(), 1);
            return Ok(());
        };
        prop_assert_eq!(found.committed + found.tails, found.heaps.bytes);
        let tails = snapshot.space.regions().iter().filter(|r| r.state == State::Reserved).map(|r| r.range.size());
        prop_assert_eq!(found.tails, tails.sum::<u64>());
        prop_assert!(found.holes.bytes < (found.holes.count + 1) * MIB);
    }
}
