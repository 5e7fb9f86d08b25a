//! What docs/triage.md says of rows and gates is so.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use fragscope::triage::{COLUMNS, Column, parse_gate};

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/triage.md")
}

fn document() -> String {
    fs::read_to_string(path()).unwrap()
}

/// The lines of a table, below its head.
fn table<'d>(document: &'d str, head: &str) -> &'d str {
    let from = document.find(head).unwrap_or_else(|| panic!("no table {head}"));
    let rows = document[from..].splitn(3, '\n').nth(2).unwrap();
    let end = rows.find("\n\n").map_or(rows.len(), |end| end + 1);
    &rows[..end]
}

fn line(column: &Column) -> String {
    let words = (column.words)();
    let quoted = |words: &[&str]| words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ");
    let kind = if words.is_empty() { column.kind.words().to_owned() } else { format!("one of {}", quoted(&words)) };
    let also = if column.aliases.is_empty() { String::new() } else { format!("; also {}", quoted(column.aliases)) };
    format!("| `{}` | {kind} | {}{also} |\n", column.name, column.meaning)
}

/// `UPDATE_EXPECT=1` writes it anew.
#[test]
fn all_columns_are_listed() {
    let expected: String = COLUMNS.iter().map(line).collect();
    let document = document();
    let listed = table(&document, "| column | is | meaning |");
    if listed != expected && std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(path(), document.replace(listed, &expected)).unwrap();
    } else {
        assert!(listed == expected, "docs/triage.md lists other columns; UPDATE_EXPECT=1 writes these:\n{expected}");
    }
}

#[test]
fn the_conditions_shown_are_understood() {
    let document = document();
    let rows = table(&document, "| condition | holds if |");
    let conditions: Vec<&str> = rows.lines().map(|row| row.split('`').nth(1).unwrap()).collect();
    assert!(conditions.len() >= 10);
    for condition in conditions {
        let gate = parse_gate(condition).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(gate.to_string(), condition);
    }
}

#[test]
fn the_command_shown_says_what_is_shown() {
    let document = document();
    let block = document.split("```console\n$ fragscope ").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let (command, said) = block.split_once('\n').unwrap();
    let script = format!("'{}' {command}", env!("CARGO_BIN_EXE_fragscope"));
    let mut sh = Command::new("sh");
    let output = sh.args(["-c", &script]).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), said);
    assert_eq!(output.status.code(), Some(1));
}
