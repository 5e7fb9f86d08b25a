//! Where the system may put a new allocation: on which grain, and above which address.

use crate::addr::{Addr, AddrRange};
use crate::model::{Bounds, MmapLayout};

/// The rules for a new allocation, apart from what is already there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reach {
    granularity: u64,
    base: Addr,
}

impl Reach {
    /// The rules of an address space: its granularity, and the base of a bottom-up mmap. Top-down mmap and Windows
    /// reach everything.
    pub fn of(bounds: &Bounds) -> Reach {
        let base = match bounds.mmap_layout {
            Some(MmapLayout::BottomUp { base }) => base,
            Some(MmapLayout::TopDown) | None => Addr(0),
        };
        Reach { granularity: bounds.granularity, base }
    }

    /// The same rules without the limit on addresses.
    #[must_use]
    pub fn everywhere(self) -> Reach {
        Reach { base: Addr(0), ..self }
    }

    /// Alignment of allocations in bytes.
    pub fn granularity(self) -> u64 {
        self.granularity
    }

    /// Lowest address that is ever given out; 0 where there is no such limit.
    pub fn base(self) -> Addr {
        self.base
    }

    /// What is left of a free range after the granularity is applied to both ends; `None` if nothing is.
    pub fn usable(self, free: AddrRange) -> Option<AddrRange> {
        free.shrink_to(self.granularity)
    }

    /// What of a free range is usable and can be reached; `None` if nothing is.
    pub fn reachable(self, free: AddrRange) -> Option<AddrRange> {
        AddrRange::new(free.start().max(self.base), free.end())?.shrink_to(self.granularity)
    }

    /// Bytes of [`usable`](Self::usable).
    pub fn usable_size(self, free: AddrRange) -> u64 {
        self.usable(free).map_or(0, AddrRange::size)
    }

    /// Bytes of [`reachable`](Self::reachable).
    pub fn reachable_size(self, free: AddrRange) -> u64 {
        self.reachable(free).map_or(0, AddrRange::size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: u64, end: u64) -> AddrRange {
        AddrRange::new(Addr(start), Addr(end)).unwrap()
    }

    #[test]
    fn a_bottom_up_base_cuts_gaps_below_and_across_it() {
        let reach = Reach { granularity: 0x1000, base: Addr(0x5000) };
        assert_eq!(reach.reachable(range(0x1000, 0x5000)), None);
        assert_eq!(reach.reachable(range(0x1000, 0x7000)), Some(range(0x5000, 0x7000)));
        assert_eq!(reach.reachable(range(0x6000, 0x7000)), Some(range(0x6000, 0x7000)));
        assert_eq!(reach.usable(range(0x1000, 0x5000)), Some(range(0x1000, 0x5000)));
    }

    #[test]
    fn granules_cut_at_either_end_are_lost() {
        let reach = Reach { granularity: 0x1_0000, base: Addr(0) };
        assert_eq!(reach.usable(range(0x1_1000, 0x3_f000)), Some(range(0x2_0000, 0x3_0000)));
        assert_eq!(reach.usable_size(range(0x1_1000, 0x2_f000)), 0);
    }
}
