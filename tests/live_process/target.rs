//! The process that is looked at.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// A living process; it ends with its stdin, or when this is dropped.
pub struct Target {
    pub child: Child,
    out: BufReader<ChildStdout>,
    /// Its number, which is not the child's where that is a wrapper.
    pub pid: u32,
    /// What it printed before "ready".
    pub said: Vec<String>,
}

/// The program for these bits (`-m64`, `-m32`), or why it is not there. Built once.
pub fn program(bits: &str) -> Result<&'static Path, String> {
    static BUILT: [OnceLock<Result<PathBuf, String>>; 2] = [const { OnceLock::new() }; 2];
    let slot = &BUILT[usize::from(bits == "-m32")];
    let build = || {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/generators/linux/threads.c");
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("threads{bits}"));
        let mut gcc = Command::new("gcc");
        gcc.args([bits, "-std=gnu11", "-O1", "-pthread", "-o"]).arg(&target).arg(&source);
        let output = gcc.output().map_err(|e| format!("gcc does not start ({e})"))?;
        if output.status.success() { Ok(target) } else { Err(format!("gcc {bits} cannot build threads.c here")) }
    };
    slot.get_or_init(build).as_deref().map_err(Clone::clone)
}

impl Target {
    pub fn start(bits: &str, waiting: u32, running: u32) -> Result<Target, String> {
        Target::start_by(&[], bits, &[waiting.to_string(), running.to_string()])
    }

    /// Starts it through other programs, such as `sh -c '… exec "$0" "$@"'`.
    pub fn start_by(wrapper: &[&str], bits: &str, arguments: &[String]) -> Result<Target, String> {
        let program = program(bits)?.to_str().unwrap();
        let line: Vec<&str> = wrapper.iter().copied().chain([program]).collect();
        let mut command = Command::new(line[0]);
        command.args(&line[1..]).args(arguments).process_group(0);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| e.to_string())?;
        let mut target =
            Target { pid: child.id(), out: BufReader::new(child.stdout.take().unwrap()), child, said: Vec::new() };
        loop {
            match target.line()?.as_str() {
                "ready" => return Ok(target),
                other => target.said.push(other.to_owned()),
            }
        }
    }

    fn line(&mut self) -> Result<String, String> {
        let mut line = String::new();
        match self.out.read_line(&mut line) {
            Ok(count) if count > 0 => Ok(line.trim_end().to_owned()),
            _ => Err("the process did not start here".into()),
        }
    }

    /// Tells it something, and returns what it answers.
    pub fn ask(&mut self, what: &str) -> String {
        writeln!(self.child.stdin.as_mut().unwrap(), "{what}").unwrap();
        self.line().unwrap()
    }

    pub fn signal(&self, name: &str) {
        signal(self.pid, name);
    }

    /// State letters of its threads, by id.
    pub fn states(&self) -> Vec<(u32, char)> {
        let entries = fs::read_dir(format!("/proc/{}/task", self.pid)).unwrap();
        let ids = entries.map(|e| e.unwrap().file_name().to_string_lossy().parse::<u32>().unwrap());
        ids.filter_map(|id| Some((id, state(self.pid, id)?))).collect()
    }

    pub fn stopped(&self) -> Vec<(u32, char)> {
        self.states().into_iter().filter(|(_, state)| matches!(state, 'T' | 't')).collect()
    }

    pub fn maps(&self) -> String {
        fs::read_to_string(format!("/proc/{}/maps", self.pid)).unwrap()
    }
}

/// The state letter of a thread, if it is still there.
pub fn state(pid: u32, id: u32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/task/{id}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

pub fn signal(pid: u32, name: &str) {
    let done = Command::new("sh").arg("-c").arg(format!("kill -{name} {pid}")).status().unwrap();
    assert!(done.success(), "kill -{name} {pid}");
}

impl Drop for Target {
    fn drop(&mut self) {
        let _ = Command::new("sh")
            .arg("-c")
            .arg(format!("kill -KILL -- -{}", self.child.id()))
            .stderr(Stdio::null())
            .status();
        let _ = self.child.wait();
    }
}

pub struct Outcome {
    pub out: String,
    pub err: String,
    pub code: Option<i32>,
}

pub fn fragscope() -> Command {
    Command::new(env!("CARGO_BIN_EXE_fragscope"))
}

pub fn run(arguments: &[&str]) -> Outcome {
    outcome(fragscope().args(arguments))
}

pub fn outcome(command: &mut Command) -> Outcome {
    let output = command.stdin(Stdio::null()).output().unwrap();
    Outcome {
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code(),
    }
}

/// The report on a process as JSON.
pub fn report(pid: u32, more: &[&str]) -> Value {
    let pid = pid.to_string();
    let outcome = run(&[&["live", pid.as_str(), "--format", "json"], more].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    serde_json::from_str(&outcome.out).unwrap()
}

/// The same, once every thread was caught: on a busy machine a thread that waits for a CPU is not stopped in time.
pub fn whole_report(pid: u32) -> Value {
    let is_whole = |report: &Value| report["threads"].as_array().unwrap().iter().all(|thread| thread["sp"].is_string());
    let mut reports = (0..20).map(|_| report(pid, &[]));
    reports.by_ref().find(is_whole).unwrap_or_else(|| report(pid, &[]))
}

/// Whether a running thread of a child's may be stopped here: seccomp and containers may forbid it.
pub fn may_trace(report: &Value) -> Result<(), String> {
    let codes: Vec<&str> =
        report["diagnostics"].as_array().unwrap().iter().filter_map(|d| d["code"].as_str()).collect();
    let refused = codes.iter().find(|code| ["no-ptrace", "no-registers", "other-namespace"].contains(*code));
    refused.map_or(Ok(()), |code| Err(format!("ptrace is not permitted here ({code})")))
}

/// Runs a check, or prints why it cannot be made.
pub fn unless_skipped(name: &str, check: impl FnOnce() -> Result<(), String>) {
    if let Err(reason) = check() {
        println!("{name} skipped: {reason}");
    }
}
