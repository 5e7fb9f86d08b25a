//! A run that was stopped, and goes on.

use std::fs::File;
use std::io::Write;
use std::time::{Duration, Instant};

use super::harness::{Outcome, Place, journal_lines, lines, timeless};
use serde_json::Value;

const JOURNAL: &str = "out.jsonl.fragscope-journal";

/// Runs until the journal has so many lines, and is killed then. Returns whether it was still running.
fn killed_after(place: &Place, args: &[&str], count: usize) -> bool {
    let mut child = place.command(args).stdout(std::process::Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    loop {
        let ended = child.try_wait().unwrap().is_some();
        let written = std::fs::read(place.path(JOURNAL)).unwrap_or_default().iter().filter(|b| **b == b'\n').count();
        if ended || written > count {
            child.kill().unwrap();
            child.wait().unwrap();
            return !ended;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "the journal has {written} lines only");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The rows in the journal.
fn kept(place: &Place) -> Vec<Value> {
    let text = String::from_utf8(std::fs::read(place.path(JOURNAL)).unwrap()).unwrap();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    // They lie in the order in which they were done.
    let mut rows: Vec<Value> = journal_lines(whole).iter().map(|line| line["row"].clone()).collect();
    rows.sort_by_key(|row| row["file"].to_string());
    rows
}

fn done(outcome: &Outcome) {
    assert_eq!((outcome.code, outcome.err.as_str()), (0, ""));
}

#[test]
fn a_run_that_is_killed_goes_on_where_it_was() {
    let place = Place::new();
    place.maps("in", 400);
    for (n, hook) in ["abort", "exit", "hang", "abort"].iter().enumerate() {
        place.file(&format!("in/{:05}.{hook}", 50 * n + 7), format!("fragscope-hook: {hook}"));
    }
    let args = ["triage", "in", "-o", "out.jsonl", "-o", "out.csv", "--timeout", "1", "--jobs", "2"];
    done(&place.run(&args));
    let whole = timeless(&place.read("out.jsonl"));
    assert_eq!(whole.len(), 404);
    std::fs::remove_file(place.path("out.jsonl")).unwrap();
    let resumed = [&args[..], &["--resume"]].concat();
    let mut killed = 0;
    for count in [0, 3, 40, 170, 171, 300] {
        killed += u32::from(killed_after(&place, if killed == 0 { &args } else { &resumed }, count));
    }
    assert!(killed >= 3, "it was killed {killed} times");
    assert!(!place.path("out.jsonl").exists(), "half a file");
    let before = kept(&place);
    done(&place.run(&resumed));
    assert_eq!(timeless(&place.read("out.jsonl")), whole);
    // What was done is not done again: the time that it took is the same to the microsecond.
    let after = lines(&place.read("out.jsonl"));
    assert!(before.len() > 100);
    assert!(before.iter().all(|row| after.contains(row)));
    assert!(!place.path(JOURNAL).exists());
    assert_eq!(place.names(), ["in", "out.csv", "out.jsonl"]);
}

/// A journal of a run that was killed in the middle of these.
fn half_done(place: &Place) -> Vec<Value> {
    place.maps("in", 60);
    place.file("in/99999.hang", "fragscope-hook: hang");
    assert!(killed_after(place, &["triage", "in", "-o", "out.jsonl"], 60));
    std::fs::remove_file(place.path("in/99999.hang")).unwrap();
    kept(place)
}

const AGAIN: [&str; 5] = ["triage", "in", "-o", "out.jsonl", "--resume"];

#[test]
fn what_changed_is_read_again() {
    let place = Place::new();
    let before = half_done(&place);
    place.file("in/00003.maps", format!("{}\n", super::harness::maps(1000)));
    std::fs::remove_file(place.path("in/00004.maps")).unwrap();
    place.file("in/00000.new", super::harness::maps(2000));
    done(&place.run(&AGAIN));
    let after = lines(&place.read("out.jsonl"));
    assert_eq!(after.len(), 60);
    let same = before.iter().filter(|row| after.contains(row)).count();
    assert_eq!(same, 58);
    let of = |name: &str| after.iter().find(|row| row["file"] == name).unwrap();
    assert_ne!(of("in/00003.maps")["largest"], before[3]["largest"]);
    assert_eq!(of("in/00000.new")["status"], "ok");
    assert!(after.is_sorted_by_key(|row| row["file"].to_string()), "the order is that of the inputs");
}

#[test]
fn a_torn_line_is_read_again() {
    let place = Place::new();
    let before = half_done(&place);
    let journal = std::fs::read(place.path(JOURNAL)).unwrap();
    let torn = &journal[..journal.len() - 100];
    std::fs::write(place.path(JOURNAL), torn).unwrap();
    assert_eq!(kept(&place).len(), before.len() - 1);
    done(&place.run(&AGAIN));
    let after = lines(&place.read("out.jsonl"));
    assert_eq!(after.len(), 60);
    assert_eq!(before.iter().filter(|row| after.contains(row)).count(), 59);
}

#[test]
fn an_input_that_is_listed_twice_has_two_rows() {
    let place = Place::new();
    half_done(&place);
    let twice = ["triage", "in", "in", "-o", "out.jsonl", "--resume"];
    done(&place.run(&twice));
    let after = lines(&place.read("out.jsonl"));
    assert_eq!(after.len(), 120);
    let (first, second) = after.split_at(60);
    assert_eq!(timeless(&text(first)), timeless(&text(second)));
}

fn text(rows: &[Value]) -> String {
    rows.iter().map(|row| format!("{row}\n")).collect()
}

#[test]
fn other_options_are_refused() {
    let place = Place::new();
    half_done(&place);
    for (option, named) in
        [(&["--need", "64M"][..], "--need"), (&["--hash"], "--hash"), (&["--reports", "r"], "--reports")]
    {
        let outcome = place.run(&[&AGAIN, option].concat());
        assert_eq!(outcome.code, 2);
        let said = format!("{JOURNAL} is of a run with another {named}; give the same, or begin anew without --resume");
        assert!(outcome.err.contains(&said), "{}", outcome.err);
    }
    // What changes no row is free.
    done(&place.run(&[&AGAIN[..], &["--jobs", "1", "--timeout", "9", "--by", "os", "-o", "b.csv"]].concat()));
}

#[test]
fn nobodys_file_is_taken_for_a_journal() {
    let place = Place::new();
    place.maps("in", 1);
    place.file(JOURNAL, "my notes\n");
    for args in [&AGAIN[..], &AGAIN[..4]] {
        let outcome = place.run(args);
        assert_eq!(outcome.code, 2);
        assert!(outcome.err.contains("a file that is no journal is in its place"), "{}", outcome.err);
    }
    assert_eq!(place.read(JOURNAL), "my notes\n");
}

#[test]
fn without_resume_all_is_read_anew() {
    let place = Place::new();
    let before = half_done(&place);
    done(&place.run(&AGAIN[..4]));
    let after = lines(&place.read("out.jsonl"));
    assert_eq!(timeless(&text(&after)), timeless(&text(&before)));
    assert!(before.iter().filter(|row| after.contains(row)).count() < 60);
}

#[test]
fn two_runs_do_not_write_one_journal() {
    let place = Place::new();
    place.file("in/hang", "fragscope-hook: hang");
    let args = ["triage", "in", "-o", "out.jsonl", "--timeout", "600"];
    let mut first = place.command(&args).spawn().unwrap();
    let begun = Instant::now();
    while !std::fs::read(place.path(JOURNAL)).is_ok_and(|journal| journal.contains(&b'\n')) {
        assert!(begun.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(5));
    }
    for more in [&[][..], &["--resume"]] {
        let second = place.run(&[&args[..], more].concat());
        assert_eq!(second.code, 2);
        assert!(second.err.contains("another triage with the same first output is running"), "{}", second.err);
    }
    first.kill().unwrap();
    first.wait().unwrap();
}

#[test]
fn a_journal_of_anything_is_refused_or_passed_over() {
    let place = Place::new();
    half_done(&place);
    let journal = std::fs::read(place.path(JOURNAL)).unwrap();
    for from in (0..journal.len()).step_by(journal.len() / 50) {
        let mut damaged = journal.clone();
        damaged[from..].iter_mut().take(40).for_each(|byte| *byte = byte.wrapping_add(3));
        File::create(place.path(JOURNAL)).unwrap().write_all(&damaged).unwrap();
        let outcome = place.run(&AGAIN);
        if outcome.code == 0 {
            assert_eq!(lines(&place.read("out.jsonl")).len(), 60, "{from}");
        } else {
            assert_eq!((outcome.code, outcome.err.lines().count()), (2, 1), "{from}: {}", outcome.err);
        }
    }
}

#[test]
fn a_journal_with_another_digit_makes_no_wrong_row() {
    let place = Place::new();
    let before = timeless(&text(&half_done(&place)));
    let journal = std::fs::read(place.path(JOURNAL)).unwrap();
    let digits: Vec<usize> = (300..journal.len()).filter(|at| journal[*at].is_ascii_digit()).collect();
    for at in digits.iter().step_by(digits.len() / 30) {
        let mut other = journal.clone();
        other[*at] = if other[*at] == b'9' { b'3' } else { other[*at] + 1 };
        std::fs::write(place.path(JOURNAL), other).unwrap();
        done(&place.run(&AGAIN));
        assert_eq!(timeless(&place.read("out.jsonl")), before, "{at}");
    }
}
