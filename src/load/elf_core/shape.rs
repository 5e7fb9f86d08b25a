//! What the program headers look like taken together: by that the writer is recognised, and by that it is known how
//! far the map can be trusted.

use object::elf;

use super::count::Count;
use super::header::Header;
use super::segments::Segment;
use crate::addr::{Addr, AddrRange};

/// A PT_NOTE.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct NoteSegment {
    /// Where its notes are in the file.
    pub offset: u64,
    /// Their size in bytes.
    pub size: u64,
    /// `p_align`: 0, 1 or 4 for notes padded to 4 bytes, 8 for 8.
    pub align: u64,
}

/// Sums and signs over all program headers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Shape {
    /// Program headers read.
    pub segments: u64,
    /// The PT_NOTEs.
    pub notes: Vec<NoteSegment>,
    /// PT_NOTEs that were too many.
    pub left_out: u64,
    /// PT_LOADs with a size, the vsyscall page not counted.
    pub mappings: u64,
    /// Whether all program headers that the file promises were read.
    pub whole: bool,
    /// Headers that contradict themselves.
    pub odd: u64,
    /// The first of them, and what is wrong.
    pub first_odd: Option<(u64, &'static str)>,
    /// Whether PT_LOADs ascend without overlap, as the kernel walks them.
    pub ascending: bool,
    /// The end of the highest PT_LOAD, if there is one, vsyscall left out.
    pub mapped_end: Option<Addr>,
    /// Whether the first program header is a PT_NOTE.
    pub note_is_first: bool,
    /// Whether notes begin where the program headers end.
    pub notes_follow_table: bool,
    /// Whether all contents lie at multiples of their `p_align`, and that is a page.
    pub page_aligned: bool,
    /// Whether any PT_LOAD has a `p_align` of 0 or 1.
    pub unaligned: bool,
    /// Whether there are section headers beside the one that only has the number of segments.
    pub has_sections: bool,
    /// End of the contents that lie furthest back in the file.
    pub contents_end: u64,
    last_end: Addr,
}

/// The smallest page of any Linux.
const SMALLEST_PAGE: u64 = 0x1000;

impl Shape {
    /// Before the first program header.
    pub fn new(header: &Header) -> Shape {
        Shape {
            segments: 0,
            notes: Vec::new(),
            left_out: 0,
            mappings: 0,
            whole: false,
            odd: 0,
            first_odd: None,
            ascending: true,
            mapped_end: None,
            note_is_first: false,
            notes_follow_table: false,
            page_aligned: true,
            unaligned: false,
            has_sections: header.shnum > 1 || header.shstrndx != elf::SHN_UNDEF.0,
            contents_end: 0,
            last_end: Addr(0),
        }
    }

    /// Takes a PT_NOTE.
    pub fn add_note(&mut self, segment: &Segment) {
        self.note_is_first |= self.segments == 0;
        self.contents_end = self.contents_end.max(segment.offset.saturating_add(segment.filesz));
        self.notes.push(NoteSegment { offset: segment.offset, size: segment.filesz, align: segment.align });
    }

    /// Takes a PT_LOAD that is no row: without any size, or at the last address of all.
    pub fn add_empty_load(&mut self, segment: &Segment) {
        if segment.memsz > 0 {
            self.add_odd("p_vaddr is the last address, so it is left out");
        }
        self.note_alignment(segment);
    }

    fn add_odd(&mut self, problem: &'static str) {
        self.odd += 1;
        self.first_odd.get_or_insert((self.segments, problem));
    }

    /// Takes a PT_LOAD that became the row `range`.
    pub fn add_load(&mut self, segment: &Segment, range: AddrRange, is_vsyscall: bool, problem: Option<&'static str>) {
        self.ascending &= range.start() >= self.last_end;
        self.last_end = range.end();
        if !is_vsyscall {
            self.mappings += 1;
            self.mapped_end = self.mapped_end.max(Some(range.end()));
        }
        if segment.filesz > 0 {
            self.contents_end = self.contents_end.max(segment.offset.saturating_add(segment.filesz));
        }
        if let Some(problem) = problem {
            self.add_odd(problem);
        }
        self.note_alignment(segment);
    }

    fn note_alignment(&mut self, segment: &Segment) {
        let aligned = segment.align >= SMALLEST_PAGE && segment.offset.is_multiple_of(segment.align);
        self.page_aligned &= aligned;
        self.unaligned |= segment.align <= 1;
    }

    /// After the last program header: `limit` were to be read.
    pub fn close(&mut self, header: &Header, count: Count, limit: u64) {
        self.whole = self.segments == limit && count != Count::Stated(0);
        if let Count::Stated(promised) = count {
            self.whole &= self.segments == promised;
        }
        let table_end = header.phoff.saturating_add(limit.saturating_mul(header.stride()));
        self.notes_follow_table = self.notes.iter().any(|n| n.offset == table_end);
    }
}
