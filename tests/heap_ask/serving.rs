//! What malloc would do, on made processes.

use fragscope::analyze::analyze;
use fragscope::analyze::heaps::serving::{Fits, Obstacle, Source as From, Step, StepKind};
use fragscope::analyze::heaps::{Inside, Serving};
use fragscope::heaps::*;
use fragscope::model::*;

use super::made::*;
use crate::spaces::PAGE;

fn ask(made: &Made, request: u64) -> Serving {
    let snapshot = made.snapshot();
    Serving::of(&snapshot, &analyze(&snapshot), &made.heaps(), request).unwrap()
}

fn steps(serving: &Serving, arena: usize) -> Vec<(StepKind, u64, Fits)> {
    serving.arenas[arena].steps.iter().map(|s| (s.kind, s.size, s.fits)).collect()
}

fn step(serving: &Serving, arena: usize, kind: StepKind) -> Step {
    *serving.arenas[arena].steps.iter().find(|s| s.kind == kind).unwrap()
}

// `_int_malloc` looks at its bins and top before `sysmalloc` asks for the threshold.
#[test]
fn what_is_free_inside_serves_requests_above_the_threshold_too() {
    let mut made = Made::new();
    made.main().free.as_mut().unwrap().add(2 * MIB);
    let serving = ask(&made, 3 * MIB / 2);
    assert_eq!(serving.mmap_threshold, 128 * KIB);
    assert_eq!(serving.arenas[0].inside, Inside::Chunk(2 * MIB));
    assert_eq!(serving.source(&made.heap, 0), From::Inside(Inside::Chunk(2 * MIB)));
}

#[test]
fn a_chunk_is_enough_to_the_byte_and_top_keeps_a_smallest_chunk() {
    let mut made = Made::new();
    made.main().free.as_mut().unwrap().add(1024);
    // One word of header: 1020 bytes fit into 1024, 1021 need 1040.
    assert!(ask(&made, 1020).arenas[0].inside.serves());
    assert_eq!(ask(&made, 1020).chunk, Some(1024));
    assert_eq!(ask(&made, 1021).arenas[0].inside, Inside::Nothing);
    made.main().top = Some(1040 + 16);
    assert_eq!(ask(&made, 1021).arenas[0].inside, Inside::Top(1056));
    made.main().top = Some(1040 + 15);
    assert_eq!(ask(&made, 1021).arenas[0].inside, Inside::Nothing);
}

#[test]
fn old_i386_chunks_are_multiples_of_8() {
    let mut made = Made::new();
    let bin = Bin { kind: BinKind::Regular, from: 1032, to: 1032, tally: Tally { count: 1, bytes: 1032 } };
    made.main().bins.push(bin);
    assert_eq!(ask(&made, 1025).chunk, Some(1032));
}

#[test]
fn fast_bins_and_caches_are_no_certainty_for_other_sizes() {
    let mut made = Made::new();
    made.main().fast = Some(Tally { count: 4, bytes: 128 });
    let row = Bin { kind: BinKind::Fast, from: 32, to: 32, tally: Tally { count: 4, bytes: 128 } };
    made.main().bins.push(row);
    assert_eq!(ask(&made, 28).arenas[0].inside, Inside::Fast);
    assert_eq!(ask(&made, 100).arenas[0].inside, Inside::PerhapsMerged(128));
    assert_eq!(ask(&made, 200).arenas[0].inside, Inside::Nothing);
    made.main().cached = Some(Tally { count: 1, bytes: 256 });
    assert_eq!(ask(&made, 200).arenas[0].inside, Inside::PerhapsCached);
    assert_eq!(ask(&made, 5000).arenas[0].inside, Inside::Nothing);
    made.main().free = None;
    assert_eq!(ask(&made, 28).arenas[0].inside, Inside::NotWalked);
    assert_eq!(ask(&made, 28).source(&made.heap, 0), From::Unknown);
}

#[test]
fn another_arenas_chunk_is_not_given_to_this_one() {
    let mut made = Made::new();
    // 512 KiB are the largest gap, and 16 KiB are left above brk.
    made.fill(BRK.1 + 16 * KIB, 0xb000_0000);
    made.arena(0xb000_0000, MIB, 800 * KIB, 0);
    made.fill(0xb010_0000, CEILING - 512 * KIB);
    made.fill(0x1_0000, BRK.0);
    let serving = ask(&made, 700 * KIB);
    assert_eq!(serving.source(&made.heap, 0), From::Refused);
    assert_eq!(serving.source(&made.heap, 1), From::Inside(Inside::Chunk(800 * KIB)));
    assert_eq!(serving.best_inside(), Some((1, Inside::Chunk(800 * KIB))));
    assert_eq!(serving.largest_gap, 512 * KIB);
    assert_eq!(
        steps(&serving, 0),
        [
            (StepKind::Mapping, 700 * KIB + PAGE, Fits::No),
            // The chunk of 700 KiB + 16, the pad of 128 KiB, and a smallest chunk.
            (StepKind::Brk, 832 * KIB, Fits::No),
            (StepKind::Piece, MIB, Fits::No),
        ]
    );
}

#[test]
fn what_blocks_brk_is_named_with_its_distance() {
    let mut made = Made::new();
    let blocker = made.fill(BRK.1 + 3 * PAGE, BRK.1 + 4 * PAGE);
    let serving = ask(&made, 1000);
    let Some(Obstacle::Blocked { room, by: Some(by) }) = step(&serving, 0, StepKind::Brk).obstacle else {
        panic!("{serving:?}")
    };
    // One page always stays between brk and a mapping.
    assert_eq!((room, by.owner, by.distance, by.start.0), (2 * PAGE, blocker, 3 * PAGE, BRK.1 + 3 * PAGE));
    assert_eq!(step(&serving, 0, StepKind::Piece).fits, Fits::Yes);
    assert!(matches!(serving.source(&made.heap, 0), From::Step(Step { kind: StepKind::Piece, size: MIB, .. })));
}

#[test]
fn brk_grows_by_what_top_lacks_to_the_last_page() {
    let mut made = Made::new();
    made.main().top = Some(PAGE);
    // 1024 + 128 KiB + 16 - 4096 is 125 KiB and a bit.
    let size = step(&ask(&made, 5000), 0, StepKind::Brk).size;
    assert_eq!(size, (5008u64 + 128 * KIB + 16 - PAGE).next_multiple_of(PAGE));
    for (pages, fits) in [(size / PAGE + 1, Fits::Yes), (size / PAGE, Fits::No)] {
        let mut made = Made::new();
        made.main().top = Some(PAGE);
        made.fill(BRK.1 + pages * PAGE, BRK.1 + (pages + 1) * PAGE);
        assert_eq!(step(&ask(&made, 5000), 0, StepKind::Brk).fits, fits, "{pages}");
    }
    // Once a piece came from elsewhere, top does not count.
    made.part((0x5000_0000, 0x5010_0000), Role::MainMapped);
    made.fill(0x5000_0000, 0x5010_0000);
    assert_eq!(step(&ask(&made, 5000), 0, StepKind::Brk).size, (5008u64 + 128 * KIB + 16).next_multiple_of(PAGE));
}

#[test]
fn foreign_memory_behind_the_heap_is_where_brk_is() {
    let mut made = Made::new();
    made.heap.parts[0].range = range(BRK.0, BRK.1 - 4 * PAGE);
    assert_eq!(ask(&made, 1).brk.unwrap().at.0, BRK.1);
}

#[test]
fn a_thread_arena_grows_in_its_heap_then_by_a_new_one() {
    let mut made = Made::new();
    made.arena(0xb000_0000, 904 * KIB, 0, 4 * KIB);
    let fits = ask(&made, 100 * KIB);
    assert_eq!(steps(&fits, 1), [(StepKind::HeapGrowth, 100 * KIB, Fits::Yes)]);
    let full = ask(&made, 127 * KIB);
    assert_eq!(step(&full, 1, StepKind::HeapGrowth).obstacle, Some(Obstacle::HeapFull(120 * KIB)));
    assert_eq!(steps(&full, 1)[1], (StepKind::NewHeap, MIB, Fits::Yes));
    // From the threshold on a mapping comes first.
    assert_eq!(steps(&ask(&made, 128 * KIB), 1), [(StepKind::Mapping, 128 * KIB + PAGE, Fits::Yes)]);
}

#[test]
fn what_is_larger_than_a_heap_never_comes_from_a_thread_arena() {
    let mut made = Made::new();
    made.heap.tuning = Some(Tuning { mmap_threshold: 128 * KIB, top_pad: 128 * KIB, ..Tuning::default() });
    made.arena(0xb000_0000, 64 * KIB, 0, 0);
    // mmap_max is 0: no mapping of its own at first, but as a last resort.
    let serving = ask(&made, MIB);
    let step = step(&serving, 1, StepKind::NewHeap);
    assert_eq!((step.fits, step.obstacle), (Fits::No, Some(Obstacle::LargerThanHeap(MIB))));
    assert_eq!(steps(&serving, 1)[2], (StepKind::Mapping, MIB + PAGE, Fits::Yes));
}

/// A process with one gap from `start` of `size` bytes, besides what stands around it.
fn one_gap(start: u64, size: u64) -> Made {
    let mut made = Made::new();
    made.fill(0x1_0000, BRK.0);
    made.fill(BRK.1, 0xb000_0000);
    made.arena(0xb000_0000, MIB, 0, 0);
    made.fill(0xb010_0000, start);
    made.fill(start + size, CEILING);
    made
}

#[test]
fn a_new_heap_needs_twice_its_size_or_luck() {
    let gap = 0xb100_0000;
    for (start, size, fits) in [
        (gap + PAGE, 2 * MIB, Fits::Yes),
        // mmap takes the end of the gap: aligned by luck, or not.
        (gap, MIB, Fits::Perhaps),
        (gap + PAGE, 2 * MIB - PAGE, Fits::Perhaps),
        (gap + PAGE, 2 * MIB - 2 * PAGE, Fits::No),
        (gap + PAGE, MIB, Fits::No),
        (gap, MIB - PAGE, Fits::No),
    ] {
        let serving = ask(&one_gap(start, size), 100 * KIB);
        let step = step(&serving, 1, StepKind::NewHeap);
        assert_eq!(step.fits, fits, "{start:#x} {size}");
        let why = match (fits, size) {
            (Fits::No, size) if size < MIB => Some(Obstacle::LargestGap(size)),
            (Fits::No, largest) => Some(Obstacle::Alignment { largest, align: MIB }),
            _ => None,
        };
        assert_eq!(step.obstacle, why);
    }
}

#[test]
fn limits_refuse_what_has_room() {
    let mut made = Made::new();
    let mapped = BRK.1 - BRK.0;
    made.limits.address_space_limit = Some(mapped + MIB);
    let step = step(&ask(&made, 2 * MIB), 0, StepKind::Mapping);
    assert_eq!(step.obstacle, Some(Obstacle::AddressSpaceLimit(mapped + MIB, mapped)));
    made.limits = Limits { data_limit: Some(4 * MIB), data_used: Some(3 * MIB), ..Limits::default() };
    let refused = ask(&made, 2 * MIB);
    let obstacles: Vec<_> = refused.arenas[0].steps.iter().filter_map(|s| s.obstacle).collect();
    assert_eq!(obstacles, [Obstacle::DataLimit(4 * MIB, 3 * MIB); 3]);
    made.limits = Limits { vma_count: Some(65_531), ..Limits::default() };
    assert_eq!(ask(&made, 1000).source(&made.heap, 0), From::Refused);
}

#[test]
fn more_than_ptrdiff_max_is_refused_whatever_is_free() {
    let mut made = Made::new();
    made.main().top = Some(u64::MAX);
    assert_eq!(ask(&made, i32::MAX as u64 + 1).chunk, None);
    assert_eq!(ask(&made, u64::MAX).source(&made.heap, 0), From::Refused);
    assert!(ask(&made, i32::MAX as u64).chunk.is_some());
}
