//! Sizes, counts and addresses as people read them. The same words in every sentence and table.

use std::fmt;

use crate::addr::Addr;
use crate::model::PointerWidth;

/// A number of bytes in binary units: `64 MiB`, `31.9 MiB`, `1.02 GiB`, `512 B`.
///
/// Whole numbers have no decimals, numbers below 10 have two, all others one. Other decimals are rounded to nearest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Bytes(pub u64);

const UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text())
    }
}

impl Bytes {
    fn text(self) -> String {
        let mut exponent = (63u32.saturating_sub(self.0.leading_zeros()) / 10).min(6);
        if self.0.is_multiple_of(1 << (10 * exponent)) {
            return format!("{} {}", self.0 >> (10 * exponent), unit(exponent));
        }
        // 1023.96 MiB would be shown as 1024.0 MiB, and is 1.00 GiB.
        if exponent < 6 && self.hundredths(exponent) >= 102_395 {
            exponent += 1;
        }
        let hundredths = self.hundredths(exponent);
        match hundredths < 1000 {
            true => format!("{}.{:02} {}", hundredths / 100, hundredths % 100, unit(exponent)),
            false => {
                let tenths = (hundredths + 5) / 10;
                format!("{}.{} {}", tenths / 10, tenths % 10, unit(exponent))
            }
        }
    }

    /// Hundredths of `1024^exponent` bytes, rounded to nearest.
    fn hundredths(self, exponent: u32) -> u128 {
        let unit = 1u128 << (10 * exponent);
        (u128::from(self.0) * 100 + unit / 2) / unit
    }
}

fn unit(exponent: u32) -> &'static str {
    UNITS.get(exponent as usize).copied().unwrap_or("B")
}

/// Two sizes side by side, such as what was asked and what is there. If both would read the same although they are
/// not equal, both are written out in bytes.
pub fn distinct(a: u64, b: u64) -> (String, String) {
    let (x, y) = (Bytes(a).text(), Bytes(b).text());
    if x == y && a != b {
        return (format!("{} bytes", Count(a)), format!("{} bytes", Count(b)));
    }
    (x, y)
}

/// A size as one types it, exactly: `64M`, `1536M`, `67108865`.
pub fn plain_size(bytes: u64) -> String {
    let units = [(40, "T"), (30, "G"), (20, "M"), (10, "K")];
    let unit = units.into_iter().find(|(shift, _)| bytes != 0 && bytes.is_multiple_of(1 << shift));
    unit.map_or_else(|| bytes.to_string(), |(shift, letter)| format!("{}{letter}", bytes >> shift))
}

/// Reads `64M`, `1.5G`, `0x4000000`, `67108864`, `64MiB`, `512 KiB`. Units are binary; a fraction must come out at
/// whole bytes.
///
/// # Errors
/// A sentence that names what is wrong and what is accepted.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let refused = || format!("`{text}` is no size; write 64M, 1.5G, 0x4000000 or 67108864");
    let trimmed = text.trim();
    if let Some(digits) = trimmed.strip_prefix("0x").or_else(|| trimmed.strip_prefix("0X")) {
        return hex_digits(digits).ok_or_else(refused);
    }
    let unit_at = trimmed.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(trimmed.len());
    let (number, unit) = trimmed.split_at(unit_at);
    let shift = unit_shift(unit).ok_or_else(refused)?;
    let (whole, fraction) = match number.trim().split_once('.') {
        Some((whole, fraction)) => (whole, fraction),
        None => (number.trim(), ""),
    };
    scale(whole, fraction, shift).ok_or_else(refused)
}

/// Powers of two behind `K`, `KB`, `KiB` and so on; 0 behind nothing and `B`.
fn unit_shift(unit: &str) -> Option<u32> {
    match unit.to_ascii_lowercase().as_str() {
        "" | "b" => Some(0),
        "k" | "kb" | "kib" => Some(10),
        "m" | "mb" | "mib" => Some(20),
        "g" | "gb" | "gib" => Some(30),
        "t" | "tb" | "tib" => Some(40),
        _ => None,
    }
}

/// `whole.fraction` times `2^shift`, or `None` if that is no whole number below 2^64.
fn scale(whole: &str, fraction: &str, shift: u32) -> Option<u64> {
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 18 {
        return None;
    }
    let whole = u128::from(whole.parse::<u64>().ok()?) << shift;
    if fraction.is_empty() {
        return u64::try_from(whole).ok();
    }
    let parts = u128::from(fraction.parse::<u64>().ok()?) << shift;
    let denominator = 10u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    // 1.3G is no whole number of bytes; nobody who types it wants to hear so.
    u64::try_from(whole.checked_add(parts / denominator)?).ok()
}

/// A number of hex digits alone, without a sign.
pub fn hex_digits(digits: &str) -> Option<u64> {
    let valid = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
    u64::from_str_radix(digits, 16).ok().filter(|_| valid)
}

/// A count with thousands separated: `65,530`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Count(pub u64);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let mut text = String::with_capacity(digits.len() + digits.len() / 3);
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        f.pad(&text)
    }
}

/// `1 gap`, `2 gaps`: a count with its noun, which takes an `s`.
pub fn plural(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", Count(count), if count == 1 { "" } else { "s" })
}

/// An address in hex, padded to the process's pointer width: `0x00bf8000`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hex {
    /// The address.
    pub addr: Addr,
    /// Pointer size of its process.
    pub width: PointerWidth,
}

impl Hex {
    /// Calls `take` with the text. A report of a large process has half a million addresses, and the standard
    /// formatter takes most of the time of writing them.
    pub fn with_text<R>(self, take: impl FnOnce(&str) -> R) -> R {
        let mut text = *b"0x0000000000000000";
        let mut rest = self.addr.0;
        let digits = self.width.hex_digits().max(16 - self.addr.0.leading_zeros() as usize / 4);
        for slot in text.iter_mut().skip(2).take(digits).rev() {
            *slot = HEX_DIGITS.get((rest & 15) as usize).copied().unwrap_or(b'0');
            rest >>= 4;
        }
        let written = text.get(..2 + digits).unwrap_or_default();
        take(std::str::from_utf8(written).unwrap_or_default())
    }
}

const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_text(|text| f.pad(text))
    }
}

/// Hundredths of a percent of `part` in `whole`; zero if `whole` is zero. Never rounded up to 100 % or down to 0 %.
pub fn basis_points(part: u64, whole: u64) -> u64 {
    if whole == 0 {
        return 0;
    }
    let exact = u128::from(part) * 10_000;
    let rounded = (exact + u128::from(whole) / 2) / u128::from(whole);
    let rounded = u64::try_from(rounded).unwrap_or(u64::MAX);
    match (part, rounded) {
        (0, _) => 0,
        (_, 0) => 1,
        (part, 10_000) if part < whole => 9_999,
        (_, other) => other,
    }
}

/// A percentage with two decimals, as `88.13 %`.
pub fn percent(part: u64, whole: u64) -> String {
    percent_of_points(basis_points(part, whole))
}

/// Hundredths of a percent as `88.13 %`.
pub fn percent_of_points(points: u64) -> String {
    format!("{}.{:02} %", points / 100, points % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_in_the_terms() {
        for (bytes, text) in [
            (0, "0 B"),
            (512, "512 B"),
            (4096, "4 KiB"),
            (64 << 20, "64 MiB"),
            (33_450_000, "31.9 MiB"),
            (1_095_216_660, "1.02 GiB"),
            ((1 << 30) - 1, "1.00 GiB"),
            (598_528_000, "570.8 MiB"),
            (u64::MAX, "16.0 EiB"),
        ] {
            assert_eq!(Bytes(bytes).to_string(), text, "{bytes}");
        }
    }

    #[test]
    fn sizes_that_read_alike_are_written_out() {
        assert_eq!(distinct(64 << 20, 1 << 20), ("64 MiB".into(), "1 MiB".into()));
        let (a, b) = distinct(33_450_000, 33_450_001);
        assert_eq!((a.as_str(), b.as_str()), ("33,450,000 bytes", "33,450,001 bytes"));
    }

    #[test]
    fn sizes_as_one_types_them() {
        for (bytes, text) in [(64 << 20, "64M"), (3 << 29, "1536M"), (4097, "4097"), (0, "0"), (1 << 41, "2T")] {
            assert_eq!(plain_size(bytes), text);
        }
    }

    #[test]
    fn counts_and_addresses() {
        assert_eq!(Count(65_530).to_string(), "65,530");
        assert_eq!(Count(999).to_string(), "999");
        assert_eq!(plural(1, "gap"), "1 gap");
        let hex = Hex { addr: Addr(0xbf_8000), width: PointerWidth::Bits32 };
        assert_eq!(hex.to_string(), "0x00bf8000");
        for (addr, width, text) in [
            (0, PointerWidth::Bits32, "0x00000000"),
            (u64::from(u32::MAX), PointerWidth::Bits32, "0xffffffff"),
            (1 << 32, PointerWidth::Bits32, "0x100000000"),
            (0x7fff_dead_beef, PointerWidth::Bits64, "0x00007fffdeadbeef"),
            (u64::MAX, PointerWidth::Bits64, "0xffffffffffffffff"),
        ] {
            assert_eq!(Hex { addr: Addr(addr), width }.to_string(), text);
        }
    }

    #[test]
    fn percentages_do_not_round_to_all_or_nothing() {
        assert_eq!(percent(63_353 - 7_521, 63_353), "88.13 %");
        assert_eq!(percent(1, 1 << 40), "0.01 %");
        assert_eq!(percent((1 << 40) - 1, 1 << 40), "99.99 %");
        assert_eq!(percent(0, 0), "0.00 %");
    }
}
