//! Figures that a tool printed of an address space, without the rows they were made from.

use crate::addr::AddrRange;

/// What a tool's own summary says: WinDbg's `!address -summary`, DebugDiag, SOS. Sizes in bytes, as exact as the tool
/// printed them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stated {
    /// Which tool, as sentences call it.
    pub by: &'static str,
    /// Free bytes in all.
    pub free: Option<u64>,
    /// How many free regions.
    pub free_regions: Option<u64>,
    /// Size of the largest free region.
    pub largest: Option<u64>,
    /// Where that is.
    pub largest_at: Option<AddrRange>,
    /// Committed bytes.
    pub committed: Option<u64>,
    /// Reserved bytes.
    pub reserved: Option<u64>,
    /// All bytes, free ones included.
    pub total: Option<u64>,
    /// Regions by the tool's own kinds, without the free ones.
    pub usages: Vec<StatedUsage>,
}

/// One kind of regions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StatedUsage {
    /// The tool's word for it.
    pub name: &'static str,
    /// How many regions.
    pub regions: Option<u64>,
    /// Their sum in bytes.
    pub bytes: u64,
    /// The largest of them, in bytes.
    pub largest: Option<u64>,
}

impl Stated {
    /// The kind with this name; added if it is new.
    pub fn usage(&mut self, name: &'static str) -> Option<&mut StatedUsage> {
        if !self.usages.iter().any(|u| u.name == name) {
            self.usages.push(StatedUsage { name, regions: None, bytes: 0, largest: None });
        }
        self.usages.iter_mut().find(|u| u.name == name)
    }

    /// F − L and F, where both are known: their ratio is DebugDiag's free memory fragmentation.
    pub fn fragmented_bytes(&self) -> Option<(u64, u64)> {
        let (free, largest) = (self.free?, self.largest?);
        Some((free.checked_sub(largest)?, free))
    }

    /// Whether it says how much was free.
    pub fn tells_free(&self) -> bool {
        self.free.is_some() || self.largest.is_some()
    }
}
