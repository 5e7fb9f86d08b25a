//! Whether the system would give what a step of growth asks for, by the map as it is.

use super::brk::Blocked;
use crate::addr::AddrRange;
use crate::analyze::Analysis;
use crate::analyze::case::{Mappings, vma_limit};
use crate::model::{Evidence, MmapLayout, Snapshot};

/// Whether there is room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fits {
    /// Yes.
    Yes,
    /// It depends on what the dump does not tell.
    Perhaps,
    /// No.
    No,
}

impl Fits {
    /// All.
    pub const ALL: [Fits; 3] = [Fits::Yes, Fits::Perhaps, Fits::No];

    /// The word used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Fits::Yes => "yes",
            Fits::Perhaps => "perhaps",
            Fits::No => "no",
        }
    }
}

/// Why there is none. All sizes in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Obstacle {
    /// The largest gap is smaller.
    LargestGap(u64),
    /// A gap is large enough, but it has no place with that alignment.
    Alignment {
        /// The largest gap.
        largest: u64,
        /// What the place has to be a multiple of.
        align: u64,
    },
    /// brk runs into a mapping.
    Blocked {
        /// How much there is up to it.
        room: u64,
        /// What it is; `None` for the ceiling.
        by: Option<Blocked>,
    },
    /// The heap has so much left.
    HeapFull(u64),
    /// No heap can be so large: the limit.
    LargerThanHeap(u64),
    /// RLIMIT_AS: the limit, and what is mapped.
    AddressSpaceLimit(u64, u64),
    /// RLIMIT_DATA: the limit, and what counts.
    DataLimit(u64, u64),
    /// vm.max_map_count.
    MappingLimit(u64),
}

/// The map, asked for room.
pub(super) struct Rooms<'a> {
    snapshot: &'a Snapshot,
    analysis: &'a Analysis,
    mapped: u64,
    mappings: Mappings,
}

impl<'a> Rooms<'a> {
    pub fn new(snapshot: &'a Snapshot, analysis: &'a Analysis) -> Rooms<'a> {
        let mapped = snapshot.space.regions().iter().map(|r| r.range.size()).sum();
        Rooms { snapshot, analysis, mapped, mappings: Mappings::of(snapshot) }
    }

    /// Of a new mapping of so many bytes, `writable` of them.
    pub fn mapping(&self, size: u64, writable: u64) -> (Fits, Option<Obstacle>) {
        if self.mappings == Mappings::Over {
            return (Fits::No, Some(Obstacle::MappingLimit(vma_limit(self.snapshot))));
        }
        if let Some(limit) = self.refused(size, writable) {
            return (Fits::No, Some(limit));
        }
        match self.largest() {
            largest if largest < size => (Fits::No, Some(Obstacle::LargestGap(largest))),
            _ => (self.as_known(), None),
        }
    }

    /// Of a thread arena's heap of `heap_max` bytes at a multiple of that, `writable` of them. glibc maps twice as much
    /// and cuts both ends, and if that fails it maps what it needs and hopes that it is aligned.
    pub fn heap(&self, heap_max: u64, writable: u64) -> (Fits, Option<Obstacle>) {
        let (twice, obstacle) = self.mapping(heap_max.saturating_mul(2), writable);
        if twice != Fits::No {
            return (twice, None);
        }
        let (once, obstacle_of_one) = self.mapping(heap_max, writable);
        if once == Fits::No {
            return (Fits::No, obstacle_of_one.or(obstacle));
        }
        let aligned = self.next_place(heap_max).is_some_and(|place| place.start().0.is_multiple_of(heap_max));
        match aligned {
            true => (Fits::Perhaps, None),
            false => (Fits::No, Some(Obstacle::Alignment { largest: self.largest(), align: heap_max })),
        }
    }

    /// Of more of what is there: limits alone, for the room is known.
    pub fn limits(&self, mapped: u64, writable: u64) -> Option<Obstacle> {
        self.refused(mapped, writable)
    }

    fn largest(&self) -> u64 {
        self.analysis.figures.largest_reachable_size()
    }

    /// Where mmap would put so many bytes: at the end of the highest gap that holds them, or the start of the lowest.
    fn next_place(&self, size: u64) -> Option<AddrRange> {
        let reach = self.analysis.reach;
        let parts = self.analysis.gaps.iter().flat_map(|gap| reach.reachable_parts(gap.range));
        let mut large = parts.filter(|part| part.size() >= size);
        match self.snapshot.space.bounds().mmap_layout {
            Some(MmapLayout::BottomUp { .. }) => AddrRange::from_size(large.next()?.start(), size),
            _ => large.last().and_then(|part| AddrRange::from_size(part.end().checked_sub(size)?, size)),
        }
    }

    /// In an incomplete map a gap may hold something.
    fn as_known(&self) -> Fits {
        if self.snapshot.evidence >= Evidence::NearlyComplete { Fits::Yes } else { Fits::Perhaps }
    }

    fn refused(&self, size: u64, writable: u64) -> Option<Obstacle> {
        let limits = &self.snapshot.limits;
        let limited = |limit: Option<u64>| limit.filter(|limit| *limit != u64::MAX);
        let space = limited(limits.address_space_limit).filter(|limit| *limit < self.mapped.saturating_add(size));
        let used = limits.data_used;
        let data =
            limited(limits.data_limit).filter(|limit| used.is_some_and(|used| *limit < used.saturating_add(writable)));
        let space = space.map(|limit| Obstacle::AddressSpaceLimit(limit, self.mapped));
        space.or_else(|| data.map(|limit| Obstacle::DataLimit(limit, used.unwrap_or(0))))
    }
}
