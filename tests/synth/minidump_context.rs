//! Thread contexts of minidumps: which CPU has which size, flags, and offsets of SP and PC.
//!
//! | CPU | size | flags | SP | PC | structure |
//! |---|---|---|---|---|---|
//! | x86 | 716 | 0 | 0xc4 esp | 0xb8 eip | CONTEXT of `winnt.h`, with 512 bytes of FXSAVE |
//! | amd64 | 1232 | 0x30 | 0x98 rsp | 0xf8 rip | CONTEXT of `winnt.h` |
//! | arm | 368 | 0 | 0x38 r13 | 0x40 r15 | MDRawContextARM, `minidump_cpu_arm.h`: flags, r0–r15 from 4, cpsr, VFP |
//! | arm64 | 912 | 0 | 0x100 | 0x108 | CONTEXT of `winnt.h`: flags, cpsr, x0–x30 from 8, sp, pc, v0–v31, … |
//! | old arm64 | 796 | 0 (8 bytes) | 0x100 | 0x108 | MDRawContextARM64_Old, `minidump_cpu_arm64.h`: flags, x0–x30 from 8, sp, pc, cpsr, … |
//! | mips, mips64 | 600 | 0 | 0xf0 r29 | 0x138 epc | MDRawContextMIPS, `minidump_cpu_mips.h`: r0–r31 from 8, 8 bytes each |
//! | ppc | 1004 | 0 | 0x10 r1 | 0x04 srr0 | MDRawContextPPC, `minidump_cpu_ppc.h`: srr0, srr1, r0–r31 from 12 |
//! | ppc64 | 1160 | 0 (8 bytes) | 0x20 r1 | 0x08 srr0 | MDRawContextPPC64, `minidump_cpu_ppc64.h`: r0–r31 from 24 |
//! | sparc | 584 | 0 | 0x78 o6 | 0x110 | MDRawContextSPARC, `minidump_cpu_sparc.h`: g, o, l, i from 8 |

use super::bytes::Writer;

/// A kind of CPU, as minidumps tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cpu {
    /// 32-bit x86.
    X86,
    /// x86-64.
    Amd64,
    /// 32-bit ARM.
    Arm,
    /// AArch64, Microsoft's context and architecture number 12.
    Arm64,
    /// AArch64, breakpad's context and architecture number 0x8003.
    Arm64Old,
    /// 32-bit MIPS.
    Mips,
    /// 64-bit MIPS.
    Mips64,
    /// 32-bit PowerPC.
    Ppc,
    /// 64-bit PowerPC.
    Ppc64,
    /// SPARC.
    Sparc,
}

/// All of them.
pub const ALL: [Cpu; 10] = [
    Cpu::X86,
    Cpu::Amd64,
    Cpu::Arm,
    Cpu::Arm64,
    Cpu::Arm64Old,
    Cpu::Mips,
    Cpu::Mips64,
    Cpu::Ppc,
    Cpu::Ppc64,
    Cpu::Sparc,
];

/// One line of the table above, as numbers.
struct Layout {
    architecture: u16,
    size: usize,
    flags: u32,
    flags_at: usize,
    wide_flags: bool,
    sp: usize,
    pc: usize,
    wide_registers: bool,
}

/// Columns: architecture, size, flags, flags_at, wide_flags, sp, pc, wide_registers.
type Row = (u16, usize, u32, usize, bool, usize, usize, bool);

impl Cpu {
    /// `SystemInfo.ProcessorArchitecture` (`winnt.h` PROCESSOR_ARCHITECTURE_*, breakpad's MD_CPU_ARCHITECTURE_*).
    pub fn architecture(self) -> u16 {
        self.layout().architecture
    }

    /// Bytes of an address.
    pub fn word(self) -> usize {
        match self {
            Cpu::X86 | Cpu::Arm | Cpu::Mips | Cpu::Ppc => 4,
            Cpu::Amd64 | Cpu::Arm64 | Cpu::Arm64Old | Cpu::Mips64 | Cpu::Ppc64 | Cpu::Sparc => 8,
        }
    }

    fn layout(self) -> Layout {
        let row: Row = match self {
            Cpu::X86 => (0, 716, 0x1_003f, 0, false, 0xc4, 0xb8, false),
            Cpu::Amd64 => (9, 1232, 0x10_001f, 0x30, false, 0x98, 0xf8, true),
            Cpu::Arm => (5, 368, 0x4000_0006, 0, false, 0x38, 0x40, false),
            Cpu::Arm64 => (12, 912, 0x40_0007, 0, false, 0x100, 0x108, true),
            Cpu::Arm64Old => (0x8003, 796, 0x8000_0006, 0, true, 0x100, 0x108, true),
            Cpu::Mips => (1, 600, 0x4_0006, 0, false, 0xf0, 0x138, true),
            Cpu::Mips64 => (0x8004, 600, 0x8_0006, 0, false, 0xf0, 0x138, true),
            Cpu::Ppc => (3, 1004, 0x2000_0001, 0, false, 0x10, 0x04, false),
            Cpu::Ppc64 => (0x8002, 1160, 0x100_0001, 0, true, 0x20, 0x08, true),
            Cpu::Sparc => (0x8001, 584, 0x1000_0003, 0, false, 0x78, 0x110, true),
        };
        let (architecture, size, flags, flags_at, wide_flags, sp, pc, wide_registers) = row;
        Layout { architecture, size, flags, flags_at, wide_flags, sp, pc, wide_registers }
    }
}

/// One context in the making.
#[derive(Clone, Debug)]
pub struct Context {
    cpu: Cpu,
    sp: u64,
    pc: u64,
    flags: Option<u32>,
    size: Option<usize>,
    extra: Vec<(usize, u64, bool)>,
}

impl Context {
    /// A context of `cpu` with these registers; others 0.
    pub fn new(cpu: Cpu, sp: u64, pc: u64) -> Context {
        Context { cpu, sp, pc, flags: None, size: None, extra: Vec::new() }
    }

    /// Replaces ContextFlags.
    pub fn flags(mut self, flags: u32) -> Context {
        self.flags = Some(flags);
        self
    }

    /// Makes it this long: zeros behind it (XSAVE makes real ones longer), or cut off.
    pub fn size(mut self, size: usize) -> Context {
        self.size = Some(size);
        self
    }

    /// Puts 4 bytes at `offset`.
    pub fn put_u32(mut self, offset: usize, value: u32) -> Context {
        self.extra.push((offset, u64::from(value), false));
        self
    }

    /// Puts 8 bytes at `offset`.
    pub fn put_u64(mut self, offset: usize, value: u64) -> Context {
        self.extra.push((offset, value, true));
        self
    }

    /// Appends the context.
    pub fn write(&self, w: &mut Writer) {
        let layout = self.cpu.layout();
        let mut bytes = Writer::new(w.endian(), self.cpu.word() == 8);
        bytes.zeros(layout.size);
        let flags = u64::from(self.flags.unwrap_or(layout.flags));
        put(&mut bytes, layout.flags_at, flags, layout.wide_flags);
        put(&mut bytes, layout.sp, self.sp, layout.wide_registers);
        put(&mut bytes, layout.pc, self.pc, layout.wide_registers);
        for (offset, value, wide) in &self.extra {
            put(&mut bytes, *offset, *value, *wide);
        }
        let mut bytes = bytes.into_bytes();
        bytes.resize(self.size.unwrap_or(layout.size), 0);
        w.bytes(&bytes);
    }
}

fn put(w: &mut Writer, offset: usize, value: u64, wide: bool) {
    if wide {
        w.set_u64(offset, value);
    } else {
        w.set_u32(offset, value as u32);
    }
}
