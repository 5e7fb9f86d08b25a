//! Section headers of cores: gdb's one per segment, or the kernel's single one that holds the count of segments.
//!
//! Layout and the escapes for large counts (`e_shnum` 0 with the count in section 0's sh_size, `SHN_XINDEX` with the
//! index in sh_link, `PN_XNUM` with the count in sh_info): System V gABI, "Sections".

use super::bytes::Writer;

const SHT_PROGBITS: u32 = 1;
const SHT_STRTAB: u32 = 3;
const SHT_NOTE: u32 = 7;
const SHT_NOBITS: u32 = 8;
const SHN_LORESERVE: usize = 0xff00;
const SHN_XINDEX: u16 = 0xffff;
/// Names of all sections: nothing at 0, `note0` at 1, `load` at 7, `.shstrtab` at 12.
const NAMES: &[u8] = b"\0note0\0load\0.shstrtab\0";

/// What gdb says of one segment in a section header.
pub struct Row {
    /// A PT_NOTE, else a PT_LOAD.
    pub note: bool,
    /// Its `p_flags`.
    pub flags: u32,
    /// First address.
    pub address: u64,
    /// File offset.
    pub offset: u64,
    /// Bytes in the file.
    pub size: u64,
}

/// The section headers of one file, and the name table in front of them.
pub struct Sections {
    end: u64,
    count: usize,
    rows: Vec<Row>,
    names: bool,
}

impl Sections {
    /// No section headers.
    pub fn none() -> Sections {
        Sections { end: 0, count: 0, rows: Vec::new(), names: false }
    }

    /// One header at `end`, whose sh_info is the number of segments.
    pub fn only_count(end: u64, count: usize) -> Sections {
        Sections { end, count, ..Sections::none() }
    }

    /// One header per segment; `count` is 0 unless the file needs `PN_XNUM`.
    pub fn of_segments(end: u64, count: usize, rows: Vec<Row>) -> Sections {
        Sections { end, count, rows, names: true }
    }

    /// True for [`Sections::none`].
    pub fn is_empty(&self) -> bool {
        self.total() == 0
    }

    /// `e_shoff`: behind the name table, aligned to a word; 0 without sections.
    pub fn header_offset(&self, word: u64) -> u64 {
        let names = if self.names { NAMES.len() as u64 } else { 0 };
        if self.is_empty() { 0 } else { (self.end + names).next_multiple_of(word) }
    }

    /// `e_shnum`.
    pub fn e_shnum(&self) -> u16 {
        if self.total() < SHN_LORESERVE { self.total() as u16 } else { 0 }
    }

    /// `e_shstrndx`.
    pub fn e_shstrndx(&self) -> u16 {
        if self.names_index() < SHN_LORESERVE { self.names_index() as u16 } else { SHN_XINDEX }
    }

    /// Writes name table and headers at the end of `w`.
    pub fn write(&self, w: &mut Writer) {
        if self.is_empty() {
            return;
        }
        if self.names {
            w.structure("shstrtab", |w| w.bytes(NAMES));
        }
        w.align(w.word_size());
        self.zeroth(w);
        for (index, row) in self.rows.iter().enumerate() {
            write_row(w, index + 1, row);
        }
        if self.names {
            let names =
                Header { name: 12, kind: SHT_STRTAB, offset: self.end, size: NAMES.len() as u64, ..Header::default() };
            names.write(w, self.rows.len() + 1);
        }
    }

    fn total(&self) -> usize {
        match (self.names, self.count) {
            (true, _) => self.rows.len() + 2,
            (false, 0) => 0,
            (false, _) => 1,
        }
    }

    fn names_index(&self) -> usize {
        if self.names { self.rows.len() + 1 } else { 0 }
    }

    /// Section 0. The kernel writes its own count of sections, 1, to sh_size.
    fn zeroth(&self, w: &mut Writer) {
        let escaped = |value: usize| if value >= SHN_LORESERVE { value } else { 0 };
        let size = if self.names { escaped(self.total()) } else { self.total() };
        let link = escaped(self.names_index()) as u32;
        Header { size: size as u64, link, info: self.count as u32, ..Header::default() }.write(w, 0);
    }
}

fn write_row(w: &mut Writer, index: usize, row: &Row) {
    const ALLOC: u64 = 2;
    let write = if row.flags & 2 != 0 { 1 } else { 0 };
    let execute = if row.flags & 1 != 0 { 4 } else { 0 };
    let load = if row.size == 0 { SHT_NOBITS } else { SHT_PROGBITS };
    let header = Header {
        name: if row.note { 1 } else { 7 },
        kind: if row.note { SHT_NOTE } else { load },
        flags: if row.note { 0 } else { ALLOC | write | execute },
        address: row.address,
        offset: row.offset,
        size: row.size,
        ..Header::default()
    };
    header.write(w, index);
}

/// One `Elf32_Shdr` (40 bytes) or `Elf64_Shdr` (64 bytes): the fields have the same order in both.
#[derive(Default)]
struct Header {
    name: u32,
    kind: u32,
    flags: u64,
    address: u64,
    offset: u64,
    size: u64,
    link: u32,
    info: u32,
}

impl Header {
    fn write(&self, w: &mut Writer, index: usize) {
        w.structure(&format!("shdr[{index}]"), |w| {
            w.field_u32("sh_name", self.name);
            w.field_u32("sh_type", self.kind);
            w.word(self.flags);
            w.field_word("sh_addr", self.address);
            w.field_word("sh_offset", self.offset);
            w.field_word("sh_size", self.size);
            w.field_u32("sh_link", self.link);
            w.field_u32("sh_info", self.info);
            w.word(u64::from(self.kind != 0));
            w.word(0);
        });
    }
}
