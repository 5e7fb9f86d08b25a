//! Wine's heaps: `tests/generators/heaps/winheap.c` wrote down what HeapWalk said, and every block that it had.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fragscope::addr::Addr;
use fragscope::heaps::windows::live_blocks;
use fragscope::heaps::{self, Allocator, Arena, Effort, Grade, Heap, HeapWalk, Role, Tally};
use fragscope::load::{self, Dump, LoadOptions};

use crate::oracle::csv;
use crate::samples;

/// What HeapWalk said of one heap.
struct Truth {
    own: bool,
    process: bool,
    regions: u64,
    free_blocks: u64,
    walk: HeapWalk,
}

fn truths(text: &str) -> BTreeMap<u64, Truth> {
    let truth = |row: &Vec<&str>| {
        let number: Vec<u64> = row.iter().map(|field| csv::number(field)).collect();
        let walk = HeapWalk { busy: Tally { count: number[3], bytes: number[4] }, committed: number[8] };
        let (own, process) = (number[1] == 1, number[2] == 1);
        (number[0], Truth { own, process, regions: number[7], free_blocks: number[5], walk })
    };
    csv::rows(text).iter().map(truth).collect()
}

/// Heap, address, size of every block that the program had.
fn ledger(text: &str) -> BTreeMap<u64, (u64, u64)> {
    let entry = |row: &Vec<&str>| (csv::number(row[1]), (csv::number(row[0]), csv::number(row[2])));
    csv::rows(text).iter().map(entry).collect()
}

fn text_of(path: &Path) -> String {
    let packed = PathBuf::from(format!("{}.zst", path.display()));
    String::from_utf8(samples::unpacked(if path.exists() { path } else { &packed })).unwrap()
}

fn open(path: &Path) -> Dump<'static> {
    load::open(path, &LoadOptions { deep: true, ..LoadOptions::default() }).unwrap()
}

fn wine(dump: &Dump<'_>) -> Heap {
    let list = heaps::walk(dump.snapshot(), dump.memory(), Effort::Full).list;
    list.into_iter().find(|heap| heap.allocator == Allocator::Wine).unwrap()
}

/// Both widths, dumped from outside while nothing moved.
fn still() -> Vec<PathBuf> {
    ["x86", "x64"].map(|cpu| samples::folder().join(format!("windows-heaps-{cpu}.dmp.zst"))).to_vec()
}

/// What the 64-bit side of a 32-bit program (Wine's new WoW64) has for itself; no HeapWalk shows that one.
const OTHER_SIDE: Addr = Addr(0x15_0000);

/// Dumped by the process itself.
fn by_itself() -> PathBuf {
    data().join("windows-heaps-self.dmp.zst")
}

/// What is too long to lie beside samples.
fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/heaps_windows/data")
}

fn truth_beside(dump: &Path, what: &str) -> String {
    let name = dump.file_name().unwrap().to_str().unwrap().trim_end_matches(".dmp.zst");
    let folder = if what == "ledger" { data() } else { dump.parent().unwrap().to_owned() };
    text_of(&folder.join(format!("{name}.{what}.csv")))
}

#[test]
fn every_heap_is_as_heap_walk_says() {
    for path in still() {
        let dump = open(&path);
        let (heap, truths) = (wine(&dump), truths(&truth_beside(&path, "heaps")));
        let name = path.display();
        assert_eq!((heap.grade, &heap.troubles), (Grade::Exact, &Vec::new()), "{name}");
        let other_side = heap.arenas.iter().filter(|arena| arena.id == OTHER_SIDE).count();
        assert_eq!(other_side == 1, name.to_string().contains("x86"), "{name}");
        assert_eq!(heap.arenas.len() - other_side, truths.len(), "{name}");
        assert_eq!(truths.len(), 8, "{name}");
        for arena in heap.arenas.iter().filter(|arena| arena.id != OTHER_SIDE) {
            let truth = &truths[&arena.id.0];
            let says = arena.heap_walk.unwrap();
            assert_eq!(says, truth.walk, "{name}: {:?}, own {}", arena.id, truth.own);
            assert_eq!((arena.main, arena.subheaps), (truth.process, truth.regions), "{name}: {:?}", arena.id);
            let free = arena.free.as_ref().unwrap();
            assert_eq!(free.all.count, truth.free_blocks, "{name}: {:?}", arena.id);
        }
    }
}

#[test]
fn every_block_of_the_ledger_is_live_with_its_size() {
    for path in still().into_iter().chain([by_itself()]) {
        let dump = open(&path);
        let mut expected = ledger(&truth_beside(&path, "ledger"));
        let private: Vec<u64> =
            truths(&truth_beside(&path, "heaps")).iter().filter(|t| t.1.own).map(|t| *t.0).collect();
        let (mut met, mut stray) = (0, Vec::new());
        live_blocks(dump.snapshot(), dump.memory(), &mut |block| match expected.remove(&block.address.0) {
            Some(said) => {
                assert_eq!(said, (block.heap.0, block.size), "{}: {block:?}", path.display());
                met += 1;
            }
            None if private.contains(&block.heap.0) => stray.push(block),
            None => {}
        });
        assert!(met > 1500, "{}: {met}", path.display());
        assert_eq!((expected, stray), (BTreeMap::new(), Vec::new()), "{}", path.display());
    }
}

/// What is committed is live, free, or one of a few headers; every free byte is in the fill of its pages.
#[test]
fn sums_close_within_headers() {
    for path in still() {
        let dump = open(&path);
        let heap = wine(&dump);
        for (number, arena) in heap.arenas.iter().enumerate() {
            let filled: u64 =
                parts_of(&heap, number).filter_map(|part| part.fill.as_ref().map(|f| f.free_in(part.range))).sum();
            let free = arena.free.as_ref().unwrap().all.bytes + arena.fast.unwrap().bytes;
            assert_eq!(filled, free, "{}: {:?}", path.display(), arena.id);
            let overhead = arena.system.unwrap() - arena.live.unwrap().bytes - free;
            let cut = parts_of(&heap, number)
                .filter(|p| matches!(p.role, Role::LargeBlock { .. }) && p.fill.is_some())
                .count();
            let most = most_overhead(arena) + cut as u64 * 64 * 1024;
            assert!(overhead < most, "{}: {:?} has {overhead}", path.display(), arena.id);
            assert!(arena.requested.unwrap() <= arena.live.unwrap().bytes);
        }
    }
}

/// Headers of subheaps (the first holds the heap's own data), and rests of groups.
fn most_overhead(arena: &Arena) -> u64 {
    4096 * (1 + arena.subheaps) + (arena.live.unwrap().count + arena.fast.unwrap().count) * 8 + 64 * 1024
}

fn parts_of(heap: &Heap, number: usize) -> impl Iterator<Item = &heaps::Part> {
    heap.parts.iter().filter(
        move |part| matches!(part.role, Role::Segment { heap } | Role::LargeBlock { heap } if heap as usize == number),
    )
}

#[test]
fn parts_are_disjoint_whole_pages_and_add_up() {
    for path in still() {
        let dump = open(&path);
        let heap = wine(&dump);
        assert!(heap.parts.windows(2).all(|pair| pair[0].range.end() <= pair[1].range.start()));
        assert!(heap.parts.iter().all(|part| part.range.grown_to(4096) == part.range));
        for (number, arena) in heap.arenas.iter().enumerate() {
            // Large blocks that are cut into small ones are the heap's own, too.
            let segments =
                parts_of(&heap, number).filter(|p| matches!(p.role, Role::Segment { .. }) || p.fill.is_some());
            assert_eq!(segments.map(|part| part.range.size()).sum::<u64>(), arena.reserved, "{:?}", arena.id);
        }
        let mapped = heap.parts.iter().filter(|p| matches!(p.role, Role::LargeBlock { .. }) && p.fill.is_none());
        let (count, bytes) = mapped.fold((0, 0), |(n, sum), part| (n + 1, sum + part.range.size()));
        assert_eq!(heap.mmapped, Some(Tally { count, bytes }));
        assert!(count > 2, "{}: no large blocks", path.display());
    }
}

/// Groups of the low-fragmentation part are there in both widths, and in the 32-bit process some are large blocks.
#[test]
fn samples_have_groups() {
    for path in still() {
        let heap = wine(&open(&path));
        let fast: u64 = heap.arenas.iter().map(|arena| arena.fast.unwrap().count).sum();
        assert!(fast > 50, "{}: {fast}", path.display());
        let cut = heap.parts.iter().filter(|p| matches!(p.role, Role::LargeBlock { .. }) && p.fill.is_some()).count();
        assert_eq!(cut > 0, path.display().to_string().contains("x86"), "{}: {cut}", path.display());
    }
}

/// What dbghelp made while the process dumped itself is no part of the picture; all private heaps are as before.
#[test]
fn heaps_of_dbghelp_are_told_apart() {
    let path = by_itself();
    let dump = open(&path);
    let (heap, truths) = (wine(&dump), truths(&truth_beside(&path, "heaps")));
    let ids: Vec<u64> =
        heap.arenas.iter().map(|arena| arena.id).filter(|id| *id != OTHER_SIDE).map(|id| id.0).collect();
    assert_eq!(ids.len(), truths.len(), "{ids:x?}");
    assert!(ids.iter().all(|id| truths.contains_key(id)), "{ids:x?}");
    assert!(heap.notes.iter().any(|note| note.contains("heaps are of Wine's dbghelp")), "{:?}", heap.notes);
    for arena in heap.arenas.iter().filter(|arena| truths.get(&arena.id.0).is_some_and(|truth| truth.own)) {
        assert_eq!(arena.heap_walk.unwrap(), truths[&arena.id.0].walk, "{:?}", arena.id);
    }
}

/// A report walks what is small enough; what is not is listed with its size.
#[test]
fn little_effort_walks_these_too() {
    let dump = open(&still()[0]);
    let full = heaps::walk(dump.snapshot(), dump.memory(), Effort::Full);
    assert_eq!(heaps::walk(dump.snapshot(), dump.memory(), Effort::Quick), full);
}
