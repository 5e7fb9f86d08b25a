//! No report is longer than a ticket takes.

use fragscope::diag::{Diagnostic, Severity};
use fragscope::load::{LoadOptions, from_bytes};
use fragscope::report::LONGEST;

use super::page::{check, pages};
use crate::samples;

const COMMAND: &str = "fragscope report core --format markdown";

fn maps(rows: u64, name: &str) -> Vec<u8> {
    let row = |i: u64| format!("{:x}-{:x} r-xp 0 0:0 1 /{i}{name}\n", i << 14, (i << 14) + 4096);
    (4..rows + 4).map(row).collect::<String>().into_bytes()
}

#[test]
fn a_million_gaps_fit() {
    let dump = from_bytes(maps(1_000_000, ""), &LoadOptions::default()).unwrap();
    assert!(dump.snapshot().space.regions().len() >= 500_000);
    for page in pages(dump.snapshot(), COMMAND) {
        check(&page);
    }
    let page = &pages(dump.snapshot(), COMMAND)[0];
    assert!(page.contains(" gaps, the next ones folded\n"), "{page}");
}

#[test]
fn thirty_thousand_modules_with_long_names_fit() {
    for letter in ["a", "`", "|", "\u{202e}", "\u{1f600}", "@#<"] {
        let name = letter.repeat(4000 / letter.chars().count());
        let dump = from_bytes(maps(6_000, &name), &LoadOptions::default()).unwrap();
        let mut snapshot = dump.snapshot().clone();
        let module = snapshot.modules[0].clone();
        snapshot.modules = vec![module; 30_000];
        for page in pages(&snapshot, COMMAND) {
            check(&page);
        }
        let page = &pages(&snapshot, COMMAND)[0];
        assert!(page.contains("more of 30,000 modules; the text report shows them with `--all`"), "{letter}");
    }
}

#[test]
fn a_thousand_long_sentences_fit() {
    let dump = from_bytes(maps(100, ""), &LoadOptions::default()).unwrap();
    for text in ["@a `b` #1 ".repeat(1000), "x".repeat(10_000), "`".repeat(10_000), "\u{1f600} ".repeat(5_000)] {
        let mut snapshot = dump.snapshot().clone();
        const CODES: [&str; 4] = ["a", "b", "c", "d"];
        for number in 0..1000 {
            let code = CODES[number % CODES.len()];
            snapshot.diagnostics.push(Diagnostic {
                code,
                severity: Severity::Warning,
                message: text.clone(),
                at: None,
            });
        }
        snapshot.evidence = fragscope::model::Evidence::Partial;
        snapshot.evidence_notes = vec![text.clone(); 1000];
        snapshot.deep_would_add = vec![text.clone(); 1000];
        snapshot.dump.process_name = Some(text.as_str().into());
        snapshot.dump.writer_detail = Some(text.as_str().into());
        for page in pages(&snapshot, COMMAND) {
            check(&page);
            assert!(page.contains("fragscope report core"), "the command is always there");
        }
        let page = &pages(&snapshot, COMMAND)[0];
        // A sentence of nothing but backticks says nothing.
        // The two thousand, and two ways to capture a better map.
        assert!(page.contains(" more of 2,002\n") || text.starts_with('`'), "{page}");
    }
}

#[test]
fn a_command_of_any_length_fits() {
    let dump = from_bytes(maps(3, ""), &LoadOptions::default()).unwrap();
    for length in [4096, 60_000, 1 << 20] {
        let command = format!("fragscope report {}", "x".repeat(length));
        for page in pages(dump.snapshot(), &command) {
            check(&page);
            assert!(page.contains(&command) || page.contains("a command of"), "{length}");
            assert!(length > LONGEST / 2 || page.contains(&command), "{length}");
        }
    }
}

#[test]
fn every_sample_is_well_formed() {
    for sample in samples::ALL {
        let dump = fragscope::load::open(&sample.path(), &LoadOptions::default()).unwrap();
        for page in pages(dump.snapshot(), COMMAND) {
            let shape = check(&page);
            assert!(shape.headings.len() > 3 || !page.contains("### "), "{}", sample.file);
        }
    }
}
