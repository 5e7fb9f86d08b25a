//! The bundled samples: which there are, what each one is, and where its truth lies. Every test that walks the
//! samples walks this list, and the list is checked against the folder.

// Not every test uses every field.
#![allow(dead_code)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use fragscope::load::{self, Dump, LoadOptions};

/// Who wrote a sample, which decides how much of the truth must be in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The Linux kernel: every mapping, with permissions.
    Kernel,
    /// gdb's gcore: all but what it leaves out.
    Gcore,
    /// qemu-user: every mapping of the guest; no glibc.
    Qemu,
    /// The crate minidump-writer: LinuxMaps.
    LinuxMinidump,
    /// A Windows minidump with MemoryInfoList.
    WindowsWithMap,
    /// A Windows minidump without any map.
    WindowsWithoutMap,
}

/// One sample.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// File name.
    pub file: &'static str,
    /// Prefix of its truth files.
    pub truth: &'static str,
    /// Who wrote it.
    pub origin: Origin,
    /// Threads whose stack's bounds are in the dump's memory, as check_pthread.py (or wdump's tables) say.
    pub exact_stacks: usize,
}

const fn sample(file: &'static str, truth: &'static str, origin: Origin, exact_stacks: usize) -> Sample {
    Sample { file, truth, origin, exact_stacks }
}

/// All samples.
pub const ALL: [Sample; 19] = [
    sample("arm-qemu.core.zst", "arm-qemu", Origin::Qemu, 0),
    sample("i386-fragmented.core.zst", "i386-fragmented", Origin::Kernel, 17),
    sample("i386-fragmented.gcore.zst", "i386-fragmented", Origin::Gcore, 17),
    sample("i386-legacy.core.zst", "i386-legacy", Origin::Kernel, 0),
    sample("i386-remedy-arenas.core.zst", "i386-remedy-arenas", Origin::Kernel, 24),
    sample("i386-remedy-library.core.zst", "i386-remedy-library", Origin::Kernel, 0),
    sample("i386-remedy-stacks.core.zst", "i386-remedy-stacks", Origin::Kernel, 48),
    sample("i386-stack-unlimited.core.zst", "i386-stack-unlimited", Origin::Kernel, 0),
    sample("i386-truncated.core", "i386-truncated", Origin::Kernel, 0),
    sample("linux-i386.dmp.zst", "linux-i386", Origin::LinuxMinidump, 16),
    sample("linux-x86_64.dmp", "linux-x86_64", Origin::LinuxMinidump, 16),
    sample("windows-2gb.dmp.zst", "windows-2gb", Origin::WindowsWithMap, 0),
    sample("windows-heaps-x64.dmp.zst", "windows-heaps-x64", Origin::WindowsWithMap, 1),
    sample("windows-heaps-x86.dmp.zst", "windows-heaps-x86", Origin::WindowsWithMap, 1),
    sample("windows-laa.dmp.zst", "windows-laa", Origin::WindowsWithMap, 0),
    sample("windows-no-map.dmp.zst", "windows-2gb", Origin::WindowsWithoutMap, 0),
    sample("windows-x64.dmp.zst", "windows-x64", Origin::WindowsWithMap, 0),
    sample("x86_64-mapping-limit.core.zst", "x86_64-mapping-limit", Origin::Kernel, 0),
    sample("x86_64-shared-stack-vma.core.zst", "x86_64-shared-stack-vma", Origin::Kernel, 46),
];

/// The folder.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-dumps")
}

impl Sample {
    /// Where the dump lies.
    pub fn path(&self) -> PathBuf {
        folder().join(self.file)
    }

    /// The dump as it is after unpacking.
    pub fn bytes(&self) -> Vec<u8> {
        unpacked(&self.path())
    }

    /// Reads it, memory and all.
    pub fn load(&self) -> Dump<'static> {
        self.load_with(&LoadOptions { deep: true, ..LoadOptions::default() })
    }

    /// Reads it.
    pub fn load_with(&self, options: &LoadOptions) -> Dump<'static> {
        load::open(&self.path(), options).unwrap_or_else(|e| panic!("{}: {e}", self.file))
    }

    /// A truth file: `maps`, `threads.csv`, `virtualquery.csv`, `modules.csv`, `info`.
    ///
    /// # Panics
    /// If the sample has none, plain or packed.
    pub fn truth(&self, suffix: &str) -> String {
        self.find_truth(suffix).unwrap_or_else(|| panic!("{} has no truth {}.{suffix}", self.file, self.truth))
    }

    /// The same, or `None` if there is none.
    pub fn find_truth(&self, suffix: &str) -> Option<String> {
        let plain = folder().join(format!("{}.{suffix}", self.truth));
        let packed = folder().join(format!("{}.{suffix}.zst", self.truth));
        let path = [plain, packed].into_iter().find(|path| path.exists())?;
        Some(String::from_utf8(unpacked(&path)).unwrap())
    }
}

/// A file's content, unpacked if its name ends in `.zst`.
pub fn unpacked(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    match path.extension().is_some_and(|e| e == "zst") {
        true => zstd::decode_all(bytes.as_slice()).unwrap_or_else(|e| panic!("{}: {e}", path.display())),
        false => bytes,
    }
}

/// The sample of this file name.
pub fn named(file: &str) -> &'static Sample {
    ALL.iter().find(|sample| sample.file == file).unwrap_or_else(|| panic!("no sample {file} in tests/samples.rs"))
}

/// All samples of one kind.
pub fn of(origin: Origin) -> impl Iterator<Item = &'static Sample> {
    ALL.iter().filter(move |sample| sample.origin == origin)
}

fn names_in_folder() -> BTreeSet<String> {
    fs::read_dir(folder()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
}

fn is_dump(name: &str) -> bool {
    let name = name.strip_suffix(".zst").unwrap_or(name);
    [".core", ".gcore", ".dmp"].iter().any(|suffix| name.ends_with(suffix))
}

#[test]
fn every_dump_in_the_folder_is_listed_and_every_listed_one_is_there() {
    let there: BTreeSet<String> = names_in_folder().into_iter().filter(|name| is_dump(name)).collect();
    let listed: BTreeSet<String> = ALL.iter().map(|sample| sample.file.to_owned()).collect();
    assert_eq!(there, listed, "left: dumps in sample-dumps/; right: tests/samples.rs");
}

#[test]
fn every_sample_says_where_it_comes_from() {
    let names = names_in_folder();
    let texts: Vec<String> =
        names.iter().filter(|n| n.ends_with(".md")).map(|n| fs::read_to_string(folder().join(n)).unwrap()).collect();
    for sample in &ALL {
        let bare = sample.file.strip_suffix(".zst").unwrap_or(sample.file);
        let bare = bare.strip_suffix(".dmp").unwrap_or(bare);
        assert!(
            texts.iter().any(|text| text.contains(bare)),
            "no .md in sample-dumps/ tells where {} comes from",
            sample.file
        );
    }
}

#[test]
fn every_sample_has_the_truth_that_its_kind_needs() {
    for sample in &ALL {
        let needed: &[&str] = match sample.origin {
            Origin::WindowsWithMap | Origin::WindowsWithoutMap => &["virtualquery.csv", "threads.csv", "modules.csv"],
            _ => &["maps", "threads.csv"],
        };
        for suffix in needed {
            assert!(sample.truth(suffix).lines().count() > 1, "{}: {suffix} is empty", sample.file);
        }
    }
}

#[test]
fn samples_stay_small() {
    let total: u64 = ALL.iter().map(|sample| fs::metadata(sample.path()).unwrap().len()).sum();
    assert!(total < 4 << 20, "sample dumps are {total} bytes together");
}

/// The file in the folder of published dumps, or `None` after a sentence.
pub fn published(name: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/dumps");
    let folders = std::env::var_os("FRAGSCOPE_DUMPS").map(PathBuf::from).into_iter();
    let found = folders.chain([beside]).map(|folder| folder.join(name)).find(|path| path.exists());
    if found.is_none() {
        println!("skipped: no {name} in FRAGSCOPE_DUMPS or ../shared/dumps");
    }
    found
}
