//! CSV, read back by the crate and by Python.

use std::io::Write;
use std::process::{Command, Stdio};

use fragscope::report::escape::shown;
use fragscope::triage::out::OutputKind;
use fragscope::triage::{COLUMNS, Row, Value};
use proptest::prelude::*;

use super::rows::{gates, made, row, written};

/// What a field is to be, worked out anew.
fn field(row: &Row, get: for<'r> fn(&'r Row) -> Option<Value<'r>>) -> String {
    match get(row) {
        None => String::new(),
        Some(Value::Whole(number)) => format!("{number}"),
        Some(Value::Real(number)) => format!("{number}"),
        Some(Value::Text(text)) => match shown(text).to_string() {
            text if text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) => format!("'{text}"),
            text => text,
        },
    }
}

fn expected(rows: &[Row]) -> Vec<Vec<String>> {
    let titles = COLUMNS.iter().map(|column| column.name.to_owned()).collect();
    let fields = rows.iter().map(|row| COLUMNS.iter().map(|column| field(row, column.get)).collect());
    [titles].into_iter().chain(fields).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_rows_are_read_back(rows in proptest::collection::vec(row(), 0..20)) {
        let text = written(OutputKind::Csv, &rows, vec![]);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        let back: Vec<Vec<String>> =
            reader.records().map(|record| record.unwrap().iter().map(String::from).collect()).collect();
        prop_assert_eq!(back, expected(&rows));
        // No field holds a line end, so that lines are rows for tools that know nothing of quotes.
        prop_assert_eq!(text.matches("\r\n").count(), rows.len() + 1);
        prop_assert_eq!(text.matches('\n').count(), rows.len() + 1);
        prop_assert!(!text.chars().any(|c| c.is_control() && !matches!(c, '\r' | '\n')));
    }
}

#[test]
fn python_reads_the_same() {
    const SCRIPT: &str = "import csv, io, json, sys\n\
        text = io.TextIOWrapper(sys.stdin.buffer, encoding='utf-8', newline='')\n\
        print(json.dumps(list(csv.reader(text, strict=True))))";
    let python = Command::new("python3").args(["-c", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut python) = python else {
        println!("skipped: no python3");
        return;
    };
    let text = written(OutputKind::Csv, &made(), gates());
    python.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    let back: Vec<Vec<String>> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(back, expected(&made()));
}
