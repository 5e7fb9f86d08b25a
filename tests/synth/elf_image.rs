//! The first page of a mapped ELF module: ehdr, program headers, a `PT_NOTE` with a GNU build id.
//!
//! Memory content for a core's module. Offsets: System V gABI; build id note: owner "GNU", type 3
//! (`NT_GNU_BUILD_ID`, binutils).

use super::bytes::Writer;
use super::elf_arch::Arch;
use super::elf_notes::Note;

const ET_EXEC: u16 = 2;
const ET_DYN: u16 = 3;
const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const PT_NOTE: u32 = 4;
const PT_PHDR: u32 = 6;
const NT_GNU_BUILD_ID: u32 = 3;

/// A module's header page in the making.
#[derive(Clone, Debug)]
pub struct ElfImage {
    arch: Arch,
    fixed: bool,
    loads: Vec<(u64, u64, u32)>,
    build_id: Vec<u8>,
    size: usize,
}

impl ElfImage {
    /// A shared object (ET_DYN) with no segments and no build id; one page long.
    pub fn new(arch: Arch) -> ElfImage {
        ElfImage { arch, fixed: false, loads: Vec::new(), build_id: Vec::new(), size: arch.page as usize }
    }

    /// Makes it a position-dependent executable (ET_EXEC).
    pub fn fixed(mut self) -> ElfImage {
        self.fixed = true;
        self
    }

    /// Adds a PT_LOAD with p_vaddr (the lowest is the preferred base), p_memsz and p_flags.
    pub fn load(mut self, vaddr: u64, memsz: u64, flags: u32) -> ElfImage {
        self.loads.push((vaddr, memsz, flags));
        self
    }

    /// Sets the build id, usually 20 bytes.
    pub fn build_id(mut self, id: &[u8]) -> ElfImage {
        self.build_id = id.to_vec();
        self
    }

    /// Sets the length of the output; without it, a page of the architecture.
    pub fn size(mut self, size: usize) -> ElfImage {
        self.size = size;
        self
    }

    /// Offset of the program headers in the page: `AT_PHDR` minus the module's base.
    pub fn phdr_offset(&self) -> u64 {
        if self.arch.wide { 64 } else { 52 }
    }

    /// Number of program headers: `AT_PHNUM`.
    pub fn phdr_count(&self) -> u64 {
        self.loads.len() as u64 + 3
    }

    /// The page.
    pub fn bytes(&self) -> Vec<u8> {
        let mut w = self.arch.writer();
        let note = self.note();
        let first = self.loads.first().map_or(0, |load| load.0);
        let notes = self.phdr_offset() + self.phdr_count() * self.phdr_size();
        self.ehdr(&mut w);
        self.phdr(&mut w, PT_PHDR, 4, first, self.phdr_offset(), self.phdr_count() * self.phdr_size());
        for (vaddr, memsz, flags) in &self.loads {
            self.phdr(&mut w, PT_LOAD, *flags, *vaddr, 0, *memsz);
        }
        self.phdr(&mut w, PT_DYNAMIC, 6, first, notes + note.len() as u64, 0);
        self.phdr(&mut w, PT_NOTE, 4, first, notes, note.len() as u64);
        w.bytes(&note);
        w.pad_to(self.size);
        w.into_bytes()
    }

    fn phdr_size(&self) -> u64 {
        if self.arch.wide { 56 } else { 32 }
    }

    fn note(&self) -> Vec<u8> {
        let mut w = self.arch.writer();
        if !self.build_id.is_empty() {
            Note::raw(self.arch, "GNU", NT_GNU_BUILD_ID, &self.build_id).write(&mut w);
        }
        w.into_bytes()
    }

    fn ehdr(&self, w: &mut Writer) {
        let big = self.arch.endian == super::bytes::Endian::Big;
        w.bytes(b"\x7fELF");
        w.bytes(&[if self.arch.wide { 2 } else { 1 }, if big { 2 } else { 1 }, 1, 0]);
        w.zeros(8);
        w.u16(if self.fixed { ET_EXEC } else { ET_DYN });
        w.u16(self.arch.machine);
        w.u32(1);
        w.word(self.loads.first().map_or(0, |load| load.0 + 0x40));
        w.word(self.phdr_offset());
        w.word(0);
        w.u32(self.arch.e_flags);
        w.u16(self.phdr_offset() as u16);
        w.u16(self.phdr_size() as u16);
        w.u16(self.phdr_count() as u16);
        w.zeros(6);
    }

    /// A program header whose bytes lie at `base + offset` in memory and at `offset` in the file.
    fn phdr(&self, w: &mut Writer, kind: u32, flags: u32, base: u64, offset: u64, size: u64) {
        w.u32(kind);
        if self.arch.wide {
            w.u32(flags);
        }
        w.word(offset);
        w.word(base + offset);
        w.word(base + offset);
        w.word(size);
        w.word(size);
        if !self.arch.wide {
            w.u32(flags);
        }
        w.word(if kind == PT_LOAD { self.arch.page } else { 4 });
    }
}
