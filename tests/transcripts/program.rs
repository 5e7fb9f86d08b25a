//! The program with several files, and with figures instead of a map.

use std::process::{Command, Output};

use serde_json::Value;

const FOLDER: &str = "sample-dumps/transcripts";

fn run(arguments: &[&str]) -> Output {
    let root = env!("CARGO_MANIFEST_DIR");
    Command::new(env!("CARGO_BIN_EXE_fragscope")).args(arguments).current_dir(root).output().unwrap()
}

fn stdout(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn refused(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn logs() -> [String; 3] {
    ["windbg-address.txt.zst", "windbg-lm.txt", "windbg-threads.txt"].map(|name| format!("{FOLDER}/{name}"))
}

#[test]
fn several_files_make_one_report_in_every_command() {
    let [address, lm, threads] = logs();
    let json = stdout(&["report", &address, &lm, &threads, "--format", "json"]);
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&report["dump"]["format"], &report["dump"]["writer"]), (&"transcript".into(), &"windbg".into()));
    assert_eq!(report["address_space"]["evidence"], "complete");
    let with = ["--with", lm.as_str(), "--with", threads.as_str()];
    assert_eq!(stdout(&[&["report", &address, "--format", "json"], &with[..]].concat()), json);
    assert!(stdout(&["threads", &address, &lm, &threads]).contains("worker-1"));
    for command in
        [&["at", &address, "0x00860000"][..], &["fit", &address, "96M"], &["what-if", &address], &["map", &address]]
    {
        assert!(!stdout(&[command, &with].concat()).is_empty());
    }
}

#[test]
fn markdown_names_the_command_with_all_files() {
    let [address, lm, _] = logs();
    let text = stdout(&["report", &address, &lm, "--format", "markdown"]);
    assert!(text.contains(&format!("fragscope report {address} --with={lm} --format markdown")), "{text}");
}

#[test]
fn a_core_stands_alone() {
    let [_, lm, _] = logs();
    let said = refused(&["report", "sample-dumps/i386-truncated.core", &lm]);
    assert!(said.contains("i386-truncated.core: a core or minidump stands alone"), "{said}");
}

#[test]
fn the_file_that_does_not_belong_is_named() {
    let [address, ..] = logs();
    let said = refused(&["report", &address, &format!("{FOLDER}/gdb13-core.txt")]);
    assert!(said.contains("gdb13-core.txt: it does not belong"), "{said}");
}

#[test]
fn figures_alone_are_shown_and_not_drawn() {
    let summary = format!("{FOLDER}/windbg-summary.txt");
    let text = stdout(&["report", &summary, "--need", "96M"]);
    assert!(text.starts_with("fragmented: 96 MiB does not fit although 1.32 GiB is free"), "{text}");
    assert!(text.contains("!address (all of it, not -summary)") && !text.contains("Map  one row"), "{text}");
    let report: Value = serde_json::from_str(&stdout(&["report", &summary, "--format", "json"])).unwrap();
    assert_eq!(report["free"]["total"], report["stated"]["free"]);
    assert_eq!(report["free"]["largest"]["size"], report["stated"]["largest"]);
    assert_eq!(report["address_space"]["evidence"], "none");
    let markdown = stdout(&["report", &summary, "--format", "markdown"]);
    assert!(markdown.contains("states them") && markdown.contains("largest free region"), "{markdown}");
    assert!(stdout(&["report", &summary, "--format", "html"]).contains("largest free region"));
    for command in [&["fit", &summary, "96M"][..], &["what-if", &summary], &["map", &summary]] {
        assert!(refused(command).contains("figures only"));
    }
}

#[test]
fn names_of_all_files_are_redacted() {
    let root = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("home/zebulon");
    std::fs::create_dir_all(&root).unwrap();
    let path = root.join("log.txt");
    std::fs::write(&path, "nothing of use\n").unwrap();
    let said = refused(&["report", path.to_str().unwrap(), path.to_str().unwrap(), "--redact"]);
    assert!(!said.contains("zebulon"), "{said}");
}
