//! A process with threads, libraries, files and holes that waits to be looked at.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use nix::sys::ptrace;
use nix::unistd::Pid;

use crate::live::{Bits, core_files_stay_here, program};

const PATIENCE: Duration = Duration::from_secs(30);
const BUSY: [&str; 9] =
    ["workers=3", "small=3", "guardless=1", "pool=1", "fibers=1", "blocks=60", "hold=1", "carve=0", "request=100T"];

/// Whether a process may be traced here, and whether the kernel tells where a waiting one is: containers may forbid both.
/// Without, debuggers attach to nothing, and gdbserver does not even end.
fn may_debug() -> Result<(), String> {
    static ASKED: OnceLock<Result<(), String>> = OnceLock::new();
    ASKED.get_or_init(try_to_debug).clone()
}

fn try_to_debug() -> Result<(), String> {
    let mut child = Command::new("sleep").arg("60").stdin(Stdio::null()).spawn().map_err(|e| e.to_string())?;
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap());
    // Asked by a sibling, as debuggers are: Yama lets parents look that siblings may not (kernel.yama.ptrace_scope=1).
    let told = Command::new("cat").arg(format!("/proc/{pid}/syscall")).stderr(Stdio::null()).output();
    // The kernel lets it go when the thread that traces it ends.
    let traced = std::thread::spawn(move || ptrace::seize(pid, ptrace::Options::empty())).join().unwrap();
    let _ = child.kill();
    let _ = child.wait();
    traced.map_err(|e| format!("ptrace is not permitted here ({e})"))?;
    let told = told.is_ok_and(|output| output.status.success() && !output.stdout.is_empty());
    told.then_some(()).ok_or_else(|| "/proc/PID/syscall of another process cannot be read here".into())
}

/// The process; it ends with this value.
pub struct Process {
    folder: tempfile::TempDir,
    child: Child,
}

impl Process {
    /// Starts it, and waits until it waits.
    pub fn start(bits: Bits) -> Result<Process, String> {
        Process::start_as(bits, OsStr::new("fragment"))
    }

    /// The same under another name, which is the main thread's, too.
    pub fn start_as(bits: Bits, name: &OsStr) -> Result<Process, String> {
        may_debug()?;
        let folder = tempfile::tempdir().unwrap();
        // By another program: while this one has it open for writing, a child forked meanwhile holds it, too (ETXTBSY).
        let copied = Command::new("cp").arg(program(bits)?).arg(folder.path().join(name)).status();
        assert!(copied.is_ok_and(|status| status.success()), "cp");
        let script = "ulimit -c unlimited; name=$1; shift; exec ./\"$name\" \"$@\"";
        let mut shell = Command::new("sh");
        shell.args(["-c", script, "sh"]).arg(name).args(BUSY).current_dir(folder.path());
        if bits == Bits::I386 {
            shell.arg("request=2G");
        }
        let child = shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut process = Process { folder, child };
        process.wait_until_it_waits();
        Ok(process)
    }

    fn wait_until_it_waits(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        let wrote = |path: &Path| fs::read(path).is_ok_and(|maps| String::from_utf8_lossy(&maps).contains("[stack]"));
        while !wrote(&self.folder().join("truth.maps")) || self.states().iter().any(|state| state != "S") {
            assert!(self.child.try_wait().unwrap().is_none(), "the process ended");
            assert!(Instant::now() < deadline, "the process does not wait within {PATIENCE:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn pid(&self) -> String {
        self.child.id().to_string()
    }

    /// A new file's name in its folder.
    pub fn file(&self, name: &str) -> String {
        self.folder().join(name).to_string_lossy().into_owned()
    }

    /// /proc/PID/maps, now.
    pub fn maps(&self) -> String {
        String::from_utf8_lossy(&self.maps_bytes()).into_owned()
    }

    /// The same to the byte.
    pub fn maps_bytes(&self) -> Vec<u8> {
        fs::read(format!("/proc/{}/maps", self.pid())).unwrap()
    }

    fn tasks(&self) -> Vec<PathBuf> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.pid())).unwrap();
        tasks.map(|task| task.unwrap().path()).collect()
    }

    /// By the kernel's word the stack pointer of each thread: `NR ARGUMENTS SP PC` of the system call that it waits in.
    pub fn stack_pointers(&self) -> BTreeMap<u64, u64> {
        let pointer = |task: &PathBuf| {
            let call = fs::read_to_string(task.join("syscall")).unwrap();
            let sp = call.split_whitespace().rev().nth(1).unwrap_or_else(|| panic!("{call}")).trim_start_matches("0x");
            let id = task.file_name().unwrap().to_string_lossy().parse().unwrap();
            (id, u64::from_str_radix(sp, 16).unwrap())
        };
        self.tasks().iter().map(pointer).collect()
    }

    /// The state of each thread: S waits, T and t are stopped.
    pub fn states(&self) -> Vec<String> {
        let state = |task: &PathBuf| {
            let stat = fs::read(task.join("stat")).unwrap_or_default();
            let stat = String::from_utf8_lossy(&stat);
            stat.rsplit_once(") ").map_or_else(String::new, |(_, rest)| rest.chars().take(1).collect())
        };
        self.tasks().iter().map(state).collect()
    }

    /// Lets it abort, and returns the kernel's core.
    pub fn crash(&mut self) -> Result<PathBuf, String> {
        core_files_stay_here()?;
        drop(self.child.stdin.take());
        self.child.wait().unwrap();
        let is_core = |path: &PathBuf| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("core"));
        let mut files = fs::read_dir(self.folder()).unwrap().map(|e| e.unwrap().path());
        files.find(is_core).ok_or_else(|| "the process left no core".into())
    }

    /// Runs `look`, and asserts that the process is as it was before: same mappings, same stack pointers, not stopped.
    pub fn unchanged<T>(&self, look: impl FnOnce(&Process) -> T) -> T {
        let (maps, pointers) = (self.maps(), self.stack_pointers());
        let seen = look(self);
        assert_eq!(maps, self.maps(), "the mappings changed");
        let deadline = Instant::now() + PATIENCE;
        while self.states().iter().any(|state| state != "S") {
            assert!(Instant::now() < deadline, "threads stay in the states {:?}", self.states());
            std::thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(pointers, self.stack_pointers(), "the threads are elsewhere");
        seen
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes the script for a debugger into a folder.
pub fn script(folder: &Path, debugger: &str, name: &str) -> String {
    let path = folder.join(name);
    let status =
        Command::new(env!("CARGO_BIN_EXE_fragscope")).args(["integrate", debugger, "-o"]).arg(&path).status().unwrap();
    assert!(status.success());
    path.to_string_lossy().into_owned()
}
