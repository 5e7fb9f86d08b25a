//! A writer of ELF cores, 32 and 64 bit, both byte orders, in the layouts of the kernel, gdb and qemu-user.
//!
//! ```text
//! kernel, qemu: ehdr | phdr[0] = PT_NOTE, phdr[1..] = PT_LOAD | notes | page-aligned contents | shdr[0] if PN_XNUM
//! gdb:          ehdr | phdrs, the same order | contents, packed from an odd offset | notes | names | section headers
//! ```
//!
//! ELF header, program header and section header: System V gABI. Use of section 0 for more than 65,534 segments
//! (`PN_XNUM`): Linux `fill_extnum_info` in `fs/binfmt_elf.c`.
//!
//! Marks: structures `ehdr`, `phdr[i]`, `shdr[i]`, `notes`, `notes.<label>` with `notes.<label>.desc`, `load[i]` (one
//! load's contents); fields by their ELF names: `ehdr.e_phnum`, `phdr[2].p_memsz`, `shdr[0].sh_info`,
//! `notes.NT_FILE.desc.count`, `notes.NT_PRSTATUS(7).desc.pr_pid`.

use super::bytes::{Endian, Image, Writer};
use super::elf_arch::Arch;
use super::elf_notes::{MappedFile, Note};
use super::elf_process::{Process, Signal, Style, Thread};
use super::elf_sections::{self, Sections};

const PT_LOAD: u32 = 1;
const PT_NOTE: u32 = 4;
const PF_R: u32 = 4;
/// `e_phnum` of files whose count stands in section 0.
pub const PN_XNUM: usize = 0xffff;

/// One PT_LOAD.
#[derive(Clone, Debug)]
pub struct Load {
    /// First address.
    pub vaddr: u64,
    /// Bytes of address space.
    pub memsz: u64,
    /// Bytes in the file, from `vaddr` on.
    pub filesz: u64,
    /// `p_flags`: 4 read, 2 write, 1 execute.
    pub flags: u32,
    /// Contents at offsets from `vaddr`; zeros elsewhere.
    pub contents: Vec<(u64, Vec<u8>)>,
}

impl Load {
    /// A mapping of `memsz` bytes with nothing of it in the file; `permissions` as in /proc/PID/maps: `rw-`, `r-xp`, `---`.
    pub fn new(vaddr: u64, memsz: u64, permissions: &str) -> Load {
        let bit = |letter, value| if permissions.contains(letter) { value } else { 0 };
        let flags = bit('r', 4) | bit('w', 2) | bit('x', 1);
        Load { vaddr, memsz, filesz: 0, flags, contents: Vec::new() }
    }

    /// All of it is in the file.
    pub fn dumped(self) -> Load {
        let filesz = self.memsz;
        self.filesz(filesz)
    }

    /// The first `filesz` bytes are in the file. (To claim more than the file has, falsify `phdr[i].p_filesz`.)
    pub fn filesz(mut self, filesz: u64) -> Load {
        self.filesz = filesz;
        self
    }

    /// Puts bytes at `address`, and makes the load be in the file that far.
    pub fn content(mut self, address: u64, bytes: &[u8]) -> Load {
        let offset = address - self.vaddr;
        self.filesz = self.filesz.max(offset + bytes.len() as u64);
        self.contents.push((offset, bytes.to_vec()));
        self
    }

    fn write(&self, out: &mut Writer) {
        let mut bytes = vec![0; self.filesz as usize];
        for (offset, content) in &self.contents {
            let start = *offset as usize;
            bytes[start..start + content.len()].copy_from_slice(content);
        }
        out.bytes(&bytes);
    }
}

/// A core in the making. Every setter returns the core; [`Core::build`] makes the file.
#[derive(Clone, Debug)]
pub struct Core {
    style: Style,
    process: Process,
    loads: Vec<Load>,
    osabi: u8,
    e_flags: u32,
    extended: bool,
    marked: bool,
}

/// One program header; all values as in the file.
struct Phdr {
    kind: u32,
    flags: u32,
    offset: u64,
    vaddr: u64,
    filesz: u64,
    memsz: u64,
    align: u64,
}

impl Core {
    /// A kernel-style core of `arch` without threads, notes and mappings.
    pub fn new(arch: Arch) -> Core {
        let process = Process::new(arch);
        Core { style: Style::Kernel, process, loads: Vec::new(), osabi: 0, e_flags: 0, extended: false, marked: true }
    }

    /// Sets the layout and the choice of notes.
    pub fn style(mut self, style: Style) -> Core {
        self.style = style;
        self
    }

    /// Adds a thread; the first one crashed.
    pub fn thread(mut self, thread: Thread) -> Core {
        self.process.threads.push(thread);
        self
    }

    /// Adds a mapping.
    pub fn load(mut self, load: Load) -> Core {
        self.loads.push(load);
        self
    }

    /// Adds mappings.
    pub fn loads(mut self, loads: impl IntoIterator<Item = Load>) -> Core {
        self.loads.extend(loads);
        self
    }

    /// Adds NT_PRPSINFO with name and arguments; the pid is the first thread's id.
    pub fn program(mut self, fname: &str, psargs: &str) -> Core {
        self.process.program = Some((fname.to_string(), psargs.to_string()));
        self
    }

    /// Adds NT_SIGINFO, and the signal's number to each NT_PRSTATUS.
    pub fn signal(mut self, number: u32, code: u32, address: u64) -> Core {
        self.process.signal = Some(Signal { number, code, address });
        self
    }

    /// Adds NT_AUXV; keys in [`super::elf_notes::at`]. `AT_NULL` is added.
    pub fn auxv(mut self, entries: &[(u64, u64)]) -> Core {
        self.process.auxv = entries.to_vec();
        self
    }

    /// Adds NT_FILE (with zero rows, if there are none).
    pub fn files(mut self, files: impl IntoIterator<Item = MappedFile>) -> Core {
        self.process.files.get_or_insert_default().extend(files);
        self
    }

    /// Sets NT_FILE's page size; without it, the architecture's.
    pub fn file_page(mut self, page_size: u64) -> Core {
        self.process.file_page = page_size;
        self
    }

    /// Sets the number of the first TLS entry in the i386 GDT: 12 without this.
    pub fn gdt_first(mut self, entry: u32) -> Core {
        self.process.gdt_first = entry;
        self
    }

    /// Adds a note behind those of the style.
    pub fn note(mut self, note: Note) -> Core {
        self.process.extra.push(note);
        self
    }

    /// Sets `e_ident[EI_OSABI]`: 9 FreeBSD, 2 NetBSD; 0 without this.
    pub fn osabi(mut self, osabi: u8) -> Core {
        self.osabi = osabi;
        self
    }

    /// Writes the architecture's usual `e_flags` instead of 0.
    pub fn arch_flags(mut self) -> Core {
        self.e_flags = self.process.arch.e_flags;
        self
    }

    /// Uses `PN_XNUM` although there are few segments.
    pub fn extended_count(mut self) -> Core {
        self.extended = true;
        self
    }

    /// Records no marks: for files with very many segments.
    pub fn unmarked(mut self) -> Core {
        self.marked = false;
        self
    }

    /// The file.
    pub fn build(&self) -> Image {
        let mut w = self.writer();
        let notes = self.notes();
        let extended = self.extended || self.loads.len() + 1 >= PN_XNUM;
        let (phdrs, sections) = self.plan(notes.position() as u64, extended);
        self.ehdr(&mut w, phdrs.len(), extended, &sections);
        phdrs.iter().enumerate().for_each(|(index, phdr)| self.phdr(&mut w, index, phdr));
        self.body(&mut w, &phdrs, &notes);
        sections.write(&mut w);
        w.finish()
    }

    fn writer(&self) -> Writer {
        let writer = self.process.arch.writer();
        if self.marked { writer } else { writer.without_marks() }
    }

    fn notes(&self) -> Writer {
        let mut w = self.writer();
        self.process.notes(self.style).iter().for_each(|note| note.write(&mut w));
        w
    }

    fn notes_first(&self) -> bool {
        matches!(self.style, Style::Kernel | Style::Qemu)
    }

    /// Decides all offsets.
    fn plan(&self, notes_size: u64, extended: bool) -> (Vec<Phdr>, Sections) {
        let (ehdr, phdr) = if self.process.arch.wide { (64, 56) } else { (52, 32) };
        let page = if self.notes_first() { self.process.arch.page } else { 1 };
        let headers = ehdr + phdr * (self.loads.len() as u64 + 1);
        let mut next = if self.notes_first() { headers + notes_size } else { headers };
        let mut loads = Vec::with_capacity(self.loads.len() + 1);
        for load in &self.loads {
            next = next.next_multiple_of(page);
            loads.push(load_header(load, next, page));
            next += load.filesz;
        }
        let notes_offset = if self.notes_first() { headers } else { next };
        let end = if self.notes_first() { next } else { next + notes_size };
        loads.insert(0, note_header(notes_offset, notes_size, page));
        let sections = self.sections(&loads, end, extended);
        (loads, sections)
    }

    fn sections(&self, phdrs: &[Phdr], end: u64, extended: bool) -> Sections {
        let count = if extended { phdrs.len() } else { 0 };
        match self.style {
            Style::Kernel | Style::Qemu if extended => Sections::only_count(end, count),
            Style::Kernel | Style::Qemu => Sections::none(),
            Style::Gdb13 | Style::Gdb18 => {
                let rows = phdrs.iter().map(|phdr| elf_sections::Row {
                    note: phdr.kind == PT_NOTE,
                    flags: phdr.flags,
                    address: phdr.vaddr,
                    offset: phdr.offset,
                    size: phdr.filesz,
                });
                Sections::of_segments(end, count, rows.collect())
            }
        }
    }

    fn ehdr(&self, w: &mut Writer, segments: usize, extended: bool, sections: &Sections) {
        let arch = self.process.arch;
        let (ehsize, phentsize, shentsize) = if arch.wide { (64, 56, 64) } else { (52, 32, 40) };
        w.structure("ehdr", |w| {
            w.bytes(b"\x7fELF");
            w.u8(if arch.wide { 2 } else { 1 });
            w.u8(if arch.endian == Endian::Little { 1 } else { 2 });
            w.bytes(&[1, self.osabi, 0, 0, 0, 0, 0, 0, 0, 0]);
            w.field_u16("e_type", 4);
            w.field_u16("e_machine", arch.machine);
            w.field_u32("e_version", 1);
            w.field_word("e_entry", 0);
            w.field_word("e_phoff", ehsize);
            w.field_word("e_shoff", sections.header_offset(arch.word() as u64));
            w.field_u32("e_flags", self.e_flags);
            w.field_u16("e_ehsize", ehsize as u16);
            w.field_u16("e_phentsize", phentsize);
            w.field_u16("e_phnum", if extended { PN_XNUM as u16 } else { segments as u16 });
            w.field_u16("e_shentsize", if sections.is_empty() { 0 } else { shentsize });
            w.field_u16("e_shnum", sections.e_shnum());
            w.field_u16("e_shstrndx", sections.e_shstrndx());
        });
    }

    /// `Elf32_Phdr` has p_flags behind p_memsz, `Elf64_Phdr` behind p_type.
    fn phdr(&self, w: &mut Writer, index: usize, phdr: &Phdr) {
        w.structure(&format!("phdr[{index}]"), |w| {
            w.field_u32("p_type", phdr.kind);
            if w.wide() {
                w.field_u32("p_flags", phdr.flags);
            }
            w.field_word("p_offset", phdr.offset);
            w.field_word("p_vaddr", phdr.vaddr);
            w.word(0);
            w.field_word("p_filesz", phdr.filesz);
            w.field_word("p_memsz", phdr.memsz);
            if !w.wide() {
                w.field_u32("p_flags", phdr.flags);
            }
            w.field_word("p_align", phdr.align);
        });
    }

    fn body(&self, w: &mut Writer, phdrs: &[Phdr], notes: &Writer) {
        if self.notes_first() {
            w.structure("notes", |w| w.append(notes));
        }
        for (index, (load, phdr)) in self.loads.iter().zip(&phdrs[1..]).enumerate() {
            w.pad_to(phdr.offset as usize);
            w.structure(&format!("load[{index}]"), |w| load.write(w));
        }
        if !self.notes_first() {
            w.structure("notes", |w| w.append(notes));
        }
    }
}

fn load_header(load: &Load, offset: u64, align: u64) -> Phdr {
    let Load { vaddr, filesz, memsz, flags, .. } = *load;
    Phdr { kind: PT_LOAD, flags, offset, vaddr, filesz, memsz, align }
}

/// gdb marks its notes readable and aligned to 1, the kernel leaves both 0.
fn note_header(offset: u64, filesz: u64, page: u64) -> Phdr {
    let (flags, align) = if page == 1 { (PF_R, 1) } else { (0, 0) };
    Phdr { kind: PT_NOTE, flags, offset, vaddr: 0, filesz, memsz: 0, align }
}
