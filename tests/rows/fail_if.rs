//! `report --fail-if`: exit codes, and what is said.

use std::fs;
use std::process::{Command, Stdio};

const SAMPLE: &str = "sample-dumps/i386-fragmented.core.zst";

struct Outcome {
    code: i32,
    out: String,
    err: String,
}

fn run(arguments: &[&str]) -> Outcome {
    let root = env!("CARGO_MANIFEST_DIR");
    let output = Command::new(env!("CARGO_BIN_EXE_fragscope")).args(arguments).current_dir(root).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Outcome { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

fn gated(gates: &[&str]) -> Outcome {
    let gates = gates.iter().flat_map(|gate| ["--fail-if", gate]);
    run(&["report", SAMPLE].into_iter().chain(gates).collect::<Vec<_>>())
}

#[test]
fn a_gate_that_matches_fails_and_says_why() {
    let plain = gated(&[]);
    let outcome = gated(&["largest < 256M"]);
    assert_eq!((outcome.code, plain.code), (1, 0));
    assert_eq!(outcome.out, plain.out, "the report is the same");
    let said = "fragscope: sample-dumps/i386-fragmented.core.zst: --fail-if `largest < 256M` matched: largest = 171.1 MiB \
                (179,453,952 bytes)\n";
    assert_eq!(outcome.err, said);
}

#[test]
fn a_gate_that_does_not_match_is_quiet() {
    let outcome = gated(&["largest < 64M", "verdict == fragmented", "process ~ \"fire*\"", "!known(pid)"]);
    assert_eq!((outcome.code, outcome.err.as_str()), (0, ""));
}

#[test]
fn all_gates_that_match_are_named() {
    let outcome = gated(&["os == linux", "bits == 64", "process ~ FRAG* && stacks.count > 10", "size > 1 && ms > 0"]);
    assert_eq!(outcome.code, 1);
    let lines: Vec<&str> = outcome.err.lines().collect();
    assert_eq!(lines.len(), 3, "{}", outcome.err);
    assert!(lines[1].ends_with("matched: process = fragment, stacks.count = 18"), "{}", lines[1]);
    assert!(lines.iter().all(|line| line.starts_with("fragscope: sample-dumps/")), "{}", outcome.err);
}

#[test]
fn what_cannot_be_decided_is_told_and_does_not_fail() {
    let outcome = gated(&["commit_left < 64M", "commit_left < 64M && os == windows"]);
    assert_eq!(outcome.code, 0);
    let said = "cannot be decided: commit_left is not known\n";
    assert!(outcome.err.ends_with(said) && outcome.err.lines().count() == 1, "{}", outcome.err);
}

#[test]
fn a_condition_that_is_none_is_bad_usage() {
    let outcome = gated(&["larges < 64M"]);
    assert_eq!(outcome.code, 2);
    assert!(
        outcome.err.contains("`larges` is no column; did you mean largest?\n  larges < 64M\n  ^"),
        "{}",
        outcome.err
    );
    for (gate, part) in [
        ("verdict == fragmentd", "verdict is never `fragmentd`; did you mean fragmented?"),
        ("os == linus", "did you mean linux?"),
        ("status == bad", "it is one of ok, partial, unreadable, timeout, out-of-memory, crashed"),
        ("os < 5", "os is text and compared with ==, != or ~, not `<`"),
        ("threadcount > 5", "columns are the fields of a row, as `fragscope schema row` describes it"),
    ] {
        let outcome = gated(&[gate]);
        assert!(outcome.code == 2 && outcome.err.contains(part), "{gate}: {}", outcome.err);
    }
}

#[test]
fn the_report_is_written_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    for format in ["text", "json", "markdown", "html"] {
        let file = folder.path().join(format);
        let name = file.to_str().unwrap();
        let outcome = run(&["report", SAMPLE, "--format", format, "-o", name, "--fail-if", "os == linux"]);
        assert_eq!((outcome.code, outcome.out.as_str()), (1, ""), "{format}");
        assert!(fs::metadata(&file).unwrap().len() > 1000, "{format}");
    }
    let refused = run(&["report", SAMPLE, "-o", "/no/such/folder/report", "--fail-if", "os == linux"]);
    assert_eq!(refused.code, 2);
    let broken = run(&["report", "Cargo.toml", "--fail-if", "os == linux"]);
    assert_eq!(broken.code, 2);
}

#[test]
fn a_reader_that_goes_away_does_not_hide_the_gate() {
    let arguments = ["report", SAMPLE, "--format", "json", "--fail-if", "os == linux"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_fragscope"));
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).ends_with("os = linux\n"));
}

#[test]
fn names_are_harmless_and_hidden_where_asked() {
    let folder = tempfile::tempdir().unwrap();
    let dump = folder.path().join("core of alice");
    let maps = "08048000-0804c000 r-xp 00000000 fe:00 7 /home/alice/\u{1b}[31mapp\n\
                40000000-bf000000 rw-p 00000000 00:00 0\n\
                bffdf000-c0000000 rw-p 00000000 00:00 0 [stack]\n";
    fs::write(&dump, maps).unwrap();
    let gate = "splitters.0.owner ~ \"*\" && file ~ \"*alice*\"";
    let plain = run(&["report", dump.to_str().unwrap(), "--fail-if", gate]);
    assert!(plain.code == 1 && !plain.err.contains('\u{1b}'), "{}", plain.err);
    let hidden = run(&["report", dump.to_str().unwrap(), "--redact", "--fail-if", "process ~ \"*\" || os == linux"]);
    assert!(hidden.code == 1 && !hidden.err.contains('\u{1b}'), "{}", hidden.err);
}

#[test]
fn rows_obey_their_schema() {
    let schema: serde_json::Value = serde_json::from_str(&run(&["schema", "row"]).out).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for sample in &crate::samples::ALL {
        let row = serde_json::to_value(super::row_of_file(&sample.path())).unwrap();
        assert!(validator.is_valid(&row), "{}: {:?}", sample.file, validator.validate(&row));
    }
    assert!(!validator.is_valid(&serde_json::json!({ "status": "bad" })));
}
