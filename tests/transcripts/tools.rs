//! Real tools on real processes and cores of ours: what they print gives the map that the kernel lists.
//!
//! A tool that this machine does not have is skipped with a sentence.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use fragscope::model::{Evidence, Snapshot};

use super::{figures, ranges, read};
use crate::oracle::maps::Maps;
use crate::samples;

/// What a command prints, errors included; `None` after a sentence where there is no such program.
fn printed(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    let Ok(output) = output else {
        println!("skipped: no {program}");
        return None;
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Some(text + &String::from_utf8_lossy(&output.stderr))
}

/// A process that waits, and is gone when the test is.
struct Sleeper(Child);

impl Sleeper {
    fn new() -> Sleeper {
        let mut child = Command::new("sleep").arg("1000").stdin(Stdio::null()).spawn().unwrap();
        // Until it waits, its map changes.
        for _ in 0..500 {
            let path = format!("/proc/{}/syscall", child.id());
            let asleep = fs::read_to_string(path).is_ok_and(|s| s.starts_with("230 "));
            if asleep || child.try_wait().unwrap().is_some() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        Sleeper(child)
    }

    fn pid(&self) -> String {
        self.0.id().to_string()
    }

    fn maps(&self) -> String {
        fs::read_to_string(format!("/proc/{}/maps", self.pid())).unwrap()
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The map of the tool is the kernel's, with its gaps.
fn equal(tool: &str, text: &str, maps: &str) {
    let dump = read(&[text]);
    let truth = read(&["(nothing)\n", maps]);
    let (found, expected) = (dump.snapshot(), truth.snapshot());
    assert_eq!(found.evidence, Evidence::Complete, "{tool}: {:?}\n{text}", found.evidence_notes);
    assert_eq!(joined(found), joined(expected), "{tool}");
    let (ours, theirs) = (figures(found).figures, figures(expected).figures);
    assert_eq!((ours.total, ours.largest_size()), (theirs.total, theirs.largest_size()), "{tool}");
    assert_eq!(found.limits.vma_count, expected.limits.vma_count, "{tool}");
    assert_eq!(found.platform.width, expected.platform.width, "{tool}");
}

/// Neighbours made one, as tools know less of what separates them.
fn joined(snapshot: &Snapshot) -> Vec<(u64, u64)> {
    let mut joined: Vec<(u64, u64)> = Vec::new();
    for (start, end) in ranges(snapshot) {
        match joined.last_mut().filter(|last| last.1 == start) {
            Some(last) => last.1 = end,
            None => joined.push((start, end)),
        }
    }
    joined
}

#[cfg(target_os = "linux")]
#[test]
fn pmap_prints_the_kernels_map() {
    let sleeper = Sleeper::new();
    for option in ["-x", "-X", "-XX", "-d", "-p"] {
        let Some(text) = printed("pmap", &[option, &sleeper.pid()]) else { return };
        equal(&format!("pmap {option}"), &text, &sleeper.maps());
        let dump = read(&[&text]);
        assert_eq!(dump.snapshot().dump.pid, Some(sleeper.pid().parse().unwrap()));
        assert_eq!(dump.snapshot().dump.process_name.as_deref(), Some("sleep"));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn gdb_prints_the_kernels_map_of_a_live_process() {
    let sleeper = Sleeper::new();
    let commands = ["info proc mappings", "info threads", "thread apply all print $sp"];
    let arguments: Vec<&str> = commands.iter().flat_map(|c| ["-ex", c]).collect();
    let pid = sleeper.pid();
    let arguments = [&["-nx", "-batch", "-p", &pid], arguments.as_slice()].concat();
    let Some(text) = printed("gdb", &arguments) else { return };
    if text.contains("ptrace: Operation not permitted") || !text.contains("Perms") {
        println!("skipped: gdb may not attach here, or is older than 12");
        return;
    }
    equal("gdb", &text, &sleeper.maps());
    let dump = read(&[&text]);
    let thread = &dump.snapshot().threads[0];
    let line = text.lines().find(|l| l.starts_with("$1 = ")).unwrap();
    assert_eq!(format!("$1 = (void *) {:#x}", thread.sp.unwrap().0), line);
    assert_eq!((thread.id.to_string(), thread.name.as_deref()), (pid, Some("sleep")));
    assert!(thread.stack.is_some());
}

/// The sample's core, unpacked for tools that read no packed one.
fn core(test: &str) -> PathBuf {
    let sample = samples::named("i386-fragmented.core.zst");
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("transcripts-{test}.core"));
    fs::write(&path, sample.bytes()).unwrap();
    path
}

#[test]
fn tools_on_a_core_give_the_kernels_map() {
    let truth = Maps::parse(&samples::named("i386-fragmented.core.zst").truth("maps"));
    let rows: Vec<(u64, u64)> = truth.rows.iter().map(|r| (r.start, r.end)).collect();
    let core = core("tools-on");
    let path = core.to_str().unwrap();
    let gdb = |command| printed("gdb", &["-nx", "-batch", "-c", path, "-ex", command]);
    let cases = [
        ("info files", gdb("info files"), Evidence::NearlyComplete),
        ("maint info sections", gdb("maint info sections"), Evidence::Complete),
        ("readelf", printed("readelf", &["-lW", path]), Evidence::Complete),
    ];
    for (tool, text, evidence) in cases {
        let Some(text) = text else { continue };
        let dump = read(&[&text]);
        assert_eq!(dump.snapshot().evidence, evidence, "{tool}");
        assert_eq!(ranges(dump.snapshot()), rows, "{tool}");
        let theirs = figures(samples::named("i386-fragmented.core.zst").load().snapshot()).figures;
        let ours = figures(dump.snapshot()).figures;
        assert_eq!((ours.total, ours.largest_size()), (theirs.total, theirs.largest_size()), "{tool}");
    }
}

#[test]
fn gdbs_stack_pointers_are_those_of_the_core() {
    let core = core("gdbs-stack");
    let truth = samples::named("i386-fragmented.core.zst").load();
    for command in ["thread apply all print $esp", "thread apply all print/x $sp", "thread apply all info registers"] {
        let arguments = ["-nx", "-batch", "-c", core.to_str().unwrap(), "-ex", command];
        let Some(text) = printed("gdb", &arguments) else { return };
        // Where commands are echoed, as in a session, `print/x` shows what it prints.
        let dump = read(&[&format!("(gdb) {command}\n{text}")]);
        let mut found: Vec<_> = dump.snapshot().threads.iter().map(|t| (t.id, t.sp)).collect();
        let mut expected: Vec<_> = truth.snapshot().threads.iter().map(|t| (t.id, t.sp)).collect();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{command}");
    }
}

#[test]
fn gdbs_mappings_of_a_core_are_a_trap() {
    let core = core("gdbs-mappings");
    let arguments = ["-nx", "-batch", "-c", core.to_str().unwrap(), "-ex", "info proc mappings"];
    let Some(text) = printed("gdb", &arguments) else { return };
    let listing = text.split_once("Mapped address spaces").map(|(_, rest)| format!("Mapped address spaces{rest}"));
    assert!(super::refusal(&[&listing.unwrap()]).contains("NT_FILE"));
}

/// lldb 14 knows no `--all`: it is asked for the region behind the last one.
#[cfg(target_os = "linux")]
#[test]
fn lldbs_holes_are_not_called_free() {
    let core = core("lldbs-holes");
    let regions: Vec<String> = ["0x0", "0x10000", "0xb65bc000", "0xf7d8d000", "0xffffd000"]
        .iter()
        .map(|a| format!("memory region {a}"))
        .collect();
    let mut arguments = vec!["-b", "--no-lldbinit", "-c", core.to_str().unwrap()];
    regions.iter().for_each(|r| arguments.extend(["-o", r]));
    arguments.extend(["-o", "thread list"]);
    let Some(text) = printed("lldb", &arguments) else { return };
    if !text.contains(") r") {
        println!("skipped: this lldb does not read the core");
        return;
    }
    let dump = read(&[&text]);
    let snapshot = dump.snapshot();
    assert_eq!((snapshot.evidence, figures(snapshot).figures.largest_known), (Evidence::Partial, 0));
    assert_eq!(snapshot.platform.width.bits(), 32);
    assert_eq!(snapshot.threads.len(), 18);
    let truth = Maps::parse(&samples::named("i386-fragmented.core.zst").truth("maps"));
    for (start, _) in ranges(snapshot) {
        assert!(truth.row_at(start).is_some(), "{start:#x} is mapped by lldb only");
    }
}
