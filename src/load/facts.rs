//! What a format's reader found, before anything is concluded from it: the one interface between the readers
//! (`elf_core`, `minidump`, `proc_fs`, …) and `assemble`.
//!
//! Readers state facts; they do not decide owners, stacks, ceilings or grades that need more than their own format.

use crate::addr::{Addr, AddrRange};
use crate::diag::Diagnostics;
use crate::model::snapshot::UnloadedModule;
use crate::model::{
    Captured, Cpu, DumpFormat, Endian, Evidence, Limits, Os, OwnerKind, PointerWidth, Protection, Reason, Request,
    Source, State, Stated, Writer,
};

/// All facts of one input.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Kind of input.
    pub format: DumpFormat,
    /// Who wrote it.
    pub writer: Option<Writer>,
    /// Version or variant of the writer, or the system's version.
    pub writer_detail: Option<String>,
    /// Operating system.
    pub os: Option<Os>,
    /// Instruction set of the process.
    pub cpu: Option<Cpu>,
    /// Pointer size of the process, or `None` to have it concluded from the addresses.
    pub width: Option<PointerWidth>,
    /// Byte order of the process.
    pub endian: Endian,
    /// Process id.
    pub pid: Option<u64>,
    /// Name of the executable; untrusted.
    pub process_name: Option<String>,
    /// Whether the file ends before what its headers promise.
    pub truncated: bool,
    /// Why the dump was written.
    pub reason: Option<Reason>,
    /// Rows of the map, of all sources, in any order.
    pub rows: Vec<Row>,
    /// Where absence from `rows` means free.
    pub coverage: RawCoverage,
    /// The grade of the map as far as the format tells, and why.
    pub evidence: Evidence,
    /// What the grade rests on and what the writer leaves out, as sentences.
    pub evidence_notes: Vec<String>,
    /// Threads, in the dump's order.
    pub threads: Vec<ThreadFacts>,
    /// Modules that the format lists as such (a minidump's ModuleList). Linux modules are concluded from `rows`.
    pub modules: Vec<ModuleFacts>,
    /// Modules unloaded before.
    pub unloaded_modules: Vec<UnloadedModule>,
    /// Names of files, for `Row::file`.
    pub files: Vec<String>,
    /// The process's memory in the dump, in any order, possibly overlapping.
    pub memory: Vec<Captured>,
    /// Linux' auxiliary vector.
    pub auxv: Auxv,
    /// Facts that only Windows dumps have.
    pub windows: WindowsFacts,
    /// Page size in bytes, if the dump says.
    pub page_size: Option<u64>,
    /// Other limits.
    pub limits: Limits,
    /// The request that failed, if the dump says.
    pub request: Option<Request>,
    /// Ranges that annotations speak of: the crash reporter's reservation.
    pub reservations: Vec<AddrRange>,
    /// Figures that a tool states without the rows behind them.
    pub stated: Option<Stated>,
    /// What `--deep` would add, as sentences.
    pub deep_would_add: Vec<String>,
    /// What happened while reading.
    pub diagnostics: Diagnostics,
    /// How many bytes of names may still be taken, repeated ones included.
    names_left: usize,
}

/// No name of a file is longer: PATH_MAX of Linux, which is what `d_path` writes at the most.
pub const LONGEST_FILE_NAME: usize = 4096;
/// How much text the names of all rows together may have, in bytes. Modules and owners hold copies of them. A process
/// with 65,530 mappings has some 8 MiB.
const NAMES: usize = 32 << 20;
/// What a name takes besides its text, in its copies.
const NAME_OVERHEAD: usize = 64;

impl Facts {
    /// Facts of a format, with nothing known yet.
    pub fn new(format: DumpFormat) -> Facts {
        Facts {
            format,
            writer: None,
            writer_detail: None,
            os: None,
            cpu: None,
            width: None,
            endian: Endian::Little,
            pid: None,
            process_name: None,
            truncated: false,
            reason: None,
            rows: Vec::new(),
            coverage: RawCoverage::Nothing,
            evidence: Evidence::None,
            evidence_notes: Vec::new(),
            threads: Vec::new(),
            modules: Vec::new(),
            unloaded_modules: Vec::new(),
            files: Vec::new(),
            memory: Vec::new(),
            auxv: Auxv::default(),
            windows: WindowsFacts::default(),
            page_size: None,
            limits: Limits::default(),
            request: None,
            reservations: Vec::new(),
            stated: None,
            deep_would_add: Vec::new(),
            diagnostics: Diagnostics::default(),
            names_left: NAMES,
        }
    }

    /// Adds a file name and returns its index for [`Row::file`]. Consecutive equal names share an index. A name that is
    /// longer than any is cut; where all names together are too long, the name is left empty.
    pub fn intern_file(&mut self, name: &str) -> u32 {
        let name = self.bounded(name);
        if self.files.last().map(String::as_str) != Some(name) {
            self.files.push(name.to_owned());
        }
        u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX)
    }

    fn bounded<'n>(&mut self, name: &'n str) -> &'n str {
        let kept = name.get(..name.floor_char_boundary(LONGEST_FILE_NAME)).unwrap_or(name);
        if kept.len() < name.len() {
            let message = format!("the name of a file has {} bytes, more than any has, and is cut", name.len());
            self.diagnostics.warn("long-names", message, None);
        }
        match self.names_left.checked_sub(kept.len() + NAME_OVERHEAD) {
            Some(left) => {
                self.names_left = left;
                kept
            }
            None => {
                let message = "the names of files take more than 32 MiB in all; some are left out";
                self.diagnostics.warn("long-names", message, None);
                ""
            }
        }
    }
}

/// Where absence from the rows means free, as the format has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RawCoverage {
    /// Everywhere: every mapping is a row.
    Everything,
    /// Inside these ranges, in any order: occupied rows and rows listed as free.
    Within(Vec<AddrRange>),
    /// Nowhere.
    Nothing,
}

/// One row of a map: occupied address space. Free rows are no rows; they are part of the coverage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    /// Where.
    pub range: AddrRange,
    /// Committed or reserved.
    pub state: State,
    /// Access rights, or `None` if not told.
    pub protection: Option<Protection>,
    /// Index into [`Facts::files`], or `None` if anonymous or not told.
    pub file: Option<u32>,
    /// Where in the file the row begins, in bytes, if told.
    pub file_offset: Option<u64>,
    /// What the row says of its nature.
    pub label: RowLabel,
    /// Base of the allocation it is a part of (Windows), or `None`.
    pub allocation: Option<Addr>,
    /// Where it stands. Where rows of several sources overlap, the stronger gives the
    /// attributes.
    pub source: Source,
}

impl Row {
    /// A row with nothing but range, state and source.
    pub fn new(range: AddrRange, state: State, source: Source) -> Row {
        Row {
            range,
            state,
            protection: None,
            file: None,
            file_offset: None,
            label: RowLabel::None,
            allocation: None,
            source,
        }
    }
}

/// What a row's own listing calls it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum RowLabel {
    /// Nothing.
    None,
    /// `[heap]`.
    Heap,
    /// `[stack]`: the main thread's.
    MainStack,
    /// `[stack:TID]`, as Linux 3.4 to 4.4 printed it.
    ThreadStack(u64),
    /// `[vdso]`, `[vvar]`, `[vvar_vclock]`, `[vectors]`, `[sigpage]`, `[uprobes]`.
    Vdso,
    /// `[vsyscall]`: not in user space.
    Vsyscall,
    /// `[anon:NAME]` or `[anon_shmem:NAME]`; the name is in [`Facts::files`].
    NamedAnonymous(u32),
    /// Type MEM_IMAGE.
    Image,
    /// Type MEM_MAPPED.
    Mapped,
    /// Type MEM_PRIVATE.
    Private,
    /// What the listing itself says it belongs to: a Windows heap, a TEB.
    Kind(OwnerKind),
}

/// A thread as the dump has it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ThreadFacts {
    /// The system's id.
    pub id: u64,
    /// Name; untrusted.
    pub name: Option<String>,
    /// Whether it crashed or asked for the dump.
    pub crashed: bool,
    /// Stack pointer of its register context.
    pub sp: Option<Addr>,
    /// Program counter of its register context.
    pub pc: Option<Addr>,
    /// Thread pointer: on Linux the address of glibc's struct pthread (x86: the TCB; other CPUs: what the TLS register holds).
    pub tls: Option<Addr>,
    /// Windows: address of the TEB (of the bitness of the process).
    pub teb: Option<Addr>,
    /// The stack memory that the dump says belongs to the thread (a minidump's stack descriptor): from about SP up to the base.
    pub stack_memory: Option<AddrRange>,
    /// Stack bounds that the dump states outright (never guessed), without guard.
    pub stated_stack: Option<AddrRange>,
}

/// A module as the dump lists it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ModuleFacts {
    /// Full path; untrusted.
    pub path: String,
    /// Where it is loaded.
    pub range: AddrRange,
    /// Build id or debug id in hex.
    pub id: Option<String>,
}

/// Linux' auxiliary vector as far as it matters.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Auxv {
    /// AT_PHDR: the executable's program headers in memory.
    pub phdr: Option<Addr>,
    /// AT_ENTRY: the executable's entry point.
    pub entry: Option<Addr>,
    /// AT_BASE: where ld.so is loaded; `None` or zero for static programs.
    pub base: Option<Addr>,
    /// AT_SYSINFO_EHDR: the vdso.
    pub vdso: Option<Addr>,
    /// AT_RANDOM, AT_EXECFN or AT_PLATFORM: an address inside the main stack's top page.
    pub in_main_stack: Option<Addr>,
}

/// What only Windows dumps say.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct WindowsFacts {
    /// SystemMemoryInfo: lowest user address.
    pub minimum_user_address: Option<Addr>,
    /// SystemMemoryInfo: highest user address (inclusive).
    pub maximum_user_address: Option<Addr>,
    /// SystemMemoryInfo: allocation granularity in bytes.
    pub allocation_granularity: Option<u64>,
    /// End of the MemoryInfoList.
    pub memory_info_end: Option<Addr>,
    /// Major and minor version and build of the system.
    pub version: Option<(u32, u32, u32)>,
    /// Whether a 32-bit process was dumped from the 64-bit side.
    pub wow64: bool,
    /// Address of the PEB, if the dump says.
    pub peb: Option<Addr>,
}
