//! What a run leaves.

use super::harness::{Place, column, lines, timeless};

#[test]
fn a_dump_is_not_replaced_by_its_row() {
    let place = Place::new();
    place.maps("in", 1);
    std::fs::rename(place.path("in/00000.maps"), place.path("in/a.txt")).unwrap();
    let before = place.read("in/a.txt");
    let outcome = place.run(&["triage", "in/a.txt", "-o", "in/../in/a.txt"]);
    let said = "fragscope: -o in/../in/a.txt is an input as well; write to another file\n";
    assert_eq!((outcome.code, outcome.err.as_str()), (2, said));
    assert_eq!(place.read("in/a.txt"), before);
}

#[test]
fn all_outputs_of_one_run_have_all_rows() {
    let place = Place::new();
    place.maps("in", 12);
    place.file("in/bad", "?");
    let outcome =
        place.run(&["triage", "in", "-o", "a.jsonl", "-o", "a.csv", "-o", "a.md", "-o", "a.junit.xml", "-o", "a.txt"]);
    assert_eq!((outcome.code, outcome.err.as_str()), (0, ""));
    assert_eq!(place.names(), ["a.csv", "a.jsonl", "a.junit.xml", "a.md", "a.txt", "in"]);
    assert_eq!(lines(&place.read("a.jsonl")).len(), 13);
    assert_eq!(place.read("a.csv").lines().count(), 14);
    assert_eq!(place.read("a.junit.xml").matches("<testcase").count(), 13);
    assert_eq!(place.read("a.txt"), outcome.out);
}

#[test]
fn rows_of_parts_become_one() {
    let place = Place::new();
    place.maps("in", 30);
    assert_eq!(place.run(&["triage", "in", "-o", "whole.jsonl"]).code, 0);
    for part in ["0/2", "1/2"] {
        assert_eq!(place.run(&["triage", "in", "-o", "p.jsonl", "--shard", part]).code, 0);
    }
    let parts = ["triage", "--from-rows", "p-00000-of-00002.jsonl", "p-00001-of-00002.jsonl"];
    let outcome = place.run(&[&parts[..], &["-o", "merged.jsonl", "--by", "verdict"]].concat());
    assert_eq!((outcome.code, outcome.err.as_str()), (0, ""));
    assert!(outcome.out.starts_with("30 dumps, all read"), "{}", outcome.out);
    let sorted = |name: &str| {
        let mut rows = timeless(&place.read(name));
        rows.sort_by_key(|row| row["file"].to_string());
        rows
    };
    assert_eq!(sorted("merged.jsonl"), sorted("whole.jsonl"));
}

#[test]
fn a_gate_that_matches_is_the_exit_code() {
    let place = Place::new();
    place.maps("in", 30);
    place.file("in/bad", "?");
    let gated = |more: &[&str]| place.run(&[&["triage", "in", "-o", "a.jsonl"], more].concat());
    let outcome = gated(&["--fail-if", "largest > 3G", "--fail-if", "largest > 1G"]);
    assert_eq!(outcome.code, 1);
    let lines: Vec<&str> = outcome.err.lines().collect();
    assert_eq!(lines[0], "fragscope: --fail-if `largest > 1G` matched 30 dumps, and cannot be decided of 1:");
    assert_eq!((lines[1], lines[20], lines[21]), ("  in/00000.maps", "  in/00019.maps", "  and 10 more"));
    assert!(outcome.out.starts_with("1 of 2 gates failed"), "{}", outcome.out);
    // All is written nevertheless, and nothing is left to go on with.
    assert_eq!(place.names(), ["a.jsonl", "in"]);
    assert_eq!(gated(&["--fail-if", "largest > 1G", "--fail-if-count", "31"]).code, 0);
    assert_eq!(gated(&["--fail-if", "status == unreadable", "--fail-if-count", "1"]).code, 1);
    assert_eq!(place.run(&["triage", "--from-rows", "a.jsonl", "--fail-if", "largest > 1G"]).code, 1);
    let outcome = gated(&["--fail-if", "largets > 1G"]);
    assert!((outcome.code, outcome.err.contains("largest")) == (2, true), "{}", outcome.err);
}

#[test]
fn reports_lie_beside() {
    let place = Place::new();
    place.maps("in", 3);
    place.file("in/bad", "?");
    for (format, begins) in [("html", "<!DOCTYPE"), ("json", "{"), ("markdown", "#"), ("text", "")] {
        let folder = format!("out/reports-{format}");
        std::fs::create_dir_all(place.path("out")).unwrap();
        let args = ["triage", "in", "-o", "out/a.jsonl", "--reports", &folder, "--report-format", format];
        assert_eq!(place.run(&args).code, 0);
        let rows = lines(&place.read("out/a.jsonl"));
        assert!(rows[3]["report"].is_null());
        for row in &rows[..3] {
            // As seen from the output.
            let report = place.read(&format!("out/{}", row["report"].as_str().unwrap()));
            assert!(report.to_lowercase().starts_with(&begins.to_lowercase()), "{report}");
            assert!(report.len() > 100);
        }
    }
}

#[test]
fn a_report_that_cannot_be_written_fails_the_run() {
    let place = Place::new();
    place.maps("in", 3);
    let args = ["triage", "in", "-o", "a.jsonl", "--reports", "reports"];
    assert_eq!(place.run(&args).code, 0);
    let report = lines(&place.read("a.jsonl"))[1]["report"].as_str().unwrap().to_owned();
    // A folder in its place stands for a disk that is full.
    std::fs::remove_file(place.path(&report)).unwrap();
    std::fs::create_dir(place.path(&report)).unwrap();
    let outcome = place.run(&args);
    assert_eq!(outcome.code, 2);
    assert!(outcome.err.contains("1 of 3 reports are missing"), "{}", outcome.err);
    let rows = lines(&place.read("a.jsonl"));
    assert_eq!((rows.len(), rows[1]["report"].is_null()), (3, true));
    assert!(rows[1]["message"].as_str().unwrap().contains("its report is missing"));
}

#[test]
fn names_of_people_are_hidden_everywhere() {
    let place = Place::new();
    place.file("home/alice/in/a.maps", super::harness::maps(1));
    place.file("home/alice/in/abort", "fragscope-hook: abort");
    place.file("home/alice/in/bad", "?");
    let folder = place.path("home/alice/in");
    let folder = folder.to_str().unwrap().replace("/home/", "/./home/");
    let args = ["triage", &folder, "--redact", "-o", "a.jsonl", "-o", "a.md", "--reports", "reports"];
    let outcome = place.run(&args);
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    let reports: Vec<String> =
        std::fs::read_dir(place.path("reports")).unwrap().map(|e| e.unwrap().path().display().to_string()).collect();
    assert_eq!(reports.len(), 1);
    let report = std::fs::read_to_string(&reports[0]).unwrap();
    for text in [outcome.out, place.read("a.jsonl"), place.read("a.md"), reports.concat(), report] {
        assert!(!text.contains("alice"), "{text}");
    }
    assert_eq!(column(&lines(&place.read("a.jsonl")), "status"), ["ok", "crashed", "unreadable"]);
}

#[test]
fn a_reader_that_goes_away_hides_no_gate() {
    let place = Place::new();
    place.maps("in", 3);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let args = ["triage", "in", "-o", "out.jsonl", "--fail-if", "largest > 0"];
    let code = place.command(&args).stdout(writer).stderr(std::process::Stdio::null()).status().unwrap().code();
    assert_eq!((code, place.names()), (Some(1), vec!["in".to_owned(), "out.jsonl".to_owned()]));
}
