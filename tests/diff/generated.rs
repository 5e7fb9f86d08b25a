//! Pairs of running processes of tests/generators/linux/drift.c, of which the second was told to do one thing more: the
//! culprit is that thing, with ASLR and without, 32 and 64 bit, as a process and as its maps.
//!
//! Where gcc cannot build for 32 bits these tests say so and pass.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

/// What one run is told to do more, and how the first culprit must be named: by its kind and name as a process, and as
/// maps, which have no threads.
struct Scenario {
    name: &'static str,
    arguments: &'static [&'static str],
    process: (&'static str, &'static str),
    maps: Option<(&'static str, &'static str)>,
    /// By how much more address space is taken at least, in MiB.
    mib: u64,
}

const SCENARIOS: [Scenario; 3] = [
    Scenario {
        name: "one library",
        arguments: &["library=PLUGIN"],
        process: ("module", "plugin.so"),
        maps: Some(("module", "plugin.so")),
        mib: 16,
    },
    Scenario {
        name: "twice the workers",
        arguments: &["workers=8"],
        process: ("stack", "worker-*"),
        maps: None,
        mib: 32,
    },
    Scenario {
        name: "a leak of 1 MiB mappings",
        arguments: &["leak=303"],
        process: ("mapped-file", "zero (deleted)"),
        maps: Some(("mapped-file", "zero (deleted)")),
        mib: 300,
    },
];

/// The folder with `drift` and `plugin.so` for these bits, or why they are not there. Built once.
fn programs(bits: &str) -> Result<&'static Path, String> {
    static BUILT: [OnceLock<Result<PathBuf, String>>; 2] = [const { OnceLock::new() }; 2];
    let slot = &BUILT[usize::from(bits == "-m32")];
    let build = || {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/generators/linux/drift.c");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("drift{bits}"));
        std::fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
        for more in [&["-pthread", "-o", "drift"][..], &["-shared", "-fPIC", "-DPLUGIN", "-o", "plugin.so"]] {
            let mut gcc = Command::new("gcc");
            gcc.current_dir(&folder).args([bits, "-std=gnu11", "-O1"]).args(more).arg(&source).arg("-ldl");
            let output = gcc.output().map_err(|e| format!("gcc does not start ({e})"))?;
            if !output.status.success() {
                return Err(format!("gcc {bits} cannot build drift.c here"));
            }
        }
        Ok(folder)
    };
    slot.get_or_init(build).as_deref().map_err(Clone::clone)
}

/// A waiting process; it ends when this is dropped.
struct Drift(Child);

impl Drift {
    fn start(folder: &Path, aslr: bool, arguments: &[String]) -> Result<Drift, String> {
        let program = folder.join("drift");
        let mut command = if aslr { Command::new(&program) } else { Command::new("setarch") };
        if !aslr {
            command.arg("-R").arg(&program);
        }
        let started =
            command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut drift = Drift(started.map_err(|e| e.to_string())?);
        let mut line = String::new();
        let read = BufReader::new(drift.0.stdout.take().unwrap()).read_line(&mut line);
        if read.is_ok() && line == "ready\n" { Ok(drift) } else { Err("drift does not start here".into()) }
    }

    fn maps(&self) -> String {
        std::fs::read_to_string(format!("/proc/{}/maps", self.0.id())).unwrap()
    }
}

impl Drop for Drift {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn compare(old: &str, new: &str) -> Value {
    let output =
        Command::new(env!("CARGO_BIN_EXE_fragscope")).args(["diff", old, new, "--format", "json"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn check(what: &str, scenario: &Scenario, report: &Value, (kind, name): (&str, &str)) {
    let first = &report["culprits"][0];
    assert_eq!((&first["what"]["kind"], &first["what"]["name"]), (&kind.into(), &name.into()), "{what}: {report:#}");
    let mib = first["bytes"].as_u64().unwrap() >> 20;
    assert!(mib >= scenario.mib && mib <= scenario.mib + 300, "{what}: {first:#}");
}

fn check_pair(bits: &str, aslr: bool) -> Result<(), String> {
    let folder = programs(bits)?;
    let temporary = TempDir::new().unwrap();
    let plugin = folder.join("plugin.so").display().to_string();
    let old = Drift::start(folder, aslr, &[])?;
    let old_maps = temporary.path().join("old.maps");
    std::fs::write(&old_maps, old.maps()).unwrap();
    for scenario in &SCENARIOS {
        let arguments: Vec<String> = scenario.arguments.iter().map(|a| a.replace("PLUGIN", &plugin)).collect();
        let new = Drift::start(folder, aslr, &arguments)?;
        let what = format!("{}, {bits}, ASLR {aslr}", scenario.name);
        let pids = [&old, &new].map(|drift| format!("pid:{}", drift.0.id()));
        check(&format!("{what}, running"), scenario, &compare(&pids[0], &pids[1]), scenario.process);
        if let Some(named) = scenario.maps {
            let new_maps = temporary.path().join("new.maps");
            std::fs::write(&new_maps, new.maps()).unwrap();
            let report = compare(old_maps.to_str().unwrap(), new_maps.to_str().unwrap());
            check(&format!("{what}, maps"), scenario, &report, named);
        }
    }
    Ok(())
}

#[test]
fn the_culprit_is_what_the_second_run_was_told_to_do() {
    for bits in ["-m32", "-m64"] {
        for aslr in [false, true] {
            if let Err(reason) = check_pair(bits, aslr) {
                println!("{bits}, ASLR {aslr} skipped: {reason}");
            }
        }
    }
}
