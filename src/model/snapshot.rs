//! Everything that is known of one process at one moment.

use super::memory_use::{CgroupMemory, MemoryUse, Overcommit};
use super::module::Module;
use super::owner::{Owner, OwnerId, Owners};
use super::platform::{Platform, PointerWidth};
use super::region::FileId;
use super::request::Request;
use super::space::AddressSpace;
use super::stated::Stated;
use super::thread::Thread;
use crate::addr::{Addr, AddrRange};
use crate::diag::Diagnostics;

/// What kind of input it was.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum DumpFormat {
    /// An ELF core file.
    ElfCore,
    /// A minidump.
    Minidump,
    /// A /proc/PID/maps or smaps file.
    Maps,
    /// Output of a debugger or another tool.
    Transcript,
    /// A running process.
    Live,
}

impl DumpFormat {
    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            DumpFormat::ElfCore => "elf-core",
            DumpFormat::Minidump => "minidump",
            DumpFormat::Maps => "maps",
            DumpFormat::Transcript => "transcript",
            DumpFormat::Live => "live",
        }
    }
}

/// The program that wrote the dump.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Writer {
    /// The operating system's kernel.
    Kernel,
    /// gdb's gcore, or a program that uses the same code.
    Gdb,
    /// lldb.
    Lldb,
    /// qemu's user-mode emulation.
    Qemu,
    /// Microsoft's dbghelp (MiniDumpWriteDump) and tools that use it.
    DbgHelp,
    /// Breakpad.
    Breakpad,
    /// Crashpad.
    Crashpad,
    /// The Rust crate minidump-writer.
    MinidumpWriter,
    /// Wine's dbghelp.
    Wine,
    /// WinDbg, cdb and ntsd.
    WinDbg,
    /// pmap of procps.
    Pmap,
    /// Sysinternals' VMMap.
    VmMap,
    /// DebugDiag.
    DebugDiag,
    /// System Informer, once Process Hacker.
    SystemInformer,
}

impl Writer {
    /// All.
    pub const ALL: [Writer; 14] = [
        Writer::Kernel,
        Writer::Gdb,
        Writer::Lldb,
        Writer::Qemu,
        Writer::DbgHelp,
        Writer::Breakpad,
        Writer::Crashpad,
        Writer::MinidumpWriter,
        Writer::Wine,
        Writer::WinDbg,
        Writer::Pmap,
        Writer::VmMap,
        Writer::DebugDiag,
        Writer::SystemInformer,
    ];

    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Writer::Kernel => "kernel",
            Writer::Gdb => "gdb",
            Writer::Lldb => "lldb",
            Writer::Qemu => "qemu",
            Writer::DbgHelp => "dbghelp",
            Writer::Breakpad => "breakpad",
            Writer::Crashpad => "crashpad",
            Writer::MinidumpWriter => "minidump-writer",
            Writer::Wine => "wine",
            Writer::WinDbg => "windbg",
            Writer::Pmap => "pmap",
            Writer::VmMap => "vmmap",
            Writer::DebugDiag => "debugdiag",
            Writer::SystemInformer => "system-informer",
        }
    }
}

/// How complete the map is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum Evidence {
    /// No region could be read.
    None,
    /// Only modules, stacks, memory ranges: gaps are upper bounds.
    Partial,
    /// Everything but what the writer is known to leave out.
    NearlyComplete,
    /// Every mapping is listed.
    Complete,
}

impl Evidence {
    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Evidence::None => "none",
            Evidence::Partial => "partial",
            Evidence::NearlyComplete => "nearly-complete",
            Evidence::Complete => "complete",
        }
    }
}

/// Whether the process ended by a signal or an exception.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum ReasonKind {
    /// A Unix signal.
    Signal,
    /// A Windows exception, or a Mach exception.
    Exception,
}

/// Why the dump was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    /// Signal or exception.
    pub kind: ReasonKind,
    /// Its number.
    pub code: u64,
    /// Its name, such as `SIGABRT`; `None` for numbers without a known one.
    pub name: Option<Box<str>>,
    /// The faulting address, where the dump has one.
    pub address: Option<Addr>,
    /// The thread it happened on.
    pub thread_id: Option<u64>,
}

/// What the dump is and where it came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DumpInfo {
    /// Kind of input.
    pub format: DumpFormat,
    /// Who wrote it, or `None` if nothing gives it away.
    pub writer: Option<Writer>,
    /// Version or variant of the writer, when known, such as `glibc 2.36`-like free text.
    pub writer_detail: Option<Box<str>>,
    /// Process id.
    pub pid: Option<u64>,
    /// Name of the executable, without folders; untrusted.
    pub process_name: Option<Box<str>>,
    /// Whether the file ends before what its headers promise.
    pub truncated: bool,
    /// Whether it was compressed, and how.
    pub compression: Option<&'static str>,
    /// Why it was written.
    pub reason: Option<Reason>,
}

/// Limits other than the address space itself. `None` is "the dump does not tell".
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Limits {
    /// Mappings of the process as the system counts them (Linux), before they were split by owner.
    pub vma_count: Option<u64>,
    /// `vm.max_map_count`; `None` means that the default 65,530 is assumed.
    pub vma_limit: Option<u64>,
    /// RLIMIT_AS in bytes; `u64::MAX` is unlimited.
    pub address_space_limit: Option<u64>,
    /// RLIMIT_STACK in bytes; `u64::MAX` is unlimited.
    pub stack_limit: Option<u64>,
    /// Bytes that could still be committed, by the tighter of the system's and the process's limit (Windows; Linux
    /// where overcommitting is off).
    pub commit_left: Option<u64>,
    /// RLIMIT_DATA in bytes; `u64::MAX` is unlimited.
    pub data_limit: Option<u64>,
    /// What counts for RLIMIT_DATA, in bytes: private writable memory.
    pub data_used: Option<u64>,
    /// How much Linux lets be committed.
    pub overcommit: Option<Overcommit>,
    /// The memory limit of the process's control group (Linux).
    pub cgroup: Option<CgroupMemory>,
    /// Total virtual address space as the system reported it at the crash.
    pub total_virtual: Option<u64>,
    /// Free virtual address space as the system reported it at the crash.
    pub available_virtual: Option<u64>,
    /// Whether the executable takes addresses above 2 GiB (Windows, 32 bit): its large-address-aware bit.
    pub large_address_aware: Option<bool>,
    /// Physical memory left as the system reported it.
    pub available_physical: Option<u64>,
}

/// A module that had been unloaded before the dump was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnloadedModule {
    /// File name; untrusted.
    pub name: Box<str>,
    /// Where it was.
    pub range: AddrRange,
}

/// One process at one moment, ready for analysis.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Snapshot {
    /// The dump.
    pub dump: DumpInfo,
    /// The machine.
    pub platform: Platform,
    /// How complete the map is.
    pub evidence: Evidence,
    /// What the grade rests on, and what is missing, as sentences.
    pub evidence_notes: Vec<String>,
    /// The map.
    pub space: AddressSpace,
    /// Whose the regions are.
    pub owners: Owners,
    /// Names of the files behind regions; untrusted.
    pub files: Vec<Box<str>>,
    /// Threads, the crashed one first where known, else in the dump's order.
    pub threads: Vec<Thread>,
    /// Loaded modules, sorted by address.
    pub modules: Vec<Module>,
    /// Modules unloaded before.
    pub unloaded_modules: Vec<UnloadedModule>,
    /// Other limits that may have refused the request.
    pub limits: Limits,
    /// How much of the process is in memory, where that is known.
    pub memory_used: Option<MemoryUse>,
    /// The request that failed, if the user or the dump says.
    pub request: Option<Request>,
    /// Figures that a tool printed, where there is no map or beside it.
    pub stated: Option<Stated>,
    /// What `--deep` would add, as sentences; empty when nothing.
    pub deep_would_add: Vec<String>,
    /// What happened while reading.
    pub diagnostics: Diagnostics,
}

impl Snapshot {
    /// The name of a backing file.
    pub fn file(&self, id: FileId) -> Option<&str> {
        self.files.get(id.0 as usize).map(AsRef::as_ref)
    }

    /// The owner with this id.
    pub fn owner(&self, id: OwnerId) -> Option<&Owner> {
        self.owners.get(id)
    }

    /// Pointer size of the process.
    pub fn width(&self) -> PointerWidth {
        self.platform.width
    }
}
