//! The figures that a condition may name, and the numbers that each is compared with.

use crate::analyze::{Figures, Gap};
use crate::model::Snapshot;
use crate::units::{basis_points, parse_size};

/// A figure with a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Metric {
    /// The largest usable gap that mmap reaches, in bytes.
    Largest,
    /// The sum of all gaps, in bytes.
    Free,
    /// Mappings as the kernel counts them.
    VmaCount,
    /// How many gaps.
    Gaps,
    /// External fragmentation, in percent.
    Fragmentation,
}

/// The figures themselves, at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Measured {
    /// The sum of all gaps, in bytes.
    pub free: u64,
    /// The largest usable gap that mmap reaches, in bytes.
    pub largest: u64,
    /// How many gaps.
    pub gaps: u64,
    /// Mappings as the kernel counts them, where that is known.
    pub vma_count: Option<u64>,
    /// External fragmentation, in hundredths of a percent.
    pub fragmentation: u64,
}

impl Measured {
    /// The figures of a snapshot.
    pub fn of(snapshot: &Snapshot, gaps: &[Gap], figures: &Figures) -> Measured {
        Measured {
            free: figures.total,
            largest: figures.largest_reachable_size(),
            gaps: gaps.len() as u64,
            vma_count: snapshot.limits.vma_count,
            fragmentation: basis_points(figures.total - figures.largest_size(), figures.total),
        }
    }
}

impl Metric {
    const ALL: [Metric; 5] = [Metric::Largest, Metric::Free, Metric::VmaCount, Metric::Gaps, Metric::Fragmentation];

    /// The word that conditions use.
    pub fn name(self) -> &'static str {
        match self {
            Metric::Largest => "largest",
            Metric::Free => "free",
            Metric::VmaCount => "vma_count",
            Metric::Gaps => "gaps",
            Metric::Fragmentation => "fragmentation",
        }
    }

    pub(super) fn names() -> String {
        Metric::ALL.map(Metric::name).join(", ")
    }

    pub(super) fn named(text: &str) -> Option<Metric> {
        Metric::ALL.into_iter().find(|metric| metric.name() == text)
    }

    /// What it is compared with, in words.
    pub(super) fn number(self) -> &'static str {
        match self {
            Metric::Largest | Metric::Free => "a size, as 64M",
            Metric::VmaCount | Metric::Gaps => "a whole number",
            Metric::Fragmentation => "a percentage from 0 to 100, as 90 or 87.5%",
        }
    }

    /// The number that a text is, in the figure's unit.
    pub(super) fn value(self, text: &str) -> Option<u64> {
        match self {
            Metric::Largest | Metric::Free => parse_size(text).ok(),
            Metric::VmaCount | Metric::Gaps => text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?,
            Metric::Fragmentation => hundredths(text),
        }
    }

    pub(super) fn of(self, measured: &Measured) -> Option<u64> {
        match self {
            Metric::Largest => Some(measured.largest),
            Metric::Free => Some(measured.free),
            Metric::VmaCount => measured.vma_count,
            Metric::Gaps => Some(measured.gaps),
            Metric::Fragmentation => Some(measured.fragmentation),
        }
    }
}

/// `87.5%` is 8750.
fn hundredths(text: &str) -> Option<u64> {
    let number = text.strip_suffix('%').unwrap_or(text).trim_end();
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > 2 {
        return None;
    }
    let fraction = format!("{fraction:0<2}").parse::<u64>().ok()?;
    let points = whole.parse::<u64>().ok()?.checked_mul(100)?.checked_add(fraction)?;
    (points <= 10_000).then_some(points)
}
