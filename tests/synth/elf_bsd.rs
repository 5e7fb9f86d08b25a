//! Notes of FreeBSD and NetBSD cores, enough for a recognisable tiny core with threads, name and (FreeBSD) map.
//!
//! Use them with [`super::elf_core::Core::note`] on a core without threads, program and files of its own, and set
//! `osabi(FREEBSD_OSABI)`. Sources: FreeBSD `sys/sys/procfs.h`, `sys/sys/elf_common.h`, `sys/sys/user.h`,
//! `sys/x86/include/reg.h`; NetBSD `sys/sys/exec_elf.h`, `sys/arch/amd64/include/frame_regs.h`,
//! `sys/arch/i386/include/reg.h`. x86 and x86-64 only.

use super::bytes::Writer;
use super::elf_arch::Arch;
use super::elf_notes::Note;

/// `ELFOSABI_FREEBSD`. NetBSD leaves `EI_OSABI` 0 in cores.
pub const FREEBSD_OSABI: u8 = 9;

const FREEBSD: &str = "FreeBSD";
const NETBSD: &str = "NetBSD-CORE";

/// Words in the register block, index of SP, index of PC.
struct Registers(usize, usize, usize);

/// FreeBSD `struct reg`. amd64: r15–r8 rdi rsi rbp rbx rdx rcx rax, 8 bytes of trapno fs gs, 8 of err es ds, rip cs
/// rflags rsp ss. i386: fs es ds edi esi ebp isp ebx edx ecx eax trapno err eip cs eflags esp ss gs.
fn freebsd_registers(arch: Arch) -> Registers {
    if arch.wide { Registers(22, 20, 17) } else { Registers(19, 16, 13) }
}

/// NetBSD `struct reg`. amd64: 26 words with rip at 21 and rsp at 24. i386: eax ecx edx ebx esp ebp esi edi eip eflags
/// cs ss ds es fs gs.
fn netbsd_registers(arch: Arch) -> Registers {
    if arch.wide { Registers(26, 24, 21) } else { Registers(16, 4, 8) }
}

fn register_block(w: &mut Writer, layout: &Registers, sp: u64, pc: u64) {
    for index in 0..layout.0 {
        match index {
            index if index == layout.1 => w.field_word("sp", sp),
            index if index == layout.2 => w.field_word("pc", pc),
            _ => w.field_word("register", 0),
        };
    }
}

/// FreeBSD `NT_PRSTATUS` (1), `struct prstatus`: pr_version 1 (4 bytes), pr_statussz, pr_gregsetsz, pr_fpregsetsz
/// (words, aligned), pr_osreldate, pr_cursig, pr_pid (4 bytes each; pr_pid is the thread's id), pr_reg (word-aligned,
/// at 28 or 48).
pub fn freebsd_prstatus(arch: Arch, tid: u32, sp: u64, pc: u64) -> Note {
    let layout = freebsd_registers(arch);
    let gregs = (layout.0 * arch.word()) as u64;
    let header = if arch.wide { 48 } else { 28 };
    let mut w = arch.writer();
    w.u32(1);
    w.align(arch.word());
    [header + gregs, gregs, 512].into_iter().for_each(|size| w.word(size));
    w.u32(1_400_097);
    w.u32(6);
    w.field_u32("pr_pid", tid);
    w.align(arch.word());
    w.structure("pr_reg", |w| register_block(w, &layout, sp, pc));
    Note::new(format!("FreeBSD NT_PRSTATUS({tid})"), FREEBSD, 1, w)
}

/// FreeBSD `NT_PRPSINFO` (3): pr_version 1 (4 bytes), pr_psinfosz (a word), pr_fname (17), pr_psargs (81), pr_pid.
pub fn freebsd_prpsinfo(arch: Arch, pid: u32, fname: &str, psargs: &str) -> Note {
    let mut w = arch.writer();
    w.u32(1);
    w.align(arch.word());
    w.word(if arch.wide { 120 } else { 112 });
    w.fixed_string(fname, 17);
    w.fixed_string(psargs, 81);
    w.align(4);
    w.field_u32("pr_pid", pid);
    w.align(arch.word());
    Note::new("FreeBSD NT_PRPSINFO", FREEBSD, 3, w)
}

/// FreeBSD `NT_THRMISC` (7): the preceding thread's name (20 bytes, `MAXCOMLEN` + 1 and padding) and 4 unused bytes.
pub fn freebsd_thrmisc(arch: Arch, name: &str) -> Note {
    let mut w = arch.writer();
    w.fixed_string(name, 20);
    w.u32(0);
    Note::new(format!("FreeBSD NT_THRMISC({name})"), FREEBSD, 7, w)
}

/// One row of FreeBSD's map.
#[derive(Clone, Debug)]
pub struct VmEntry {
    /// First address.
    pub start: u64,
    /// One past the last address.
    pub end: u64,
    /// 1 read, 2 write, 4 execute: the other way round than `p_flags`.
    pub protection: u32,
    /// `kve_type`: 1 default (anonymous), 2 vnode, 3 swap, 4 device, 5 physical, 6 dead, 8 scatter-gather.
    pub kind: u32,
    /// The file's path; empty if there is none.
    pub path: String,
}

/// FreeBSD `NT_PROCSTAT_VMMAP` (10): 4 bytes sizeof(`struct kinfo_vmentry`), then packed entries, each as long as its
/// kve_structsize says, a multiple of 8. In an entry: kve_structsize 0, kve_type 4, kve_start 8, kve_end 16,
/// kve_offset 24, kve_protection 56, kve_path 136.
pub fn freebsd_vmmap(arch: Arch, entries: &[VmEntry]) -> Note {
    const FULL_SIZE: u32 = 1160;
    let mut w = arch.writer();
    w.field_u32("structsize", FULL_SIZE);
    for (index, entry) in entries.iter().enumerate() {
        w.structure(&format!("kve[{index}]"), |w| vm_entry(w, entry));
    }
    Note::new("FreeBSD NT_PROCSTAT_VMMAP", FREEBSD, 10, w)
}

fn vm_entry(w: &mut Writer, entry: &VmEntry) {
    const PATH: usize = 136;
    let start = w.position();
    let size = (PATH + entry.path.len() + 1).next_multiple_of(8);
    w.field_u32("kve_structsize", size as u32);
    w.u32(entry.kind);
    w.field_u64("kve_start", entry.start);
    w.field_u64("kve_end", entry.end);
    w.pad_to(start + 56);
    w.u32(entry.protection);
    w.pad_to(start + PATH);
    w.c_string(&entry.path);
    w.pad_to(start + size);
}

/// FreeBSD `NT_PROCSTAT_AUXV` (16): 4 bytes size of an entry, then the vector.
pub fn freebsd_auxv(arch: Arch, entries: &[(u64, u64)]) -> Note {
    let mut w = arch.writer();
    w.u32(2 * arch.word() as u32);
    entries.iter().flat_map(|(key, value)| [*key, *value]).for_each(|word| w.word(word));
    w.zeros(2 * arch.word());
    Note::new("FreeBSD NT_PROCSTAT_AUXV", FREEBSD, 16, w)
}

/// NetBSD `ELF_NOTE_NETBSD_CORE_PROCINFO` (1), `struct netbsd_elfcore_procinfo`, 160 bytes: cpi_version 0,
/// cpi_cpisize 4, cpi_signo 8, cpi_pid 80, cpi_nlwps 120, cpi_name 124 (32 bytes), cpi_siglwp 156.
pub fn netbsd_procinfo(arch: Arch, pid: u32, lwps: u32, name: &str, signal_lwp: u32) -> Note {
    let mut w = arch.writer();
    w.u32(1);
    w.field_u32("cpi_cpisize", 160);
    w.u32(6);
    w.pad_to(80);
    w.field_u32("cpi_pid", pid);
    w.pad_to(120);
    w.field_u32("cpi_nlwps", lwps);
    w.fixed_string(name, 32);
    w.field_u32("cpi_siglwp", signal_lwp);
    Note::new("NetBSD PROCINFO", NETBSD, 1, w)
}

/// NetBSD `ELF_NOTE_NETBSD_CORE_AUXV` (2).
pub fn netbsd_auxv(arch: Arch, entries: &[(u64, u64)]) -> Note {
    let mut w = arch.writer();
    entries.iter().flat_map(|(key, value)| [*key, *value]).for_each(|word| w.word(word));
    w.zeros(2 * arch.word());
    Note::new("NetBSD AUXV", NETBSD, 2, w)
}

/// One NetBSD thread's registers: owner `NetBSD-CORE@<lwp>`, type `PT_GETREGS`, which is 33 on x86 and x86-64.
pub fn netbsd_registers_of(arch: Arch, lwp: u32, sp: u64, pc: u64) -> Note {
    let layout = netbsd_registers(arch);
    let mut w = arch.writer();
    register_block(&mut w, &layout, sp, pc);
    Note::new(format!("NetBSD lwp({lwp})"), &format!("{NETBSD}@{lwp}"), 33, w)
}
