//! Layouts that no interpreter on this machine has, in cores that are made here.

use std::collections::BTreeMap;

use fragscope::heaps::{self, Allocator, Effort, Grade, Heap};
use fragscope::load::{self, LoadOptions};

use super::image::{Arena, Pool, Python, Variables, core, core_of};
use super::stats::{Stats, figures};
use crate::synth::elf_arch::{AARCH64, Arch, PPC64, X86, X86_64};

/// Width and order of bytes, size of a pool, and what sizes of blocks are a multiple of.
const LAYOUTS: [(Arch, u64, u64); 6] = [
    (X86, 4096, 8),
    (X86_64, 4096, 8),
    (X86_64, 4096, 16),
    (X86_64, 16384, 16),
    (AARCH64, 16384, 16),
    (PPC64, 16384, 16),
];

const VARIABLES: [Variables; 7] = [
    Variables::Struct,
    Variables::StructInHeap,
    Variables::Backwards,
    Variables::BackwardsWithoutIndex,
    Variables::Split,
    Variables::Alone,
    Variables::Nowhere,
];

/// An interpreter with nine arenas, in a table of 32 with holes.
pub fn python((arch, pool, align): (Arch, u64, u64), variables: Variables) -> Python {
    let mut python =
        Python { arch, pool, align, variables, slots: 32, arenas: BTreeMap::new(), stale: false, number: 0 };
    python.fill(&[0, 1, 2, 5, 6, 11, 16, 17, 30], 0x2000_0000, 77);
    python
}

pub fn walk(bytes: &[u8], effort: Effort) -> Option<Heap> {
    let dump = load::from_bytes(bytes, &LoadOptions::default()).ok()?;
    let heaps = heaps::walk(dump.snapshot(), dump.memory(), effort);
    heaps.list.into_iter().find(|heap| heap.allocator == Allocator::Cpython)
}

fn assert_walked(name: &str, heap: Option<&Heap>, truth: &Stats) {
    let heap = heap.unwrap_or_else(|| panic!("{name}: nothing found"));
    assert_eq!((heap.grade, &heap.troubles), (Grade::Exact, &Vec::new()), "{name}");
    assert_eq!(&figures(heap, truth), truth, "{name}");
}

#[test]
fn every_layout_behind_every_order_of_variables() {
    for layout in LAYOUTS {
        for variables in VARIABLES {
            let python = python(layout, variables);
            let name = format!("{} {}/{} {variables:?}", layout.0.name, layout.1, layout.2);
            let heap = walk(&core(std::slice::from_ref(&python)).bytes, Effort::Full);
            assert_walked(&name, heap.as_ref(), &python.stats());
            let counted = heap.unwrap().python.unwrap().ever.is_some();
            assert_eq!(counted, !matches!(variables, Variables::Alone | Variables::Nowhere), "{name}");
        }
    }
}

#[test]
fn a_report_finds_what_static_memory_points_to() {
    for variables in VARIABLES {
        let python = python(LAYOUTS[3], variables);
        let heap = walk(&core(std::slice::from_ref(&python)).bytes, Effort::Quick);
        if matches!(variables, Variables::StructInHeap | Variables::Nowhere) {
            assert!(heap.is_none_or(|heap| heap.python.is_none()), "{variables:?}");
        } else {
            assert_walked("quick", heap.as_ref(), &python.stats());
        }
    }
}

#[test]
fn copies_that_realloc_left_are_not_counted() {
    for variables in VARIABLES {
        let mut python = python(LAYOUTS[2], variables);
        python.stale = true;
        let heap = walk(&core(std::slice::from_ref(&python)).bytes, Effort::Full);
        assert_walked(&format!("{variables:?}"), heap.as_ref(), &python.stats());
    }
}

#[test]
fn an_arena_beside_a_pools_border_has_one_pool_less() {
    let python = python(LAYOUTS[3], Variables::Struct);
    let truth = python.stats();
    assert_eq!(truth.alignment, 3 * 16384);
    let heap = walk(&core(&[python]).bytes, Effort::Full).unwrap();
    assert_eq!(heap.python.unwrap().arena_alignment, 3 * 16384);
}

#[test]
fn interpreters_are_added_up() {
    let first = python(LAYOUTS[3], Variables::Struct);
    let mut second = Python { number: 1, ..python(LAYOUTS[3], Variables::StructInHeap) };
    second.arenas.clear();
    second.fill(&[0, 1, 2], 0x6000_0000, 5);
    let bytes = core(&[first.clone(), second.clone()]).bytes;
    for effort in [Effort::Quick, Effort::Full] {
        let heap = walk(&bytes, effort).unwrap();
        let (one, two, sum) = (first.stats(), second.stats(), heap.python.unwrap());
        assert_eq!((sum.interpreters, sum.arenas.count), (2, 12));
        assert_eq!((sum.allocated, sum.available), (one.allocated + two.allocated, one.available + two.available));
        assert_eq!((sum.ever, sum.peak), (Some(one.ever + two.ever), Some(one.peak + two.peak)));
        assert_eq!(heap.grade, Grade::Exact, "{:?}", heap.troubles);
    }
}

/// Two pools: one of which blocks 1 and 3 of 4 are free, and a free one; 62 were never used.
#[test]
fn one_arena_in_detail() {
    let mut python = python(LAYOUTS[2], Variables::Backwards);
    let free = Pool { size: 32, carved: 3, freed: vec![2, 0, 1] };
    let used = Pool { size: 512, carved: 5, freed: vec![3, 0, 1] };
    python.arenas = BTreeMap::from([(0, Arena { address: 0x2000_0000, pools: vec![free, used] })]);
    let heap = walk(&core(&[python]).bytes, Effort::Full).unwrap();
    let arena = &heap.arenas[0];
    let (live, free) = (arena.live.unwrap(), arena.free.as_ref().unwrap());
    assert_eq!((live.count, live.bytes, arena.system, arena.reserved), (2, 1024, Some(0x4_0000), 0x4_0000));
    // 7 blocks of 512 bytes fit behind the header of 48: 5 free ones, and 63 free pools of which 62 are one run.
    assert_eq!((free.all.count, free.all.bytes, free.largest), (68, 5 * 512 + 63 * 4096, 62 * 4096));
    let trim = arena.trim.unwrap();
    let blocker = trim.blocker.unwrap();
    assert_eq!((trim.memory, trim.address_space), (0, 0));
    assert_eq!((blocker.address.0, blocker.size, blocker.free_below), (0x2000_1000 + 48 + 1024, 512, 4096 + 1024));
    let fill = heap.parts[0].fill.as_ref().unwrap();
    let pages: Vec<(u64, u64)> = fill.free_pages().take(3).map(|(at, bytes)| (at.0, bytes)).collect();
    assert_eq!(pages, [(0x2000_0000, 4096), (0x2000_1000, 5 * 512), (0x2000_2000, 4096)]);
}

/// A process whose allocator has no arena.
fn without_arenas(program: &str) -> Option<Heap> {
    let mut python = python(LAYOUTS[3], Variables::Struct);
    python.arenas.clear();
    walk(&core_of(program, &[python]).bytes, Effort::Full)
}

#[test]
fn builds_without_a_global_lock_are_named() {
    for program in ["/usr/bin/python3.13t", "/usr/lib/libpython3.14t.so.1.0"] {
        let heap = without_arenas(program).unwrap();
        assert_eq!((heap.grade, heap.python, heap.arenas.len()), (Grade::NotWalked, None, 0));
        assert!(heap.notes[0].contains("without a global lock"), "{:?}", heap.notes);
    }
    assert!(without_arenas("/usr/bin/python3.13").unwrap().notes[0].contains("PYTHONMALLOC=malloc"));
    assert_eq!(without_arenas("/usr/bin/perl"), None);
}

/// Blender and others link it in: no module is called python, and reports do not look for it.
#[test]
fn an_interpreter_inside_of_another_program_is_found() {
    let python = python(LAYOUTS[2], Variables::Backwards);
    let core = core_of("/usr/bin/blender", std::slice::from_ref(&python)).bytes;
    assert_walked("blender", walk(&core, Effort::Full).as_ref(), &python.stats());
    assert!(walk(&core, Effort::Quick).is_none());
}
