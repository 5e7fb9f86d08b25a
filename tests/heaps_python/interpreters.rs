//! Real interpreters, dumped while they sleep.

use std::path::{Path, PathBuf};
use std::process::Command;

use fragscope::heaps::{self, Allocator, Effort, Grade, Heap, Heaps, PythonTotals, Role};
use fragscope::load::{self, LoadOptions};

use super::stats::{Stats, figures};

/// Runs tests/generators/heaps/python.sh; `None`, and a sentence, where that cannot be done.
fn make(name: &str, python: &str, mode: &str, variable: Option<(&str, &str)>) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python").join(name);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/generators/heaps/python.sh");
    let mut command = Command::new("sh");
    command.arg(script).arg(&folder).args([python, mode, "12"]).envs(variable);
    let output = command.output().unwrap();
    if output.status.success() {
        return Some(folder);
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(77), "python.sh with {python}: {said}");
    println!("skipped: {}", said.trim());
    None
}

/// The machine's interpreters.
fn interpreters() -> Vec<String> {
    let has = |python: &str| Command::new(python).arg("--version").output().is_ok_and(|out| out.status.success());
    let found: Vec<String> = ["/usr/bin/python3"].into_iter().filter(|p| has(p)).map(str::to_owned).collect();
    if found.is_empty() {
        println!("skipped: no /usr/bin/python3");
    }
    found
}

fn walk(core: &Path, effort: Effort) -> Heaps {
    let dump = load::open(core, &LoadOptions::default()).unwrap_or_else(|e| panic!("{}: {e}", core.display()));
    heaps::walk(dump.snapshot(), dump.memory(), effort)
}

fn python(heaps: &Heaps) -> Option<&Heap> {
    heaps.list.iter().find(|heap| heap.allocator == Allocator::Cpython)
}

/// Every row and every total equal; arenas, parts and pages say the same.
fn compare(name: &str, folder: &Path, effort: Effort) {
    let truth = Stats::parse(&std::fs::read_to_string(folder.join("stats")).unwrap());
    assert!(truth.arenas > 4 && truth.classes.len() > 20, "{name}: {truth:?}");
    let heaps = walk(&folder.join("core"), effort);
    let heap = python(&heaps).unwrap_or_else(|| panic!("{name}: no arenas"));
    assert_eq!(figures(heap, &truth), truth, "{name}");
    assert_eq!((heap.grade, &heap.troubles), (Grade::Exact, &Vec::new()), "{name}");
    add_up(name, heap, &heap.python.unwrap());
    let counts = if heap.python.unwrap().ever.is_some() { "" } else { ", but for arenas ever and peak" };
    let (arenas, classes, layout) = (truth.arenas, truth.classes.len(), heap.layout.as_deref().unwrap());
    println!("{name}: {arenas} arenas, {} blocks of {classes} classes equal{counts}; {layout}", blocks(&truth));
}

fn blocks(truth: &Stats) -> u64 {
    truth.classes.values().map(|row| row[1] + row[2]).sum()
}

fn add_up(name: &str, heap: &Heap, totals: &PythonTotals) {
    let live: u64 = heap.arenas.iter().map(|arena| arena.live.unwrap().bytes).sum();
    let free: u64 = heap.arenas.iter().map(|arena| arena.free.as_ref().unwrap().all.bytes).sum();
    assert_eq!(live, totals.allocated, "{name}");
    assert_eq!(free, totals.available + totals.unused_pools.bytes, "{name}");
    let overhead = totals.pool_headers + totals.quantization + totals.arena_alignment;
    assert_eq!(live + free + overhead + totals.unread, totals.arenas.bytes, "{name}");
    assert_eq!(heap.parts.len(), heap.arenas.len(), "{name}");
    for (part, arena) in heap.parts.iter().zip(&heap.arenas) {
        assert_eq!((part.range.start(), part.role), (arena.id, Role::PythonArena), "{name}");
        let pages = part.fill.as_ref().unwrap().free_in(part.range);
        assert_eq!(pages, arena.free.as_ref().unwrap().all.bytes, "{name}: pages of {}", arena.id);
        let blocker = arena.trim.unwrap().blocker.map(|blocker| blocker.address);
        assert_eq!(blocker.is_some(), arena.live.unwrap().count > 0, "{name}: {}", arena.id);
        assert!(blocker.is_none_or(|at| part.range.contains(at)), "{name}: {}", arena.id);
    }
}

#[test]
fn all_figures_are_the_interpreters_own() {
    for path in interpreters() {
        for mode in ["sparse", "dense"] {
            let Some(folder) = make(mode, &path, mode, None) else { return };
            compare(mode, &folder, Effort::Full);
            compare(mode, &folder, Effort::Quick);
        }
    }
}

#[test]
fn blocks_with_debug_headers_are_blocks() {
    for path in interpreters() {
        let Some(folder) = make("debug", &path, "sparse", Some(("PYTHONMALLOC", "debug"))) else { return };
        compare("debug", &folder, Effort::Full);
    }
}

#[test]
fn python_without_obmalloc_is_named() {
    for path in interpreters() {
        let Some(folder) = make("malloc", &path, "sparse", Some(("PYTHONMALLOC", "malloc"))) else { return };
        for effort in [Effort::Quick, Effort::Full] {
            let heaps = walk(&folder.join("core"), effort);
            let heap = python(&heaps).unwrap();
            assert_eq!((heap.grade, heap.arenas.len(), heap.python), (Grade::NotWalked, 0, None));
            assert!(heap.notes.iter().any(|note| note.contains("PYTHONMALLOC=malloc")), "{:?}", heap.notes);
            assert_eq!(heap.troubles, []);
        }
    }
}

/// What `python.sh --all` made: FRAGSCOPE_PYTHON_CORES names its folder.
#[test]
fn cores_of_other_interpreters_agree() {
    let Some(folder) = std::env::var_os("FRAGSCOPE_PYTHON_CORES") else {
        println!("skipped: FRAGSCOPE_PYTHON_CORES names no folder of python.sh --all");
        return;
    };
    let mut folders: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    for folder in folders {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        if Stats::parse(&std::fs::read_to_string(folder.join("stats")).unwrap()).arenas > 0 {
            compare(&name, &folder, Effort::Full);
        }
    }
}
