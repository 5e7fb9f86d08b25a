//! MozLinuxLimits (0x4d7a0003): /proc/PID/limits as text, written by the crate minidump-writer.

use minidump_common::format::MINIDUMP_STREAM_TYPE as Kind;

use super::reading::Reading;
use crate::load::rlimits::soft_limit;

/// Far above the kernel's 1.4 KB.
const LONGEST: u64 = 1 << 16;

/// States RLIMIT_AS and RLIMIT_STACK.
pub(super) fn read(dump: &mut Reading<'_>) {
    let Some(bytes) = dump.small_stream(Kind::MozLinuxLimits, LONGEST) else { return };
    let text = String::from_utf8_lossy(&bytes);
    dump.facts.limits.address_space_limit = soft_limit(&text, "Max address space");
    dump.facts.limits.stack_limit = soft_limit(&text, "Max stack size");
}
