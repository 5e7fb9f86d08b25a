//! 32-bit Windows processes dumped from the 64-bit side (Task Manager, a 64-bit dumper): SystemInfo says AMD64 and the
//! contexts are AMD64 ones; the program's x86 registers are in memory.

use super::context::{self, Registers};
use super::modules::RawModule;
use super::reading::Reading;
use super::strings;
use crate::addr::Addr;
use crate::model::{Cpu, Endian, Memory, Os, PointerWidth};

/// TEB64.TlsSlots[1] (WOW64_TLS_CPURESERVED): the address of WOW64_CPURESERVED.
const CPU_RESERVED_AT: u64 = 0x1480 + 8;
/// WOW64_CPURESERVED: Flags and Machine (2 bytes each), then the x86 CONTEXT.
const CONTEXT_AT: u64 = 4;
/// Where the 32-bit TEB lies from the 64-bit one, if memory does not tell.
const TEB32_AT: u64 = 0x2000;
/// Code segment of 32-bit code under a 64-bit system.
const CS_32: u16 = 0x23;
const FOUR_GIB: u64 = 1 << 32;

/// Recognises such a process: WOW64's own DLLs are loaded, or all modules lie below 4 GiB. Settles its width.
pub(super) fn recognise(dump: &mut Reading<'_>, modules: &[RawModule]) {
    if dump.facts.os != Some(Os::Windows) || dump.facts.cpu != Some(Cpu::X86_64) || modules.is_empty() {
        return;
    }
    let is_wow64_dll = |m: &RawModule| strings::base_name(&m.path).eq_ignore_ascii_case("wow64.dll");
    let is_low = |m: &RawModule| m.base.saturating_add(u64::from(m.size)) <= FOUR_GIB;
    if !modules.iter().any(is_wow64_dll) && !modules.iter().all(is_low) {
        return;
    }
    dump.facts.windows.wow64 = true;
    dump.facts.cpu = Some(Cpu::X86);
    dump.set_width(Some(PointerWidth::Bits32));
    dump.facts.diagnostics.info(
        "wow64",
        "a 32-bit process dumped from the 64-bit side; its own registers are looked for in memory",
        None,
    );
}

/// Replaces TEBs and registers by those of the 32-bit side. Where these are not in the dump's memory, the 64-bit
/// side's stay, and a diagnostic says so.
pub(super) fn find_registers(dump: &mut Reading<'_>) {
    if !dump.facts.windows.wow64 {
        return;
    }
    let facts = &mut dump.facts;
    // Sorted; where ranges overlap, a lookup may miss, but never finds a wrong byte.
    let memory = Memory::new(dump.file.input, &facts.memory, Endian::Little);
    let mut missing = 0;
    for (thread, registers) in facts.threads.iter_mut().zip(&mut dump.registers) {
        let Some(teb64) = thread.teb else { continue };
        thread.teb = teb32(&memory, teb64);
        if registers.is_some_and(|r| r.cs == Some(CS_32)) {
            continue;
        }
        match x86_registers(&memory, teb64) {
            Some(found) => *registers = Some(found),
            None => missing += 1,
        }
        let sp = registers.map(|r| Addr(r.sp));
        thread.stack_memory = thread.stack_memory.filter(|range| sp.is_some_and(|sp| range.contains(sp)));
    }
    if missing > 0 {
        let message = format!(
            "the x86 registers of {missing} threads are not in the dump; what is shown for them is the 64-bit side's"
        );
        dump.facts.diagnostics.warn("wow64-registers", message, None);
    }
}

/// The 64-bit TEB's first word (ExceptionList) holds the address of the 32-bit one.
fn teb32(memory: &Memory<'_>, teb64: Addr) -> Option<Addr> {
    let stated = memory.word(teb64, PointerWidth::Bits64).filter(|a| *a != 0 && *a < FOUR_GIB && a % 0x1000 == 0);
    stated.map(Addr).or_else(|| teb64.checked_add(TEB32_AT))
}

fn x86_registers(memory: &Memory<'_>, teb64: Addr) -> Option<Registers> {
    let reserved = memory.word(teb64.checked_add(CPU_RESERVED_AT)?, PointerWidth::Bits64)?;
    let at = Addr(reserved).checked_add(CONTEXT_AT)?;
    let mut bytes = [0u8; 0xcc];
    if !memory.read_exact(at, &mut bytes) {
        return None;
    }
    context::x86(&bytes)
}
