//! Barriers: what stands between two neighbouring gaps.

use std::ops::Range;

use super::gaps::Gap;
use crate::addr::AddrRange;
use crate::model::{AddressSpace, OwnerId, Region};

/// The maximal run of occupied regions between two neighbouring gaps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Barrier {
    /// The occupied run.
    pub range: AddrRange,
    /// What the larger neighbouring gap would grow by without it, in bytes.
    pub regained: u64,
    /// Index of the gap below; the gap above is the next.
    left_gap: u32,
}

impl Barrier {
    /// Index of the gap below; the gap above has the next index.
    pub fn left_gap(self) -> usize {
        self.left_gap as usize
    }

    /// Left gap, barrier and right gap together: what would be contiguous without it.
    pub fn span(self, gaps: &[Gap]) -> AddrRange {
        let neighbours = gaps.get(self.left_gap()..).unwrap_or_default().iter().take(2);
        neighbours.fold(self.range, |span, gap| span.hull(gap.range))
    }

    /// Indexes of its regions.
    pub fn region_indexes(self, gaps: &[Gap]) -> Range<usize> {
        let left = gaps.get(self.left_gap()).map_or(0, |g| g.above());
        let right = gaps.get(self.left_gap() + 1).map_or(left, |g| g.above());
        left..right
    }

    /// Its regions, by address.
    pub fn regions<'a>(self, gaps: &[Gap], space: &'a AddressSpace) -> &'a [Region] {
        space.regions().get(self.region_indexes(gaps)).unwrap_or_default()
    }

    /// Who stands there, each once, in order of first appearance.
    pub fn owners(self, gaps: &[Gap], space: &AddressSpace) -> Vec<OwnerId> {
        distinct(self.regions(gaps, space).iter().map(|r| r.owner))
    }
}

/// Each of `owners` once, in order of first appearance.
pub(super) fn distinct(owners: impl Iterator<Item = OwnerId>) -> Vec<OwnerId> {
    let mut firsts: Vec<(OwnerId, usize)> = owners.zip(0..).collect();
    firsts.sort_unstable();
    firsts.dedup_by_key(|(owner, _)| *owner);
    firsts.sort_unstable_by_key(|(_, position)| *position);
    firsts.into_iter().map(|(owner, _)| owner).collect()
}

/// All barriers, those first that would give back most; equal ones by address.
pub fn rank(gaps: &[Gap]) -> Vec<Barrier> {
    let pairs = (0u32..).zip(gaps.iter().zip(gaps.iter().skip(1)));
    let mut barriers: Vec<Barrier> =
        pairs.filter_map(|(i, (left, right))| between(i, left.range, right.range)).collect();
    barriers.sort_unstable_by_key(|b| (std::cmp::Reverse(b.regained), b.range.start()));
    barriers
}

fn between(left_gap: u32, left: AddrRange, right: AddrRange) -> Option<Barrier> {
    let range = AddrRange::new(left.end(), right.start())?;
    let regained = range.size() + left.size().min(right.size());
    Some(Barrier { range, regained, left_gap })
}
