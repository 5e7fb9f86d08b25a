//! Remedies that heaps tell, each found true by the edits it names.

use fragscope::addr::Addr;
use fragscope::analyze::what_if::{Edit, Outcome, apply};
use fragscope::analyze::{Advice, Remedy, advise_on_heaps, advise_with_heaps, analyze};
use fragscope::heaps::*;

use super::made::*;
use crate::spaces::PAGE;

/// All of one process; what has edits must be what they give.
fn all(made: &Made) -> Vec<Advice> {
    let snapshot = made.snapshot();
    let analysis = analyze(&snapshot);
    let found = advise_on_heaps(&snapshot, &analysis, &made.heaps());
    for advice in &found {
        let after = Outcome::measure(&apply(&snapshot, &advice.edits).unwrap());
        assert_eq!(after, advice.after, "{}", advice.what);
        assert_eq!(advice.gain, after.largest.saturating_sub(Outcome::of(&analysis).largest));
    }
    found
}

fn one(made: &Made, remedy: Remedy) -> Option<Advice> {
    all(made).into_iter().find(|a| a.remedy == remedy)
}

fn in_report(made: &Made) -> Vec<Remedy> {
    let snapshot = made.snapshot();
    let counsel = advise_with_heaps(&snapshot, &analyze(&snapshot), &made.heaps());
    counsel.advice.iter().map(|a| a.remedy).collect()
}

/// All is taken but 256 KiB above the brk heap.
fn tight() -> Made {
    let mut made = Made::new();
    made.fill(0x1_0000, BRK.0);
    made.fill(BRK.1 + 256 * KIB, CEILING);
    made
}

#[test]
fn a_large_top_gives_address_space() {
    let mut made = tight();
    assert_eq!(one(&made, Remedy::TrimThreshold), None);
    made.main().top = Some(MIB);
    made.heap.tuning = Some(Tuning { trim_threshold: 4 * MIB, top_pad: 128 * KIB, ..Tuning::default() });
    let advice = one(&made, Remedy::TrimThreshold).unwrap();
    // All but the pad and the page with a smallest chunk.
    assert_eq!((advice.gain, advice.memory), (MIB - 128 * KIB - PAGE, Some(MIB - 128 * KIB - PAGE)));
    assert_eq!(advice.edits, [Edit::Unmap(range(BRK.1 - advice.gain, BRK.1))]);
    assert!(in_report(&made).contains(&Remedy::TrimThreshold));
    // Of pieces that were mapped, brk gives nothing back.
    made.part((0x5000_0000, 0x5010_0000), Role::MainMapped);
    assert_eq!(one(&made, Remedy::TrimThreshold), None);
}

#[test]
fn what_a_grown_threshold_kept_would_have_gone_back() {
    let mut made = tight();
    let free = made.main().free.as_mut().unwrap();
    [64 * KIB, 128 * KIB, 700 * KIB].into_iter().for_each(|size| free.add(size));
    let tuning = Tuning { mmap_threshold: MIB, trim_threshold: 2 * MIB, mmap_max: 65_536, ..Tuning::default() };
    made.heap.tuning = Some(tuning);
    let advice = one(&made, Remedy::FixedMmapThreshold).unwrap();
    assert_eq!((advice.gain, advice.memory), (828 * KIB, Some(828 * KIB)));
    assert!(advice.what.contains("2 free chunks"), "{}", advice.what);
    for tuning in [Tuning { fixed_thresholds: true, ..tuning }, Tuning { mmap_threshold: 128 * KIB, ..tuning }] {
        made.heap.tuning = Some(tuning);
        assert_eq!(one(&made, Remedy::FixedMmapThreshold), None);
    }
}

#[test]
fn malloc_trim_gives_memory_and_says_that_it_is_no_address_space() {
    let mut made = tight();
    made.main().trim = Some(Trim { memory: 1200 * KIB, address_space: 0, blocker: None });
    let advice = one(&made, Remedy::MallocTrim).unwrap();
    assert_eq!((advice.gain, advice.memory, advice.edits.len()), (0, Some(1200 * KIB), 0));
    assert!(advice.what.ends_with("and no address space"), "{}", advice.what);
    made.main().trim = Some(Trim { memory: 1200 * KIB, address_space: 64 * KIB, blocker: None });
    let advice = one(&made, Remedy::MallocTrim).unwrap();
    assert_eq!((advice.gain, advice.edits.len()), (64 * KIB, 1));
    // A tenth of what is committed is needed for memory alone to be in a report.
    let mut small = Made::new();
    small.main().trim = Some(Trim { memory: 180 * KIB, address_space: 0, blocker: None });
    assert!(!in_report(&small).contains(&Remedy::MallocTrim));
    small.main().trim = Some(Trim { memory: 220 * KIB, address_space: 0, blocker: None });
    assert!(in_report(&small).contains(&Remedy::MallocTrim));
}

#[test]
fn cached_blockers_are_a_cheap_fix_and_live_ones_none() {
    let mut made = tight();
    let mut blocker =
        Blocker { address: Addr(BRK.1 - 64 * KIB), size: 64, state: ChunkState::Cached, free_below: 512 * KIB };
    made.main().trim = Some(Trim { memory: 0, address_space: 0, blocker: Some(blocker) });
    let advice = one(&made, Remedy::NoTcache).unwrap();
    assert_eq!((advice.gain, advice.memory), (576 * KIB - PAGE, Some(512 * KIB)));
    blocker.state = ChunkState::Live;
    made.main().trim = Some(Trim { memory: 0, address_space: 0, blocker: Some(blocker) });
    assert_eq!(one(&made, Remedy::NoTcache), None);
}

#[test]
fn fewer_arenas_are_counted_with_what_lives_in_them() {
    let mut empty = Made::new();
    empty.fill(0x1_0000, BRK.0);
    empty.fill(BRK.1 + 256 * KIB, 0xb000_0000);
    for number in 0..4 {
        empty.arena(0xb000_0000 + number * MIB, 64 * KIB, 0, 0);
    }
    empty.fill(0xb040_0000, CEILING);
    let none = one(&empty, Remedy::FewerArenas).unwrap();
    // 4,000 bytes of four arenas move to the page behind brk.
    assert_eq!((none.gain, none.edits.len()), (4 * MIB - PAGE, 3));
    assert!(none.how.iter().any(|how| how.starts_with("4 heaps of thread arenas take 4 MiB")), "{:?}", none.how);
    for arena in empty.heap.arenas.iter_mut().skip(1) {
        arena.live = Some(Tally { count: 1, bytes: 512 * KIB });
    }
    // 2 MiB take half of what was gained.
    assert_eq!(one(&empty, Remedy::FewerArenas).unwrap().gain, 2 * MIB);
    assert_eq!(one(&tight(), Remedy::FewerArenas), None);
}

#[test]
fn python_arenas_with_little_in_them_are_what_goes() {
    let mut made = Made::new();
    let mut python = Heap::new(Allocator::Cpython, Grade::Exact);
    made.fill(0x1_0000, BRK.0);
    made.fill(BRK.1, 0xb000_0000);
    for (number, live) in (0u64..).zip([20_000, 26_215, 100]) {
        let start = 0xb000_0000 + number * 256 * KIB;
        made.fill(start, start + 256 * KIB);
        let arena =
            Arena { live: Some(Tally { count: 1, bytes: live }), reserved: 256 * KIB, ..Arena::new(Addr(start)) };
        python.arenas.push(arena);
        python.parts.push(Part { range: range(start, start + 256 * KIB), role: Role::PythonArena, fill: None });
    }
    made.fill(0xb000_0000 + 768 * KIB, CEILING);
    let snapshot = made.snapshot();
    let heaps = Heaps { list: vec![python] };
    let analysis = analyze(&snapshot);
    let advice = advise_on_heaps(&snapshot, &analysis, &heaps);
    assert_eq!((advice[0].remedy, advice[0].gain), (Remedy::PythonArenas, 256 * KIB));
    assert_eq!(advice[0].memory, Some(512 * KIB - 20_100));
    assert_eq!(advice[0].after.free, 512 * KIB);
}
