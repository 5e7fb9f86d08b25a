//! Register contexts: where each CPU's has its stack pointer and program counter.
//!
//! Layouts: CONTEXT of winnt.h (x86, amd64, arm, arm64), MDRawContext* of breakpad's minidump_cpu_*.h (the others). A
//! context may be longer than its structure: XSAVE areas follow it.

use super::file::{DumpFile, Location};
use crate::bytes::Reader;
use crate::model::{Endian, PointerWidth};

/// What is needed of a context.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Registers {
    /// Stack pointer as written.
    pub sp: u64,
    /// Program counter as written.
    pub pc: u64,
    /// Code segment (amd64 only): 0x23 while a WOW64 thread executes 32-bit code.
    pub cs: Option<u16>,
}

/// One CPU's context.
struct Layout {
    /// SystemInfo's processor architectures that use it.
    architectures: &'static [u16],
    /// Offset of ContextFlags.
    flags_at: usize,
    /// Values of which one must be in ContextFlags: winnt.h's or Breakpad's number of the CPU.
    flags: &'static [u32],
    /// A bit of ContextFlags without which SP and PC are not valid; 0 where the format has none.
    control: u32,
    sp_at: usize,
    pc_at: usize,
    /// Size of both registers.
    word: PointerWidth,
}

/// The bits of ContextFlags that say which parts of a context are valid (winnt.h).
const PARTS: u32 = 0x1f;
/// As many bytes as hold all fields that are looked at.
const LOOKED_AT: u64 = 0x140;
/// CONTEXT_AMD64.SegCs.
const AMD64_CS_AT: usize = 0x38;
/// PROCESSOR_ARCHITECTURE_AMD64.
const AMD64: u16 = 9;

use PointerWidth::{Bits32, Bits64};

#[rustfmt::skip]
const LAYOUTS: [Layout; 9] = [
    Layout { architectures: &[0, 10, 14],     flags_at: 0,    flags: &[0x1_0000],                    control: 1, sp_at: 0xc4,  pc_at: 0xb8,  word: Bits32 },
    Layout { architectures: &[AMD64],         flags_at: 0x30, flags: &[0x10_0000],                   control: 1, sp_at: 0x98,  pc_at: 0xf8,  word: Bits64 },
    // Breakpad's number, Windows', and Breakpad's first.
    Layout { architectures: &[5, 13],         flags_at: 0,    flags: &[0x4000_0000, 0x20_0000, 0x40], control: 0, sp_at: 0x38, pc_at: 0x40,  word: Bits32 },
    // Old and new arm64 have SP and PC at the same places; only their flags differ in size and value.
    Layout { architectures: &[12, 0x8003],    flags_at: 0,    flags: &[0x40_0000, 0x8000_0000],      control: 0, sp_at: 0x100, pc_at: 0x108, word: Bits64 },
    Layout { architectures: &[1, 0x8004],     flags_at: 0,    flags: &[0x4_0000, 0x8_0000],          control: 0, sp_at: 0xf0,  pc_at: 0x138, word: Bits64 },
    Layout { architectures: &[3],             flags_at: 0,    flags: &[0x2000_0000],                 control: 0, sp_at: 0x10,  pc_at: 0x04,  word: Bits32 },
    Layout { architectures: &[0x8002],        flags_at: 0,    flags: &[0x100_0000],                  control: 0, sp_at: 0x20,  pc_at: 0x08,  word: Bits64 },
    // Big-endian PowerPC 64 and old arm64 write 8 bytes of flags: the low half comes second.
    Layout { architectures: &[0x8002],        flags_at: 4,    flags: &[0x100_0000],                  control: 0, sp_at: 0x20,  pc_at: 0x08,  word: Bits64 },
    Layout { architectures: &[0x8001],        flags_at: 0,    flags: &[0x1000_0000],                 control: 0, sp_at: 0x78,  pc_at: 0x110, word: Bits64 },
];

/// Reads a context. SystemInfo's architecture decides its layout, if the context's own flags agree; if not, or
/// without SystemInfo, the flags alone do.
///
/// Returns `None` if it is not in the file, is too short, belongs to no known CPU, or lacks its control registers.
pub(super) fn read(file: DumpFile<'_>, at: Location, architecture: Option<u16>) -> Option<Registers> {
    let bytes = file.up_to(at.offset, at.size.min(LOOKED_AT));
    let by_architecture = LAYOUTS.iter().filter(|l| architecture.is_some_and(|a| l.architectures.contains(&a)));
    let mut certain = by_architecture.filter(|l| l.flags_of(&bytes, file.endian).is_some_and(|f| l.has_cpu(f)));
    let layout = certain.next().or_else(|| by_flags(&bytes, file.endian))?;
    layout.registers(&bytes, file.endian)
}

/// The layout whose CPU number is exactly what the flags hold: bits above it mean other things elsewhere.
fn by_flags(bytes: &[u8], endian: Endian) -> Option<&'static Layout> {
    const CPU: u32 = 0xffff_ff00;
    LAYOUTS.iter().find(|l| l.flags_of(bytes, endian).is_some_and(|f| l.flags.contains(&(f & CPU))))
}

impl Layout {
    fn flags_of(&self, bytes: &[u8], endian: Endian) -> Option<u32> {
        Reader::at(bytes, self.flags_at, endian)?.u32()
    }

    fn has_cpu(&self, flags: u32) -> bool {
        self.flags.iter().any(|wanted| flags & wanted == *wanted)
    }

    fn registers(&self, bytes: &[u8], endian: Endian) -> Option<Registers> {
        let parts = self.flags_of(bytes, endian)? & PARTS;
        // Breakpad on macOS names the CPU and no parts at all (0x100000), and means all of them.
        if parts != 0 && parts & self.control != self.control {
            return None;
        }
        let word = |at| Reader::at(bytes, at, endian)?.word(self.word);
        let cs = Reader::at(bytes, AMD64_CS_AT, endian).and_then(|mut r| r.u16());
        Some(Registers {
            sp: word(self.sp_at)?,
            pc: word(self.pc_at)?,
            cs: cs.filter(|_| self.architectures.contains(&AMD64)),
        })
    }
}

/// The registers of an x86 CONTEXT in memory, or `None` if its flags say that it is none.
pub(super) fn x86(bytes: &[u8]) -> Option<Registers> {
    let layout = LAYOUTS.first()?;
    let flags = layout.flags_of(bytes, Endian::Little)?;
    if layout.has_cpu(flags) { layout.registers(bytes, Endian::Little) } else { None }
}
