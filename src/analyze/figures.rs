//! The figures of the free address space.

use super::Reach;
use super::gaps::{self, Gap};
use super::thresholds::TINY_BLOCK;
use crate::addr::AddrRange;
use crate::model::{AddressSpace, Coverage, Os, Protection, Snapshot, State};
use crate::units;

/// A free range with what is known of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Largest {
    /// The usable part.
    pub range: AddrRange,
    /// Index of its gap.
    pub gap: usize,
}

/// Figures over all gaps. Where the map is incomplete, they are upper bounds of what was free.
#[derive(Clone, PartialEq, Debug)]
pub struct Figures {
    /// F: sum of all gaps, in bytes.
    pub total: u64,
    /// Sum of all usable gaps, in bytes.
    pub usable: u64,
    /// L: the largest usable gap, the lowest of several; `None` if nothing is usable.
    pub largest: Option<Largest>,
    /// The largest usable gap that mmap reaches; `None` if it reaches nothing.
    pub largest_reachable: Option<Largest>,
    /// The largest usable and reachable run that the dump itself calls free, in bytes: a lower bound where the map is
    /// incomplete, and the same as `largest_reachable` where it is complete.
    pub largest_known: u64,
    /// Gaps by size, ascending; powers of two without gaps are left out.
    pub histogram: Vec<Bucket>,
    /// Socorro's figures, each `None` where the dump cannot tell.
    pub socorro: Socorro,
}

/// Gaps of `from..2*from` bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bucket {
    /// Smallest size, a power of two.
    pub from: u64,
    /// First size that is too large; `u64::MAX` for the last power.
    pub to: u64,
    /// How many gaps.
    pub count: u64,
    /// Their sum in bytes.
    pub bytes: u64,
}

/// Three figures under the names that Mozilla's crash statistics gave them, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Socorro {
    /// The largest free region, whatever of it is usable.
    pub largest_free_vm_block: Option<u64>,
    /// Sum of the free regions below 1 MiB.
    pub tiny_block_size: Option<u64>,
    /// Committed memory that is write-combined, as of graphics drivers; Windows only.
    pub write_combine_size: Option<u64>,
}

impl Figures {
    /// Free bytes that no allocation can use, for the granule they lie in is cut.
    pub fn unusable(&self) -> u64 {
        self.total - self.usable
    }

    /// Size of the largest usable gap; 0 if there is none.
    pub fn largest_size(&self) -> u64 {
        self.largest.map_or(0, |l| l.range.size())
    }

    /// Size of the largest usable gap that mmap reaches; 0 if there is none.
    pub fn largest_reachable_size(&self) -> u64 {
        self.largest_reachable.map_or(0, |l| l.range.size())
    }

    /// (F − L) / F in percent; 0 when nothing is free.
    pub fn external_fragmentation_percent(&self) -> f64 {
        percentage(self.total - self.largest_size(), self.total)
    }

    /// The same as text with two decimals.
    pub fn external_fragmentation_text(&self) -> String {
        units::percent(self.total - self.largest_size(), self.total)
    }
}

/// A part in percent of the whole; 0 of nothing.
#[allow(clippy::cast_precision_loss, reason = "a percentage needs no more than 53 bits")]
pub fn percentage(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 * 100.0 }
}

/// Measures all gaps.
pub fn measure(snapshot: &Snapshot, gaps: &[Gap], reach: Reach) -> Figures {
    let space = &snapshot.space;
    Figures {
        total: gaps.iter().map(|g| g.range.size()).sum(),
        usable: gaps.iter().map(|g| reach.usable_size(g.range)).sum(),
        largest: largest(gaps, |g| reach.usable(g)),
        largest_reachable: largest(gaps, |g| reach.reachable(g)),
        largest_known: largest_known(space.coverage(), gaps, reach),
        histogram: histogram(gaps),
        socorro: socorro(snapshot, gaps),
    }
}

fn largest(gaps: &[Gap], part: impl Fn(AddrRange) -> Option<AddrRange>) -> Option<Largest> {
    let parts = gaps.iter().enumerate().filter_map(|(i, g)| Some(Largest { range: part(g.range)?, gap: i }));
    parts.reduce(|best, next| if best.range.size() < next.range.size() { next } else { best })
}

fn largest_known(coverage: &Coverage, gaps: &[Gap], reach: Reach) -> u64 {
    let known = gaps.iter().flat_map(|g| gaps::known_free(coverage, g.range));
    known.map(|free| reach.reachable_size(free)).max().unwrap_or(0)
}

fn histogram(gaps: &[Gap]) -> Vec<Bucket> {
    let mut powers = [(0u64, 0u64); 64];
    for size in gaps.iter().map(|g| g.range.size()) {
        if let Some((count, bytes)) = powers.get_mut(size.ilog2() as usize) {
            *count += 1;
            *bytes += size;
        }
    }
    let buckets = (0u32..).zip(powers).filter(|(_, (count, _))| *count > 0);
    buckets
        .map(|(power, (count, bytes))| {
            let from = 1 << power;
            Bucket { from, to: from.saturating_mul(2), count, bytes }
        })
        .collect()
}

fn socorro(snapshot: &Snapshot, gaps: &[Gap]) -> Socorro {
    if *snapshot.space.coverage() == Coverage::Nothing {
        return Socorro::default();
    }
    let free = || gaps.iter().flat_map(|g| gaps::known_free(snapshot.space.coverage(), g.range)).map(AddrRange::size);
    let is_windows = snapshot.platform.os == Some(Os::Windows);
    Socorro {
        largest_free_vm_block: Some(free().max().unwrap_or(0)),
        tiny_block_size: Some(free().filter(|size| *size < TINY_BLOCK).sum()),
        write_combine_size: is_windows.then(|| write_combined(&snapshot.space)),
    }
}

fn write_combined(space: &AddressSpace) -> u64 {
    let combined = space
        .regions()
        .iter()
        .filter(|r| r.state == State::Committed && r.protection.is_some_and(|p| p.has(Protection::WRITE_COMBINE)));
    combined.map(|r| r.range.size()).sum()
}

/// How many allocations of `size` bytes at multiples of `align` fit one after the other into the free ranges.
///
/// A `size` of 0 gives 0; an `align` of 0 or 1 asks for no alignment.
pub fn slots(free: impl IntoIterator<Item = AddrRange>, size: u64, align: u64) -> u64 {
    if size == 0 {
        return 0;
    }
    let stride = size.checked_next_multiple_of(align.max(1)).unwrap_or(u64::MAX);
    free.into_iter().map(|range| slots_in(range, size, align, stride)).sum()
}

fn slots_in(range: AddrRange, size: u64, align: u64, stride: u64) -> u64 {
    let Some(first) = range.start().align_up(align) else { return 0 };
    match range.end().distance_from(first).checked_sub(size) {
        Some(room) => room / stride + 1,
        None => 0,
    }
}

/// The Linux kernel's unusable_free_index with a size in bytes: the share of free memory that is useless for
/// allocations of `size` bytes, from 0 (none of it) to 1 (all of it). 0 when nothing is free or `size` is 0.
pub fn unusable_free_index(gaps: &[Gap], reach: Reach, size: u64) -> f64 {
    let total: u64 = gaps.iter().map(|g| g.range.size()).sum();
    if size == 0 {
        return 0.0;
    }
    let served: u64 = gaps.iter().map(|g| reach.usable_size(g.range) / size * size).sum();
    percentage(total - served, total) / 100.0
}
