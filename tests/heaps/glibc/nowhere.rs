//! Where arenas are, and where none is: in every bundled sample and in every dump that others made.

use std::path::{Path, PathBuf};

use fragscope::heaps::{self, Effort};
use fragscope::load::{self, LoadOptions};

use super::made;

/// How many arenas a sample has. Counted by a script that looks for rows of list heads that lead to themselves, and as many as
/// its program makes: one for main; on two processors at most 4 in 32 bits and 16 in 64; with a client each 24 more.
const SAMPLES: [(&str, usize); 6] = [
    ("i386-fragmented.core.zst", 4),
    ("i386-fragmented.gcore.zst", 4),
    ("i386-remedy-arenas.core.zst", 25),
    ("i386-remedy-library.core.zst", 1),
    ("i386-remedy-stacks.core.zst", 1),
    ("x86_64-shared-stack-vma.core.zst", 16),
];

fn arenas(path: &Path) -> Option<usize> {
    let dump = load::open(path, &LoadOptions { deep: true, ..LoadOptions::default() }).ok()?;
    let heaps = heaps::walk(dump.snapshot(), dump.memory(), Effort::Full);
    Some(made::glibc(&heaps).map_or(0, |heap| heap.arenas.len()))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let is_dump = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        ["core", ".dmp", ".elf"].iter().any(|part| name.contains(part)) && path.is_file()
    };
    entries.filter(is_dump).collect()
}

#[test]
fn samples_have_the_arenas_that_they_have() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-dumps");
    let mut seen = 0;
    for path in files(&folder) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let expected = SAMPLES.iter().find(|(sample, _)| *sample == name).map_or(0, |(_, arenas)| *arenas);
        assert_eq!(arenas(&path), Some(expected), "{name}");
        seen += 1;
    }
    assert!(seen >= 17, "{seen} samples");
}

/// None of them holds the memory of a C library's data.
#[test]
fn dumps_of_others_have_no_arena() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/dumps");
    let folder = std::env::var_os("FRAGSCOPE_DUMPS").map_or(beside, PathBuf::from);
    if !folder.is_dir() {
        println!("skipped: there are no real dumps in {} (FRAGSCOPE_DUMPS names another folder)", folder.display());
        return;
    }
    for inner in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for path in files(&inner) {
            assert_eq!(arenas(&path).unwrap_or(0), 0, "{}", path.display());
        }
    }
}
