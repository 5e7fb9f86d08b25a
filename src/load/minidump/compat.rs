//! 32-bit Linux processes dumped by a 64-bit writer: SystemInfo and the contexts are the writer's, and the upper halves
//! of the registers are zero. Seen from minidump-writer 0.13 (x86-64) of an i386 process.

use super::reading::Reading;
use crate::load::facts::RowLabel;
use crate::model::{Cpu, Os, PointerWidth};

/// Code segment of 32-bit code under a 64-bit x86 kernel.
const CS_32: u16 = 0x23;
const FOUR_GIB: u64 = 1 << 32;

/// Recognises such a process by its map (a 64-bit one has its stack far above 4 GiB), or, without a map, by its threads'
/// code segments.
pub(super) fn recognise(dump: &mut Reading<'_>) {
    if !dump.facts.os.is_some_and(Os::is_linux) || dump.facts.width != Some(PointerWidth::Bits64) {
        return;
    }
    let Some(narrow) = dump.facts.cpu.and_then(narrow_cpu) else { return };
    let is_low = match dump.facts.rows.is_empty() {
        false => dump.facts.rows.iter().all(|r| r.range.end().0 <= FOUR_GIB || r.label == RowLabel::Vsyscall),
        true => all_in_32_bit_code(dump),
    };
    if is_low {
        dump.facts.cpu = Some(narrow);
        dump.set_width(Some(PointerWidth::Bits32));
        let message = "a 32-bit process dumped by a 64-bit writer: nothing of it lies above 4 GiB";
        dump.facts.diagnostics.info("narrow-process", message, None);
    }
}

fn narrow_cpu(cpu: Cpu) -> Option<Cpu> {
    match cpu {
        Cpu::X86_64 => Some(Cpu::X86),
        Cpu::Aarch64 => Some(Cpu::Arm),
        Cpu::Ppc64 => Some(Cpu::Ppc),
        Cpu::Mips64 => Some(Cpu::Mips),
        _ => None,
    }
}

fn all_in_32_bit_code(dump: &Reading<'_>) -> bool {
    let mut known = dump.registers.iter().flatten().peekable();
    known.peek().is_some() && known.all(|r| r.cs == Some(CS_32))
}
