//! The summary for a terminal: short, whatever the rows.

use fragscope::triage::out::OutputKind;
use fragscope::triage::{Gate, Row};
use proptest::prelude::*;

use super::rows::{bytes, nasty_row, row};

/// No more lines and columns than promised, and no character that a terminal obeys.
fn check(text: &str) {
    assert!(text.lines().count() <= 60, "{} lines\n{text}", text.lines().count());
    for line in text.lines() {
        assert!(line.chars().count() <= 100, "{line}");
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
}

fn text(rows: &[Row], by: &str, gates: Vec<Gate>) -> String {
    String::from_utf8(bytes(OutputKind::Text, rows, by, gates)).unwrap()
}

#[test]
fn many_of_everything_fit() {
    let long = "x".repeat(5000);
    let rows: Vec<Row> = (0..1000).map(|i| nasty_row(&format!("{i}{long}"), i)).collect();
    let gate = |i: usize| Gate {
        expression: format!("file ~ {i}{long}"),
        matched: i as u64,
        fails_from: 2,
        files: vec![long.clone(); 20],
        undecided: 1 << 60,
    };
    for by in ["group", "file", "file,group,message,process,report,writer", "status"] {
        let shown = text(&rows, by, (0..100).map(gate).collect());
        check(&shown);
        for said in ["98 of 100 gates failed: 1,000 dumps, 334 of them not read", "95 more of 100 gates", "326 more of"]
        {
            assert!(shown.contains(said), "{said}\n{shown}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_rows_fit(rows in proptest::collection::vec(row(), 0..40)) {
        check(&text(&rows, "group", super::rows::gates()));
        check(&text(&rows, "file,verdict,largest,message,ms,mtime_ms", vec![]));
    }
}
