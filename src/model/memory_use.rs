//! How much memory stands behind the address space, and what of it may be had.

use crate::addr::AddrRange;

/// Bytes of one or more mappings.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct MemoryUse {
    /// In memory (Rss).
    pub resident: u64,
    /// Of that, used lately (Referenced).
    pub referenced: u64,
    /// Swapped out (Swap).
    pub swapped: u64,
}

impl MemoryUse {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: MemoryUse) -> MemoryUse {
        MemoryUse {
            resident: self.resident.saturating_add(other.resident),
            referenced: self.referenced.saturating_add(other.referenced),
            swapped: self.swapped.saturating_add(other.swapped),
        }
    }

    /// Bytes that were touched and not given back.
    pub fn touched(self) -> u64 {
        self.resident.saturating_add(self.swapped)
    }
}

/// One mapping's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MappingUse {
    /// Where.
    pub range: AddrRange,
    /// How much of it.
    pub amount: MemoryUse,
}

/// `vm.overcommit_memory`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum OvercommitMode {
    /// 0: a single request above memory and swap together is refused.
    Heuristic,
    /// 1: nothing is refused.
    Always,
    /// 2: all processes together get no more than a limit.
    Never,
}

impl OvercommitMode {
    /// The number.
    pub fn number(self) -> u8 {
        match self {
            OvercommitMode::Heuristic => 0,
            OvercommitMode::Always => 1,
            OvercommitMode::Never => 2,
        }
    }
}

/// How much Linux lets be committed, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Overcommit {
    /// What is refused.
    pub mode: OvercommitMode,
    /// CommitLimit: what all processes together get in mode 2.
    pub limit: u64,
    /// Committed_AS: what they have.
    pub committed: u64,
    /// Memory and swap together: the most for a single request in mode 0.
    pub memory_and_swap: u64,
}

/// The tightest memory limit of a control group and those around it, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CgroupMemory {
    /// What the group may have in memory.
    pub limit: u64,
    /// What it has.
    pub used: u64,
}
