//! What is said of a process is what /proc and gdb say of it.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use serde_json::Value;

use super::target::{Target, may_trace, report, run, unless_skipped, whole_report};
use crate::oracle::maps::Maps;

/// Start and end of each occupied stretch, neighbours joined.
fn occupied(rows: impl Iterator<Item = (u64, u64)>) -> Vec<(u64, u64)> {
    let mut joined: Vec<(u64, u64)> = Vec::new();
    for (start, end) in rows {
        match joined.last_mut().filter(|last| last.1 == start) {
            Some(last) => last.1 = end,
            None => joined.push((start, end)),
        }
    }
    joined
}

fn address(value: &Value) -> u64 {
    u64::from_str_radix(value.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

fn pairs(list: &Value) -> impl Iterator<Item = (u64, u64)> {
    list.as_array().unwrap().iter().map(|row| (address(&row["start"]), address(&row["end"])))
}

fn check_map(bits: &str, ceiling: u64) {
    unless_skipped(&format!("live map {bits}"), || {
        let target = Target::start(bits, 6, 1)?;
        let report = report(target.pid, &[]);
        let maps = Maps::parse(&target.maps());
        let rows = maps.rows.iter().filter(|row| row.path != "[vsyscall]");
        let truth = occupied(rows.clone().map(|row| (row.start, row.end)));
        assert_eq!(occupied(pairs(&report["regions"])), truth, "{bits}: occupied stretches");
        let gaps: Vec<(u64, u64)> = pairs(&report["gaps"]).collect();
        assert_eq!(gaps, maps.gaps(ceiling), "{bits}: gaps");
        assert_eq!(report["free"]["vma_count"], rows.count(), "{bits}: mappings");
        let limit = fs::read_to_string("/proc/sys/vm/max_map_count").unwrap();
        assert_eq!(report["free"]["vma_limit"].to_string(), limit.trim(), "{bits}: vm.max_map_count");
        assert_eq!(report["dump"]["format"], "live");
        assert_eq!(report["dump"]["pid"], target.pid);
        assert_eq!(report["address_space"]["evidence"], "complete");
        Ok(())
    });
}

#[test]
fn the_map_is_that_of_proc() {
    check_map("-m64", 0x7fff_ffff_f000);
}

#[test]
fn the_map_of_a_32_bit_process_is_that_of_proc() {
    check_map("-m32", 0xffff_e000);
}

/// Threads with a stack of 256 KiB each, by the kernel's list and by struct pthread; those that run are among them.
fn check_threads(bits: &str) {
    unless_skipped(&format!("live threads {bits}"), || {
        let target = Target::start(bits, 6, 2)?;
        let report = whole_report(target.pid);
        may_trace(&report)?;
        let threads = report["threads"].as_array().unwrap();
        let found: BTreeMap<u64, &str> =
            threads.iter().map(|t| (t["id"].as_u64().unwrap(), t["name"].as_str().unwrap())).collect();
        let named: Vec<(u64, String)> = target
            .states()
            .iter()
            .map(|(id, _)| {
                let comm = fs::read_to_string(format!("/proc/{}/task/{id}/comm", target.pid)).unwrap();
                (u64::from(*id), comm.trim_end().to_owned())
            })
            .collect();
        let truth: BTreeMap<u64, &str> = named.iter().map(|(id, name)| (*id, name.as_str())).collect();
        assert_eq!(found, truth, "{bits}: ids and names");
        for thread in threads.iter().filter(|t| t["id"] != target.pid) {
            let (sp, stack) = (address(&thread["sp"]), &thread["stack"]);
            assert_eq!(stack["source"], "pthread", "{bits}: {thread}");
            assert!((address(&stack["start"])..address(&stack["end"])).contains(&sp), "{bits}: {thread}");
            // glibc takes the guard out of the size that was asked for, or adds it (since 2.27 on most CPUs).
            let size = stack["reserved"].as_u64().unwrap();
            assert!((256 << 10..=260 << 10).contains(&size), "{bits}: {size}");
        }
        Ok(())
    });
}

#[test]
fn threads_have_names_and_exact_stacks() {
    check_threads("-m64");
}

#[test]
fn threads_of_a_32_bit_process_have_names_and_exact_stacks() {
    check_threads("-m32");
}

/// Threads that wait have the same stack pointer for gdb.
#[test]
fn stack_pointers_are_those_of_gdb() {
    for bits in ["-m64", "-m32"] {
        unless_skipped(&format!("live gdb {bits}"), || {
            let target = Target::start(bits, 12, 0)?;
            let pid = target.pid.to_string();
            let ours = run(&["threads", &format!("pid:{pid}"), "--format", "json"]);
            let ours: Value = serde_json::from_str(&ours.out).unwrap();
            let gdb = Command::new("gdb")
                .args(["-nx", "-batch", "-p", &pid, "-ex", "thread apply all -q p/x $sp", "-ex", "info threads"])
                .output()
                .map_err(|e| format!("gdb does not start ({e})"))?;
            let text = String::from_utf8_lossy(&gdb.stdout).into_owned();
            let truth: Vec<&str> = text.lines().filter_map(|l| l.strip_prefix('$')?.split(" = ").nth(1)).collect();
            if truth.is_empty() {
                return Err("gdb cannot attach here".into());
            }
            let mut truth: Vec<u64> =
                truth.iter().map(|sp| u64::from_str_radix(sp.trim_start_matches("0x"), 16).unwrap()).collect();
            let mut found: Vec<u64> = ours["threads"].as_array().unwrap().iter().map(|t| address(&t["sp"])).collect();
            truth.sort_unstable();
            found.sort_unstable();
            assert_eq!(found, truth, "{bits}");
            Ok(())
        });
    }
}

#[test]
fn what_is_in_memory_is_what_smaps_adds_up_to() {
    unless_skipped("live smaps", || {
        let target = Target::start("-m64", 3, 0)?;
        let report = report(target.pid, &[]);
        let smaps = fs::read_to_string(format!("/proc/{}/smaps", target.pid)).map_err(|e| e.to_string())?;
        let sum = |name: &str| -> u64 {
            let of = |line: &str| Some(line.strip_prefix(name)?.split_whitespace().next()?.parse::<u64>().unwrap());
            smaps.lines().filter_map(of).sum::<u64>() * 1024
        };
        assert_eq!(report["memory"]["swapped"], sum("Swap:"));
        // Libraries' pages come and go, and this program reads some headers.
        let resident = report["memory"]["resident"].as_u64().unwrap();
        assert!(resident.abs_diff(sum("Rss:")) <= 1 << 20 && resident > 0, "{resident} and {}", sum("Rss:"));
        Ok(())
    });
}

/// Every command takes a process in place of a dump, and every format can be written of it.
#[test]
fn every_command_takes_a_process() {
    unless_skipped("live commands", || {
        let target = Target::start("-m64", 2, 1)?;
        let dump = format!("pid:{}", target.pid);
        for format in ["text", "json", "markdown", "html"] {
            for arguments in [vec!["report"], vec!["map"], vec!["threads"], vec!["at", "0x10000"]] {
                let (command, rest) = arguments.split_first().unwrap();
                let outcome = run(&[&[*command, dump.as_str()], rest, &["--format", format]].concat());
                assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""), "{command} {format}");
                assert!(outcome.out.len() > 100, "{command} {format}");
            }
        }
        for arguments in [["fit", &dump, "64M"], ["what-if", &dump, "stack-size=128K"]] {
            let outcome = run(&arguments);
            assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""), "{arguments:?}");
        }
        Ok(())
    });
}

#[test]
fn no_stop_stops_nothing_and_says_what_is_missing() {
    unless_skipped("live --no-stop", || {
        let target = Target::start("-m64", 2, 1)?;
        let report = report(target.pid, &["--no-stop"]);
        let running = report["threads"].as_array().unwrap().iter().find(|t| t["name"] == "run-0").unwrap();
        assert!(running["sp"].is_null(), "{running}");
        let codes: Vec<&Value> = report["diagnostics"].as_array().unwrap().iter().map(|d| &d["code"]).collect();
        assert!(codes.iter().any(|code| *code == "running-threads"), "{codes:?}");
        let notes = report["evidence_notes"].to_string();
        assert!(notes.contains("none was stopped"), "{notes}");
        Ok(())
    });
}
