//! What a verdict is decided on, and what it can be.

use super::figures::Figures;
use super::rounding::Rounding;
use super::thresholds::{DEFAULT_VMA_LIMIT, NEAR_LIMIT_DIVISOR};
use crate::model::{Evidence, Request, Snapshot, Stated};

/// What the figures say of a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum VerdictKind {
    /// There is a gap for it: the address space was not the reason.
    Fits,
    /// Enough is free in all, but not in one piece.
    Fragmented,
    /// Less is free in all than was asked for.
    Exhausted,
    /// The process has as many mappings as Linux allows.
    MappingLimit,
    /// Windows had too little memory left to commit.
    CommitLimit,
    /// The map is incomplete and its bounds do not decide, or no request is known.
    CannotTell,
}

impl VerdictKind {
    /// All kinds.
    pub const ALL: [VerdictKind; 6] = [
        VerdictKind::Fits,
        VerdictKind::Fragmented,
        VerdictKind::Exhausted,
        VerdictKind::MappingLimit,
        VerdictKind::CommitLimit,
        VerdictKind::CannotTell,
    ];

    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            VerdictKind::Fits => "fits",
            VerdictKind::Fragmented => "fragmented",
            VerdictKind::Exhausted => "exhausted",
            VerdictKind::MappingLimit => "mapping-limit",
            VerdictKind::CommitLimit => "commit-limit",
            VerdictKind::CannotTell => "cannot-tell",
        }
    }
}

/// What the verdict is decided on. All sizes in bytes.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub snapshot: &'a Snapshot,
    pub figures: &'a Figures,
    /// A tool's figures, where they count instead of those of the map.
    pub stated: Option<&'a Stated>,
    pub request: Option<Request>,
    /// What the request needs after rounding; 2^64 - 1 if it is beyond that.
    pub needed: Option<u64>,
    /// Largest run that could take the request, by all that is listed: an upper bound in an incomplete map.
    pub upper: u64,
    /// The same by what the dump itself calls free: a lower bound.
    pub lower: u64,
    /// Largest aligned and usable run regardless of what mmap reaches.
    pub unreachable: u64,
    pub rounding: Rounding,
    pub mappings: Mappings,
}

/// How near the process is to its number of mappings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mappings {
    /// Not known, or no such limit.
    Unknown,
    /// Far from the limit.
    Below,
    /// Within 1 % of it.
    Near,
    /// Above it: the kernel refuses every new mapping.
    Over,
}

impl Mappings {
    /// Where a process stands. The limit is 65,530 where the dump does not tell.
    pub fn of(snapshot: &Snapshot) -> Mappings {
        let linux = snapshot.platform.os.is_some_and(crate::model::Os::is_linux);
        let Some(count) = snapshot.limits.vma_count.filter(|_| linux) else { return Mappings::Unknown };
        let limit = vma_limit(snapshot);
        // mm/mmap.c refuses when the count is above the limit, before the new mapping is counted.
        match count {
            c if c > limit => Mappings::Over,
            c if c >= limit - limit / NEAR_LIMIT_DIVISOR => Mappings::Near,
            _ => Mappings::Below,
        }
    }
}

/// `vm.max_map_count` as the dump has it, or the default.
pub fn vma_limit(snapshot: &Snapshot) -> u64 {
    snapshot.limits.vma_limit.unwrap_or(DEFAULT_VMA_LIMIT)
}

impl Case<'_> {
    /// F: free bytes in all.
    pub fn total(&self) -> u64 {
        self.stated.and_then(|stated| stated.free).unwrap_or(self.figures.total)
    }

    /// Whether what could still be committed is less than the request.
    pub fn commit_is_short(&self) -> bool {
        match (self.snapshot.limits.commit_left, self.request) {
            (Some(left), Some(request)) => left < request.size,
            _ => false,
        }
    }

    /// Whether the map is good enough to say `fits`: complete, or lacking only what its writer is known to leave out.
    pub fn map_is_good(&self) -> bool {
        self.snapshot.evidence >= Evidence::NearlyComplete
    }

    /// The largest request that would have been served; `None` if the map is too incomplete to tell.
    pub fn largest_that_fits(&self) -> Option<u64> {
        if self.mappings == Mappings::Over {
            return Some(0);
        }
        let room = if self.map_is_good() { self.upper } else { self.lower };
        let decided = self.map_is_good() || self.lower == self.upper;
        let largest = match self.request.and_then(|r| r.align) {
            Some(_) => Some(room),
            None => self.rounding.largest_request(room),
        };
        decided.then_some(largest.unwrap_or(0))
    }
}
