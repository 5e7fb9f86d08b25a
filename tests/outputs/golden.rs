//! Made rows, some with hostile names, in every format, as files that people can read.

use std::path::Path;

use expect_test::expect_file;
use fragscope::triage::Row;
use fragscope::triage::out::OutputKind;

use super::rows::{gates, made, written};

fn check(kind: OutputKind, name: &str) {
    let version = format!("fragscope {}", env!("CARGO_PKG_VERSION"));
    let text = written(kind, &made(), gates()).replace(&version, "fragscope (any)").replace("\r\n", "\n");
    expect_file![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outputs/expected").join(name)].assert_eq(&text);
}

#[test]
fn made_rows() {
    check(OutputKind::Jsonl, "made.jsonl");
    check(OutputKind::Csv, "made.csv");
    check(OutputKind::Markdown, "made.md");
    check(OutputKind::Junit, "made.junit.xml");
    check(OutputKind::Text, "made.txt");
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
    ] {
        assert!(written(kind, &[], vec![]).contains(said), "{kind:?}");
    }
}
