//! The commands whose output is read.

use crate::model::{Os, Source, Writer};

/// A command, or a tool that has only one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub(super) enum Tool {
    Address,
    AddressOf,
    AddressSummary,
    VaDump,
    Lm,
    WinDbgThreads,
    VmStat,
    GdbMappings,
    GdbCoreMappings,
    GdbInfoFiles,
    GdbSections,
    GdbThreads,
    GdbSharedLibraries,
    Vmmap,
    LldbRegions,
    LldbThreads,
    Pmap,
    ProcMaps,
    ReadElf,
    SysinternalsVmMap,
    DebugDiag,
    SystemInformer,
}

impl Tool {
    /// How sentences call it.
    pub(super) fn words(self) -> &'static str {
        match self {
            Tool::Address => "WinDbg's !address",
            Tool::AddressOf => "WinDbg's !address of single addresses",
            Tool::AddressSummary => "WinDbg's !address -summary",
            Tool::VaDump => "WinDbg's !vadump",
            Tool::Lm => "WinDbg's lm",
            Tool::WinDbgThreads => "WinDbg's thread list",
            Tool::VmStat => "SOS' !vmstat",
            Tool::GdbMappings | Tool::GdbCoreMappings => "gdb's info proc mappings",
            Tool::GdbInfoFiles => "gdb's info files",
            Tool::GdbSections => "gdb's maint info sections",
            Tool::GdbThreads => "gdb's thread list",
            Tool::GdbSharedLibraries => "gdb's info sharedlibrary",
            Tool::Vmmap => "the vmmap of pwndbg or gef",
            Tool::LldbRegions => "lldb's memory region",
            Tool::LldbThreads => "lldb's thread list",
            Tool::Pmap => "pmap",
            Tool::ProcMaps => "/proc/PID/maps",
            Tool::ReadElf => "readelf -lW",
            Tool::SysinternalsVmMap => "VMMap",
            Tool::DebugDiag => "DebugDiag's Virtual Memory Summary",
            Tool::SystemInformer => "System Informer's memory list",
        }
    }

    /// The program that the command belongs to; `None` if it only reads what another wrote.
    pub(super) fn writer(self) -> Option<Writer> {
        Some(match self {
            Tool::Address | Tool::AddressOf | Tool::AddressSummary | Tool::VaDump => Writer::WinDbg,
            Tool::Lm | Tool::WinDbgThreads | Tool::VmStat => Writer::WinDbg,
            Tool::GdbMappings | Tool::GdbCoreMappings | Tool::GdbInfoFiles | Tool::GdbSections => Writer::Gdb,
            Tool::GdbThreads | Tool::GdbSharedLibraries | Tool::Vmmap => Writer::Gdb,
            Tool::LldbRegions | Tool::LldbThreads => Writer::Lldb,
            Tool::Pmap => Writer::Pmap,
            Tool::ProcMaps => Writer::Kernel,
            Tool::ReadElf => return None,
            Tool::SysinternalsVmMap => Writer::VmMap,
            Tool::DebugDiag => Writer::DebugDiag,
            Tool::SystemInformer => Writer::SystemInformer,
        })
    }

    /// The system whose processes it shows. WinDbg may have a Linux core open, which its rows tell.
    pub(super) fn os(self) -> Os {
        match self.writer() {
            Some(Writer::WinDbg | Writer::VmMap | Writer::DebugDiag | Writer::SystemInformer) => Os::Windows,
            _ => Os::Linux,
        }
    }

    /// Whether it shows one region for each command.
    pub(super) fn is_single(self) -> bool {
        matches!(self, Tool::AddressOf | Tool::LldbRegions)
    }

    /// What its rows are evidence of.
    pub(super) fn source(self) -> Source {
        match self {
            Tool::GdbInfoFiles | Tool::GdbSections | Tool::ReadElf => Source::PtLoad,
            Tool::GdbCoreMappings => Source::NtFile,
            Tool::ProcMaps => Source::Maps,
            Tool::Lm | Tool::GdbSharedLibraries => Source::ModuleList,
            _ => Source::Listing,
        }
    }
}
