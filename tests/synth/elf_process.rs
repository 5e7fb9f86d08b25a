//! The facts about a process that end up in notes, and which notes each kind of writer makes of them, in which order.
//!
//! | style | order of notes |
//! |---|---|
//! | kernel (`fs/binfmt_elf.c`) | first thread's PRSTATUS, PRPSINFO, SIGINFO, AUXV, FILE, first thread's other register sets; then per thread PRSTATUS and the others |
//! | gdb (`gdb/linux-tdep.c`) | PRPSINFO; per thread PRSTATUS, other register sets, SIGINFO; AUXV, FILE |
//! | qemu-user (`linux-user/elfload.c`) | first thread's PRSTATUS, PRPSINFO, AUXV; then the other threads' PRSTATUS |

use super::elf_arch::{Arch, Tls};
use super::elf_notes::{self as notes, MappedFile, Note, Status};

/// Who writes the core. Decides the notes here, and the file's layout in [`super::elf_core`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// The Linux kernel: notes in front, contents at page-aligned offsets.
    Kernel,
    /// gdb ≤ 13's gcore: notes at the end, unaligned contents, section headers; no `NT_386_TLS`.
    Gdb13,
    /// gdb 18's: as gdb 13, with `NT_386_TLS`.
    Gdb18,
    /// qemu-user: as the kernel, but PRSTATUS, PRPSINFO and AUXV only.
    Qemu,
}

/// One thread.
#[derive(Clone, Debug, Default)]
pub struct Thread {
    /// Thread id.
    pub tid: u32,
    /// Stack pointer.
    pub sp: u64,
    /// Program counter.
    pub pc: u64,
    /// Thread pointer; `None` leaves it zero, and its note out.
    pub tls: Option<u64>,
    /// Size of an `NT_X86_XSTATE` note; `None` for no such note.
    pub xstate: Option<usize>,
    /// Further register values by index into `pr_reg`; they win over all others.
    pub registers: Vec<(usize, u64)>,
}

impl Thread {
    /// A thread with this id, all registers 0.
    pub fn new(tid: u32) -> Thread {
        Thread { tid, ..Thread::default() }
    }

    /// Sets the stack pointer.
    pub fn sp(mut self, sp: u64) -> Thread {
        self.sp = sp;
        self
    }

    /// Sets the program counter.
    pub fn pc(mut self, pc: u64) -> Thread {
        self.pc = pc;
        self
    }

    /// Sets the thread pointer, wherever this architecture's cores keep it.
    pub fn tls(mut self, base: u64) -> Thread {
        self.tls = Some(base);
        self
    }

    /// Adds an `NT_X86_XSTATE` note of this size.
    pub fn xstate(mut self, size: usize) -> Thread {
        self.xstate = Some(size);
        self
    }

    /// Sets word `index` of `pr_reg`.
    pub fn register(mut self, index: usize, value: u64) -> Thread {
        self.registers.push((index, value));
        self
    }
}

/// `NT_SIGINFO`'s content.
#[derive(Clone, Copy, Debug)]
pub struct Signal {
    /// Signal number.
    pub number: u32,
    /// `si_code`.
    pub code: u32,
    /// `si_addr`.
    pub address: u64,
}

/// Everything that notes tell.
#[derive(Clone, Debug)]
pub struct Process {
    /// Architecture.
    pub arch: Arch,
    /// Threads; the first is the one that crashed.
    pub threads: Vec<Thread>,
    /// `pr_fname` and `pr_psargs`; `None` for no `NT_PRPSINFO`.
    pub program: Option<(String, String)>,
    /// The signal; `None` for no `NT_SIGINFO`.
    pub signal: Option<Signal>,
    /// The auxiliary vector; empty for no `NT_AUXV`.
    pub auxv: Vec<(u64, u64)>,
    /// Rows of `NT_FILE`; `None` for no such note.
    pub files: Option<Vec<MappedFile>>,
    /// `NT_FILE`'s page size.
    pub file_page: u64,
    /// First TLS entry of the GDT: 12 under a 64-bit kernel, 6 under a 32-bit one.
    pub gdt_first: u32,
    /// Notes appended to the others, as they are.
    pub extra: Vec<Note>,
}

impl Process {
    /// A process with no threads and no facts.
    pub fn new(arch: Arch) -> Process {
        Process {
            arch,
            threads: Vec::new(),
            program: None,
            signal: None,
            auxv: Vec::new(),
            files: None,
            file_page: arch.page,
            gdt_first: 12,
            extra: Vec::new(),
        }
    }

    /// All notes, as `style` has them.
    pub fn notes(&self, style: Style) -> Vec<Note> {
        let mut notes = match style {
            Style::Kernel => self.kernel_notes(),
            Style::Gdb13 | Style::Gdb18 => self.gdb_notes(style),
            Style::Qemu => self.qemu_notes(),
        };
        notes.extend(self.extra.iter().cloned());
        notes
    }

    fn kernel_notes(&self) -> Vec<Note> {
        let mut threads = self.threads.iter();
        let first = threads.next();
        let mut notes: Vec<Note> = first.map(|thread| self.prstatus(thread)).into_iter().collect();
        notes.extend(self.prpsinfo());
        notes.extend(self.siginfo());
        notes.extend(self.auxv());
        notes.extend(self.file());
        notes.extend(first.into_iter().flat_map(|thread| self.register_sets(thread, true)));
        for thread in threads {
            notes.push(self.prstatus(thread));
            notes.extend(self.register_sets(thread, true));
        }
        notes
    }

    fn gdb_notes(&self, style: Style) -> Vec<Note> {
        let mut notes: Vec<Note> = self.prpsinfo().into_iter().collect();
        for thread in &self.threads {
            notes.push(self.prstatus(thread));
            notes.extend(self.register_sets(thread, style == Style::Gdb18));
            notes.extend(self.siginfo());
        }
        notes.extend(self.auxv());
        notes.extend(self.file());
        notes
    }

    fn qemu_notes(&self) -> Vec<Note> {
        let mut threads = self.threads.iter().map(|thread| self.prstatus(thread));
        let mut notes: Vec<Note> = threads.next().into_iter().collect();
        notes.extend(self.prpsinfo());
        notes.extend(self.auxv());
        notes.extend(threads);
        notes
    }

    fn prstatus(&self, thread: &Thread) -> Note {
        let signal = self.signal.map_or(6, |signal| signal.number as u16);
        let status = Status { tid: thread.tid, ppid: 1, signal, registers: self.registers(thread) };
        notes::prstatus(self.arch, &status)
    }

    fn registers(&self, thread: &Thread) -> Vec<u64> {
        let mut words = vec![0; self.arch.registers];
        self.segment_registers(&mut words);
        words[self.arch.sp] = thread.sp;
        words[self.arch.pc] = thread.pc;
        if let (Tls::Register(index), Some(base)) = (self.arch.tls, thread.tls) {
            words[index] = base;
        }
        for (index, value) in &thread.registers {
            words[*index] = *value;
        }
        words
    }

    /// User selectors of Linux (`arch/x86/include/asm/segment.h`): cs 0x23 or 0x33, ss 0x2b; on i386, gs selects the
    /// GDT entry with the thread pointer (entry × 8 + 3).
    fn segment_registers(&self, words: &mut [u64]) {
        const CS_SS_I386: (usize, usize) = (13, 16);
        const CS_SS_X86_64: (usize, usize) = (17, 20);
        const GS_I386: usize = 10;
        match self.arch.name {
            "x86" => {
                words[CS_SS_I386.0] = 0x23;
                words[CS_SS_I386.1] = 0x2b;
                words[GS_I386] = u64::from(self.gdt_first) << 3 | 3;
            }
            "x86-64" => {
                words[CS_SS_X86_64.0] = 0x33;
                words[CS_SS_X86_64.1] = 0x2b;
            }
            _ => {}
        }
    }

    fn register_sets(&self, thread: &Thread, tls_note: bool) -> Vec<Note> {
        let mut sets = vec![notes::fpregset(self.arch)];
        sets.extend(thread.xstate.map(|size| notes::xstate(self.arch, size)));
        let tls = thread.tls.filter(|_| tls_note);
        sets.extend(tls.and_then(|base| notes::tls(self.arch, base, self.gdt_first)));
        sets
    }

    fn prpsinfo(&self) -> Option<Note> {
        let pid = self.threads.first().map_or(1, |thread| thread.tid);
        self.program.as_ref().map(|(fname, psargs)| notes::prpsinfo(self.arch, pid, fname, psargs))
    }

    fn siginfo(&self) -> Option<Note> {
        self.signal.map(|s| notes::siginfo(self.arch, s.number, s.code, s.address))
    }

    fn auxv(&self) -> Option<Note> {
        (!self.auxv.is_empty()).then(|| notes::auxv(self.arch, &self.auxv))
    }

    fn file(&self) -> Option<Note> {
        self.files.as_ref().map(|files| notes::file(self.arch, self.file_page, files))
    }
}
