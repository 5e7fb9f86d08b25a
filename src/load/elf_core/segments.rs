//! Program headers: PT_LOADs become rows of the map and captured memory, PT_NOTEs are handed on.

use object::elf;

use super::count::{self, Count};
use super::header::Header;
use super::shape::Shape;
use super::window::Window;
use crate::addr::{Addr, AddrRange, FileOffset};
use crate::bytes::Reader;
use crate::diag::{Diagnostics, Place};
use crate::error::LoadError;
use crate::load::facts::{Facts, Row, RowLabel};
use crate::load::{Input, PREFIX_LIMIT};
use crate::model::{Captured, PointerWidth, Protection, Source, State};

/// How many program headers are read. Above what `vm.max_map_count` is raised to in practice (262,144 to 1,048,576).
pub(super) const MAX_SEGMENTS: u64 = 1 << 20;
/// How many PT_NOTEs are read; real cores have one.
const MAX_NOTE_SEGMENTS: usize = 1 << 10;
/// Where x86-64 kernels put the vsyscall page (`VSYSCALL_ADDR` in arch/x86/include/uapi/asm/vsyscall.h).
const VSYSCALL: u64 = 0xffff_ffff_ff60_0000;
/// Where 32-bit arm kernels put the `[vectors]` page (arch/arm/kernel/process.c).
const ARM_VECTORS: u64 = 0xffff_0000;

/// One program header, widened to 64 bit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Segment {
    pub kind: elf::ProgramType,
    pub flags: elf::ProgramFlags,
    pub offset: u64,
    pub vaddr: u64,
    pub filesz: u64,
    pub memsz: u64,
    pub align: u64,
}

/// Adds the rows and memory of all PT_LOADs to `facts`; returns what else the program headers tell.
///
/// A table that is cut, or headers that contradict themselves, cost only themselves and are reported.
///
/// # Errors
/// If there is no program header at all.
pub(super) fn read(input: &Input<'_>, header: &Header, deep: bool, facts: &mut Facts) -> Result<Shape, LoadError> {
    let count = count::stated(input, header, deep, &mut facts.diagnostics);
    let mut limit = match count {
        Count::Stated(0) => return Err(no_segments()),
        Count::Stated(n) => n.min(MAX_SEGMENTS),
        Count::Unstated => MAX_SEGMENTS,
    };
    let expected = limit.min(input.len().unwrap_or(PREFIX_LIMIT).saturating_sub(header.phoff) / header.stride());
    facts.rows.reserve(usize::try_from(expected.min(MAX_SEGMENTS)).unwrap_or(0));
    let mut shape = Shape::new(header);
    let mut window = Window::new(input, header.phoff, limit.saturating_mul(header.stride()));
    while shape.segments < limit {
        let Some(segment) = next(&mut window, header) else { break };
        if count == Count::Unstated && !is_core_segment(&segment) {
            limit = shape.segments;
            break;
        }
        if let (Count::Unstated, Some(room)) = (count, count::room_before(header, shape.segments, segment.offset)) {
            limit = limit.min(room);
        }
        take(&segment, header, facts, &mut shape);
    }
    shape.close(header, count, limit);
    report(&shape, header, limit, facts);
    if shape.segments == 0 { Err(cut_table(input, header)) } else { Ok(shape) }
}

fn next(window: &mut Window<'_>, header: &Header) -> Option<Segment> {
    let bytes = window.take(usize::from(header.entry_size()))?;
    let segment = decode(bytes, header)?;
    // The last entry need not be followed by the padding that a larger e_phentsize asks for.
    let _ = window.skip(header.stride() - u64::from(header.entry_size()));
    Some(segment)
}

/// `Elf32_Phdr` has p_flags behind p_memsz, `Elf64_Phdr` behind p_type.
fn decode(bytes: &[u8], header: &Header) -> Option<Segment> {
    let mut at = Reader::new(bytes, header.endian);
    let wide = header.width == PointerWidth::Bits64;
    let kind = elf::ProgramType(at.u32()?);
    let early_flags = if wide { at.u32()? } else { 0 };
    let offset = at.word(header.width)?;
    let vaddr = at.word(header.width)?;
    let _paddr = at.word(header.width)?;
    let filesz = at.word(header.width)?;
    let memsz = at.word(header.width)?;
    let flags = elf::ProgramFlags(if wide { early_flags } else { at.u32()? });
    let align = at.word(header.width)?;
    Some(Segment { kind, flags, offset, vaddr, filesz, memsz, align })
}

fn is_core_segment(segment: &Segment) -> bool {
    matches!(segment.kind, elf::PT_LOAD | elf::PT_NOTE)
}

fn take(segment: &Segment, header: &Header, facts: &mut Facts, shape: &mut Shape) {
    match segment.kind {
        elf::PT_LOAD => take_load(segment, header, facts, shape),
        elf::PT_NOTE if shape.notes.len() < MAX_NOTE_SEGMENTS => shape.add_note(segment),
        elf::PT_NOTE => shape.left_out += 1,
        _ => {}
    }
    shape.segments += 1;
}

fn take_load(segment: &Segment, header: &Header, facts: &mut Facts, shape: &mut Shape) {
    let Some((range, problem)) = range_of(segment, header.width) else {
        shape.add_empty_load(segment);
        return;
    };
    let label = label_of(range.start(), header);
    let protection = protection_of(segment.flags);
    let state = if protection.is_no_access() { State::Reserved } else { State::Committed };
    facts.rows.push(Row { protection: Some(protection), label, ..Row::new(range, state, Source::PtLoad) });
    if let Some(held) = AddrRange::from_size_clipped(range.start(), segment.filesz.min(range.size())) {
        facts.memory.push(Captured { range: held, offset: FileOffset(segment.offset) });
    }
    shape.add_load(segment, range, label == RowLabel::Vsyscall, problem);
}

/// The addresses of a PT_LOAD, by `p_memsz`, and what is wrong with it; `None` if it has no size at all.
fn range_of(segment: &Segment, width: PointerWidth) -> Option<(AddrRange, Option<&'static str>)> {
    let (size, mut problem) = match (segment.memsz, segment.filesz) {
        (0, 0) => return None,
        (0, filesz) => (filesz, Some("p_memsz is 0 and p_filesz is not; p_filesz is taken")),
        (memsz, filesz) if memsz < filesz => (memsz, Some("p_memsz is less than p_filesz; p_memsz is taken")),
        (memsz, _) => (memsz, None),
    };
    let top = match width {
        PointerWidth::Bits32 => 1 << 32,
        PointerWidth::Bits64 => u64::MAX,
    };
    let start = Addr(segment.vaddr);
    let end = segment.vaddr.checked_add(size).filter(|e| *e <= top).unwrap_or_else(|| {
        problem = Some("p_vaddr + p_memsz is beyond the last address; it is cut there");
        top
    });
    AddrRange::new(start, Addr(end)).map(|range| (range, problem))
}

fn label_of(start: Addr, header: &Header) -> RowLabel {
    match (start.0, header.machine) {
        (VSYSCALL, elf::EM_X86_64) => RowLabel::Vsyscall,
        (ARM_VECTORS, elf::EM_ARM) => RowLabel::Vdso,
        _ => RowLabel::None,
    }
}

fn protection_of(flags: elf::ProgramFlags) -> Protection {
    let bits = [(elf::PF_R, Protection::READ), (elf::PF_W, Protection::WRITE), (elf::PF_X, Protection::EXECUTE)];
    let set = bits.into_iter().filter(|(bit, _)| flags.0 & bit.0 != 0);
    set.fold(Protection::NONE, |all, (_, protection)| all.with(protection))
}

fn report(shape: &Shape, header: &Header, promised: u64, facts: &mut Facts) {
    let at = Some(Place::Offset(FileOffset(header.phoff)));
    if header.phentsize != header.entry_size() {
        let message = format!("e_phentsize is {}, and {} was expected", header.phentsize, header.entry_size());
        facts.diagnostics.warn("damaged-header", message, None);
    }
    if shape.segments < promised {
        facts.truncated = true;
        let message =
            format!("{} of {promised} program headers are there; the others' mappings are missing", shape.segments);
        facts.diagnostics.warn("truncated", message, at);
    }
    if !shape.whole && shape.segments == MAX_SEGMENTS {
        let message = format!("only the first {MAX_SEGMENTS} program headers are read");
        facts.diagnostics.warn("too-many-rows", message, at);
    }
    report_odd(shape, &mut facts.diagnostics);
}

fn report_odd(shape: &Shape, diagnostics: &mut Diagnostics) {
    if let Some((index, problem)) = shape.first_odd {
        let others = shape.odd - 1;
        diagnostics.warn("damaged-segment", format!("program header {index}: {problem} ({others} more like it)"), None);
    }
    if shape.left_out > 0 {
        let message = format!("{} PT_NOTEs more than {MAX_NOTE_SEGMENTS} are not read", shape.left_out);
        diagnostics.warn("damaged-notes", message, None);
    }
}

fn no_segments() -> LoadError {
    LoadError::Malformed {
        what: "the ELF header",
        offset: FileOffset(0),
        problem: "e_phnum is 0, so the core lists no mapping and no note".to_owned(),
    }
}

fn cut_table(input: &Input<'_>, header: &Header) -> LoadError {
    let offset = FileOffset(header.phoff);
    match input.read(offset, u64::from(header.entry_size()), "the first program header") {
        Err(error) => LoadError::Unreadable(error),
        Ok(_) => LoadError::Malformed {
            what: "the program header table",
            offset,
            problem: "its first entry is neither a PT_NOTE nor a PT_LOAD".to_owned(),
        },
    }
}
