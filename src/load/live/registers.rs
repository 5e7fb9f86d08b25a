//! The registers of a stopped thread, as far as they tell of its stack.

use nix::errno::Errno;
use nix::unistd::Pid;

use crate::addr::Addr;

/// Where a thread is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Registers {
    pub sp: Addr,
    pub pc: Addr,
    /// The thread pointer, where it was read.
    pub tls: Option<Addr>,
}

/// Whether this program knows how to read registers of a stopped thread whose executable is of this CPU.
///
/// On aarch64 a 32-bit thread gives fewer registers than `PTRACE_GETREGSET` of nix makes room for, and nix does not tell.
pub(super) fn can_read(width_of_process: Option<crate::model::PointerWidth>) -> bool {
    let own_width = width_of_process.is_some_and(|width| u32::from(width.bits()) == usize::BITS);
    match () {
        () if cfg!(any(target_arch = "x86_64", target_arch = "x86")) => true,
        () if cfg!(any(target_arch = "aarch64", target_arch = "riscv64")) => own_width,
        () => false,
    }
}

/// The code segment of a thread that runs 32-bit code under a 64-bit kernel (`__USER32_CS`, arch/x86/include/asm/segment.h).
#[cfg(all(target_arch = "x86_64", any(target_env = "gnu", target_env = "musl")))]
const USER32_CS: u64 = 0x23;

/// Reads the registers of a stopped thread.
///
/// PTRACE_GETREGS gives a 64-bit tracer the 64-bit layout of a 32-bit thread as well: esp is the low half of rsp, and the
/// base of gs is the thread pointer, of which i386 code knows the selector only.
#[cfg(all(target_arch = "x86_64", any(target_env = "gnu", target_env = "musl")))]
pub(super) fn read(thread: Pid) -> Result<Registers, Errno> {
    let all = nix::sys::ptrace::getregs(thread)?;
    let tls = if all.cs == USER32_CS { all.gs_base } else { all.fs_base };
    Ok(Registers { sp: Addr(all.rsp), pc: Addr(all.rip), tls: Some(Addr(tls)).filter(|tls| tls.0 != 0) })
}

/// The thread pointer is found by the scan of the stack.
#[cfg(all(target_arch = "x86", target_env = "gnu"))]
pub(super) fn read(thread: Pid) -> Result<Registers, Errno> {
    let all = nix::sys::ptrace::getregs(thread)?;
    let word = |register: nix::libc::c_long| Addr(u64::from(register.cast_unsigned() as u32));
    Ok(Registers { sp: word(all.esp), pc: word(all.eip), tls: None })
}

/// The thread pointer, `tpidr_el0`, is in a register set that nix does not read.
#[cfg(all(target_arch = "aarch64", any(target_env = "gnu", target_env = "musl")))]
pub(super) fn read(thread: Pid) -> Result<Registers, Errno> {
    let all = nix::sys::ptrace::getregs(thread)?;
    Ok(Registers { sp: Addr(all.sp), pc: Addr(all.pc), tls: None })
}

/// `tp` is one of the general registers.
#[cfg(all(target_arch = "riscv64", target_env = "gnu"))]
pub(super) fn read(thread: Pid) -> Result<Registers, Errno> {
    let all = nix::sys::ptrace::getregs(thread)?;
    Ok(Registers { sp: Addr(all.sp), pc: Addr(all.pc), tls: Some(Addr(all.tp)).filter(|tls| tls.0 != 0) })
}

/// Elsewhere nothing is stopped ([`can_read`]), so nothing is read.
#[cfg(not(any(
    all(target_arch = "x86_64", any(target_env = "gnu", target_env = "musl")),
    all(target_arch = "x86", target_env = "gnu"),
    all(target_arch = "aarch64", any(target_env = "gnu", target_env = "musl")),
    all(target_arch = "riscv64", target_env = "gnu"),
)))]
pub(super) fn read(_: Pid) -> Result<Registers, Errno> {
    Err(Errno::ENOSYS)
}
