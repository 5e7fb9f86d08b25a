//! Live checks: build tests/generators/linux/fragment.c, let it crash here, and compare its core with its own truth.
//!
//! A check that this machine cannot make (no gcc, no gcc -m32, no gdb, cores handed to a program) says so and passes.

use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use fragscope::analyze::{VerdictKind, analyze};
use fragscope::load::{self, LoadOptions};
use fragscope::model::{MmapLayout, Request, RequestSource};

use crate::oracle::linux_threads;
use crate::oracle::maps::Maps;
use crate::truth::linux::{Case, Outcome, Writer, compare};

/// What a small but busy process looks like: every kind of thread, libraries, files, arenas, holes.
const BUSY: [&str; 7] = ["workers=3", "small=4", "guardless=2", "pool=2", "fibers=1", "exited=1", "blocks=80"];
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Bits {
    I386,
    X86_64,
}

impl Bits {
    fn flag(self) -> &'static str {
        match self {
            Bits::I386 => "-m32",
            Bits::X86_64 => "-m64",
        }
    }

    /// A request that fails there: what `carve` makes room for no more, or more than there can be.
    fn request(self) -> [&'static str; 2] {
        match self {
            Bits::I386 => ["request=192M", "carve=1"],
            Bits::X86_64 => ["request=100T", "carve=0"],
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Layout {
    Aslr,
    Legacy,
    ThreeGigabytes,
    UnlimitedStack,
}

impl Layout {
    /// The shell words that set it before exec.
    fn shell(self) -> &'static str {
        match self {
            Layout::Aslr => "exec env -i ./fragment \"$@\"",
            Layout::Legacy => "exec env -i setarch -L ./fragment \"$@\"",
            Layout::ThreeGigabytes => "exec env -i setarch -3 ./fragment \"$@\"",
            Layout::UnlimitedStack => "ulimit -s unlimited && exec env -i ./fragment \"$@\"",
        }
    }
}

// ---- what this machine can do ---------------------------------------------------------------------------------------

/// The generator for these bits, or why it is not there. Built once.
pub(crate) fn program(bits: Bits) -> Result<&'static Path, String> {
    static BUILT: [OnceLock<Result<PathBuf, String>>; 2] = [const { OnceLock::new() }; 2];
    let slot = &BUILT[usize::from(bits == Bits::X86_64)];
    slot.get_or_init(|| build(bits)).as_deref().map_err(Clone::clone)
}

fn build(bits: Bits) -> Result<PathBuf, String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/generators/linux/fragment.c");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fragment{}", bits.flag()));
    let mut gcc = Command::new("gcc");
    gcc.args([bits.flag(), "-std=gnu11", "-O1", "-pthread", "-o"]).arg(&target).arg(&source).arg("-ldl");
    let output = gcc.output().map_err(|e| format!("gcc does not start ({e})"))?;
    match output.status.success() {
        true => Ok(target),
        false => Err(format!("gcc {} cannot build fragment.c here", bits.flag())),
    }
}

/// Cores must land in the process's own folder.
pub(crate) fn core_files_stay_here() -> Result<(), String> {
    let pattern = fs::read_to_string("/proc/sys/kernel/core_pattern").map_err(|e| format!("no core_pattern ({e})"))?;
    match pattern.trim() {
        "core" => Ok(()),
        other => Err(format!("kernel.core_pattern is {other:?}, so cores do not land in the working folder")),
    }
}

fn gdb_is_there() -> Result<(), String> {
    let found = Command::new("gdb").arg("--version").output().is_ok_and(|o| o.status.success());
    found.then_some(()).ok_or_else(|| "gdb is not installed".into())
}

/// Runs a check, or prints why it cannot be made.
pub(crate) fn unless_skipped(name: &str, check: impl FnOnce() -> Result<(), String>) {
    if let Err(reason) = check() {
        println!("{name} skipped: {reason}");
    }
}

// ---- making a dump --------------------------------------------------------------------------------------------------

struct Process {
    folder: tempfile::TempDir,
    child: Child,
}

impl Process {
    /// Starts the generator in a folder of its own; it waits for the end of its input once its truth is written.
    fn start(bits: Bits, layout: Layout, filter: &str) -> Result<Process, String> {
        core_files_stay_here()?;
        let folder = tempfile::tempdir().unwrap();
        fs::copy(program(bits)?, folder.path().join("fragment")).unwrap();
        let script = format!("echo {filter} >/proc/self/coredump_filter; ulimit -c unlimited; {}", layout.shell());
        let mut shell = Command::new("sh");
        shell.args(["-c", &script, "sh", "hold=1"]).args(BUSY).args(bits.request()).current_dir(folder.path());
        let child = shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).process_group(0).spawn();
        let mut process = Process { folder, child: child.unwrap() };
        process.wait_for_truth()?;
        Ok(process)
    }

    fn wait_for_truth(&mut self) -> Result<(), String> {
        let deadline = Instant::now() + PATIENCE;
        // The maps are written last; a whole file ends in [stack] or [vsyscall].
        while !self.truth("maps").is_some_and(|maps| maps.contains("[stack]")) {
            let ended = self.child.try_wait().unwrap().is_some();
            assert!(Instant::now() < deadline, "the generator wrote no truth within {PATIENCE:?}");
            if ended {
                return Err("the generator ended before it wrote its truth (this machine refuses the layout?)".into());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    fn truth(&self, suffix: &str) -> Option<String> {
        fs::read_to_string(self.folder.path().join(format!("truth.{suffix}"))).ok()
    }

    /// Lets it abort, and returns the kernel's core.
    fn crash(&mut self) -> PathBuf {
        let mut input = self.child.stdin.take().unwrap();
        input.flush().unwrap();
        drop(input);
        self.child.wait().unwrap();
        let is_core = |path: &PathBuf| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("core"));
        let entries = fs::read_dir(self.folder.path()).unwrap();
        entries.map(|e| e.unwrap().path()).find(is_core).expect("the process left no core")
    }

    /// gdb's core of the process while it waits.
    fn gcore(&self) -> PathBuf {
        let path = self.folder.path().join("gcore");
        let command = format!("gcore {}", path.display());
        let pid = self.child.id().to_string();
        let output = Command::new("gdb").args(["-nx", "-batch", "-p", &pid, "-ex", &command]).output().unwrap();
        assert!(path.exists(), "gdb wrote no core: {}", String::from_utf8_lossy(&output.stderr));
        path
    }

    fn compare(&self, name: &str, dump: &Path, writer: Writer, layout: Layout) -> Outcome {
        let dump = load::open(dump, &LoadOptions::default()).unwrap_or_else(|e| panic!("{name}: {e}"));
        let maps = Maps::parse(&self.truth("maps").unwrap());
        let threads = linux_threads::parse(&self.truth("threads.csv").unwrap());
        let ceiling = match (maps.rows.last().is_some_and(|row| row.end > 1 << 32), layout) {
            (true, _) => 0x7fff_ffff_f000,
            (false, Layout::ThreeGigabytes) => 0xc000_0000,
            (false, _) => 0xffff_e000,
        };
        let exited = linux_threads::exited(&self.truth("info").unwrap());
        let outcome = compare(&Case { name, writer, dump: &dump, maps: &maps, threads: &threads, exited, ceiling });
        outcome.assert_equal();
        outcome
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

// ---- the checks -----------------------------------------------------------------------------------------------------

/// A kernel core of these bits and this layout, with stacks and heaps (0x33) and without any memory (0x00).
fn check_kernel_core(bits: Bits, layout: Layout) {
    for filter in ["0x33", "0x00"] {
        let name = format!("live {bits:?} {layout:?} {filter}");
        unless_skipped(&name, || {
            let mut process = Process::start(bits, layout, filter)?;
            let core = process.crash();
            let outcome = process.compare(&name, &core, Writer::Kernel, layout);
            assert_eq!(outcome.rows_found, outcome.rows, "{name}: mappings equal");
            let wanted = if filter == "0x33" { outcome.threads - 1 } else { 0 };
            assert_eq!(outcome.exact, wanted, "{name}: exact stacks of {} threads", outcome.threads);
            Ok(())
        });
    }
}

#[test]
fn kernel_core_of_i386() {
    check_kernel_core(Bits::I386, Layout::Aslr);
}

#[test]
fn kernel_core_of_x86_64() {
    check_kernel_core(Bits::X86_64, Layout::Aslr);
}

#[test]
fn kernel_core_of_i386_in_the_legacy_layout() {
    check_kernel_core(Bits::I386, Layout::Legacy);
}

#[test]
fn kernel_core_of_x86_64_in_the_legacy_layout() {
    check_kernel_core(Bits::X86_64, Layout::Legacy);
}

#[test]
fn kernel_core_of_i386_in_3_gigabytes() {
    check_kernel_core(Bits::I386, Layout::ThreeGigabytes);
}

#[test]
fn gcore_of_both() {
    for bits in [Bits::I386, Bits::X86_64] {
        let name = format!("live gcore {bits:?}");
        unless_skipped(&name, || {
            gdb_is_there()?;
            let process = Process::start(bits, Layout::Aslr, "0x33")?;
            let outcome = process.compare(&name, &process.gcore(), Writer::Gcore, Layout::Aslr);
            assert_eq!(outcome.exact, outcome.threads - 1, "{name}: exact stacks");
            let missing = outcome.rows - outcome.rows_found;
            assert!((2..8).contains(&missing), "{name}: gdb leaves out vvar and the DONTDUMP blocks, not {missing}");
            Ok(())
        });
    }
}

/// malloc failed beside a gap that would have been large enough, because mmap never looks there.
fn check_unreachable(bits: Bits, layout: Layout) {
    let name = format!("live {bits:?} {layout:?}");
    unless_skipped(&name, || {
        let mut process = Process::start(bits, layout, "0x00")?;
        let core = process.crash();
        let size = 192 << 20;
        let request = Some(Request { size, align: None, source: RequestSource::User });
        let dump = load::open(&core, &LoadOptions { request, ..LoadOptions::default() }).unwrap();
        let bounds = *dump.snapshot().space.bounds();
        let unreachable = bounds.mmap_layout.and_then(MmapLayout::unreachable);
        let skipped = unreachable.unwrap_or_else(|| panic!("{name}: {:?} reaches everything", bounds.mmap_layout));
        let analysis = analyze(dump.snapshot());
        let hidden = dump.snapshot().space.holes().filter_map(|h| h.range.intersect(skipped)).map(|r| r.size()).max();
        assert!(hidden >= Some(size), "{name}: {hidden:?} bytes are free in one piece where mmap does not look");
        let reachable = analysis.figures.largest_reachable_size();
        assert!(reachable < size, "{name}: {reachable} bytes are called reachable, yet malloc failed");
        assert_eq!(analysis.verdict.kind, VerdictKind::Fragmented, "{name}: {}", analysis.verdict.sentence);
        Ok(())
    });
}

#[test]
fn an_unlimited_stack_hides_a_gap_from_mmap() {
    check_unreachable(Bits::I386, Layout::UnlimitedStack);
}

/// With an unlimited stack mmap searches downwards from a sixth of the space, then upwards from a third; both are moved
/// apart by the same random number of pages (mmap_base, TASK_UNMAPPED_BASE; seen with a program that maps until it
/// gets the first address above ld.so: 0x5556a000 with ld.so's end at 0x2aa96000).
#[test]
fn what_an_unlimited_stack_hides_is_known_to_the_page() {
    for (bits, sixth, third) in
        [(Bits::I386, 0x2aaa_b000, 0x5555_5000), (Bits::X86_64, 0x1555_5555_6000, 0x2aaa_aaaa_b000)]
    {
        let name = format!("live unlimited stack {bits:?}");
        unless_skipped(&name, || {
            let mut process = Process::start(bits, Layout::UnlimitedStack, "0x00")?;
            let dump = load::open(&process.crash(), &LoadOptions::default()).unwrap();
            let maps = Maps::parse(&process.truth("maps").unwrap());
            let linker = maps.rows.iter().rfind(|row| row.path.contains("/ld-linux")).expect("ld.so is mapped");
            let skipped = dump.snapshot().space.bounds().mmap_layout.and_then(MmapLayout::unreachable);
            let expected = (linker.end, third + (sixth - linker.end));
            assert_eq!(skipped.map(|s| (s.start().0, s.end().0)), Some(expected), "{name}");
            Ok(())
        });
    }
}

#[test]
fn the_legacy_layout_hides_a_gap_from_mmap() {
    check_unreachable(Bits::I386, Layout::Legacy);
}
