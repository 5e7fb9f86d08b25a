//! The program as a user meets it: what it prints, where, and with which exit code.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use assert_cmd::cargo::CommandCargoExt;
use serde_json::Value;
use tempfile::TempDir;

const MAPS: &str = "\
00010000-00020000 r-xp 00000000 fe:00 11   /opt/app/server
00040000-00050000 rw-p 00000000 00:00 0    [heap]
00080000-00081000 ---p 00000000 00:00 0
00081000-00090000 rw-p 00000000 00:00 0
00100000-00110000 r-xp 00000000 fe:00 12   /opt/app/plugin.so
bffe0000-c0000000 rw-p 00000000 00:00 0    [stack]
";

fn maps(folder: &TempDir) -> PathBuf {
    file(folder, "maps", MAPS)
}

fn file(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

struct Outcome {
    out: String,
    err: String,
    code: i32,
}

fn run(args: &[&str]) -> Outcome {
    let output = Command::cargo_bin("fragscope").unwrap().args(args).stdin(Stdio::null()).output().unwrap();
    Outcome {
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap(),
    }
}

fn with_dump(command: &str, dump: &Path, more: &[&str]) -> Outcome {
    run(&[&[command, dump.to_str().unwrap()], more].concat())
}

fn json(outcome: &Outcome) -> Value {
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    serde_json::from_str(&outcome.out).unwrap()
}

#[test]
fn the_first_line_is_the_verdict() {
    let folder = TempDir::new().unwrap();
    let outcome = with_dump("report", &maps(&folder), &["--need", "3G"]);
    assert_eq!((outcome.code, outcome.err.as_str()), (0, ""));
    let first = outcome.out.lines().next().unwrap();
    assert!(first.starts_with("fragmented: 3 GiB does not fit") || first.starts_with("exhausted: 3 GiB"), "{first}");
    let fits = with_dump("report", &maps(&folder), &["--need", "64K"]);
    assert!(fits.out.starts_with("fits: 64 KiB has room"), "{}", fits.out);
    assert!(fits.out.contains("overcommit"), "a verdict of fits names who else could have refused");
}

#[test]
fn a_dump_is_not_replaced_by_what_is_said_of_it() {
    let folder = TempDir::new().unwrap();
    let dump = maps(&folder);
    let before = std::fs::read(&dump).unwrap();
    let path = dump.to_str().unwrap();
    for command in [
        &["report", path, "-o", path][..],
        &["report", "/proc/self/maps", "--with", path, "-o", path],
        &["map", path, "-o", path],
        &["threads", path, "-o", path],
        &["at", path, "0x1000", "-o", path],
        &["fit", path, "64M", "-o", path],
        &["what-if", path, "-o", path],
        &["diff", path, path, "-o", path],
    ] {
        let outcome = run(command);
        assert_eq!(outcome.code, 2, "{command:?}");
        assert!(outcome.err.contains("is an input as well; write to another file"), "{}", outcome.err);
        assert_eq!(std::fs::read(&dump).unwrap(), before, "{command:?}");
    }
}

#[test]
fn no_line_is_wider_than_the_page() {
    let folder = TempDir::new().unwrap();
    let long = format!("7f0000000000-7f0000010000 r-xp 0 fe:00 1 /{}/x.so\n", "long-name".repeat(40));
    let wide = file(&folder, "wide", &long);
    for dump in [maps(&folder), wide] {
        let text = with_dump("report", &dump, &["--all", "--explain", "--need", "1G"]).out;
        let widest = text.lines().map(|l| l.chars().count()).max().unwrap();
        assert!(widest <= 100, "{widest} columns in\n{text}");
    }
}

/// The text without sequences that set colours: digits and semicolons between `ESC [` and `m`.
fn without_colors(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        all + rest.strip_prefix('m').unwrap_or("\x1b")
    })
}

#[test]
fn hostile_names_reach_the_terminal_as_text() {
    let folder = TempDir::new().unwrap();
    let name = "7f0000000000-7f0000010000 r--p 0 fe:00 1 /tmp/\x1b]0;owned\x07\u{202e}\u{9b}31m\r.so\n";
    let dump = file(&folder, "hostile", name);
    for args in [&["--all"][..], &["--all", "--color", "always"]] {
        let text = with_dump("report", &dump, args).out;
        let plain = without_colors(&text);
        assert!(!plain.chars().any(|c| c.is_control() && c != '\n'), "{plain:?}");
        assert!(!plain.contains('\u{202e}'));
        assert!(plain.contains(r"\u{1b}]0;owned\u{7}") || plain.contains("…"), "{plain}");
    }
    assert_eq!(json(&with_dump("report", &dump, &["--format", "json"]))["schema_version"], 1);
}

#[test]
fn json_obeys_the_schema_that_the_program_prints() {
    let folder = TempDir::new().unwrap();
    let schema: Value = serde_json::from_str(&run(&["schema"]).out).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for args in [&["--format", "json"][..], &["--format", "json", "--need", "64M:2M"]] {
        let report = json(&with_dump("report", &maps(&folder), args));
        let errors: Vec<String> = validator.iter_errors(&report).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
}

#[test]
fn other_commands_json_obeys_their_schemas() {
    let folder = TempDir::new().unwrap();
    for (command, more) in [
        ("map", &[][..]),
        ("threads", &[]),
        ("at", &["0x40000000"]),
        ("fit", &["3G"]),
        ("what-if", &["add=16K@0x40000000"]),
        ("heap", &[]),
    ] {
        let schema: Value = serde_json::from_str(&run(&["schema", command]).out).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let printed = json(&with_dump(command, &maps(&folder), &[more, &["--format", "json"]].concat()));
        let errors: Vec<String> = validator.iter_errors(&printed).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{command}: {errors:?}");
        assert!(!validator.is_valid(&serde_json::json!({ "schema_version": 1 })), "{command}: anything passes");
    }
}

#[test]
fn samples_obey_the_schema_and_tile() {
    let schema: Value = serde_json::from_str(&run(&["schema"]).out).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for dump in samples() {
        let report = json(&with_dump("report", &dump, &["--format", "json"]));
        assert_tiles(&report, &dump);
        assert_ids_are_unique(&report, &dump);
        let errors: Vec<String> = validator.iter_errors(&beginnings(report)).map(|e| e.to_string()).take(3).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", dump.display());
    }
}

/// The report with its lists cut: 80,000 regions tell the validator no more than 300 do.
fn beginnings(mut report: Value) -> Value {
    let lists = report.as_object_mut().unwrap().values_mut().filter_map(Value::as_array_mut);
    lists.for_each(|list| list.truncate(300));
    report
}

fn samples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-dumps");
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(|e| Some(e.ok()?.path()));
    let is_dump = |p: &PathBuf| {
        let name = p.file_name().unwrap_or_default().to_string_lossy();
        ["core", "gcore", "dmp", "maps"].iter().any(|ext| name.trim_end_matches(".zst").ends_with(&format!(".{ext}")))
    };
    entries.filter(is_dump).collect()
}

fn number(address: &Value) -> u64 {
    u64::from_str_radix(address.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

fn assert_tiles(report: &Value, dump: &Path) {
    let ranges = |key: &str| -> Vec<(u64, u64)> {
        report[key].as_array().unwrap().iter().map(|r| (number(&r["start"]), number(&r["end"]))).collect()
    };
    let mut all = [ranges("gaps"), ranges("regions")].concat();
    all.sort_unstable();
    let space = &report["address_space"];
    let mut at = number(&space["floor"]);
    for (start, end) in all {
        assert_eq!(start, at, "{}", dump.display());
        at = end;
    }
    assert_eq!(at, number(&space["ceiling"]), "{}", dump.display());
    let totals = &report["totals"];
    let sum: u64 = ["committed", "reserved", "free", "unknown"].iter().map(|k| totals[k].as_u64().unwrap()).sum();
    assert_eq!(sum, totals["span"].as_u64().unwrap(), "{}", dump.display());
}

/// An id stands for one owner: never for two that differ in kind, name, thread or movability.
fn assert_ids_are_unique(report: &Value, dump: &Path) {
    let mut seen = std::collections::HashMap::new();
    for region in report["regions"].as_array().unwrap() {
        let owner = &region["owner"];
        let before = seen.insert(owner["id"].as_str().unwrap().to_owned(), owner.clone());
        assert!(before.is_none_or(|b| b == *owner), "{}: {owner}", dump.display());
    }
}

#[test]
fn errors_are_one_sentence_and_code_2() {
    let folder = TempDir::new().unwrap();
    let empty = file(&folder, "empty", "");
    let html = file(&folder, "page.dmp", "<!DOCTYPE html><html>");
    for dump in [empty.to_str().unwrap(), html.to_str().unwrap(), "/no/such/file", folder.path().to_str().unwrap()] {
        let outcome = run(&["report", dump]);
        assert_eq!((outcome.code, outcome.out.as_str()), (2, ""), "{dump}");
        assert!(outcome.err.starts_with(&format!("fragscope: {dump}: ")), "{}", outcome.err);
        assert_eq!(outcome.err.lines().count(), 1, "{}", outcome.err);
    }
    for usage in
        [&["report"][..], &["nonsense"], &["report", "x", "--need", "ten"], &["report", "x", "--granularity", "3"]]
    {
        assert_eq!(run(usage).code, 2, "{usage:?}");
    }
}

#[test]
fn stdin_is_read_for_a_dash() {
    let mut child = Command::cargo_bin("fragscope")
        .unwrap()
        .args(["report", "-", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(MAPS.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["dump"]["format"], "maps");
}

#[test]
fn a_file_appears_whole_or_not_at_all() {
    let folder = TempDir::new().unwrap();
    let target = folder.path().join("report.json");
    let outcome = with_dump("report", &maps(&folder), &["--format", "json", "-o", target.to_str().unwrap()]);
    assert_eq!((outcome.code, outcome.out.as_str()), (0, ""));
    let report: Value = serde_json::from_slice(&std::fs::read(&target).unwrap()).unwrap();
    assert_eq!(report["tool"]["name"], "fragscope");
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 2, "nothing but the input and the output");
    let refused = with_dump("report", &maps(&folder), &["-o", "/no/such/folder/report"]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.starts_with("fragscope: /no/such/folder/report: cannot be written: "), "{}", refused.err);
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = TempDir::new().unwrap();
    let mut child = Command::cargo_bin("fragscope")
        .unwrap()
        .args(["schema"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
    drop(folder);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let folder = TempDir::new().unwrap();
    for args in [&["--format", "json"][..], &["--all", "--explain"]] {
        let dump = maps(&folder);
        assert_eq!(with_dump("report", &dump, args).out, with_dump("report", &dump, args).out);
    }
}

#[test]
fn at_names_the_place_and_its_neighbours() {
    let folder = TempDir::new().unwrap();
    let gap = with_dump("at", &maps(&folder), &["0x60000"]);
    assert!(gap.out.starts_with("0x00060000 lies in a gap of 192 KiB"), "{}", gap.out);
    let region = json(&with_dump("at", &maps(&folder), &["0x100010", "--format", "json"]));
    assert_eq!(region["region"]["start"], "0x00100000");
    assert_eq!(region["gap"], Value::Null);
    assert_eq!(region["gap_below"]["end"], "0x00100000");
    let outside = with_dump("at", &maps(&folder), &["0xfffffff0"]);
    assert!(outside.out.contains("outside of the address space"), "{}", outside.out);
}

#[test]
fn overrides_change_the_space() {
    let folder = TempDir::new().unwrap();
    let args =
        ["--format", "json", "--window", "0x20000-0x100000", "--granularity", "64K", "--assume-used", "0x60000+4K"];
    let report = json(&with_dump("report", &maps(&folder), &args));
    assert_eq!(report["address_space"]["floor"], "0x00020000");
    assert_eq!(report["address_space"]["ceiling"], "0x00100000");
    assert_eq!(report["address_space"]["granularity"], 65536);
    assert!(report["regions"].as_array().unwrap().iter().any(|r| r["start"] == "0x00060000"));
    let ceiling = json(&with_dump("report", &maps(&folder), &["--format", "json", "--ceiling", "0xd0000000"]));
    assert_eq!(ceiling["address_space"]["ceiling"], "0xd0000000");
}

#[test]
fn colour_only_when_asked() {
    let folder = TempDir::new().unwrap();
    assert!(!with_dump("report", &maps(&folder), &[]).out.contains('\x1b'));
    assert!(with_dump("report", &maps(&folder), &["--color", "always"]).out.contains('\x1b'));
}

#[test]
fn lists_are_cut_with_a_count() {
    let folder = TempDir::new().unwrap();
    let rows = (1..40u64).map(|i| format!("{:x}-{:x} rw-p 0 0:0 0\n", i << 20, (i << 20) + 4096));
    let dump = file(&folder, "many", &rows.collect::<String>());
    let short = with_dump("report", &dump, &[]).out;
    assert!(short.contains("… 30 more of 40 gaps; --all shows them"), "{short}");
    let whole = with_dump("report", &dump, &["--all"]).out;
    assert!(!whole.contains("--all shows"), "{whole}");
}

#[test]
fn explain_defines_the_figures() {
    let folder = TempDir::new().unwrap();
    let text = with_dump("report", &maps(&folder), &["--explain"]).out;
    assert!(text.contains("What the figures mean"));
    assert!(text.contains("external fragmentation    (F - L) / F"), "{text}");
}

#[test]
fn every_command_has_help_and_the_artefacts_name_them() {
    let commands = ["report", "map", "threads", "at", "fit", "what-if", "diff", "heap", "schema", "completions", "man"];
    for command in commands {
        let outcome = run(&[command, "--help"]);
        assert_eq!(outcome.code, 0, "{command}");
        assert!(outcome.out.contains("Usage: fragscope"), "{}", outcome.out);
    }
    let (bash, man) = (run(&["completions", "bash"]).out, run(&["man"]).out);
    for command in commands {
        assert!(bash.contains(command) && man.contains(&command.replace('-', "\\-")), "{command}");
    }
}

#[cfg(unix)]
#[test]
fn an_output_that_is_a_link_stays_one() {
    let folder = TempDir::new().unwrap();
    let (target, link, dangling) = (folder.path().join("target"), folder.path().join("l"), folder.path().join("d"));
    std::fs::write(&target, "old").unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    std::os::unix::fs::symlink("new", &dangling).unwrap();
    for (link, target) in [(link, target), (dangling, folder.path().join("new"))] {
        assert_eq!(with_dump("report", &maps(&folder), &["-o", link.to_str().unwrap()]).code, 0);
        assert!(link.is_symlink(), "{}", link.display());
        assert!(std::fs::read_to_string(target).unwrap().contains("free"));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_error_that_cannot_be_told_is_still_code_2() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let status = Command::cargo_bin("fragscope").unwrap().args(["report", "/nonexistent"]).stderr(full).status();
    assert_eq!(status.unwrap().code(), Some(2));
}

#[cfg(unix)]
#[test]
fn a_missing_folder_for_deep_is_named() {
    let dump = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-dumps/windows-2gb.dmp.zst");
    let mut command = Command::cargo_bin("fragscope").unwrap();
    let output = command.arg("report").arg(dump).arg("--deep").env("TMPDIR", "/no/such/folder").output().unwrap();
    let sentence = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(sentence.contains("/no/such/folder") && sentence.contains("TMPDIR"), "{sentence}");
}

#[test]
fn arguments_that_are_refused_cannot_write_to_the_terminal() {
    for argument in ["\u{1b}]0;x\u{7}.dmp", "\u{9b}31m", "\u{202e}x"] {
        let program =
            Command::new(env!("CARGO_BIN_EXE_fragscope")).args(["fit", "a", "1M", argument]).output().unwrap();
        let said = String::from_utf8(program.stderr).unwrap();
        assert_eq!(program.status.code(), Some(2));
        assert!(said.contains("unexpected argument"), "{said}");
        assert!(!said.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}']), "{said:?}");
    }
}
