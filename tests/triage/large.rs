//! Thousands of dumps, one in fifty of which harms: a thousand as a rule, and with FRAGSCOPE_TRIAGE_DUMPS=10000 as many as
//! that.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::harness::{Place, lines, timeless};

/// Small samples, which most of the dumps are links to.
const SAMPLES: [&str; 7] = [
    "linux-x86_64.dmp",
    "linux-i386.dmp.zst",
    "windows-2gb.dmp.zst",
    "windows-x64.dmp.zst",
    "i386-legacy.maps",
    "i386-truncated.core",
    "arm-qemu.maps",
];

/// What harms, and how its row may end.
const POISON: [(&str, &[&str]); 10] = [
    ("abort", &["crashed"]),
    ("hang", &["timeout"]),
    ("allocate", &["out-of-memory"]),
    ("exit", &["crashed"]),
    ("vanish", &["unreadable"]),
    ("truncated", &["unreadable", "partial"]),
    ("fuzzed", &["ok", "partial", "unreadable"]),
    ("bomb", &["unreadable"]),
    ("pipe", &["unreadable"]),
    ("folder", &["unreadable"]),
];

const ONE_IN: usize = 50;
const LIMITS: [&str; 4] = ["--timeout", "5", "--memory-limit", "192M"];

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-dumps").join(name)).unwrap()
}

/// A number that only looks like one of chance.
fn mixed(number: usize) -> usize {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20
}

fn poison(place: &Place, name: &str, kind: &str, number: usize) {
    match kind {
        "truncated" => {
            // A map of text that ends early is a shorter map.
            let dumps: Vec<&str> = SAMPLES.into_iter().filter(|name| !name.ends_with(".maps")).collect();
            let whole = sample(dumps[number % dumps.len()]);
            place.file(name, &whole[..mixed(number) % 300 + 1]);
        }
        "fuzzed" => {
            let mut bytes = sample(SAMPLES[number % SAMPLES.len()]);
            (0..50).for_each(|n| {
                let at = mixed(number + n) % bytes.len().min(2000);
                bytes[at] ^= 1 << (n % 8);
            });
            place.file(name, bytes);
        }
        "bomb" => std::fs::hard_link(place.path("bomb.zip"), place.path(name)).unwrap(),
        "pipe" => assert!(Command::new("mkfifo").arg(place.path(name)).status().unwrap().success()),
        "folder" => std::fs::create_dir(place.path(name)).unwrap(),
        hook => drop(place.file(name, format!("fragscope-hook: {hook}\n"))),
    }
}

/// 300 MB of nothing in 300 KB.
fn bomb(place: &Place) {
    let script = "import zipfile\n\
                  with zipfile.ZipFile('bomb.zip', 'w', zipfile.ZIP_DEFLATED) as z:\n\
                  \x20 with z.open('zeros', 'w') as f:\n\
                  \x20   for _ in range(300): f.write(bytes(1 << 20))";
    let made = Command::new("python3").args(["-c", script]).current_dir(place.path(".")).status();
    if !made.is_ok_and(|status| status.success()) {
        println!("no bomb: python3 makes none");
        place.file("bomb.zip", b"PK\x03\x04");
    }
}

/// Makes the dumps, and their list. Returns how many there are.
fn make(place: &Place) -> usize {
    let count = std::env::var("FRAGSCOPE_TRIAGE_DUMPS").map_or(1000, |count| count.parse().unwrap());
    bomb(place);
    std::fs::create_dir(place.path("in")).unwrap();
    let mut list = String::new();
    for number in 0..count {
        let kind = (number % ONE_IN == 7).then(|| POISON[number / ONE_IN % POISON.len()].0);
        let name = format!("in/{number:05}.{}", kind.unwrap_or("dump"));
        match kind {
            Some(kind) => poison(place, &name, kind, number),
            None => drop(place.sample(&name, SAMPLES[mixed(number) % SAMPLES.len()])),
        }
        writeln!(list, "{name}").unwrap();
    }
    place.file("list", list);
    count
}

fn check(rows: &[Value], count: usize) {
    assert_eq!(rows.len(), count);
    let mut poisoned = BTreeMap::new();
    for (number, row) in rows.iter().enumerate() {
        let file = row["file"].as_str().unwrap();
        assert!(file.starts_with(&format!("in/{number:05}.")), "{file} in place {number}");
        let ending = file.rsplit('.').next().unwrap().split('!').next().unwrap();
        let allowed = POISON.iter().find(|(kind, _)| *kind == ending).map_or(&["ok", "partial"][..], |(_, ends)| ends);
        assert!(allowed.contains(&row["status"].as_str().unwrap()), "{row}");
        *poisoned.entry(ending.to_owned()).or_insert(0) += 1;
    }
    assert_eq!(poisoned.remove("dump"), Some(count - count / ONE_IN));
    assert!(POISON.iter().all(|(kind, _)| poisoned[*kind] >= count / ONE_IN / POISON.len()), "{poisoned:?}");
}

#[test]
fn every_dump_has_its_row_and_a_killed_run_ends_in_the_same_table() {
    let place = Place::new();
    let count = make(&place);
    let args = [&["triage", "--files-from", "list", "-o", "whole.jsonl"][..], &LIMITS].concat();
    let begun = std::time::Instant::now();
    let outcome = place.run(&args);
    println!("{count} dumps in {:.1} s", begun.elapsed().as_secs_f64());
    assert_eq!((outcome.code, outcome.err.as_str()), (0, ""));
    check(&lines(&place.read("whole.jsonl")), count);

    // A file that vanishes while it is read is another one the next time.
    let list: String =
        place.read("list").lines().filter(|n| !n.ends_with("vanish")).map(|n| format!("{n}\n")).collect();
    place.file("list", list);
    let args = [&["triage", "--files-from", "list", "-o", "parts.jsonl", "--resume"][..], &LIMITS].concat();
    for kill in 0..6 {
        let mut child = place.command(&args).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(20 + (mixed(kill + count) % 700) as u64));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_eq!(place.run(&args).code, 0);
    let whole: Vec<Value> = timeless(&place.read("whole.jsonl"));
    let whole: Vec<Value> =
        whole.into_iter().filter(|row| !row["file"].as_str().unwrap().ends_with("vanish")).collect();
    for (a, b) in whole.iter().zip(timeless(&place.read("parts.jsonl"))) {
        assert_eq!(*a, b);
    }
    assert_eq!(whole.len(), timeless(&place.read("parts.jsonl")).len());
}

/// Largest resident memory of a run over so many inputs, in KiB.
fn peak(place: &Place, count: usize) -> u64 {
    let list: String = (0..count).map(|n| format!("nowhere/{n:09}\n")).collect();
    place.file("list", list);
    let mut child = place
        .command(&["triage", "--files-from", "list", "-o", "out.jsonl", "--jobs", "1"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.map_or(peak, |line| line.trim().trim_end_matches(" kB").parse().unwrap());
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(lines(&place.read("out.jsonl")).len(), count);
    peak
}

#[test]
fn memory_does_not_grow_with_the_rows() {
    let place = Place::new();
    let (few, many) = (peak(&place, 1000), peak(&place, 40_000));
    println!("{few} KiB for 1000 rows, {many} KiB for 40,000");
    // 16 bytes for where a row lies, nine for the median of its group.
    assert!(many < few + 4 * 1024, "{few} KiB for 1000 rows, {many} KiB for 40,000");
}
