//! The summary for a terminal: short, whatever the rows.

use fragscope::triage::out::OutputKind;
use fragscope::triage::{Gate, Row, Status};
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

#[test]
fn a_group_is_named_whole_rather_than_its_example() {
    let group = "fragmented / 32-bit / nobody in particular";
    let file = "uploads/2026-11-22/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0.dmp";
    let row = Row { group: Some(group.into()), ..Row::failed(file.into(), Status::Ok, String::new()) };
    let shown = text(&[row], "group", vec![]);
    assert!(shown.contains(&format!("      1  {group}  ")), "{shown}");
    check(&shown);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_rows_fit(rows in proptest::collection::vec(row(), 0..40)) {
        check(&text(&rows, "group", super::rows::gates()));
        check(&text(&rows, "file,verdict,largest,message,ms,mtime_ms", vec![]));
    }
}
