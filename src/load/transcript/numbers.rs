//! Numbers as the tools print them.

use crate::addr::Addr;

/// Hex digits, with `0x` or without, with WinDbg's backtick in the middle: ``4b`35280000``. The half above the backtick
/// is not padded, the one below has 8 digits.
pub(super) fn hex(text: &str) -> Option<u64> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    match digits.split_once('`') {
        Some((upper, lower)) if lower.len() == 8 && (1..=8).contains(&upper.len()) => {
            Some(plain_hex(upper)? << 32 | plain_hex(lower)?)
        }
        Some(_) => None,
        None => plain_hex(digits),
    }
}

/// The same as an address.
pub(super) fn addr(text: &str) -> Option<Addr> {
    hex(text).map(Addr)
}

/// Only numbers with `0x`.
pub(super) fn prefixed(text: &str) -> Option<u64> {
    plain_hex(text.strip_prefix("0x")?)
}

fn plain_hex(digits: &str) -> Option<u64> {
    let sound = (1..=16).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    sound.then(|| u64::from_str_radix(digits, 16).ok()).flatten()
}

/// Decimal digits with thousands separators of whatever country: `1,024`, `1.024`, `1 024`, `1'024`.
pub(super) fn decimal(text: &str) -> Option<u64> {
    let separator = |c: char| matches!(c, ',' | '.' | '\'' | '\u{a0}' | '\u{202f}' | ' ' | '\u{2019}');
    let mut groups = text.split(separator);
    let first = groups.next()?;
    let sound = (1..=20).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_digit());
    let rest_sound = groups.all(|g| g.len() == 3 && g.bytes().all(|b| b.is_ascii_digit()));
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (sound && rest_sound).then(|| digits.parse().ok()).flatten()
}

/// A size with a unit, in bytes: `633.53 MBytes`, `46.250 Mb`, `1,824,735K`, `376 kB`. Rounded as it is printed.
pub(super) fn size(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(end);
    let shift = match unit.trim().to_ascii_lowercase().trim_end_matches("ytes").trim_end_matches("yte") {
        "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        "t" | "tb" | "tib" => 40,
        _ => return None,
    };
    let (whole, fraction) = match number.trim().rsplit_once('.') {
        Some((whole, fraction)) if fraction.len() <= 3 => (whole, fraction),
        _ => (number.trim(), ""),
    };
    let part = if fraction.is_empty() { 0 } else { fraction.parse::<u64>().ok()? };
    let scale = 10u64.pow(u32::try_from(fraction.len()).ok()?);
    let whole = decimal(whole)?.checked_mul(1 << shift)?;
    whole.checked_add((part << shift) / scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_of_every_form() {
        for (text, value) in [
            ("4b`35280000", Some(0x4b_3528_0000)),
            ("0`0017c000", Some(0x17_c000)),
            ("00000000`7fff8000", Some(0x7fff_8000)),
            ("3a8000", Some(0x3a_8000)),
            ("0xf7f29000", Some(0xf7f2_9000)),
            ("1`2", None),
            ("", None),
            ("12345678901234567", None),
            ("+10", None),
        ] {
            assert_eq!(hex(text), value, "{text}");
        }
    }

    #[test]
    fn sizes_of_every_unit() {
        for (text, value) in [
            ("46.250 Mb", Some(48_496_640)),
            ("46.250 MB", Some(48_496_640)),
            ("504.000 kb", Some(504 << 10)),
            ("1,824,735K", Some(1_824_735 << 10)),
            ("633.53 MBytes", Some(633 * (1 << 20) + 53 * (1 << 20) / 100)),
            ("2.00 GBytes", Some(2 << 30)),
            ("125.994 TB", Some((125 << 40) + 994 * (1u64 << 40) / 1000)),
            ("376 kB", Some(376 << 10)),
            ("x", None),
            ("99999999999999 TB", None),
        ] {
            assert_eq!(size(text), value, "{text}");
        }
    }

    #[test]
    fn decimals_with_separators() {
        assert_eq!(decimal("1,020"), Some(1020));
        assert_eq!(decimal("1.824.735"), Some(1_824_735));
        assert_eq!(decimal("1\u{a0}024"), Some(1024));
        assert_eq!(decimal("12,34"), None);
        assert_eq!(decimal(""), None);
    }
}
