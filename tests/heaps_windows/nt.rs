//! A real NT heap: a 32-bit process of Windows 7, dumped with all memory from the 64-bit side (llvm's fizzbuzz_wow64).

use fragscope::addr::Addr;
use fragscope::heaps::{self, Allocator, Effort, Grade, Heap, Role};
use fragscope::load::{self, LoadOptions};

use crate::samples::published;

fn fizzbuzz() -> Option<Heap> {
    let path = published("llvm/fizzbuzz_wow64.dmp.zst")?;
    let dump = load::open(&path, &LoadOptions { deep: true, ..LoadOptions::default() }).unwrap();
    let list = heaps::walk(dump.snapshot(), dump.memory(), Effort::Full).list;
    assert_eq!(list.len(), 1, "{:?}", list.iter().map(|heap| heap.allocator).collect::<Vec<_>>());
    list.into_iter().next()
}

/// 208 headers, five heaps, six groups of the low-fragmentation part: all checksums and all sums close.
#[test]
fn both_sides_of_a_wow64_process_close() {
    let Some(heap) = fizzbuzz() else { return };
    assert_eq!((heap.allocator, heap.grade), (Allocator::Nt, Grade::Experimental), "{:?}", heap.troubles);
    assert_eq!(heap.layout.as_deref(), Some("Windows Vista or 7, encoded headers"));
    assert_eq!(
        heap.notes,
        [
            "2 heaps of the 32-bit program, 3 heaps of its 64-bit side (WoW64)",
            "self-checks: checksums of headers right in 208 of 208, TotalFreeSize met in 5 of 5 heaps, free lists in 5 of 5",
        ]
    );
    let ids: Vec<Addr> = heap.arenas.iter().map(|arena| arena.id).collect();
    assert_eq!(ids, [0x70_0000, 0x46_0000, 0x50_0000, 0x1_0000, 0x2_0000].map(Addr));
    assert!(heap.arenas[0].main && heap.arenas.iter().filter(|arena| arena.main).count() == 1);
}

/// TotalFreeSize times 8 or 16, and NumberOfPages less NumberOfUnCommittedPages, as words read by hand from the dump.
#[test]
fn figures_are_those_of_the_heaps_own_fields() {
    let Some(heap) = fizzbuzz() else { return };
    let figures: Vec<(u64, u64, u64)> = heap
        .arenas
        .iter()
        .map(|arena| (arena.free.as_ref().unwrap().all.bytes, arena.system.unwrap(), arena.reserved))
        .collect();
    let page = 4096;
    assert_eq!(
        figures,
        [
            (0x1a7 * 8, (256 - 236) * page, 256 * page),
            (0x3f7 * 8, (16 - 11) * page, 16 * page),
            (0x25b * 16, (128 - 120) * page, 128 * page),
            (0x54 * 16, page, 16 * page),
            (0xf54 * 16, 16 * page, 16 * page),
        ]
    );
    assert_eq!(heap.arenas.iter().map(|a| a.free.as_ref().unwrap().all.count).sum::<u64>(), 4 + 2 + 3 + 1 + 1);
    // The process heap has one virtual block; the depths of its subsegments say how many group blocks are free.
    assert_eq!(heap.mmapped.unwrap().count, 1);
    assert_eq!(heap.parts.iter().filter(|part| matches!(part.role, Role::LargeBlock { .. })).count(), 1);
    assert!(heap.arenas[0].fast.unwrap().count > 0 && heap.arenas[1].fast.unwrap().count == 0);
}
