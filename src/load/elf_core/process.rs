//! What the notes tell of the process: threads, name, signal, files. Each note's own file reads it; here it is decided
//! which are wanted, and what belongs together.

use object::elf;

use super::header::Header;
use super::notes::{End, NoteHead, Notes, Owner, Sink};
use super::registers::{self, Registers};
use super::shape::Shape;
use super::siginfo::Signal;
use super::{bsd, nt_file, prpsinfo, prstatus, siginfo, tls};
use crate::diag::Place;
use crate::load::facts::{Facts, ThreadFacts};
use crate::load::{Input, auxv};
use crate::model::Os;

/// How many threads are read: eight times the default `kernel.threads-max` of a 64-bit machine.
const MAX_THREADS: usize = 1 << 18;
/// Bounds of descriptors in bytes. No kernel has these notes larger: its own bound for NT_FILE is 16 MiB
/// (`CORE_FILE_NOTE_SIZE_MAX` in fs/coredump.c), the others have fixed sizes below a page.
const MAX_FILE_NOTE: u32 = 16 << 20;
const MAX_AUXV: u32 = 1 << 16;
const MAX_OTHER: u32 = 1 << 12;

/// Which notes there were: by that the writer is recognised.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Seen {
    /// Types of the first note of all, if it is one of [`Owner::Core`].
    pub first: Option<elf::NoteType>,
    pub prstatus: bool,
    pub prpsinfo: bool,
    pub auxv: bool,
    pub siginfo: bool,
    /// NT_FILE, and all of its rows.
    pub file: bool,
    /// NT_PRFPREG, or any note of [`Owner::Linux`].
    pub register_sets: bool,
    /// A note of gdb's own.
    pub gdb: bool,
    /// A note that only dumps of whole machines have.
    pub machine: bool,
    /// The BSD that the notes are of.
    pub bsd: Option<Os>,
    /// FreeBSD's list of mappings.
    pub vmmap: bool,
    /// Whether all notes of all PT_NOTEs were read.
    pub complete: bool,
    count: u64,
}

/// The signal that ended the process, and the thread it was for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Ended {
    pub signal: Signal,
    pub thread: Option<u64>,
}

/// What the notes tell beside the facts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Told {
    pub seen: Seen,
    pub ended: Option<Ended>,
}

/// Reads all notes. Where a stream is not unpacked that far, the facts say what `--deep` would add.
pub(super) fn read(input: &Input<'_>, header: &Header, shape: &Shape, facts: &mut Facts) -> Told {
    let mut collector = Collector::new(header, facts);
    let mut notes = Notes::new(header.endian);
    let mut complete = !shape.notes.is_empty() && shape.left_out == 0;
    for segment in &shape.notes {
        let end = notes.read(input, segment, &mut collector);
        complete &= end == End::Whole;
        report(end, input, collector.facts);
    }
    collector.seen.complete = complete;
    let (seen, ended) = (collector.seen, collector.ended);
    Told { seen, ended }
}

fn report(end: End, input: &Input<'_>, facts: &mut Facts) {
    match end {
        End::Whole => {}
        End::Missing(at) if input.needs_deep(at) => {
            let sentence = format!("--deep would read the notes at offset {at}: threads, signal, mapped files");
            facts.deep_would_add.push(sentence);
        }
        End::Missing(at) => {
            facts.truncated = true;
            let message =
                format!("the notes end at offset {at}, before they are complete; threads or files are missing");
            facts.diagnostics.warn("truncated", message, Some(Place::Offset(at)));
        }
        End::Damaged(at) => {
            let message =
                format!("the note at offset {at} is larger than what is left for notes; the rest is not read");
            facts.diagnostics.warn("damaged-notes", message, Some(Place::Offset(at)));
        }
        End::TooMuch(at) => {
            let message = format!("there are more notes than are ever read; those from offset {at} on are left out");
            facts.diagnostics.warn("damaged-notes", message, Some(Place::Offset(at)));
        }
    }
}

struct Collector<'a> {
    header: &'a Header,
    registers: Option<Registers>,
    facts: &'a mut Facts,
    seen: Seen,
    ended: Option<Ended>,
    /// i386: the GDT entry that the last thread's gs selects.
    gdt_entry: Option<u32>,
}

impl<'a> Collector<'a> {
    fn new(header: &'a Header, facts: &'a mut Facts) -> Collector<'a> {
        let registers = registers::of(header);
        Collector { header, registers, facts, seen: Seen::default(), ended: None, gdt_entry: None }
    }

    fn thread(&mut self, desc: &[u8]) {
        let Some(status) = prstatus::read(desc, self.header, self.registers.as_ref()) else { return };
        if self.facts.threads.len() >= MAX_THREADS {
            let message = format!("only the first {MAX_THREADS} threads are read");
            self.facts.diagnostics.warn("too-many-threads", message, None);
            return;
        }
        if status.sp.is_none() && self.facts.threads.is_empty() {
            self.report_no_registers(desc.len());
        }
        self.gdt_entry = status.gdt_entry;
        let crashed = false;
        let (id, sp, pc, tls) = (status.tid, status.sp, status.pc, status.tls);
        self.facts.threads.push(ThreadFacts { id, crashed, sp, pc, tls, ..ThreadFacts::default() });
        if status.signal != 0 && self.ended.is_none() {
            let signal = Signal { number: u32::from(status.signal), address: None };
            self.ended = Some(Ended { signal, thread: Some(id) });
        }
    }

    fn report_no_registers(&mut self, size: usize) {
        let machine = self.header.machine.0;
        let message = match self.registers {
            None => {
                format!("registers of machine {machine} (e_machine) are not known here; stack pointers are missing")
            }
            Some(_) => format!("NT_PRSTATUS has {size} bytes, too few for registers; stack pointers are missing"),
        };
        self.facts.diagnostics.warn("no-registers", message, None);
    }

    /// NT_SIGINFO follows the thread that it is for. It says more than pr_cursig, which came before.
    fn signal(&mut self, desc: &[u8]) {
        let Some(signal) = siginfo::read(desc, self.header) else { return };
        let thread = self.facts.threads.last().map(|t| t.id);
        let better = self.ended.is_none_or(|e| e.thread == thread && e.signal.number == signal.number);
        if better && !self.seen.siginfo {
            self.ended = Some(Ended { signal, thread });
        }
    }

    fn files(&mut self, desc: &[u8], size: u32) {
        if self.seen.file {
            return;
        }
        let complete = nt_file::read(desc, self.header, self.facts).is_some_and(|(stated, added)| stated == added);
        self.seen.file = complete && desc.len() as u64 == u64::from(size);
        if !self.seen.file {
            let message = "NT_FILE is cut or damaged; some mapped files are missing from the map";
            self.facts.diagnostics.warn("damaged-notes", message, None);
        }
    }

    fn process(&mut self, desc: &[u8]) {
        match prpsinfo::read(desc, self.header.endian) {
            Some(info) => {
                self.facts.pid = Some(info.pid);
                self.facts.process_name = Some(info.name).filter(|n| !n.is_empty());
            }
            None => {
                let message =
                    format!("NT_PRPSINFO has {} bytes, which no layout has; pid and name are missing", desc.len());
                self.facts.diagnostics.info("damaged-notes", message, None);
            }
        }
    }

    fn core(&mut self, head: &NoteHead, desc: &[u8]) {
        match head.kind {
            elf::NT_PRSTATUS => self.thread(desc),
            elf::NT_PRPSINFO => self.process(desc),
            elf::NT_FILE => self.files(desc, head.size),
            elf::NT_AUXV => {
                let (vector, page_size) = auxv::read(desc, self.header.width, self.header.endian, true);
                self.facts.auxv = vector;
                self.facts.page_size = page_size.or(self.facts.page_size);
            }
            elf::NT_SIGINFO => {
                self.signal(desc);
                self.seen.siginfo = true;
            }
            _ => {}
        }
    }

    fn linux(&mut self, head: &NoteHead, desc: &[u8]) {
        let found = match (head.kind, self.gdt_entry) {
            (elf::NT_386_TLS, Some(entry)) => tls::i386(desc, entry, self.header.endian),
            (elf::NT_ARM_TLS, _) => tls::arm(desc, self.header.width, self.header.endian),
            _ => None,
        };
        if let (Some(thread), Some(base)) = (self.facts.threads.last_mut(), found) {
            thread.tls = Some(base);
        }
    }

    fn remember(&mut self, head: &NoteHead) {
        self.seen.count += 1;
        if self.seen.count == 1 && head.owner == Owner::Core {
            self.seen.first = Some(head.kind);
        }
        match (head.owner, head.kind) {
            (Owner::Core, elf::NT_PRSTATUS) => self.seen.prstatus = true,
            (Owner::Core, elf::NT_PRPSINFO) => self.seen.prpsinfo = true,
            (Owner::Core, elf::NT_AUXV) => self.seen.auxv = true,
            (Owner::Core, elf::NT_PRFPREG) | (Owner::Linux, _) => self.seen.register_sets = true,
            (Owner::Gdb, _) => self.seen.gdb = true,
            (Owner::Machine, _) => self.seen.machine = true,
            (Owner::FreeBsd, _) => self.seen.bsd = Some(Os::FreeBsd),
            (Owner::NetBsd | Owner::NetBsdThread(_), _) => self.seen.bsd = Some(Os::NetBsd),
            _ => {}
        }
    }

    /// The largest size in which a note is read, or `None` for those that are passed over.
    fn bound(head: &NoteHead) -> Option<u32> {
        match (head.owner, head.kind) {
            (Owner::Core, elf::NT_FILE) | (Owner::FreeBsd, bsd::NT_PROCSTAT_VMMAP) => Some(MAX_FILE_NOTE),
            (Owner::Core, elf::NT_AUXV) | (Owner::FreeBsd, bsd::NT_PROCSTAT_AUXV) => Some(MAX_AUXV),
            (Owner::Core, elf::NT_PRSTATUS | elf::NT_PRPSINFO | elf::NT_SIGINFO) => Some(MAX_OTHER),
            (Owner::Linux, elf::NT_386_TLS | elf::NT_ARM_TLS) => Some(MAX_OTHER),
            (Owner::FreeBsd | Owner::NetBsd | Owner::NetBsdThread(_), _) => Some(MAX_OTHER),
            _ => None,
        }
    }
}

impl Sink for Collector<'_> {
    fn wants(&mut self, head: &NoteHead) -> bool {
        self.remember(head);
        let Some(bound) = Self::bound(head) else { return false };
        if head.size > bound && head.owner == Owner::Core {
            let message = format!(
                "a note of type {:#x} has {} bytes, more than any has, and is passed over",
                head.kind, head.size
            );
            self.facts.diagnostics.warn("damaged-notes", message, None);
        }
        head.size <= bound
    }

    fn take(&mut self, head: &NoteHead, desc: &[u8]) {
        match head.owner {
            Owner::Core => self.core(head, desc),
            Owner::Linux => self.linux(head, desc),
            Owner::FreeBsd if self.facts.threads.len() < MAX_THREADS => {
                self.seen.vmmap |= bsd::freebsd(head.kind, desc, self.header, self.facts, &mut self.ended);
            }
            Owner::NetBsd => bsd::netbsd(head.kind, desc, self.header, self.facts, &mut self.ended),
            Owner::NetBsdThread(lwp) if self.facts.threads.len() < MAX_THREADS => {
                bsd::netbsd_thread(lwp, head.kind, desc, self.header, self.facts);
            }
            _ => {}
        }
    }
}
