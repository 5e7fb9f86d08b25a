//! Made rows, some with hostile names, in every format, as files that people can read.

use std::path::Path;

use expect_test::expect_file;
use fragscope::triage::out::OutputKind;
use fragscope::triage::{Gate, Row};

use super::rows::{asked, gates, made, written};
use crate::samples;

fn check(kind: OutputKind, rows: &[Row], gates: Vec<Gate>, name: &str) {
    let version = format!("fragscope {}", env!("CARGO_PKG_VERSION"));
    let text = written(kind, rows, gates).replace(&version, "fragscope (any)").replace("\r\n", "\n");
    expect_file![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outputs/expected").join(name)].assert_eq(&text);
}

const SUMMARIES: [(OutputKind, &str); 4] = [
    (OutputKind::Csv, "csv"),
    (OutputKind::Markdown, "md"),
    (OutputKind::Junit, "junit.xml"),
    (OutputKind::Text, "txt"),
];

#[test]
fn made_rows() {
    check(OutputKind::Jsonl, &made(), gates(), "made.jsonl");
    for (kind, end) in SUMMARIES {
        check(kind, &made(), gates(), &format!("made.{end}"));
    }
}

#[test]
fn the_rows_of_the_samples() {
    let row = |sample: &samples::Sample| {
        let row = crate::rows::row_of_file(&sample.path());
        Row { file: format!("sample-dumps/{}", sample.file), tool_version: "(any)".into(), ..row }
    };
    let rows: Vec<Row> = samples::ALL.iter().map(row).collect();
    let gates = asked(&rows, &["verdict == fragmented && largest < 1G", "vma_count > 60000"]);
    for (kind, end) in SUMMARIES {
        check(kind, &rows, gates.clone(), &format!("samples.{end}"));
    }
}

#[test]
fn rows_are_read_back_from_json_lines() {
    let text = written(OutputKind::Jsonl, &made(), gates());
    let back: Vec<Row> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(back, made());
    assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{2028}']));
}

#[test]
fn no_rows_are_something_too() {
    for (kind, said) in [
        (OutputKind::Jsonl, ""),
        (OutputKind::Text, "0 dumps\n"),
        (OutputKind::Markdown, "## 0 dumps\n"),
        (OutputKind::Junit, "tests=\"0\" failures=\"0\" errors=\"0\""),
        (OutputKind::Csv, "file,status"),
        (OutputKind::Html, "<!DOCTYPE html>"),
    ] {
        assert!(written(kind, &[], vec![]).contains(said), "{kind:?}");
    }
}
