//! Sizes, addresses and ranges as people type them.

use super::args::{NARROWEST, WIDEST};
use crate::addr::{Addr, AddrRange};
use crate::units::hex_digits;
pub use crate::units::parse_size;

/// Reads an address in hex, with or without `0x`.
///
/// # Errors
/// A sentence that names what is wrong and what is accepted.
pub fn parse_address(text: &str) -> Result<Addr, String> {
    let trimmed = text.trim();
    let digits = trimmed.strip_prefix("0x").or_else(|| trimmed.strip_prefix("0X")).unwrap_or(trimmed);
    // WinDbg writes 00000000`7ffe0000.
    let plain: String = digits.chars().filter(|c| *c != '`' && *c != '_').collect();
    hex_digits(&plain).map(Addr).ok_or_else(|| format!("`{text}` is no address; write it in hex, as 0x0a3d0000"))
}

/// Reads `START-END` or `START+SIZE`; the end is exclusive.
///
/// # Errors
/// A sentence that names what is wrong and what is accepted.
pub fn parse_range(text: &str) -> Result<AddrRange, String> {
    let range = if let Some((start, end)) = text.split_once('-') {
        AddrRange::new(parse_address(start)?, parse_address(end)?)
    } else if let Some((start, size)) = text.split_once('+') {
        AddrRange::from_size(parse_address(start)?, parse_size(size)?)
    } else {
        return Err(format!("`{text}` is no range; write START-END or START+SIZE, as 0x50000000+256M"));
    };
    range.ok_or_else(|| format!("`{text}` is an empty range, or ends above 2^64"))
}

/// Reads a number of columns, from 40 to 1000.
///
/// # Errors
/// A sentence that names what is accepted.
pub fn parse_columns(text: &str) -> Result<usize, String> {
    let columns = text.trim().parse().ok().filter(|columns| (NARROWEST..=WIDEST).contains(columns));
    columns.ok_or_else(|| format!("`{text}` is no number of columns from {NARROWEST} to {WIDEST}"))
}

/// Reads `SIZE` or `SIZE:ALIGN`.
///
/// # Errors
/// A sentence that names what is wrong and what is accepted.
pub fn parse_need(text: &str) -> Result<(u64, Option<u64>), String> {
    let (size, align) = match text.split_once(':') {
        Some((size, align)) => (parse_size(size)?, Some(parse_size(align)?)),
        None => (parse_size(text)?, None),
    };
    if size == 0 {
        return Err("a request of 0 bytes always fits; name its size, as 64M".into());
    }
    match align {
        Some(align) if !align.is_power_of_two() => Err(format!("an alignment is a power of two, and {align} is none")),
        _ => Ok((size, align)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sizes_of_the_contract() {
        for text in ["64M", "0x4000000", "67108864", "64MiB", "64 MB", "65536K", "0.0625G", " 64m "] {
            assert_eq!(parse_size(text), Ok(67_108_864), "{text}");
        }
        assert_eq!(parse_size("1.5G"), Ok(3 << 29));
        assert_eq!(parse_size("1.3G"), Ok(1_395_864_371));
    }

    #[test]
    fn what_is_no_size_is_refused_with_a_sentence() {
        for text in ["", "M", "64X", "-1", "1e3", "0x", "1.2.3", "99999999999T", "0xg", "+5", "1.M.", "٣"] {
            let sentence = parse_size(text).unwrap_err();
            assert!(sentence.contains("is no size"), "{sentence}");
        }
    }

    #[test]
    fn ranges_by_end_and_by_size() {
        let range = AddrRange::new(Addr(0x5000_0000), Addr(0x6000_0000)).unwrap();
        for text in ["0x50000000-0x60000000", "50000000-60000000", "0x50000000+256M", "00000000`50000000+0x10000000"] {
            assert_eq!(parse_range(text), Ok(range), "{text}");
        }
        for text in ["", "0x5000", "0x6000-0x5000", "0x5000-0x5000", "0x5000+0", "0xffffffffffffffff+2", "a-b-c"] {
            assert!(parse_range(text).is_err(), "{text}");
        }
    }

    #[test]
    fn needs_with_and_without_alignment() {
        assert_eq!(parse_need("64M"), Ok((64 << 20, None)));
        assert_eq!(parse_need("64M:2M"), Ok((64 << 20, Some(2 << 20))));
        assert!(parse_need("64M:3").unwrap_err().contains("power of two"));
        assert!(parse_need("0").is_err());
    }

    proptest! {
        #[test]
        fn any_number_is_read_back(n: u64) {
            prop_assert_eq!(parse_size(&n.to_string()), Ok(n));
            prop_assert_eq!(parse_size(&format!("{n:#x}")), Ok(n));
            prop_assert_eq!(parse_address(&format!("{n:#018x}")), Ok(Addr(n)));
        }

        #[test]
        fn units_multiply(n in 0u64..1 << 20, unit in 0usize..5) {
            let letter = ["", "K", "M", "G", "T"][unit];
            prop_assert_eq!(parse_size(&format!("{n}{letter}")), Ok(n << (10 * unit)));
        }

        #[test]
        fn quarters_are_exact(n in 0u64..1 << 20, quarter in 0u64..4) {
            let text = format!("{n}.{:02}M", quarter * 25);
            prop_assert_eq!(parse_size(&text), Ok((n << 20) + quarter * (1 << 18)));
        }

        #[test]
        fn ranges_are_read_back(start in 0u64..u64::MAX / 2, size in 1u64..u64::MAX / 2) {
            let range = AddrRange::from_size(Addr(start), size).unwrap();
            prop_assert_eq!(parse_range(&format!("{start:#x}-{:#x}", start + size)), Ok(range));
            prop_assert_eq!(parse_range(&format!("{start:#x}+{size}")), Ok(range));
        }

        #[test]
        fn nothing_panics(text in ".{0,24}") {
            let _ = (parse_size(&text), parse_address(&text), parse_range(&text), parse_need(&text));
        }
    }
}
