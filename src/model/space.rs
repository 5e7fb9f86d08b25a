//! The address space as a partition: sorted regions inside bounds; what lies between them are gaps.

use std::sync::Arc;

use super::region::{Region, State};
use crate::addr::{Addr, AddrRange};

/// How sure it is that a gap is free.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Certainty {
    /// Listed as free, or inside a complete map.
    Free,
    /// Nothing is listed there, and the map is not complete: an upper bound of what is free.
    NotListed,
}

impl Certainty {
    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Certainty::Free => "free",
            Certainty::NotListed => "not-listed",
        }
    }
}

/// Where the dump's word can be taken that an address without a region is free.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Coverage {
    /// Everywhere: every mapping is listed.
    Everything,
    /// Inside these ranges (sorted, disjoint), as of a MemoryInfoList that ends below the ceiling.
    Within(Vec<AddrRange>),
    /// Nowhere: what is listed is only a part.
    Nothing,
}

impl Coverage {
    /// Bytes of `range` whose being free can be taken from the dump.
    pub fn bytes_within(&self, range: AddrRange) -> u64 {
        match self {
            Coverage::Everything => range.size(),
            Coverage::Nothing => 0,
            Coverage::Within(list) => {
                let first = list.partition_point(|c| c.end() <= range.start());
                list.iter().skip(first).map_while(|c| c.intersect(range).map(AddrRange::size)).sum()
            }
        }
    }

    /// Whether an empty `range` is known to be free.
    pub fn certainty(&self, range: AddrRange) -> Certainty {
        if self.bytes_within(range) == range.size() { Certainty::Free } else { Certainty::NotListed }
    }
}

/// How the ceiling was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum CeilingSource {
    /// The user said so (`--ceiling` or `--window`).
    User,
    /// The main thread's stack lies right below it.
    StackTop,
    /// The process has mappings above every smaller limit of this platform.
    HighestMapping,
    /// SystemMemoryInfo's MaximumUserModeAddress.
    SystemMemoryInfo,
    /// The executable's large-address-aware bit.
    LargeAddressAware,
    /// The end of the MemoryInfoList.
    MemoryInfoList,
    /// The end of a tool's listing of the address space.
    Listing,
    /// Nothing tells: the platform's usual value.
    Assumed,
}

impl CeilingSource {
    /// The words used in reports.
    pub fn name(self) -> &'static str {
        match self {
            CeilingSource::User => "given by the user",
            CeilingSource::StackTop => "main stack's top",
            CeilingSource::HighestMapping => "highest mapping",
            CeilingSource::SystemMemoryInfo => "SystemMemoryInfo",
            CeilingSource::LargeAddressAware => "executable's large-address-aware bit",
            CeilingSource::MemoryInfoList => "end of MemoryInfoList",
            CeilingSource::Listing => "end of the listing",
            CeilingSource::Assumed => "assumed, platform default",
        }
    }
}

/// In which direction the system's mmap looks for free space.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum MmapLayout {
    /// From the base downwards, and if that fails upwards from a second base. Mostly the second lies below the first,
    /// so that all gaps are reached.
    TopDown {
        /// What lies between the two bases where the second is above the first, as with `ulimit -s unlimited` on x86.
        skipped: Option<AddrRange>,
    },
    /// From the base upwards only: gaps below the base are never used.
    BottomUp {
        /// Lowest address that mmap considers.
        base: Addr,
    },
}

impl MmapLayout {
    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            MmapLayout::TopDown { .. } => "top-down",
            MmapLayout::BottomUp { .. } => "bottom-up",
        }
    }

    /// The addresses that mmap never considers, or `None` if it considers all.
    pub fn unreachable(self) -> Option<AddrRange> {
        match self {
            MmapLayout::TopDown { skipped } => skipped,
            MmapLayout::BottomUp { base } => AddrRange::new(Addr(0), base),
        }
    }
}

/// The limits of the address space and the grain of allocations in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// Floor and ceiling: the user addresses that this process could ever map.
    pub range: AddrRange,
    /// How the ceiling was found.
    pub ceiling_source: CeilingSource,
    /// Size of a page in bytes.
    pub page_size: u64,
    /// Alignment of new allocations in bytes: 64 KiB on Windows, the page on Linux.
    pub granularity: u64,
    /// mmap's direction, or `None` where unknown or not applicable (Windows).
    pub mmap_layout: Option<MmapLayout>,
}

/// Why regions do not form a partition.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PartitionError {
    /// Two regions overlap or are out of order.
    #[error("region {1} does not lie above {0}")]
    Order(AddrRange, AddrRange),
    /// A region sticks out of the bounds.
    #[error("region {0} lies outside of {1}")]
    OutOfBounds(AddrRange, AddrRange),
}

/// The address space: regions in order, disjoint, inside the bounds. Whatever is not a region is a gap, so that
/// regions and gaps tile `floor..ceiling` exactly once by construction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AddressSpace {
    bounds: Bounds,
    coverage: Coverage,
    /// Clones share them.
    regions: Arc<[Region]>,
}

impl AddressSpace {
    /// Checks that `regions` are sorted, disjoint and inside the bounds.
    ///
    /// # Errors
    /// The first pair or region that breaks the rule.
    pub fn new(bounds: Bounds, coverage: Coverage, regions: Vec<Region>) -> Result<AddressSpace, PartitionError> {
        for (a, b) in regions.iter().zip(regions.iter().skip(1)) {
            if b.range.start() < a.range.end() {
                return Err(PartitionError::Order(a.range, b.range));
            }
        }
        let outside = regions.iter().find(|r| !bounds.range.covers(r.range));
        match outside {
            Some(r) => Err(PartitionError::OutOfBounds(r.range, bounds.range)),
            None => Ok(AddressSpace { bounds, coverage, regions: regions.into() }),
        }
    }

    /// A space without regions.
    pub fn empty(bounds: Bounds, coverage: Coverage) -> AddressSpace {
        AddressSpace { bounds, coverage, regions: Arc::default() }
    }

    /// Limits and grain.
    pub fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// Where absence of a region means free.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// All regions, sorted by address.
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// The region that holds `addr`, or `None` if it lies in a gap or outside.
    pub fn region_at(&self, addr: Addr) -> Option<&Region> {
        let next = self.regions.partition_point(|r| r.range.start() <= addr);
        self.regions.get(next.checked_sub(1)?).filter(|r| r.range.contains(addr))
    }

    /// The maximal free runs, each with the indexes of the regions below and above it
    /// (`None` at the ends of the space).
    pub fn holes(&self) -> impl Iterator<Item = Hole> + '_ {
        let floor = self.bounds.range.start();
        let ceiling = self.bounds.range.end();
        (0..=self.regions.len()).filter_map(move |above| {
            let below = above.checked_sub(1);
            let start = below.and_then(|i| self.regions.get(i)).map_or(floor, |r| r.range.end());
            let end = self.regions.get(above).map_or(ceiling, |r| r.range.start());
            let range = AddrRange::new(start, end)?;
            Some(Hole { range, below, above: (above < self.regions.len()).then_some(above) })
        })
    }

    /// Sum of the regions in the given state, in bytes.
    pub fn bytes_in(&self, state: State) -> u64 {
        self.regions.iter().filter(|r| r.state == state).map(|r| r.range.size()).sum()
    }
}

/// A maximal run of addresses without a region.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hole {
    /// Where.
    pub range: AddrRange,
    /// Index of the region right below, or `None` at the floor.
    pub below: Option<usize>,
    /// Index of the region right above, or `None` at the ceiling.
    pub above: Option<usize>,
}
