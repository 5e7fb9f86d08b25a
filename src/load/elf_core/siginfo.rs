//! NT_SIGINFO: the signal that ended the process (`siginfo_t`, include/uapi/asm-generic/siginfo.h).

use object::elf;

use super::header::Header;
use crate::addr::Addr;
use crate::bytes::Reader;

/// What NT_SIGINFO says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Signal {
    pub number: u32,
    /// The faulting address, for signals that have one and were raised by a fault.
    pub address: Option<Addr>,
}

/// `si_code` of signals that the kernel sends without a faulting address, such as a general protection fault.
const SI_KERNEL: i32 = 0x80;
/// SIGILL, SIGTRAP, SIGFPE, SIGSEGV have these numbers everywhere; SIGBUS is 7, or 10 on MIPS.
const WITH_ADDRESS: [u32; 4] = [4, 5, 8, 11];

/// Reads the descriptor; `None` if it is too short, or there was no signal.
pub(super) fn read(desc: &[u8], header: &Header) -> Option<Signal> {
    let mut at = Reader::new(desc, header.endian);
    let number = at.u32().filter(|n| *n != 0)?;
    let (second, third) = (at.u32()?, at.u32()?);
    // si_errno comes first, but on MIPS it is si_code (arch/mips/include/uapi/asm/siginfo.h).
    let is_mips = header.machine == elf::EM_MIPS;
    let code = i32::from_ne_bytes(if is_mips { second } else { third }.to_ne_bytes());
    let faulted = code > 0 && code != SI_KERNEL;
    let has_address = WITH_ADDRESS.contains(&number) || number == if is_mips { 10 } else { 7 };
    let address = if faulted && has_address { address(desc, header) } else { None };
    Some(Signal { number, address })
}

/// `si_addr` is the first of the union behind the three numbers, which is aligned to a word.
fn address(desc: &[u8], header: &Header) -> Option<Addr> {
    let offset = 12usize.next_multiple_of(usize::from(header.width.bytes()));
    Reader::at(desc, offset, header.endian)?.word(header.width).map(Addr)
}

/// Names of signals 1 to 31 (include/uapi/asm-generic/signal.h, and the same on x86, arm, powerpc, s390).
const NAMES: [&str; 31] = [
    "SIGHUP",
    "SIGINT",
    "SIGQUIT",
    "SIGILL",
    "SIGTRAP",
    "SIGABRT",
    "SIGBUS",
    "SIGFPE",
    "SIGKILL",
    "SIGUSR1",
    "SIGSEGV",
    "SIGUSR2",
    "SIGPIPE",
    "SIGALRM",
    "SIGTERM",
    "SIGSTKFLT",
    "SIGCHLD",
    "SIGCONT",
    "SIGSTOP",
    "SIGTSTP",
    "SIGTTIN",
    "SIGTTOU",
    "SIGURG",
    "SIGXCPU",
    "SIGXFSZ",
    "SIGVTALRM",
    "SIGPROF",
    "SIGWINCH",
    "SIGIO",
    "SIGPWR",
    "SIGSYS",
];
/// The same of MIPS (arch/mips/include/uapi/asm/signal.h).
const MIPS_NAMES: [&str; 31] = [
    "SIGHUP",
    "SIGINT",
    "SIGQUIT",
    "SIGILL",
    "SIGTRAP",
    "SIGABRT",
    "SIGEMT",
    "SIGFPE",
    "SIGKILL",
    "SIGBUS",
    "SIGSEGV",
    "SIGSYS",
    "SIGPIPE",
    "SIGALRM",
    "SIGTERM",
    "SIGUSR1",
    "SIGUSR2",
    "SIGCHLD",
    "SIGPWR",
    "SIGWINCH",
    "SIGURG",
    "SIGIO",
    "SIGSTOP",
    "SIGTSTP",
    "SIGCONT",
    "SIGTTIN",
    "SIGTTOU",
    "SIGVTALRM",
    "SIGPROF",
    "SIGXCPU",
    "SIGXFSZ",
];
/// The same of FreeBSD and NetBSD (sys/signal.h).
const BSD_NAMES: [&str; 31] = [
    "SIGHUP",
    "SIGINT",
    "SIGQUIT",
    "SIGILL",
    "SIGTRAP",
    "SIGABRT",
    "SIGEMT",
    "SIGFPE",
    "SIGKILL",
    "SIGBUS",
    "SIGSEGV",
    "SIGSYS",
    "SIGPIPE",
    "SIGALRM",
    "SIGTERM",
    "SIGURG",
    "SIGSTOP",
    "SIGTSTP",
    "SIGCONT",
    "SIGCHLD",
    "SIGTTIN",
    "SIGTTOU",
    "SIGIO",
    "SIGXCPU",
    "SIGXFSZ",
    "SIGVTALRM",
    "SIGPROF",
    "SIGWINCH",
    "SIGINFO",
    "SIGUSR1",
    "SIGUSR2",
];

/// A signal's name on Linux, or `None` for real-time signals and numbers that are none.
pub(super) fn linux_name(number: u32, header: &Header) -> Option<&'static str> {
    let names = if header.machine == elf::EM_MIPS { &MIPS_NAMES } else { &NAMES };
    name_in(names, number)
}

/// A signal's name on the BSDs, or `None` for numbers that are none.
pub(super) fn bsd_name(number: u32) -> Option<&'static str> {
    name_in(&BSD_NAMES, number)
}

fn name_in(names: &[&'static str; 31], number: u32) -> Option<&'static str> {
    names.get(usize::try_from(number).ok()?.checked_sub(1)?).copied()
}
