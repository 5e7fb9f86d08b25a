//! Parquet, read back by the crate, by pyarrow and by DuckDB. Python's packages are looked for by the interpreter that
//! `FRAGSCOPE_PYTHON` names, or by `python3`.

use std::fs::File;
use std::io::Write;
use std::process::Command;

use fragscope::triage::out::OutputKind;
use fragscope::triage::{COLUMNS, Kind, Row, Value};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::rows::{bytes, gates, made, row};

fn written(rows: &[Row]) -> Vec<u8> {
    bytes(OutputKind::Parquet, rows, "group", gates())
}

fn reader(bytes: &[u8]) -> SerializedFileReader<File> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    SerializedFileReader::new(file).unwrap()
}

/// A field as the crate reads it back, as JSON.
fn found(field: &Field) -> Json {
    match field {
        Field::Null => Json::Null,
        Field::Str(text) => json!(text),
        Field::Long(number) | Field::TimestampMillis(number) => json!(number),
        Field::Double(number) => json!(number),
        other => panic!("{other:?}"),
    }
}

/// What it is to be.
fn expected(row: &Row) -> Vec<(String, Json)> {
    let value = |value: Option<Value<'_>>| match value {
        None => Json::Null,
        Some(Value::Text(text)) => json!(text),
        Some(Value::Whole(number)) => json!(i64::try_from(number).unwrap_or(i64::MAX)),
        Some(Value::Real(number)) => json!(number),
    };
    COLUMNS.iter().map(|column| (column.name.to_owned(), value((column.get)(row)))).collect()
}

fn read_back(file: Vec<u8>) -> Vec<Vec<(String, Json)>> {
    let reader = reader(&file);
    let rows = reader.get_row_iter(None).unwrap();
    rows.map(|row| row.unwrap().get_column_iter().map(|(name, field)| (name.clone(), found(field))).collect()).collect()
}

#[test]
fn made_rows_are_read_back() {
    let back = read_back(written(&made()));
    assert_eq!(back, made().iter().map(expected).collect::<Vec<_>>());
    assert!(read_back(written(&[])).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_rows_are_read_back(rows in proptest::collection::vec(row(), 0..20)) {
        prop_assert_eq!(read_back(written(&rows)), rows.iter().map(expected).collect::<Vec<_>>());
    }
}

#[test]
fn rows_lie_in_groups_and_the_file_says_what_made_it() {
    let rows: Vec<Row> = made().into_iter().cycle().take(25_000).collect();
    let reader = reader(&written(&rows));
    let metadata = reader.metadata();
    let groups: Vec<i64> = metadata.row_groups().iter().map(|group| group.num_rows()).collect();
    assert_eq!(groups, [10_000, 10_000, 5_000]);
    let facts = metadata.file_metadata().key_value_metadata().unwrap();
    let fact = |key: &str| facts.iter().find(|fact| fact.key == key).unwrap().value.clone().unwrap();
    assert_eq!(fact("fragscope.row_schema_version"), "1");
    assert_eq!(fact("fragscope.version"), env!("CARGO_PKG_VERSION"));
    let gates: Vec<String> = serde_json::from_str(&fact("fragscope.gates")).unwrap();
    assert_eq!(gates[0], "failed largest < 64M: 19 rows match; of 13 rows it cannot be said");
}

#[test]
fn much_text_ends_a_group_early() {
    let rows = vec![Row { advice: Some("x".repeat(1 << 20)), ..Row::default() }; 40];
    let reader = reader(&written(&rows));
    let groups: Vec<i64> = reader.metadata().row_groups().iter().map(|group| group.num_rows()).collect();
    assert_eq!(groups, [16, 16, 8]);
}

/// Runs a script on a Parquet file of the made rows, and hands back the JSON that it prints; `None` without the package.
fn python(package: &str, script: &str) -> Option<Json> {
    let python = std::env::var("FRAGSCOPE_PYTHON").unwrap_or_else(|_| "python3".into());
    let has = Command::new(&python).args(["-c", &format!("import {package}")]).output();
    if !has.is_ok_and(|output| output.status.success()) {
        println!("skipped: no Python package {package}");
        return None;
    }
    let file = tempfile::Builder::new().suffix(".parquet").tempfile().unwrap();
    std::fs::write(file.path(), written(&made())).unwrap();
    let output = Command::new(&python).args(["-c", script]).arg(file.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn pyarrow_reads_the_same() {
    const SCRIPT: &str = "import json, sys\n\
        import pyarrow.parquet as parquet\n\
        table = parquet.read_table(sys.argv[1])\n\
        at = table.schema.get_field_index('mtime_ms')\n\
        types = {field.name: str(field.type) + ('' if field.nullable else ' always') for field in table.schema}\n\
        table = table.set_column(at, 'mtime_ms', table.column(at).cast('int64'))\n\
        about = {key.decode(): value.decode() for key, value in parquet.read_schema(sys.argv[1]).metadata.items()}\n\
        json.dump({'types': types, 'about': about, 'rows': table.to_pylist()}, sys.stdout)";
    let Some(read) = python("pyarrow.parquet", SCRIPT) else { return };
    assert_eq!(read["about"]["fragscope.row_schema_version"], "1");
    let always = ["file", "status", "ms", "schema_version", "tool_version"];
    for column in &COLUMNS {
        let kind = match column.kind {
            Kind::Text => "string",
            Kind::Bytes | Kind::Count => "int64",
            Kind::Time => "timestamp[ms, tz=UTC]",
            Kind::Percent | Kind::Millis => "double",
        };
        let suffix = if always.contains(&column.name) { " always" } else { "" };
        assert_eq!(read["types"][column.name], format!("{kind}{suffix}"), "{}", column.name);
    }
    let rows: Vec<Json> = made().iter().map(|row| Json::Object(expected(row).into_iter().collect())).collect();
    assert_eq!(read["rows"], Json::Array(rows));
}

#[test]
fn duckdb_answers_questions_about_it() {
    const SCRIPT: &str = "import json, sys, duckdb\n\
        rows = duckdb.sql(f\"select verdict, count(*), median(largest - request), max(mtime_ms)::varchar, \
        sum(\\\"stacks.count\\\")::bigint from '{sys.argv[1]}' group by all order by all nulls first\").fetchall()\n\
        json.dump(rows, sys.stdout)";
    let Some(read) = python("duckdb", SCRIPT) else { return };
    let (last, kept) = ("2023-11-14 22:13:20.123", made());
    let group = |verdict: Option<&str>| {
        let rows: Vec<&Row> = kept.iter().filter(|row| row.verdict.as_deref() == verdict).collect();
        let mut left: Vec<i64> = rows
            .iter()
            .filter_map(|row| Some(i64::try_from(row.largest?).unwrap() - i64::try_from(row.request?).unwrap()))
            .collect();
        left.sort_unstable();
        let middle = left.len() / 2;
        let median = left.get(middle).map(|upper| (left[middle - (left.len() + 1) % 2] + upper) as f64 / 2.0);
        let stacks: Option<u64> = rows.iter().map(|row| row.stacks.count).sum::<Option<u64>>();
        json!([verdict, rows.len(), median, median.map(|_| last), stacks])
    };
    let expected = [None, Some("cannot-tell"), Some("fits"), Some("fragmented")].map(group);
    let shortened = read.to_string().replace(&format!("{last}+00"), last);
    assert_eq!(serde_json::from_str::<Json>(&shortened).unwrap(), json!(expected));
}
