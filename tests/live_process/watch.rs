//! Over time: lines, a log, a condition, and Ctrl-C.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::target::{Target, fragscope, run, signal, unless_skipped};

fn lines(path: &std::path::Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    // The last may be only half there while it is written.
    let whole = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    whole.map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}: not within 30 s");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_condition_ends_it_with_a_report() {
    unless_skipped("live --until", || {
        let mut target = Target::start("-m64", 1, 0)?;
        let folder = tempfile::tempdir().unwrap();
        let (log, report) = (folder.path().join("log"), folder.path().join("report.json"));
        let most = target.maps().lines().filter(|line| !line.contains("[vsyscall]")).count() + 5;
        let mut command = fragscope();
        command.args(["live", &target.pid.to_string(), "--watch", "0.1", "--format", "json", "-o"]).arg(&report);
        command.args(["--until", &format!("vma_count > {most}"), "--log"]).arg(&log);
        let mut watching = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        until("three looks", || lines(&log).len() >= 3);
        assert!(watching.try_wait().unwrap().is_none() && !report.exists(), "it does not hold yet");
        for _ in 0..6 {
            assert_eq!(target.ask("map"), "mapped");
        }
        until("the report", || watching.try_wait().unwrap().is_some());
        assert!(watching.wait().unwrap().success());
        let counts: Vec<u64> = lines(&log).iter().map(|line| line["vma_count"].as_u64().unwrap()).collect();
        assert!(counts.iter().rev().skip(1).all(|count| *count <= most as u64), "{counts:?}");
        assert_eq!(counts.last(), Some(&(most as u64 + 1)), "{counts:?}");
        let report: Value = serde_json::from_str(&fs::read_to_string(&report).unwrap()).unwrap();
        assert_eq!(report["free"]["vma_count"], most + 1);
        assert_eq!(report["dump"]["format"], "live");
        Ok(())
    });
}

#[test]
fn ctrl_c_ends_it_cleanly() {
    unless_skipped("live Ctrl-C", || {
        let target = Target::start("-m64", 1, 1)?;
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let mut command = fragscope();
        command.args(["live", &target.pid.to_string(), "--watch", "0.1", "--log"]).arg(&log);
        let watching = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        until("two looks", || lines(&log).len() >= 2);
        signal(watching.id(), "INT");
        let output = watching.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
        let shown = String::from_utf8(output.stdout).unwrap();
        assert_eq!(shown.lines().count(), lines(&log).len(), "a line for each look, and no half one");
        assert!(shown.lines().all(|line| line.contains("Z  largest gap ") && line.ends_with(" mappings")), "{shown}");
        until("nothing is stopped", || target.stopped().is_empty());
        Ok(())
    });
}

#[test]
fn each_line_of_the_log_is_as_the_schema_says() {
    unless_skipped("live schema", || {
        let target = Target::start("-m64", 1, 0)?;
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        // The second run goes on where the first one ended.
        for _ in 0..2 {
            let done = run(&["live", &target.pid.to_string(), "--until", "gaps >= 0", "--log", log.to_str().unwrap()]);
            assert_eq!(done.code, Some(0), "{}", done.err);
            assert!(done.out.lines().nth(1).is_some_and(|line| line.contains("request")), "a report: {}", done.out);
        }
        let schema: Value = serde_json::from_str(&run(&["schema", "live"]).out).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let lines = lines(&log);
        assert_eq!(lines.len(), 2);
        for line in &lines {
            let problems: Vec<String> = validator.iter_errors(line).map(|e| e.to_string()).collect();
            assert!(problems.is_empty(), "{problems:?}");
            let time = line["time"].as_str().unwrap();
            assert!(time.len() == 24 && time.ends_with('Z'), "{time}");
        }
        Ok(())
    });
}

#[test]
fn the_end_of_the_process_is_an_end_unless_somebody_waits() {
    unless_skipped("live end", || {
        for (more, code) in [(&[][..], 0), (&["--until", "gaps > 100000"][..], 2)] {
            let mut target = Target::start("-m64", 1, 0)?;
            let mut command = fragscope();
            let folder = tempfile::tempdir().unwrap();
            let log = folder.path().join("log");
            command.args(["live", &target.pid.to_string(), "--watch", "0.1", "--log"]).arg(&log).args(more);
            let watching = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            until("a look", || !lines(&log).is_empty());
            drop(target.child.stdin.take());
            target.child.wait().unwrap();
            let output = watching.wait_with_output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(code), "{said}");
            assert!(said.contains("there is no process") || said.contains(" ended"), "{said}");
        }
        Ok(())
    });
}

#[test]
fn an_error_in_a_condition_points_at_it() {
    let outcome = run(&["live", "1", "--until", "largest < 64X"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.err.contains("\n  largest < 64X\n            ^\n"), "{}", outcome.err);
}
