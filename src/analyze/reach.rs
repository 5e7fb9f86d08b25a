//! Where the system may put a new allocation: on which grain, and at which addresses.

use crate::addr::AddrRange;
use crate::model::{Bounds, MmapLayout};

/// The rules for a new allocation, apart from what is already there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reach {
    granularity: u64,
    unreachable: Option<AddrRange>,
}

impl Reach {
    /// The rules of an address space: its granularity, and what mmap never considers.
    pub fn of(bounds: &Bounds) -> Reach {
        let unreachable = bounds.mmap_layout.and_then(MmapLayout::unreachable);
        Reach { granularity: bounds.granularity, unreachable }
    }

    /// The same rules without the limit on addresses.
    #[must_use]
    pub fn everywhere(self) -> Reach {
        Reach { unreachable: None, ..self }
    }

    /// Alignment of allocations in bytes.
    pub fn granularity(self) -> u64 {
        self.granularity
    }

    /// The addresses that are never given out; `None` where there is no such limit.
    pub fn unreachable(self) -> Option<AddrRange> {
        self.unreachable
    }

    /// What is left of a free range after the granularity is applied to both ends; `None` if nothing is.
    pub fn usable(self, free: AddrRange) -> Option<AddrRange> {
        free.shrink_to(self.granularity)
    }

    /// What of a free range is usable and can be reached: at most a part below and a part above what cannot.
    pub fn reachable_parts(self, free: AddrRange) -> impl Iterator<Item = AddrRange> {
        let (cut_from, cut_to) = self.unreachable.map_or((free.end(), free.end()), |u| (u.start(), u.end()));
        let below = AddrRange::new(free.start(), free.end().min(cut_from));
        let above = AddrRange::new(free.start().max(cut_to), free.end());
        [below, above].into_iter().flatten().filter_map(move |part| self.usable(part))
    }

    /// The larger of the [`reachable_parts`](Self::reachable_parts); `None` if there is none.
    pub fn reachable(self, free: AddrRange) -> Option<AddrRange> {
        self.reachable_parts(free).reduce(|a, b| if a.size() < b.size() { b } else { a })
    }

    /// Bytes of [`usable`](Self::usable).
    pub fn usable_size(self, free: AddrRange) -> u64 {
        self.usable(free).map_or(0, AddrRange::size)
    }

    /// Bytes of [`reachable`](Self::reachable): the largest allocation that could be placed there.
    pub fn reachable_size(self, free: AddrRange) -> u64 {
        self.reachable(free).map_or(0, AddrRange::size)
    }

    /// Bytes of all [`reachable_parts`](Self::reachable_parts).
    pub fn reachable_bytes(self, free: AddrRange) -> u64 {
        self.reachable_parts(free).map(AddrRange::size).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::addr::Addr;

    fn range(start: u64, end: u64) -> AddrRange {
        AddrRange::new(Addr(start), Addr(end)).unwrap()
    }

    #[test]
    fn a_bottom_up_base_cuts_gaps_below_and_across_it() {
        let reach = Reach { granularity: 0x1000, unreachable: Some(range(0, 0x5000)) };
        assert_eq!(reach.reachable(range(0x1000, 0x5000)), None);
        assert_eq!(reach.reachable(range(0x1000, 0x7000)), Some(range(0x5000, 0x7000)));
        assert_eq!(reach.reachable(range(0x6000, 0x7000)), Some(range(0x6000, 0x7000)));
        assert_eq!(reach.usable(range(0x1000, 0x5000)), Some(range(0x1000, 0x5000)));
    }

    // ulimit -s unlimited on i386: nothing is looked for between 0x2aaab000 and 0x55555000.
    #[test]
    fn a_skipped_range_leaves_a_part_on_either_side() {
        let reach = Reach { granularity: 0x1000, unreachable: Some(range(0x4000, 0x8000)) };
        let parts: Vec<_> = reach.reachable_parts(range(0x1000, 0xa000)).collect();
        assert_eq!(parts, [range(0x1000, 0x4000), range(0x8000, 0xa000)]);
        assert_eq!(reach.reachable(range(0x1000, 0xa000)), Some(range(0x1000, 0x4000)));
        assert_eq!(reach.reachable_bytes(range(0x1000, 0xa000)), 0x5000);
        assert_eq!(reach.reachable(range(0x5000, 0x8000)), None);
    }

    #[test]
    fn granules_cut_at_either_end_are_lost() {
        let reach = Reach { granularity: 0x1_0000, unreachable: None };
        assert_eq!(reach.usable(range(0x1_1000, 0x3_f000)), Some(range(0x2_0000, 0x3_0000)));
        assert_eq!(reach.usable_size(range(0x1_1000, 0x2_f000)), 0);
    }
}
