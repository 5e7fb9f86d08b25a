//! NT_PRSTATUS: one thread's id, signal and registers (`struct elf_prstatus`, include/linux/elfcore.h).

use super::header::Header;
use super::registers::{Registers, Tls};
use crate::addr::Addr;
use crate::bytes::Reader;
use crate::model::PointerWidth;

/// What one NT_PRSTATUS says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Status {
    /// `pr_pid`: the thread's id.
    pub tid: u64,
    /// `pr_cursig`: the signal that ended the process; zero in cores of processes that live on.
    pub signal: u16,
    pub sp: Option<Addr>,
    pub pc: Option<Addr>,
    /// The thread pointer, where it is a register.
    pub tls: Option<Addr>,
    /// i386: the GDT entry that gs selects.
    pub gdt_entry: Option<u32>,
}

/// Offsets by width: pr_cursig, pr_pid and pr_reg stand behind 12 bytes of pr_info, two words of signal masks, four
/// ids and eight words of times.
const CURSIG: usize = 12;
const PID: [usize; 2] = [24, 32];
const REGISTERS: [usize; 2] = [72, 112];

/// Reads the descriptor; `None` if it is too short for a thread id. Registers that it is too short for, or whose
/// place is not known for the CPU, are `None`.
pub(super) fn read(desc: &[u8], header: &Header, registers: Option<&Registers>) -> Option<Status> {
    let wide = usize::from(header.width == PointerWidth::Bits64);
    let signal = Reader::at(desc, CURSIG, header.endian)?.u16()?;
    let tid = Reader::at(desc, *PID.get(wide)?, header.endian)?.u32()?;
    let mut status = Status { tid: u64::from(tid), signal, ..Status::default() };
    if let (Some(layout), Some(start)) = (registers, REGISTERS.get(wide)) {
        let register = |index| register(desc, *start, index, header, layout);
        status.sp = register(layout.sp).map(Addr);
        status.pc = register(layout.pc).map(Addr);
        match layout.tls {
            Tls::Register(index) => status.tls = register(index).filter(|tp| *tp != 0).map(Addr),
            Tls::Selector(index) => status.gdt_entry = register(index).and_then(gdt_entry),
            Tls::Elsewhere => {}
        }
    }
    Some(status)
}

/// A register as an address of the process: x32 and n32 have 64-bit registers and 32-bit addresses.
fn register(desc: &[u8], start: usize, index: usize, header: &Header, layout: &Registers) -> Option<u64> {
    let offset = index.checked_mul(usize::from(layout.size.bytes()))?.checked_add(start)?;
    let value = Reader::at(desc, offset, header.endian)?.word(layout.size)?;
    Some(match header.width {
        PointerWidth::Bits32 => value & u64::from(u32::MAX),
        PointerWidth::Bits64 => value,
    })
}

/// A selector is an entry's number, a bit for the LDT, and two bits of privilege. The upper half of the word is
/// not the register's: kernels before 2.6 left rubbish there.
fn gdt_entry(selector: u64) -> Option<u32> {
    let selector = u32::try_from(selector & 0xffff).ok()?;
    (selector & 4 == 0 && selector >> 3 != 0).then_some(selector >> 3)
}
