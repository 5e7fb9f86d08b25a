//! The figures of a process at one moment, for conditions on a running one.

use super::subject::{Kind, Subject, Value};
use crate::analyze::{Figures, Gap};
use crate::model::Snapshot;
use crate::units::basis_points;

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

/// All figures.
pub(super) static METRICS: [Metric; 5] =
    [Metric::Largest, Metric::Free, Metric::VmaCount, Metric::Gaps, Metric::Fragmentation];

impl Metric {
    #[allow(clippy::cast_precision_loss, reason = "hundredths of a percent are small")]
    pub(super) fn of(self, measured: &Measured) -> Option<Value<'static>> {
        match self {
            Metric::Largest => Some(Value::Whole(measured.largest)),
            Metric::Free => Some(Value::Whole(measured.free)),
            Metric::VmaCount => measured.vma_count.map(Value::Whole),
            Metric::Gaps => Some(Value::Whole(measured.gaps)),
            Metric::Fragmentation => Some(Value::Real(measured.fragmentation as f64 / 100.0)),
        }
    }
}

impl Subject for Metric {
    const NOUN: &'static str = "figure";
    const LISTED: &'static str = "`fragscope live --help` lists them";
    const EXAMPLE: &'static str = "largest < 64M";

    fn name(&self) -> &'static str {
        match self {
            Metric::Largest => "largest",
            Metric::Free => "free",
            Metric::VmaCount => "vma_count",
            Metric::Gaps => "gaps",
            Metric::Fragmentation => "fragmentation",
        }
    }

    fn aliases(&self) -> &'static [&'static str] {
        match self {
            Metric::Largest => &["largest_gap"],
            Metric::VmaCount => &["vmas"],
            Metric::Gaps => &["gap_count"],
            Metric::Free | Metric::Fragmentation => &[],
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Metric::Largest | Metric::Free => Kind::Bytes,
            Metric::VmaCount | Metric::Gaps => Kind::Count,
            Metric::Fragmentation => Kind::Percent,
        }
    }
}
