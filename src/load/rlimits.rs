//! Rows of /proc/PID/limits, which minidumps may hold too.

/// The soft limit of a row such as `Max stack size   8388608   unlimited   bytes`; unlimited is `u64::MAX`.
pub(super) fn soft_limit(text: &str, name: &str) -> Option<u64> {
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
