//! LinuxProcStatus (0x47670004): /proc/PID/status as text (breakpad minidump_format.h).

use minidump_common::format::MINIDUMP_STREAM_TYPE as Kind;

use super::reading::Reading;

/// Far above the kernel's 1.5 KB.
const LONGEST: u64 = 1 << 16;

/// States the process id (`Tgid:`, which is the process even if a thread's file was copied), if not known already.
pub(super) fn read(dump: &mut Reading<'_>) {
    let Some(bytes) = dump.small_stream(Kind::LinuxProcStatus, LONGEST) else { return };
    let text = String::from_utf8_lossy(&bytes);
    let field = |key: &str| text.lines().find_map(|l| l.strip_prefix(key)).map(str::trim);
    let pid = field("Tgid:").or_else(|| field("Pid:")).and_then(|v| v.parse().ok());
    dump.facts.pid = dump.facts.pid.or(pid);
    dump.facts.process_name = field("Name:").filter(|n| !n.is_empty()).map(str::to_owned);
}
