//! Where the stack pointer, the program counter and the thread pointer lie in a thread's NT_PRSTATUS, per CPU.

use object::elf;

use super::header::Header;
use crate::model::PointerWidth::{self, Bits32, Bits64};

/// Layout of `struct elf_prstatus` (include/linux/elfcore.h) and of `pr_reg` (`elf_gregset_t`) in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Registers {
    /// Size of one register.
    pub size: PointerWidth,
    /// Index of the stack pointer in `pr_reg`.
    pub sp: usize,
    /// Index of the program counter in `pr_reg`.
    pub pc: usize,
    /// Where the thread pointer is.
    pub tls: Tls,
}

/// Where a core tells the thread pointer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tls {
    /// In the register of this index.
    Register(usize),
    /// In the NT_386_TLS note, in the entry that the selector in the register of this index names.
    Selector(usize),
    /// In the NT_ARM_TLS note, or nowhere.
    Elsewhere,
}

const fn layout(size: PointerWidth, sp: usize, pc: usize, tls: Tls) -> Option<Registers> {
    Some(Registers { size, sp, pc, tls })
}

/// The layout for the core's machine, or `None` if it is not known here.
///
/// Orders of the registers are those of each architecture's uapi headers, named beside them.
pub(super) fn of(header: &Header) -> Option<Registers> {
    use Tls::{Elsewhere, Register, Selector};
    match (header.machine, header.width) {
        // ebx ecx edx esi edi ebp eax ds es fs gs orig_eax eip cs eflags esp ss: arch/x86/include/asm/user_32.h
        (elf::EM_386, Bits32) => layout(Bits32, 15, 12, Selector(10)),
        // r15…r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base …: arch/x86/include/asm/user_64.h;
        // x32 has the same registers behind a 32-bit head
        (elf::EM_X86_64, _) => layout(Bits64, 19, 16, Register(21)),
        // r0–r15 cpsr orig_r0: arch/arm/include/uapi/asm/ptrace.h
        (elf::EM_ARM, Bits32) => layout(Bits32, 13, 15, Elsewhere),
        // x0–x30 sp pc pstate: arch/arm64/include/uapi/asm/ptrace.h
        (elf::EM_AARCH64, Bits64) => layout(Bits64, 31, 32, Elsewhere),
        // r0–r31 nip msr …; r2 and r13 are the thread pointers: arch/powerpc/include/uapi/asm/ptrace.h
        (elf::EM_PPC, Bits32) => layout(Bits32, 1, 32, Register(2)),
        (elf::EM_PPC64, Bits64) => layout(Bits64, 1, 32, Register(13)),
        // pc x1–x31; x4 is tp: arch/riscv/include/uapi/asm/ptrace.h
        (elf::EM_RISCV, size) => layout(size, 2, 0, Register(4)),
        // psw mask, psw address, r0–r15, a0–a15 of 4 bytes: a0 and a1 make the thread pointer;
        // arch/s390/include/uapi/asm/ptrace.h
        (elf::EM_S390, Bits64) => layout(Bits64, 17, 1, Register(18)),
        // r0–r31 lo hi epc …: arch/mips/include/uapi/asm/reg.h, MIPS64_EF_*; the thread pointer is a hardware register
        (elf::EM_MIPS, Bits64) => layout(Bits64, 29, 34, Elsewhere),
        (elf::EM_MIPS, Bits32) if header.is_n32() => layout(Bits64, 29, 34, Elsewhere),
        // six unused words, then the same: MIPS32_EF_*
        (elf::EM_MIPS, Bits32) => layout(Bits32, 35, 40, Elsewhere),
        // r0–r31 orig_a0 era …; r2 is tp: arch/loongarch/include/uapi/asm/ptrace.h
        (elf::EM_LOONGARCH, Bits64) => layout(Bits64, 3, 33, Register(2)),
        _ => None,
    }
}
