//! SystemInfoStream (7): MINIDUMP_SYSTEM_INFO (minidumpapiset.h), with Breakpad's numbers for other systems.

use minidump_common::format::{MINIDUMP_STREAM_TYPE as Kind, PlatformId, ProcessorArchitecture as Arch};
use num_traits::FromPrimitive;

use super::reading::Reading;
use crate::model::{Cpu, Os, PointerWidth};

/// PROCESSOR_ARCHITECTURE_ARM32_ON_WIN64 and PROCESSOR_ARCHITECTURE_IA32_ON_ARM64 (winnt.h).
const ARM32_ON_WIN64: u16 = 13;
const IA32_ON_ARM64: u16 = 14;

/// States CPU, width, system and its version. Without the stream they stay unknown, which is reported.
pub(super) fn read(dump: &mut Reading<'_>) {
    let bytes = dump.small_stream(Kind::SystemInfoStream, 24).unwrap_or_default();
    let mut reader = dump.file.reader(&bytes);
    let Some(architecture) = reader.u16() else {
        let message = "the dump has no SystemInfo: processor and system are concluded from the rest";
        dump.facts.diagnostics.warn("no-system-info", message, None);
        return;
    };
    dump.architecture = Some(architecture);
    dump.facts.cpu = cpu(architecture);
    dump.set_width(dump.facts.cpu.and_then(width));
    let _ = reader.skip(6);
    let version = (|| Some((reader.u32()?, reader.u32()?, reader.u32()?)))();
    dump.facts.os = reader.u32().and_then(os);
    if dump.facts.os == Some(Os::Windows) {
        dump.facts.windows.version = version;
    }
}

fn cpu(architecture: u16) -> Option<Cpu> {
    match architecture {
        ARM32_ON_WIN64 => return Some(Cpu::Arm),
        IA32_ON_ARM64 => return Some(Cpu::X86),
        _ => {}
    }
    Some(match Arch::from_u16(architecture)? {
        Arch::PROCESSOR_ARCHITECTURE_INTEL | Arch::PROCESSOR_ARCHITECTURE_IA32_ON_WIN64 => Cpu::X86,
        Arch::PROCESSOR_ARCHITECTURE_AMD64 => Cpu::X86_64,
        Arch::PROCESSOR_ARCHITECTURE_ARM => Cpu::Arm,
        Arch::PROCESSOR_ARCHITECTURE_ARM64 | Arch::PROCESSOR_ARCHITECTURE_ARM64_OLD => Cpu::Aarch64,
        Arch::PROCESSOR_ARCHITECTURE_MIPS => Cpu::Mips,
        Arch::PROCESSOR_ARCHITECTURE_MIPS64 => Cpu::Mips64,
        Arch::PROCESSOR_ARCHITECTURE_PPC => Cpu::Ppc,
        Arch::PROCESSOR_ARCHITECTURE_PPC64 => Cpu::Ppc64,
        Arch::PROCESSOR_ARCHITECTURE_SPARC => Cpu::Sparc,
        _ => return None,
    })
}

/// The width that goes with the CPU; SPARC's number does not tell.
fn width(cpu: Cpu) -> Option<PointerWidth> {
    match cpu {
        Cpu::X86 | Cpu::Arm | Cpu::Mips | Cpu::Ppc => Some(PointerWidth::Bits32),
        Cpu::X86_64 | Cpu::Aarch64 | Cpu::Mips64 | Cpu::Ppc64 => Some(PointerWidth::Bits64),
        _ => None,
    }
}

/// VER_PLATFORM_WIN32_NT is 2 in winnt.h; everything up to 3 is some Windows.
fn os(platform: u32) -> Option<Os> {
    if (1..=3).contains(&platform) {
        return Some(Os::Windows);
    }
    match PlatformId::from_u32(platform)? {
        PlatformId::Linux => Some(Os::Linux),
        PlatformId::Android => Some(Os::Android),
        PlatformId::MacOs => Some(Os::MacOs),
        PlatformId::Ios => Some(Os::Ios),
        _ => None,
    }
}
