//! What a Linux core looks like on each architecture: ELF identity, and where registers lie in `NT_PRSTATUS`.
//!
//! `pr_reg` is the kernel's `elf_gregset_t`: [`Arch::registers`] words, whose order is fixed by the architecture's uapi
//! header. SP and PC are word indices into it:
//!
//! | arch | words | SP | PC | order, and the header that fixes it |
//! |---|---|---|---|---|
//! | x86 | 17 | 15 | 12 | ebx ecx edx esi edi ebp eax ds es fs gs orig_eax eip cs eflags esp ss; `arch/x86/include/uapi/asm/ptrace.h` |
//! | x86-64 | 27 | 19 | 16 | r15 r14 r13 r12 rbp rbx r11–r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base ds es fs gs; the same header, and `user_64.h` |
//! | arm | 18 | 13 | 15 | r0–r15 cpsr orig_r0; `arch/arm/include/uapi/asm/ptrace.h` |
//! | aarch64 | 34 | 31 | 32 | x0–x30 sp pc pstate; `arch/arm64/include/uapi/asm/ptrace.h` |
//! | ppc, ppc64 | 48 | 1 | 32 | r0–r31 nip msr orig_r3 ctr lr xer ccr mq/softe trap dar dsisr result, unused; `arch/powerpc/include/uapi/asm/ptrace.h`, ELF_NGREG in `elf.h` |
//! | riscv64 | 32 | 2 | 0 | pc x1–x31; `arch/riscv/include/uapi/asm/ptrace.h` |
//! | s390x | 27 | 17 | 1 | psw mask, psw address, r0–r15, a0–a15 (4 bytes each), orig_r2; `arch/s390/include/uapi/asm/ptrace.h` |
//! | mips o32 | 45 | 35 | 40 | six unused, r0–r31, lo hi epc badvaddr status cause, unused; `arch/mips/include/uapi/asm/reg.h` |
//! | mips64 n64 | 45 | 29 | 34 | r0–r31 lo hi epc badvaddr status cause, unused; the same header |
//! | loongarch64 | 45 | 3 | 33 | r0–r31 orig_a0 era badv, reserved; `arch/loongarch/include/uapi/asm/reg.h`, ELF_NGREG in `asm/elf.h` |

use super::bytes::{Endian, Writer};

/// Where a core tells the thread pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// In this word of `pr_reg` (x86-64 fs_base, the tp register elsewhere, a0 and a1 on s390x).
    Register(usize),
    /// In an `NT_386_TLS` note, in the entry whose number is `gs >> 3`.
    I386Note,
    /// In an `NT_ARM_TLS` note.
    ArmNote,
    /// Nowhere: the kernel has no such note for this architecture.
    Nowhere,
}

/// One architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arch {
    /// Short name, as in file names and test messages.
    pub name: &'static str,
    /// `e_machine`, System V ABI's registry (`EM_*`).
    pub machine: u16,
    /// ELFCLASS64, and 8-byte words.
    pub wide: bool,
    /// Byte order.
    pub endian: Endian,
    /// `e_flags` as compilers set them; kernels write 0 in most cores.
    pub e_flags: u32,
    /// Words in `pr_reg` (ELF_NGREG).
    pub registers: usize,
    /// Index of the stack pointer.
    pub sp: usize,
    /// Index of the program counter.
    pub pc: usize,
    /// Where the thread pointer is.
    pub tls: Tls,
    /// `__kernel_uid_t` has 2 bytes (x86, arm), which moves `NT_PRPSINFO`'s later fields by 4.
    pub short_uid: bool,
    /// Usual page size.
    pub page: u64,
    /// `AT_PLATFORM`'s text.
    pub platform: &'static str,
}

const LE32: Arch = Arch {
    name: "",
    machine: 0,
    wide: false,
    endian: Endian::Little,
    e_flags: 0,
    registers: 0,
    sp: 0,
    pc: 0,
    tls: Tls::Nowhere,
    short_uid: false,
    page: 0x1000,
    platform: "",
};
const LE64: Arch = Arch { wide: true, ..LE32 };

/// i386, EM_386.
pub const X86: Arch = Arch {
    name: "x86",
    machine: 3,
    registers: 17,
    sp: 15,
    pc: 12,
    tls: Tls::I386Note,
    short_uid: true,
    platform: "i686",
    ..LE32
};
/// EM_X86_64.
pub const X86_64: Arch = Arch {
    name: "x86-64",
    machine: 62,
    registers: 27,
    sp: 19,
    pc: 16,
    tls: Tls::Register(21),
    platform: "x86_64",
    ..LE64
};
/// 32-bit ARM, EM_ARM, EABI 5.
pub const ARM: Arch = Arch {
    name: "arm",
    machine: 40,
    e_flags: 0x0500_0000,
    registers: 18,
    sp: 13,
    pc: 15,
    short_uid: true,
    platform: "v7l",
    ..LE32
};
/// EM_AARCH64.
pub const AARCH64: Arch = Arch {
    name: "aarch64",
    machine: 183,
    registers: 34,
    sp: 31,
    pc: 32,
    tls: Tls::ArmNote,
    platform: "aarch64",
    ..LE64
};
/// 32-bit PowerPC, EM_PPC, big endian.
pub const PPC: Arch = Arch {
    name: "ppc",
    machine: 20,
    endian: Endian::Big,
    registers: 48,
    sp: 1,
    pc: 32,
    tls: Tls::Register(2),
    platform: "power7",
    ..LE32
};
/// 64-bit PowerPC, EM_PPC64, big endian, ELFv1.
pub const PPC64: Arch =
    Arch { name: "ppc64", machine: 21, wide: true, e_flags: 1, tls: Tls::Register(13), page: 0x10000, ..PPC };
/// 64-bit PowerPC, little endian, ELFv2.
pub const PPC64LE: Arch = Arch { name: "ppc64le", endian: Endian::Little, e_flags: 2, platform: "power9", ..PPC64 };
/// EM_RISCV, 64 bit.
pub const RISCV64: Arch = Arch {
    name: "riscv64",
    machine: 243,
    e_flags: 5,
    registers: 32,
    sp: 2,
    pc: 0,
    tls: Tls::Register(4),
    platform: "",
    ..LE64
};
/// EM_S390, 64 bit, big endian.
pub const S390X: Arch = Arch {
    name: "s390x",
    machine: 22,
    endian: Endian::Big,
    registers: 27,
    sp: 17,
    pc: 1,
    tls: Tls::Register(18),
    platform: "z13",
    ..LE64
};
/// 32-bit MIPS, EM_MIPS, o32 ABI, big endian.
pub const MIPS: Arch = Arch {
    name: "mips",
    machine: 8,
    endian: Endian::Big,
    e_flags: 0x7000_1007,
    registers: 45,
    sp: 35,
    pc: 40,
    platform: "mips",
    ..LE32
};
/// 32-bit MIPS, little endian.
pub const MIPSEL: Arch = Arch { name: "mipsel", endian: Endian::Little, ..MIPS };
/// 64-bit MIPS, n64 ABI, big endian.
pub const MIPS64: Arch =
    Arch { name: "mips64", wide: true, e_flags: 0x8000_0007, sp: 29, pc: 34, platform: "mips64r2", ..MIPS };
/// 64-bit MIPS, little endian.
pub const MIPS64EL: Arch = Arch { name: "mips64el", endian: Endian::Little, ..MIPS64 };
/// EM_LOONGARCH, 64 bit.
pub const LOONGARCH64: Arch = Arch {
    name: "loongarch64",
    machine: 258,
    e_flags: 0x43,
    registers: 45,
    sp: 3,
    pc: 33,
    tls: Tls::Register(2),
    page: 0x4000,
    platform: "loongarch",
    ..LE64
};

/// Every architecture of this module.
pub const ALL: [Arch; 14] =
    [X86, X86_64, ARM, AARCH64, PPC, PPC64, PPC64LE, RISCV64, S390X, MIPS, MIPSEL, MIPS64, MIPS64EL, LOONGARCH64];

impl Arch {
    /// The same architecture with the other byte order (armeb, aarch64_be, …).
    pub fn with_endian(self, endian: Endian) -> Arch {
        Arch { endian, ..self }
    }

    /// Bytes in a word: 4 or 8.
    pub fn word(&self) -> usize {
        if self.wide { 8 } else { 4 }
    }

    /// An empty writer in this architecture's byte order and word size.
    pub fn writer(&self) -> Writer {
        Writer::new(self.endian, self.wide)
    }
}
