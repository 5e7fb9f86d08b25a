//! Who wrote the dump. Nothing in the format says so outright; the streams and their order give it away.

use minidump_common::format::MINIDUMP_STREAM_TYPE as Kind;

use super::reading::Reading;
use crate::model::{Os, Writer};

/// Wine's dbghelp lists its ELF or Mach-O modules in a stream of its own (Wine 8 and 10, dlls/dbghelp/minidump.c).
const WINE_MODULES: u32 = 0xfff0;
/// lldb's `process save-core` marks its minidumps ("LLDB").
const LLDB_GENERATED: u32 = 0x4c4c_4442;

/// States the writer and, for dbghelp, its version.
pub(super) fn recognise(dump: &mut Reading<'_>) {
    let (writer, detail) = by_shape(dump);
    dump.facts.writer = writer;
    dump.facts.writer_detail = detail;
}

fn by_shape(dump: &Reading<'_>) -> (Option<Writer>, Option<String>) {
    let has = |kind: Kind| dump.streams.has(kind as u32);
    let dbghelp = dbghelp_version(dump.header.implementation);
    match () {
        () if dump.streams.has(LLDB_GENERATED) => (Some(Writer::Lldb), None),
        () if dump.streams.has(WINE_MODULES) => (Some(Writer::Wine), None),
        () if has(Kind::CrashpadInfoStream) => (Some(Writer::Crashpad), None),
        () if has(Kind::MozLinuxLimits) || has(Kind::MozSoftErrors) => (Some(Writer::MinidumpWriter), None),
        () if is_minidump_writer_on_linux(dump) => (Some(Writer::MinidumpWriter), None),
        () if dump.facts.os.is_some_and(Os::is_linux) && has(Kind::LinuxProcStatus) => {
            (Some(Writer::Breakpad), Some("or an early minidump-writer, which looks the same".into()))
        }
        () if has(Kind::BreakpadInfoStream) => {
            (Some(Writer::Breakpad), dbghelp.map(|v| format!("through dbghelp {v}")))
        }
        () if dbghelp.is_some() => (Some(Writer::DbgHelp), dbghelp),
        () if starts_like_crashpad(dump) => (Some(Writer::Crashpad), None),
        () => (None, None),
    }
}

/// Breakpad writes no MemoryInfoList on Linux.
fn is_minidump_writer_on_linux(dump: &Reading<'_>) -> bool {
    dump.facts.os.is_some_and(Os::is_linux) && dump.streams.has(Kind::MemoryInfoListStream as u32)
}

/// Crashpad without annotations (tiny-exe-with-cet-xsave): SystemInfo, MiscInfo, ThreadList in this order.
fn starts_like_crashpad(dump: &Reading<'_>) -> bool {
    let first = [Kind::SystemInfoStream as u32, Kind::MiscInfoStream as u32, Kind::ThreadListStream as u32];
    dump.streams.kinds().take(3).eq(first)
}

/// dbghelp puts its version in the header's upper half: 4 bits major, 4 bits minor, the low byte of the build (0x61b1
/// is 6.1 build 7601, 0xa061 is 10.0 build 19041). Others leave zero; before 5 there were no minidumps.
fn dbghelp_version(implementation: u16) -> Option<String> {
    let (major, minor) = (implementation >> 12, implementation >> 8 & 0xf);
    (5 <= major).then(|| format!("{major}.{minor}"))
}
