//! The command as users meet it.

use std::path::{Path, PathBuf};
use std::process::Command;

use fragscope::report::LONGEST;
use serde_json::Value;
use tempfile::TempDir;

struct Outcome {
    out: String,
    err: String,
    code: Option<i32>,
}

fn run(arguments: &[&str]) -> Outcome {
    let output = Command::new(env!("CARGO_BIN_EXE_fragscope"))
        .arg("diff")
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Outcome { out: text(output.stdout), err: text(output.stderr), code: output.status.code() }
}

fn json(arguments: &[&str]) -> Value {
    let outcome = run(&[arguments, &["--format", "json"]].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    serde_json::from_str(&outcome.out).unwrap()
}

fn file(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

const SAMPLES: [&str; 6] = [
    "sample-dumps/i386-fragmented.core.zst",
    "sample-dumps/i386-fragmented.gcore.zst",
    "sample-dumps/windows-2gb.dmp.zst",
    "sample-dumps/windows-no-map.dmp.zst",
    "sample-dumps/linux-x86_64.dmp",
    "sample-dumps/i386-remedy-library.after.maps",
];

fn validator() -> jsonschema::Validator {
    let program = Command::new(env!("CARGO_BIN_EXE_fragscope")).args(["schema", "diff"]).output().unwrap();
    let schema: Value = serde_json::from_slice(&program.stdout).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

// Whatever is compared with whatever: an answer in every form, JSON by its schema, figures that tally.
#[test]
fn any_two_dumps_are_compared_in_every_form() {
    let validator = validator();
    assert!(!validator.is_valid(&serde_json::json!({ "schema_version": 1 })), "anything passes");
    for old in SAMPLES {
        for new in SAMPLES {
            let report = json(&[old, new, "--need", "64M"]);
            let errors: Vec<String> = validator.iter_errors(&report).map(|e| e.to_string()).collect();
            assert!(errors.is_empty(), "{old} {new}: {errors:?}");
            for figure in report["figures"].as_array().unwrap() {
                let known = figure["old"].as_i64().zip(figure["new"].as_i64());
                assert_eq!(figure["delta"].as_i64(), known.map(|(a, b)| b - a), "{old} {new}: {figure}");
            }
            if old == new {
                assert_eq!(report["culprits"], serde_json::json!([]), "{old}");
            }
        }
        let (new, text) = ("sample-dumps/windows-laa.dmp.zst", ["text", "markdown", "html"]);
        for format in text {
            let outcome = run(&[old, new, "--format", format, "--all", "--explain"]);
            assert_eq!(outcome.code, Some(0), "{}", outcome.err);
            assert!(format != "markdown" || outcome.out.len() <= LONGEST);
            let too_wide = outcome.out.lines().find(|line| format == "text" && line.chars().count() > 100);
            assert_eq!(too_wide, None, "{old}");
        }
    }
}

#[test]
fn three_dumps_have_a_trend() {
    let [a, b, c] = [SAMPLES[0], SAMPLES[0], "sample-dumps/linux-i386.dmp.zst"];
    let report = json(&[a, b, c, "--need", "192M"]);
    assert!(validator().is_valid(&report));
    assert_eq!(report["between"].as_array().unwrap().len(), 1);
    assert_eq!(report["trend"]["need"].as_u64().unwrap() >> 20, 192);
    assert!(report["figures"].as_array().unwrap().iter().all(|f| f["values"].as_array().unwrap().len() == 3));
    let text = run(&[a, b, c, "--need", "192M"]).out;
    assert!(text.contains("\nTrend  ") && text.contains("dump 2"), "{text}");
}

#[test]
fn one_dump_that_cannot_be_read_is_named() {
    let folder = TempDir::new().unwrap();
    let empty = file(&folder, "empty.core", "");
    let outcome = run(&[SAMPLES[0], empty.to_str().unwrap()]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.err.starts_with(&format!("fragscope: {}: ", empty.display())), "{}", outcome.err);
    assert!(run(&[SAMPLES[0]]).err.contains("NEW"));
}

// `\x1b` and what turns the direction of writing are in the names of a file, of a module and of the dump itself.
#[test]
fn hostile_names_stay_names() {
    let folder = TempDir::new().unwrap();
    let line = "40000000-40100000 r-xp 00000000 fe:00 1 ";
    let old = file(&folder, "old", &format!("{line}/usr/lib/libc.so.6\nbf000000-c0000000 rw-p 0 0:0 0 [stack]\n"));
    let name = "/opt/\u{1b}]0;owned\u{7}`|<script>alert(1)<script>\u{202e}.so";
    let more = format!("60000000-60100000 r-xp 00000000 fe:00 2 {name}\n61000000-61100000 rw-s 0 fe:00 3 {name}x\n");
    let new = file(
        &folder,
        "new\u{202e}<b>`",
        &format!("{line}/usr/lib/libc.so.6\n{more}bf000000-c0000000 rw-p 0 0:0 0 [stack]\n"),
    );
    let (old, new) = (old.to_str().unwrap(), new.to_str().unwrap());
    for format in ["text", "json", "markdown", "html"] {
        let out = run(&[old, new, new, "--format", format, "--all"]).out;
        assert!(out.contains("owned"), "{format}");
        assert!(!out.chars().any(|c| c == '\u{1b}' || c == '\u{7}' || c == '\u{202e}'), "{format}: {out:?}");
        assert!(format == "json" || !out.contains("<script>alert"), "{format}: {out}");
    }
    let colored = run(&[old, new, "--color", "always"]).out;
    assert!(!colored.contains("\u{1b}]"));
}

#[test]
fn redacted_names_are_the_same_in_both_dumps() {
    let folder = TempDir::new().unwrap();
    let text =
        "08048000-08050000 r-xp 0 fe:00 7 /home/alice/app\n70000000-70100000 r-xp 0 fe:00 8 /home/alice/lib/p.so\n";
    let rest = "bf000000-c0000000 rw-p 0 0:0 0 [stack]\n";
    let old = file(&folder, "old", &format!("{}\n{rest}", text.lines().next().unwrap()));
    let new = file(&folder, "alice.maps", &format!("{text}{rest}"));
    for format in ["text", "json", "markdown", "html"] {
        let outcome = run(&[old.to_str().unwrap(), new.to_str().unwrap(), "--redact", "--format", format]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.err);
        assert!(outcome.out.contains("p.so") && !outcome.out.contains("/home/alice"), "{format}: {}", outcome.out);
    }
}

#[test]
fn the_markdown_ends_with_a_command_that_gives_it_again() {
    let arguments = [SAMPLES[5], SAMPLES[0], "--need", "64M", "--format", "markdown"];
    let page = run(&arguments).out;
    let command = page.rsplit("```sh\n").next().unwrap().lines().next().unwrap();
    let words: Vec<&str> = command.strip_prefix("fragscope diff ").unwrap().split(' ').collect();
    assert_eq!(run(&words).out, page);
    assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(words[0]).exists());
}

#[test]
fn what_cannot_be_of_one_program_is_said_before_anything_is_blamed() {
    for (old, new, differ) in [
        ("sample-dumps/linux-x86_64.maps", "sample-dumps/i386-fragmented.maps", "pointer sizes"),
        ("sample-dumps/windows-2gb.dmp.zst", "sample-dumps/i386-fragmented.core.zst", "systems"),
    ] {
        let sentence = format!("the dumps are of different {differ}, so that little can be compared; ");
        let report = json(&[old, new]);
        assert!(report["sentence"].as_str().unwrap_or_default().starts_with(&sentence), "{}", report["sentence"]);
    }
}
