//! The architecture as a test: data flows load → model → analyze → report, imports the other way, cli on top.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What each top-level module may name. A new arrow is a decision of its own, and is made here.
const ALLOWED: [(&str, &[&str]); 13] = [
    ("addr", &[]),
    ("units", &["addr", "model"]),
    ("diag", &["addr"]),
    ("error", &["addr"]),
    ("bytes", &["model"]),
    ("model", &["addr", "diag"]),
    ("load", &["addr", "bytes", "diag", "error", "model"]),
    ("heaps", &["addr", "diag", "model", "units"]),
    ("analyze", &["addr", "diag", "heaps", "model", "units"]),
    ("report", &["addr", "analyze", "diag", "heaps", "model", "units"]),
    ("triage", &["addr", "analyze", "diag", "heaps", "model", "report", "units"]),
    ("cli", &["addr", "analyze", "diag", "error", "heaps", "load", "model", "report", "triage", "units"]),
    ("main", &["cli"]),
];

/// Longest source file; two concepts would be happier in two rooms.
const LONGEST_FILE: usize = 500;

fn source_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
        match entry.is_dir() {
            true => found.extend(rust_files(&entry)),
            false if entry.extension().is_some_and(|e| e == "rs") => found.push(entry),
            false => {}
        }
    }
    found.sort();
    found
}

/// `src/load/input.rs` is of `load`, `src/addr.rs` of `addr`.
fn top_module(file: &Path) -> String {
    let relative = file.strip_prefix(source_root()).unwrap();
    let first = relative.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// Names after `crate::` (or, in the binary, `fragscope::`), also in `use crate::{a, b::c}`; doc comments do not count.
fn named_modules(text: &str) -> BTreeSet<String> {
    let code: String = text.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut found = BTreeSet::new();
    for part in code.split("crate::").skip(1).chain(code.split("fragscope::").skip(1)) {
        let group = part.strip_prefix('{').and_then(|g| g.split('}').next());
        let names = group.map_or_else(|| vec![part], |g| g.split(',').collect());
        for name in names {
            let word: String = name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            found.insert(word);
        }
    }
    found.remove("");
    found
}

#[test]
fn imports_follow_the_architecture() {
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.into_iter().collect();
    let mut checked = 0;
    for file in rust_files(&source_root()) {
        let own = top_module(&file);
        if own == "lib" {
            continue;
        }
        let may =
            allowed.get(own.as_str()).unwrap_or_else(|| panic!("{own} is a new top-level module: give it its place"));
        for name in named_modules(&fs::read_to_string(&file).unwrap()) {
            let fine = name == own || may.contains(&name.as_str()) || !allowed.contains_key(name.as_str());
            assert!(fine, "{} names crate::{name}, which {own} must not know", file.display());
        }
        checked += 1;
    }
    assert!(checked > 20, "only {checked} source files were found");
}

#[test]
fn readers_do_not_know_each_other() {
    let formats = ["elf_core", "minidump"];
    for format in formats {
        for file in rust_files(&source_root().join("load").join(format)) {
            let text = fs::read_to_string(&file).unwrap();
            for other in formats.iter().filter(|o| **o != format).chain(&["assemble"]) {
                assert!(!text.contains(&format!("{other}::")), "{} names {other}", file.display());
            }
        }
    }
}

#[test]
fn files_hold_one_concept() {
    for file in rust_files(&source_root()) {
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap().lines().count();
        assert!(code <= LONGEST_FILE, "{} has {code} lines without its tests", file.display());
    }
}

#[test]
fn unsafe_code_is_denied() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    assert!(manifest.contains("unsafe_code = \"deny\""));
    for file in rust_files(&source_root()) {
        let text = fs::read_to_string(&file).unwrap();
        assert!(!text.contains("allow(unsafe_code)"), "{} allows unsafe code", file.display());
    }
}
