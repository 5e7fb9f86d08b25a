//! The end of a run before its time: nothing is left over.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::harness::Place;

/// A run that hangs in all of its workers, and these.
#[allow(clippy::zombie_processes, reason = "whoever asks for it waits for it")]
fn hanging(place: &Place) -> (Child, Vec<u32>) {
    for n in 0..20 {
        place.file(&format!("in/{n}"), "fragscope-hook: hang");
    }
    let args = ["triage", "in", "-o", "out.jsonl", "--timeout", "600", "--jobs", "2"];
    let child = place.command(&args).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    loop {
        let workers = children(child.id());
        if workers.len() == 2 && workers.iter().all(|worker| is_asleep(*worker)) {
            return (child, workers);
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "its workers: {workers:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn children(pid: u32) -> Vec<u32> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let lists = tasks.map(|task| std::fs::read_to_string(task.unwrap().path().join("children")).unwrap_or_default());
    lists.flat_map(|list| list.split_whitespace().map(|pid| pid.parse().unwrap()).collect::<Vec<_>>()).collect()
}

/// Whether it does what the hook says, which is to sleep for hours.
fn is_asleep(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/wchan")).is_ok_and(|place| place.contains("nanosleep"))
        || std::fs::read_to_string(format!("/proc/{pid}/syscall")).is_ok_and(|call| call.starts_with("230 "))
}

fn is_there(pid: u32) -> bool {
    // A zombie has ended, and waits for whoever started it.
    let status = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    Path::new(&format!("/proc/{pid}")).exists() && !status.contains(") Z ")
}

fn are_gone(workers: &[u32]) {
    let begun = Instant::now();
    while workers.iter().any(|worker| is_there(*worker)) {
        assert!(begun.elapsed() < Duration::from_secs(20), "orphans: {workers:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn workers_end_with_whoever_started_them() {
    let place = Place::new();
    let (mut child, workers) = hanging(&place);
    child.kill().unwrap();
    child.wait().unwrap();
    are_gone(&workers);
}

#[test]
fn signals_end_a_run_with_a_sentence() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let place = Place::new();
        let (mut child, workers) = hanging(&place);
        let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        assert_eq!(child.wait().unwrap().code(), Some(code));
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(said, "fragscope: stopped after 0 dumps; the same command with --resume goes on from there\n");
        are_gone(&workers);
        assert_eq!(place.names(), ["in", "out.jsonl.fragscope-journal"]);
    }
}

/// Behind what cannot be kept a worker may have been sent a dump that hangs.
#[test]
fn a_full_disk_ends_a_run_whatever_its_workers_do() {
    let place = Place::new();
    place.maps("in", 8);
    place.file("in/00007.maps", "fragscope-hook: hang");
    let program = place.command(&[]).get_program().to_owned();
    // A limit on files stands for the disk: writing beyond it is an error.
    let script = "trap '' XFSZ; ulimit -f 4; exec \"$0\" triage in -o out.jsonl --jobs 1 --timeout 600";
    let mut run = Command::new("bash");
    run.args(["-c", script]).arg(program).current_dir(place.path(""));
    let mut child = run.env("FRAGSCOPE_TRIAGE_HOOKS", "1").stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
            panic!("it waits for its worker");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(said.contains("out.jsonl.fragscope-journal: cannot be written"), "{said}");
    assert_eq!(child.wait().unwrap().code(), Some(2));
}

/// Sends it a signal.
fn tell(pid: u32, signal: &str) {
    assert!(Command::new("kill").args([signal, &pid.to_string()]).status().unwrap().success());
}

/// Waits until something is so, and ends the run if it never is.
fn until(child: &mut Child, what: &str, mut is_so: impl FnMut(&mut Child) -> bool) {
    let begun = Instant::now();
    while !is_so(child) {
        if begun.elapsed() > Duration::from_secs(30) {
            child.kill().unwrap();
            panic!("never: {what}");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_halted_worker_without_work_does_not_hold_up_the_end() {
    let place = Place::new();
    place.maps("in", 1);
    let args = ["triage", "--files-from", "-", "-o", "out.jsonl", "--jobs", "1"];
    let mut child = place.command(&args).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut list = child.stdin.take().unwrap();
    writeln!(list, "in/00000.maps").unwrap();
    let journal = place.path("out.jsonl.fragscope-journal");
    let lines = || std::fs::read_to_string(&journal).unwrap_or_default().lines().count();
    until(&mut child, "its row is there", |_| lines() == 2);
    children(child.id()).into_iter().for_each(|worker| tell(worker, "-STOP"));
    drop(list);
    until(&mut child, "it ended", |child| child.try_wait().unwrap().is_some());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(place.read("out.jsonl").lines().count(), 1);
}

#[test]
fn a_run_that_waits_for_a_reader_of_its_output_can_be_ended() {
    let place = Place::new();
    place.maps("in", 1);
    assert!(Command::new("mkfifo").arg(place.path("out.csv")).status().unwrap().success());
    let mut child = place.command(&["triage", "in", "-o", "out.csv"]).stdout(Stdio::null()).spawn().unwrap();
    let mut alone = 0;
    until(&mut child, "it writes", |child| {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", child.id())).unwrap().count();
        alone = if tasks == 1 { alone + 1 } else { 0 };
        alone == 60
    });
    tell(child.id(), "-TERM");
    until(&mut child, "it ended", |child| child.try_wait().unwrap().is_some());
    assert!(!child.wait().unwrap().success());
}

/// A run of three dumps with 1,000 jobs, and so many KiB of address space.
fn with_little_room(kib: u32) -> (Option<i32>, String, String) {
    let place = Place::new();
    place.maps("in", 3);
    let program = place.command(&[]).get_program().to_owned();
    let limited = format!("ulimit -v {kib}; exec \"$0\" triage in --jobs 1000 -o out.jsonl");
    let output = Command::new("sh").arg("-c").arg(limited).arg(program).current_dir(place.path("")).output().unwrap();
    let rows = std::fs::read_to_string(place.path("out.jsonl")).unwrap_or_default();
    (output.status.code(), String::from_utf8(output.stderr).unwrap(), rows)
}

#[test]
fn with_room_for_some_threads_these_read_everything() {
    let (code, said, rows) = with_little_room(200_000);
    assert_eq!((code, said.lines().count(), rows.lines().count()), (Some(0), 1, 3), "{said}");
    assert!(said.starts_with("fragscope: there is room for ") && said.contains(" of 1000 --jobs"), "{said}");
}

#[test]
fn without_room_for_a_thread_a_sentence_says_so() {
    let (code, said, _) = with_little_room(45_000);
    assert_eq!((code, said.lines().count()), (Some(2), 1), "{said}");
    assert!(said.starts_with("fragscope: no thread can be started"), "{said}");
}
