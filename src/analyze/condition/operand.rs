//! What a figure is compared with.

use std::cmp::Ordering;
use std::fmt;

use super::subject::{Kind, Subject, Value};
use crate::analyze::what_if::Pattern;
use crate::units::{parse_size, plain_size};

/// The right side of a comparison.
#[derive(Debug)]
pub(super) enum Operand<S: 'static> {
    /// Bytes, a count, or milliseconds since 1970.
    Whole(u64),
    /// A percentage or milliseconds.
    Real(f64),
    Text(String),
    Pattern(Pattern),
    /// Another figure of the same kind.
    Other(&'static S),
}

// A derived Clone would ask for one of S.
impl<S> Clone for Operand<S> {
    fn clone(&self) -> Operand<S> {
        match self {
            Operand::Whole(number) => Operand::Whole(*number),
            Operand::Real(number) => Operand::Real(*number),
            Operand::Text(text) => Operand::Text(text.clone()),
            Operand::Pattern(pattern) => Operand::Pattern(pattern.clone()),
            Operand::Other(subject) => Operand::Other(subject),
        }
    }
}

/// The number that a text is for a kind of figure; `None` also for text.
pub(super) fn number<S>(kind: Kind, text: &str) -> Option<Operand<S>> {
    match kind {
        Kind::Text => None,
        Kind::Bytes => parse_size(text).ok().map(Operand::Whole),
        Kind::Count => whole(text).map(Operand::Whole),
        Kind::Percent => percent(text).map(Operand::Real),
        Kind::Time => whole(text).or_else(|| day(text)).map(Operand::Whole),
        Kind::Millis => millis(text).map(Operand::Real),
    }
}

fn whole(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

/// A number with at most so many decimals.
fn decimal(text: &str, decimals: usize) -> Option<f64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let fits = digits(whole) && digits(fraction) && whole.len() <= 12 && fraction.len() <= decimals;
    fits.then(|| text.parse().ok())?
}

fn percent(text: &str) -> Option<f64> {
    decimal(text.strip_suffix('%').unwrap_or(text), 2).filter(|number| *number <= 100.0)
}

fn millis(text: &str) -> Option<f64> {
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len()));
    let scale = match unit {
        "" | "ms" => 1.0,
        "s" => 1_000.0,
        "min" => 60_000.0,
        _ => return None,
    };
    decimal(number, 3).map(|number| steady(Kind::Millis, number * scale))
}

/// `2026-11-22` in milliseconds since 1970, at midnight UTC.
fn day(text: &str) -> Option<u64> {
    let mut parts = text.split('-');
    let mut part = |length: usize| parts.next().filter(|t| t.len() == length).and_then(whole);
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let february = if leap(year) { 29 } else { 28 };
    let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let before: u64 = months.iter().take(usize::try_from(month).ok()?.checked_sub(1)?).sum();
    let length = *months.get(usize::try_from(month).ok()?.checked_sub(1)?)?;
    let fits = parts.next().is_none() && year >= 1970 && (1..=length).contains(&day);
    let years: u64 = (1970..year).map(|year| if leap(year) { 366 } else { 365 }).sum();
    fits.then_some((years + before + day - 1) * 86_400_000)
}

/// A number as it is shown and typed: percentages in hundredths, milliseconds in thousandths.
pub(super) fn steady(kind: Kind, number: f64) -> f64 {
    let parts = if kind == Kind::Percent { 100.0 } else { 1_000.0 };
    (number * parts).round() / parts
}

/// How what was found relates to what it is compared with; `None` if they are of different kinds.
pub(super) fn order(kind: Kind, found: Value<'_>, other: Value<'_>) -> Option<Ordering> {
    match (found, other) {
        (Value::Whole(a), Value::Whole(b)) => Some(a.cmp(&b)),
        (Value::Real(a), Value::Real(b)) => steady(kind, a).partial_cmp(&steady(kind, b)),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

impl<S: Subject> Operand<S> {
    /// As it can be typed, for a figure of this kind.
    pub fn write(&self, kind: Kind, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operand::Whole(number) if kind == Kind::Bytes => f.write_str(&plain_size(*number)),
            Operand::Whole(number) => write!(f, "{number}"),
            Operand::Real(number) => write!(f, "{number}"),
            Operand::Text(text) => write_text(text, f),
            Operand::Pattern(pattern) => write_text(pattern.text(), f),
            Operand::Other(subject) => f.write_str(subject.name()),
        }
    }
}

/// A plain word stands alone; all other text is quoted.
fn write_text(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    match plain && !is_nothing(text) {
        true => f.write_str(text),
        false => write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
    }
}

/// Words that other languages have for what is not known.
pub(super) fn is_nothing(text: &str) -> bool {
    ["null", "none", "unknown", "nil"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (text, expected) in [
            ("1970-01-01", Some(0)),
            ("2000-03-01", Some(951_868_800_000)),
            ("2026-11-22", Some(1_795_305_600_000)),
            ("2024-02-29", Some(1_709_164_800_000)),
            ("2023-02-29", None),
            ("2023-13-01", None),
            ("2023-00-01", None),
            ("1969-12-31", None),
            ("2023-1-1", None),
            ("2023-01-01-01", None),
        ] {
            assert_eq!(day(text), expected, "{text}");
        }
    }

    #[test]
    fn durations_have_units() {
        for (text, expected) in [
            ("250", Some(250.0)),
            ("250ms", Some(250.0)),
            ("1.5s", Some(1500.0)),
            ("2min", Some(120_000.0)),
            ("1h", None),
        ] {
            assert_eq!(millis(text), expected, "{text}");
        }
    }
}
