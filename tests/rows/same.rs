//! A row says what the report says.

use std::path::PathBuf;
use std::process::Command;

use fragscope::triage::{COLUMNS, Row, Status, Value as Field};
use serde_json::Value;

use super::row_of_file;
use crate::samples;

/// Columns that are a value of the report, and where it stands. `free` and its like are compared apart: where there is no
/// map, a report shows bounds, and a row nothing.
const SAME: [(&str, &str); 16] = [
    ("format", "/dump/format"),
    ("writer", "/dump/writer"),
    ("os", "/dump/os"),
    ("cpu", "/dump/cpu"),
    ("bits", "/dump/pointer_width"),
    ("process", "/dump/process_name"),
    ("pid", "/dump/pid"),
    ("verdict", "/verdict/kind"),
    ("request", "/verdict/request/size"),
    ("commit_left", "/limits/commit_left"),
    ("vma_count", "/free/vma_count"),
    ("advice", "/advice/0/what"),
    ("evidence", "/address_space/evidence"),
    ("largest_free_vm_block", "/free/largest_free_vm_block"),
    ("tiny_block_size", "/free/tiny_block_size"),
    ("write_combine_size", "/free/write_combine_size"),
];

/// Those that are of a map.
const OF_MAP: [(&str, &str); 10] = [
    ("free", "/free/total"),
    ("largest", "/free/largest_reachable/size"),
    ("fragmentation", "/free/external_fragmentation_percent"),
    ("gaps", "/free/gap_count"),
    ("unusable", "/free/unusable"),
    ("reserved", "/totals/reserved"),
    ("committed", "/totals/committed"),
    ("splitters.0.gain", "/splitters/0/gain"),
    ("splitters.1.gain", "/splitters/1/gain"),
    ("splitters.2.gain", "/splitters/2/gain"),
];

/// Those of a tool's summary.
const OF_SUMMARY: [(&str, &str); 5] = [
    ("free", "/stated/free"),
    ("largest", "/stated/largest"),
    ("gaps", "/stated/free_regions"),
    ("reserved", "/stated/reserved"),
    ("committed", "/stated/committed"),
];

fn inputs() -> Vec<PathBuf> {
    let transcripts = samples::folder().join("transcripts");
    let logs = std::fs::read_dir(transcripts).unwrap().map(|e| e.unwrap().path());
    let logs = logs.filter(|path| path.extension().is_none_or(|e| e != "md"));
    samples::ALL.iter().map(samples::Sample::path).chain(logs).collect()
}

fn report(path: &std::path::Path) -> Value {
    let arguments = ["report", "--format", "json"];
    let output = Command::new(env!("CARGO_BIN_EXE_fragscope")).args(arguments).arg(path).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The field of a row as JSON.
fn field(row: &Row, name: &str) -> Value {
    let column = COLUMNS.iter().find(|c| c.name == name).unwrap();
    match (column.get)(row) {
        None => Value::Null,
        Some(Field::Text(text)) => text.into(),
        Some(Field::Whole(number)) => number.into(),
        Some(Field::Real(number)) => number.into(),
    }
}

fn compare(row: &Row, report: &Value, pairs: &[(&str, &str)]) {
    for (name, pointer) in pairs {
        let said = report.pointer(pointer).cloned().unwrap_or(Value::Null);
        // Nothing usable is no fact that is missing.
        let said = if *name == "largest" && said.is_null() { 0.into() } else { said };
        assert_eq!(field(row, name), said, "{}: {name} is not {pointer}", row.file);
    }
}

#[test]
fn a_row_has_the_figures_of_the_report() {
    let inputs = inputs();
    assert!(inputs.len() >= samples::ALL.len() + 5);
    let mut summaries = 0;
    for path in inputs {
        let (row, report) = (row_of_file(&path), report(&path));
        compare(&row, &report, &SAME);
        match (&report["address_space"]["evidence"], &report["stated"]) {
            (Value::String(grade), Value::Null) if grade == "none" => {
                for (name, _) in &OF_MAP[..7] {
                    assert_eq!(field(&row, name), Value::Null, "{}: {name}", row.file);
                }
            }
            (Value::String(grade), Value::Object(_)) if grade == "none" => {
                compare(&row, &report, &OF_SUMMARY);
                summaries += 1;
            }
            _ => compare(&row, &report, &OF_MAP),
        }
        lists(&row, &report);
        words(&row);
        state(&row, &report);
    }
    assert!(summaries > 0);
}

/// Columns of few words hold no others.
fn words(row: &Row) {
    for column in COLUMNS.iter().filter(|c| !(c.words)().is_empty()) {
        if let Some(Field::Text(text)) = (column.get)(row) {
            assert!((column.words)().contains(&text), "{}: {} is {text}", row.file, column.name);
        }
    }
}

/// Stacks, modules and the reason are told in other words.
fn lists(row: &Row, report: &Value) {
    let stacks = &report["stack_totals"];
    let count = row.stacks.count.map_or(Value::Null, Value::from);
    let threads = stacks["threads"].as_u64().unwrap();
    assert_eq!(count, if threads == 0 { Value::Null } else { stacks["with_stack"].clone() }, "{}", row.file);
    assert_eq!(row.stacks.bytes.unwrap_or(0), stacks["reserved"], "{}", row.file);
    assert_eq!(row.modules.unwrap_or(0), report["modules"].as_array().unwrap().len() as u64, "{}", row.file);
    let reason = &report["dump"]["reason"];
    match (reason["name"].as_str(), &row.crash_reason) {
        (Some(name), Some(told)) => assert_eq!(told, name),
        (None, Some(told)) => assert!(told.contains(&reason["code"].to_string()) || told.contains("0x"), "{told}"),
        (_, None) => assert!(reason.is_null(), "{}: {reason}", row.file),
    }
    for (splitter, said) in row.splitters.iter().zip(report["splitters"].as_array().unwrap()) {
        let named = |key: &str| said["owner"][key].as_str().map(|n| n.rsplit(['/', '\\']).next().unwrap());
        let thread = said["owner"]["thread_id"].as_u64().map(|t| t.to_string()).unwrap_or_default();
        let known = splitter.owner.contains(named("name").or(named("kind")).unwrap());
        assert!(known && splitter.owner.contains(&thread), "{}: {} is not {}", row.file, splitter.owner, said["owner"]);
    }
}

/// A row is `ok` where the map can be relied on.
fn state(row: &Row, report: &Value) {
    let grade = report["address_space"]["evidence"].as_str().unwrap();
    let whole = matches!(grade, "complete" | "nearly-complete") && report["dump"]["truncated"] == false;
    assert_eq!(row.status, if whole { Status::Ok } else { Status::Partial }, "{}", row.file);
    assert_eq!(row.message.is_none(), whole, "{}: {:?}", row.file, row.message);
    assert!(row.message.as_ref().is_none_or(|m| m.len() > 20), "{:?}", row.message);
}
