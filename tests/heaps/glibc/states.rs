//! Heaps of all kinds, made here: several arenas, brk blocked, somebody else's sbrk, a static program, one thread; and with the
//! settings that change what a heap looks like.

use std::path::Path;

use fragscope::heaps::Heap;

use super::figures::{self, Problems};
use super::ledger;
use super::made::{self, Case, Made};

/// What must be seen in a case, so that nobody compares nothing with nothing.
fn is_what_it_says(case: &Case, heap: &Heap, problems: &mut Problems) {
    let kind = case.name.trim_end_matches("-32").trim_end_matches("-64").trim_start_matches("trim-");
    let cached: u64 = heap.arenas.iter().filter_map(|a| a.cached).map(|t| t.count).sum();
    let pieces = heap.parts.iter().filter(|p| p.role == fragscope::heaps::Role::MainMapped).count();
    problems
        .check((cached > 0) == (kind != "no-tcache" && case.truth.glibc >= 26), || format!("{cached} chunks cached"));
    problems.check((pieces > 0) == ["blocked", "reopened"].contains(&kind), || {
        format!("{pieces} mapped pieces of the main arena")
    });
    problems.check(case.truth.ledger.len() > 200, || format!("{} pointers", case.truth.ledger.len()));
    problems.check(case.truth.mallinfo("smblks") > 0 || kind != "plain" || case.truth.glibc >= 43, || "no fast".into());
    problems.check(heap.arenas.len() > 3 || kind == "single" || kind == "arena-max-1", || "too few arenas".into());
    if let Some(tuning) = heap.tuning {
        let expected = if kind == "no-mmap" { 0 } else { 65536 };
        problems.equal("mmap_max", tuning.mmap_max, expected);
    }
}

/// All of it, or what differs.
pub fn problems_of(case: &Case) -> Problems {
    let mut problems = Problems::default();
    let heaps = case.walk();
    let Some(heap) = made::glibc(&heaps) else {
        problems.0.push("no heap of glibc is found".into());
        return problems;
    };
    figures::compare(heap, &case.truth, &mut problems);
    ledger::compare(&case.dump, heap, &case.truth, &mut problems);
    is_what_it_says(case, heap, &mut problems);
    problems
}

/// Compares each case and prints a line for it.
fn check(cases: &[Case]) {
    let mut problems = Vec::new();
    for case in cases {
        let found = problems_of(case).0;
        println!(
            "{}: {} arenas, {} pointers, {} differences",
            case.name,
            case.truth.arenas.len(),
            case.truth.ledger.len(),
            found.len()
        );
        problems.extend(found.into_iter().map(|problem| format!("{}: {problem}", case.name)));
    }
    assert!(!cases.is_empty(), "nothing to compare");
    assert!(problems.is_empty(), "{} differences:\n{}", problems.len(), problems.join("\n"));
}

fn check_flavours(patterns: &[&str]) {
    if let Some(made) = Made::new(patterns) {
        check(&made.cases());
    }
}

#[test]
fn figures_of_five_states_equal_the_truth_in_32_bits() {
    check_flavours(&["plain-32", "blocked-32", "foreign-32", "static-32", "single-32"]);
}

#[test]
fn figures_of_five_states_equal_the_truth_in_64_bits() {
    check_flavours(&["plain-64", "blocked-64", "foreign-64", "static-64", "single-64"]);
}

#[test]
fn figures_equal_the_truth_whatever_is_set() {
    check_flavours(&["arena-max-1-*", "no-mmap-*", "no-tcache-*"]);
    check_flavours(&["long-tcache-*", "large-tcache-*", "perturbed-*"]);
    check_flavours(&["many-arenas-*", "large-pages-*", "stripped-*", "reopened-*"]);
}

/// What chroots.sh made of other releases: `FRAGSCOPE_HEAPS=FOLDER cargo test heaps::glibc -- --nocapture`.
#[test]
fn figures_of_other_releases_equal_the_truth() {
    let Some(folder) = std::env::var_os("FRAGSCOPE_HEAPS") else {
        println!("skipped: FRAGSCOPE_HEAPS names no folder that tests/generators/heaps/chroots.sh filled");
        return;
    };
    let mut all = Vec::new();
    let suites = std::fs::read_dir(Path::new(&folder)).unwrap().map(|e| e.unwrap().path());
    for suite in suites.filter(|path| path.is_dir()) {
        let cases = made::cases(&suite);
        println!("{}: {} cores", suite.display(), cases.len());
        all.extend(cases);
    }
    check(&all);
}
