//! The notes of a Linux core: one function per note, each returns a [`Note`].
//!
//! A note is `n_namesz`, `n_descsz`, `n_type` (4 bytes each, in both classes), the owner's name with its NUL, and the
//! descriptor; name and descriptor are padded to 4 bytes (System V gABI, "Note Section"; Linux pads cores so for 64-bit
//! files too). Type numbers: Linux `include/uapi/linux/elf.h`. Which notes a core has, and in which order, is decided
//! by [`super::elf_process`].

use super::bytes::Writer;
use super::elf_arch::{Arch, Tls};

/// `NT_PRSTATUS`: one thread's ids, signal and registers.
pub const NT_PRSTATUS: u32 = 1;
/// `NT_PRFPREG`: floating point registers.
pub const NT_PRFPREG: u32 = 2;
/// `NT_PRPSINFO`: the process's name and arguments.
pub const NT_PRPSINFO: u32 = 3;
/// `NT_AUXV`: the auxiliary vector.
pub const NT_AUXV: u32 = 6;
/// `NT_SIGINFO`, "SIGI".
pub const NT_SIGINFO: u32 = 0x5349_4749;
/// `NT_FILE`, "FILE": mapped files.
pub const NT_FILE: u32 = 0x4649_4c45;
/// `NT_386_TLS`: the GDT's TLS entries of one i386 thread.
pub const NT_386_TLS: u32 = 0x200;
/// `NT_X86_XSTATE`: the XSAVE area.
pub const NT_X86_XSTATE: u32 = 0x202;
/// `NT_ARM_TLS`: TPIDR_EL0.
pub const NT_ARM_TLS: u32 = 0x401;

/// Auxiliary vector keys, `include/uapi/linux/auxvec.h`.
pub mod at {
    /// Address of the executable's program headers.
    pub const PHDR: u64 = 3;
    /// Size of one of them.
    pub const PHENT: u64 = 4;
    /// Number of them.
    pub const PHNUM: u64 = 5;
    /// Page size.
    pub const PAGESZ: u64 = 6;
    /// Base of the dynamic linker.
    pub const BASE: u64 = 7;
    /// Entry point of the executable.
    pub const ENTRY: u64 = 9;
    /// Address of a string that names the CPU.
    pub const PLATFORM: u64 = 15;
    /// Address of 16 random bytes.
    pub const RANDOM: u64 = 25;
    /// Address of the path that was executed.
    pub const EXECFN: u64 = 31;
    /// i386: entry into the vdso.
    pub const SYSINFO: u64 = 32;
    /// Base of the vdso.
    pub const SYSINFO_EHDR: u64 = 33;
}

/// One note, ready to be placed.
#[derive(Clone, Debug)]
pub struct Note {
    /// Name for marks: `NT_FILE`, or `NT_PRSTATUS(tid)`.
    pub label: String,
    /// The owner's name; without its NUL.
    pub owner: String,
    /// `n_type`.
    pub kind: u32,
    /// The descriptor.
    pub desc: Writer,
}

impl Note {
    /// A note with owner, type and descriptor as given.
    pub fn new(label: impl Into<String>, owner: &str, kind: u32, desc: Writer) -> Note {
        Note { label: label.into(), owner: owner.to_string(), kind, desc }
    }

    /// A note with raw bytes, for unknown or damaged ones.
    pub fn raw(arch: Arch, owner: &str, kind: u32, desc: &[u8]) -> Note {
        let mut body = arch.writer();
        body.bytes(desc);
        Note::new(format!("note {kind:#x}"), owner, kind, body)
    }

    /// Appends the note, padded, as a structure named by its label, with fields `n_namesz`, `n_descsz`, `n_type`.
    pub fn write(&self, out: &mut Writer) {
        out.structure(&self.label, |w| {
            w.field_u32("n_namesz", self.owner.len() as u32 + 1);
            w.field_u32("n_descsz", self.desc.position() as u32);
            w.field_u32("n_type", self.kind);
            w.c_string(&self.owner);
            w.align(4);
            w.structure("desc", |w| w.append(&self.desc));
            w.align(4);
        });
    }
}

/// What `NT_PRSTATUS` says of a thread.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// `pr_pid`: the thread's id.
    pub tid: u32,
    /// `pr_pgrp`, `pr_sid` and `pr_ppid` are of no interest here: all get this value.
    pub ppid: u32,
    /// `pr_cursig`: the signal that killed the process, the same for each thread in kernel cores.
    pub signal: u16,
    /// `pr_reg`, [`Arch::registers`] words.
    pub registers: Vec<u64>,
}

/// `NT_PRSTATUS`, `struct elf_prstatus` of Linux `include/linux/elfcore.h`:
///
/// | field | 32 bit | 64 bit |
/// |---|---|---|
/// | pr_info: si_signo, si_code, si_errno | 0 | 0 |
/// | pr_cursig (2 bytes) | 12 | 12 |
/// | pr_sigpend, pr_sighold (words) | 16 | 16 |
/// | pr_pid, pr_ppid, pr_pgrp, pr_sid | 24 | 32 |
/// | pr_utime, pr_stime, pr_cutime, pr_cstime (2 words each) | 40 | 48 |
/// | pr_reg | 72 | 112 |
/// | pr_fpvalid (4 bytes, then padding to a word) | after it | after it |
pub fn prstatus(arch: Arch, status: &Status) -> Note {
    let mut w = arch.writer();
    w.field_u32("si_signo", u32::from(status.signal));
    w.zeros(8);
    w.field_u16("pr_cursig", status.signal);
    w.zeros(2 + 2 * arch.word());
    w.field_u32("pr_pid", status.tid);
    (0..3).for_each(|_| w.u32(status.ppid));
    w.zeros(8 * arch.word());
    w.structure("pr_reg", |w| status.registers.iter().for_each(|value| w.word(*value)));
    w.u32(1);
    w.align(arch.word());
    Note::new(format!("NT_PRSTATUS({})", status.tid), "CORE", NT_PRSTATUS, w)
}

/// `NT_PRPSINFO`, `struct elf_prpsinfo` of `include/linux/elfcore.h`:
/// pr_state, pr_sname, pr_zomb, pr_nice (1 byte each); pr_flag (a word, at its alignment); pr_uid and pr_gid (2 bytes
/// each on x86 and arm, else 4); pr_pid, pr_ppid, pr_pgrp, pr_sid; pr_fname (16); pr_psargs (80).
/// pr_fname is at 28 (x86, arm), 32 (other 32-bit) or 40 (64-bit).
pub fn prpsinfo(arch: Arch, pid: u32, fname: &str, psargs: &str) -> Note {
    let mut w = arch.writer();
    w.bytes(&[0, b'R', 0, 0]);
    w.align(arch.word());
    w.word(0x40_0600);
    w.zeros(if arch.short_uid { 4 } else { 8 });
    w.field_u32("pr_pid", pid);
    (0..3).for_each(|_| w.u32(1));
    w.structure("pr_fname", |w| w.fixed_string(fname, 16));
    w.structure("pr_psargs", |w| w.fixed_string(psargs, 80));
    w.align(arch.word());
    Note::new("NT_PRPSINFO", "CORE", NT_PRPSINFO, w)
}

/// `NT_SIGINFO`, `siginfo_t`: 128 bytes with si_signo at 0, si_errno at 4, si_code at 8 (MIPS swaps the last two),
/// and si_addr in the first word after them (12, or 16 in 64-bit cores).
pub fn siginfo(arch: Arch, signo: u32, code: u32, address: u64) -> Note {
    const EM_MIPS: u16 = 8;
    let mut w = arch.writer();
    w.field_u32("si_signo", signo);
    let order = if arch.machine == EM_MIPS { [code, 0] } else { [0, code] };
    order.into_iter().for_each(|value| w.u32(value));
    w.align(arch.word());
    w.field_word("si_addr", address);
    w.pad_to(128);
    Note::new("NT_SIGINFO", "CORE", NT_SIGINFO, w)
}

/// `NT_AUXV`: pairs of words, ended by `AT_NULL`.
pub fn auxv(arch: Arch, entries: &[(u64, u64)]) -> Note {
    let mut w = arch.writer();
    for (index, (key, value)) in entries.iter().enumerate() {
        w.word(*key);
        w.field_word(&format!("auxv[{index}]"), *value);
    }
    w.zeros(2 * arch.word());
    Note::new("NT_AUXV", "CORE", NT_AUXV, w)
}

/// One row of `NT_FILE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedFile {
    /// First address.
    pub start: u64,
    /// One past the last address.
    pub end: u64,
    /// Offset in the file, in pages of the note's page size.
    pub page_offset: u64,
    /// The path, as in /proc/PID/maps (with ` (deleted)` where it was).
    pub path: String,
}

impl MappedFile {
    /// A row; `page_offset` in pages.
    pub fn new(start: u64, end: u64, page_offset: u64, path: &str) -> MappedFile {
        MappedFile { start, end, page_offset, path: path.to_string() }
    }
}

/// `NT_FILE`, written by `fill_files_note` in Linux `fs/binfmt_elf.c`: words count and page_size, then count times
/// (start, end, offset in pages), then count paths, each with a NUL.
pub fn file(arch: Arch, page_size: u64, files: &[MappedFile]) -> Note {
    let mut w = arch.writer();
    w.field_word("count", files.len() as u64);
    w.field_word("page_size", page_size);
    for (index, row) in files.iter().enumerate() {
        w.structure(&format!("file[{index}]"), |w| {
            w.field_word("start", row.start);
            w.field_word("end", row.end);
            w.field_word("offset", row.page_offset);
        });
    }
    for (index, row) in files.iter().enumerate() {
        w.structure(&format!("path[{index}]"), |w| w.c_string(&row.path));
    }
    Note::new("NT_FILE", "CORE", NT_FILE, w)
}

/// `NT_386_TLS`: an array of `struct user_desc` (`arch/x86/include/uapi/asm/ldt.h`), 16 bytes each: entry_number,
/// base_addr, limit, flag bits. Kernels write three: numbers 6–8 (32-bit kernel) or 12–14 (64-bit kernel).
pub fn i386_tls(arch: Arch, entries: &[(u32, u32)]) -> Note {
    const USED: [u32; 2] = [0xf_ffff, 0x51];
    const EMPTY: [u32; 2] = [0, 0x28];
    let mut w = arch.writer();
    for (index, (number, base)) in entries.iter().enumerate() {
        let limit_and_flags = if *base == 0 { EMPTY } else { USED };
        w.structure(&format!("user_desc[{index}]"), |w| {
            w.field_u32("entry_number", *number);
            w.field_u32("base_addr", *base);
            limit_and_flags.into_iter().for_each(|value| w.u32(value));
        });
    }
    Note::new("NT_386_TLS", "LINUX", NT_386_TLS, w)
}

/// `NT_ARM_TLS`: one word, TPIDR_EL0 (`arch/arm64/kernel/ptrace.c`; newer kernels add TPIDR2 behind it).
pub fn arm_tls(arch: Arch, base: u64) -> Note {
    let mut w = arch.writer();
    w.field_word("tpidr", base);
    Note::new("NT_ARM_TLS", "LINUX", NT_ARM_TLS, w)
}

/// `NT_PRFPREG` of zeros, in the size of the architecture's `elf_fpregset_t`. Readers of the address space skip it.
pub fn fpregset(arch: Arch) -> Note {
    let size = match arch.name {
        "x86" => 108,
        "x86-64" => 512,
        "arm" => 116,
        "aarch64" => 528,
        "s390x" => 136,
        "loongarch64" => 272,
        _ => 33 * 8,
    };
    let mut w = arch.writer();
    w.zeros(size);
    Note::new("NT_PRFPREG", "CORE", NT_PRFPREG, w)
}

/// `NT_X86_XSTATE` of `size` bytes (at least 576: legacy area and XSAVE header), with XCR0 at 464, where the kernel
/// stores it in the software-reserved bytes: x87 and SSE, with AVX from 832 bytes on.
pub fn xstate(arch: Arch, size: usize) -> Note {
    let mut w = arch.writer();
    w.zeros(464);
    w.u64(if size < 832 { 3 } else { 7 });
    w.pad_to(size.max(576));
    Note::new("NT_X86_XSTATE", "LINUX", NT_X86_XSTATE, w)
}

/// The TLS note that `arch` has for thread pointer `base`, if it has one. On i386 the GDT entries are
/// `first_entry..first_entry + 3`, the first one in use.
pub fn tls(arch: Arch, base: u64, first_entry: u32) -> Option<Note> {
    match arch.tls {
        Tls::I386Note => {
            let entries = [(first_entry, base as u32), (first_entry + 1, 0), (first_entry + 2, 0)];
            Some(i386_tls(arch, &entries))
        }
        Tls::ArmNote => Some(arm_tls(arch, base)),
        Tls::Register(_) | Tls::Nowhere => None,
    }
}
