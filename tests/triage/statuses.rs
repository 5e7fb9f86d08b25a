//! How reading an input may end.

use std::os::unix::net::UnixListener;
use std::process::Command;

use super::harness::{Place, column, maps};

/// What a file asks its reader to do, and the status of its row.
const HOOKS: [(&str, &str); 5] = [
    ("abort", "crashed"),
    ("exit", "crashed"),
    ("allocate", "out-of-memory"),
    ("hang", "timeout"),
    ("vanish", "unreadable"),
];

fn limits<'a>() -> [&'a str; 4] {
    // Enough for one who works, on a busy machine.
    ["--timeout", "10", "--memory-limit", "256M"]
}

#[test]
fn whatever_harms_its_reader_harms_nobody_else() {
    let place = Place::new();
    place.maps("in", 40);
    for (n, (hook, _)) in HOOKS.iter().enumerate() {
        place.file(&format!("in/{:05}.{hook}", 5 * n), format!("fragscope-hook: {hook}\n"));
    }
    for jobs in ["1", "3"] {
        place.file("in/00020.vanish", "fragscope-hook: vanish\n");
        let rows = place.rows(&[&["in", "--jobs", jobs][..], &limits()].concat());
        assert_eq!(rows.len(), 45);
        for row in &rows {
            let file = row["file"].as_str().unwrap();
            let asked = HOOKS.iter().find(|(hook, _)| file.ends_with(hook));
            assert_eq!(row["status"], asked.map_or("ok", |(_, status)| *status), "{row}");
            assert_eq!(row["message"].is_null(), asked.is_none(), "{row}");
        }
    }
}

#[test]
fn each_death_has_its_sentence() {
    let place = Place::new();
    for (hook, _) in HOOKS {
        place.file(&format!("in/{hook}"), format!("fragscope-hook: {hook}\n"));
    }
    let rows = place.rows(&["in", "--timeout", "2", "--memory-limit", "128M"]);
    assert_eq!(
        column(&rows, "message"),
        [
            "the process that read it ended by SIGABRT",
            "reading it took more memory than the 128 MiB allowed; --memory-limit allows more",
            "the process that read it ended with exit code 0",
            "reading it took longer than 2 s; --timeout allows more",
            "cannot be opened: No such file or directory (os error 2)",
        ]
    );
}

#[test]
fn what_is_no_file_is_a_row() {
    let place = Place::new();
    place.file("folder/inner/x", "");
    place.file("locked", maps(1));
    assert!(Command::new("mkfifo").arg(place.path("pipe")).status().unwrap().success());
    let _socket = UnixListener::bind(place.path("socket")).unwrap();
    std::os::unix::fs::symlink("nowhere", place.path("broken")).unwrap();
    let list = "pipe\nsocket\nbroken\nfolder\n/dev/null\nnowhere\n\nfolder/inner/x\r\nlocked\n";
    place.file("list", list);
    let rows = place.rows(&["--files-from", "list"]);
    let said = column(&rows, "message");
    assert_eq!(rows.len(), list.lines().count());
    for (message, part) in said.iter().zip([
        "it is a pipe",
        "it is a socket",
        "No such file",
        "it is a folder",
        "it is a device",
        "No such file",
        "the list of inputs has an empty line",
        "the file is empty",
        "",
    ]) {
        assert!(message.contains(part), "{message}: {part}");
    }
    let unreadable = rows.iter().filter(|row| row["status"] == "unreadable").count();
    assert_eq!(unreadable, rows.len() - 1);
}

#[test]
fn without_processes_rows_are_the_same() {
    let place = Place::new();
    place.maps("in", 20);
    place.file("in/text", "nothing that is known");
    let without_time = |args: &[&str]| {
        let mut rows = place.rows(args);
        rows.iter_mut().for_each(|row| row["ms"] = serde_json::Value::Null);
        rows
    };
    assert_eq!(without_time(&["in", "--jobs", "0"]), without_time(&["in", "--jobs", "2"]));
}

#[test]
fn a_file_asks_for_nothing_unless_tests_allow_it() {
    let place = Place::new();
    place.file("abort", "fragscope-hook: abort\n");
    let output = place.command(&["triage", "abort"]).env_remove("FRAGSCOPE_TRIAGE_HOOKS").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("1 unreadable"), "{said}");
}

#[test]
fn fingerprints_are_those_of_sha256sum() {
    let place = Place::new();
    let path = place.sample("a.dmp", "linux-x86_64.dmp");
    let output = Command::new("sha256sum").arg(path).output().unwrap().stdout;
    let rows = place.rows(&["a.dmp", "--hash"]);
    let known = String::from_utf8(output).unwrap();
    assert_eq!(rows[0]["sha256"].as_str(), known.split(' ').next());
    assert!(place.rows(&["a.dmp"])[0]["sha256"].is_null());
}
