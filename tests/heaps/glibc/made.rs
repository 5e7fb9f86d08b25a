//! Cores with their truth, made while the test runs.

use std::path::{Path, PathBuf};
use std::process::Command;

use fragscope::heaps::{self, Effort, Heap, Heaps};
use fragscope::load::{self, Dump, LoadOptions};
use tempfile::TempDir;

use super::truth::Truth;

const NOT_HERE: i32 = 77;

/// A folder of cores, gone when this is dropped.
pub struct Made(TempDir);

/// One core.
pub struct Case {
    pub name: String,
    pub dump: Dump<'static>,
    pub truth: Truth,
}

impl Made {
    /// Has tests/generators/heaps/make.sh make flavours; `None` after it said what is missing.
    pub fn new(patterns: &[&str]) -> Option<Made> {
        let folder = tempfile::tempdir().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/generators/heaps/make.sh");
        let output = Command::new("sh").arg(script).arg(folder.path()).args(patterns).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        match output.status.code() {
            Some(0) => Some(Made(folder)),
            Some(NOT_HERE) => {
                println!("skipped: {}", said.trim());
                None
            }
            _ => panic!("{}: {said}", output.status),
        }
    }

    pub fn cases(&self) -> Vec<Case> {
        cases(self.0.path())
    }

    pub fn folder(&self) -> &Path {
        self.0.path()
    }
}

/// All cores that a folder has.
pub fn cases(folder: &Path) -> Vec<Case> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    folders.retain(|path| path.join("truth.xml").exists() && path.join("core").exists());
    folders.sort();
    folders.iter().map(|path| Case::open(path)).collect()
}

impl Case {
    pub fn open(folder: &Path) -> Case {
        Case {
            name: folder.file_name().unwrap().to_string_lossy().into_owned(),
            dump: load::open(&folder.join("core"), &LoadOptions::default()).unwrap(),
            truth: Truth::read(folder),
        }
    }

    pub fn walk(&self) -> Heaps {
        heaps::walk(self.dump.snapshot(), self.dump.memory(), Effort::Full)
    }
}

/// The one of glibc.
pub fn glibc(heaps: &Heaps) -> Option<&Heap> {
    heaps.list.iter().find(|heap| heap.allocator == heaps::Allocator::Glibc)
}
