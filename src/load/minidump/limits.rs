//! MozLinuxLimits (0x4d7a0003): /proc/PID/limits as text, written by the crate minidump-writer.

use minidump_common::format::MINIDUMP_STREAM_TYPE as Kind;

use super::reading::Reading;

/// Far above the kernel's 1.4 KB.
const LONGEST: u64 = 1 << 16;

/// States RLIMIT_AS and RLIMIT_STACK.
pub(super) fn read(dump: &mut Reading<'_>) {
    let Some(bytes) = dump.small_stream(Kind::MozLinuxLimits, LONGEST) else { return };
    let text = String::from_utf8_lossy(&bytes);
    dump.facts.limits.address_space_limit = soft_limit(&text, "Max address space");
    dump.facts.limits.stack_limit = soft_limit(&text, "Max stack size");
}

/// The soft limit of a row such as `Max stack size   8388608   unlimited   bytes`; unlimited is `u64::MAX`.
fn soft_limit(text: &str, name: &str) -> Option<u64> {
    let row = text.lines().find_map(|line| line.strip_prefix(name))?;
    match row.split_whitespace().next()? {
        "unlimited" => Some(u64::MAX),
        number => number.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_soft_limits() {
        let text = "Limit   Soft Limit  Hard Limit  Units\nMax stack size  8388608  unlimited  bytes\n\
                    Max address space         unlimited            unlimited            bytes\n";
        assert_eq!(soft_limit(text, "Max stack size"), Some(8_388_608));
        assert_eq!(soft_limit(text, "Max address space"), Some(u64::MAX));
        assert_eq!(soft_limit(text, "Max locked memory"), None);
    }
}
