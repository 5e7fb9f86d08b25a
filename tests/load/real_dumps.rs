//! Dumps that others made (`../shared/dumps`, or `FRAGSCOPE_DUMPS`), and the project's own samples.

use std::path::{Path, PathBuf};

use fragscope::load::facts::Facts;
use fragscope::load::{Input, LoadOptions, minidump};

/// The folder of real dumps, or `None`, with a printed sentence, where it is absent.
pub fn folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/dumps");
    let folder = std::env::var_os("FRAGSCOPE_DUMPS").map_or(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: there are no real dumps in {} (FRAGSCOPE_DUMPS names another folder)", folder.display());
    None
}

/// One real dump, or `None` where the folder is absent.
pub fn path(name: &str) -> Option<PathBuf> {
    folder().map(|folder| folder.join(name))
}

/// All minidumps, packed or not, of the real dumps and of the project's samples.
pub fn minidumps() -> Vec<PathBuf> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-dumps");
    let inner = folder().into_iter().flat_map(|folder| entries(&folder)).filter(|path| path.is_dir());
    let mut found: Vec<PathBuf> = inner.chain([samples]).flat_map(|folder| entries(&folder)).collect();
    found.retain(|path| path.to_string_lossy().ends_with(".dmp") || path.to_string_lossy().ends_with(".dmp.zst"));
    found.sort();
    found
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect()
}

/// All bytes of a dump, unpacked.
pub fn bytes(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap();
    match path.extension().is_some_and(|e| e == "zst") {
        true => zstd::stream::decode_all(bytes.as_slice()).unwrap(),
        false => bytes,
    }
}

/// The facts of a dump's bytes.
pub fn facts(bytes: &[u8]) -> Facts {
    try_facts(bytes).unwrap()
}

/// As [`facts`], for dumps that may be refused.
pub fn try_facts(bytes: &[u8]) -> Result<Facts, fragscope::error::LoadError> {
    let input = Input::from_bytes(bytes, false)?;
    minidump::read(&input, minidump::Extra::Nowhere, &LoadOptions::default())
}
