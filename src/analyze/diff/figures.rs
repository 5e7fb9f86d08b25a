//! The figures of several dumps side by side.

use super::Side;
use crate::model::Evidence;
use crate::units::basis_points;

/// A figure that dumps are compared by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Figure {
    /// Sum of all gaps.
    Free,
    /// The largest usable gap.
    Largest,
    /// The largest usable gap that mmap reaches.
    LargestReachable,
    /// The largest request that would have been served.
    LargestThatFits,
    /// How often the request would fit.
    Slots,
    /// External fragmentation.
    Fragmentation,
    /// How many gaps.
    Gaps,
    /// Free bytes that the granularity cuts off.
    Unusable,
    /// How many more threads would find room.
    ThreadRoom,
    /// Bytes with memory behind them.
    Committed,
    /// Bytes without.
    Reserved,
    /// Bytes of which an incomplete map does not tell.
    NotListed,
    /// Mappings as the system counts them.
    Mappings,
    /// Threads in the dump.
    Threads,
    /// Stacks: of threads, and without one.
    Stacks,
    /// Address space of stacks.
    StackBytes,
    /// Loaded modules.
    Modules,
    /// Bytes that could still be committed.
    CommitLeft,
    /// Bytes in memory.
    Resident,
}

/// What a figure counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// Things.
    Count,
    /// Hundredths of a percent.
    BasisPoints,
}

impl Unit {
    /// All units.
    pub const ALL: [Unit; 3] = [Unit::Bytes, Unit::Count, Unit::BasisPoints];

    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Bytes => "bytes",
            Unit::Count => "count",
            Unit::BasisPoints => "basis-points",
        }
    }
}

/// A figure of each dump; `None` where a dump does not tell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FigureRow {
    /// Which.
    pub figure: Figure,
    /// By dump.
    pub values: Vec<Option<u64>>,
}

impl FigureRow {
    /// By how much the last dump's is above the first's; `None` where one of them is not known.
    pub fn delta(&self) -> Option<i128> {
        let (first, last) = (self.values.first().copied()??, self.values.last().copied()??);
        Some(i128::from(last) - i128::from(first))
    }
}

impl Figure {
    /// All figures, in the order of tables.
    pub const ALL: [Figure; 19] = [
        Figure::Free,
        Figure::Largest,
        Figure::LargestReachable,
        Figure::LargestThatFits,
        Figure::Slots,
        Figure::Fragmentation,
        Figure::Gaps,
        Figure::Unusable,
        Figure::ThreadRoom,
        Figure::Committed,
        Figure::Reserved,
        Figure::NotListed,
        Figure::Mappings,
        Figure::Threads,
        Figure::Stacks,
        Figure::StackBytes,
        Figure::Modules,
        Figure::CommitLeft,
        Figure::Resident,
    ];

    /// The word used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Figure::Free => "free",
            Figure::Largest => "largest_gap",
            Figure::LargestReachable => "largest_reachable_gap",
            Figure::LargestThatFits => "largest_that_fits",
            Figure::Slots => "slots",
            Figure::Fragmentation => "external_fragmentation",
            Figure::Gaps => "gaps",
            Figure::Unusable => "unusable",
            Figure::ThreadRoom => "thread_room",
            Figure::Committed => "committed",
            Figure::Reserved => "reserved",
            Figure::NotListed => "not_listed",
            Figure::Mappings => "mappings",
            Figure::Threads => "threads",
            Figure::Stacks => "stacks",
            Figure::StackBytes => "stack_bytes",
            Figure::Modules => "modules",
            Figure::CommitLeft => "commit_left",
            Figure::Resident => "resident",
        }
    }

    /// What it counts.
    pub fn unit(self) -> Unit {
        match self {
            Figure::Fragmentation => Unit::BasisPoints,
            Figure::Slots
            | Figure::Gaps
            | Figure::ThreadRoom
            | Figure::Mappings
            | Figure::Threads
            | Figure::Stacks
            | Figure::Modules => Unit::Count,
            _ => Unit::Bytes,
        }
    }

    /// Its value in a dump; `None` where the dump does not tell.
    pub fn of(self, side: Side<'_>) -> Option<u64> {
        let (snapshot, analysis) = (side.snapshot, side.analysis);
        match self {
            Figure::Mappings => snapshot.limits.vma_count,
            Figure::CommitLeft => snapshot.limits.commit_left,
            Figure::Resident => snapshot.memory_used.map(|used| used.resident),
            // A bare map has no list of threads; one that has none is no process.
            Figure::Threads => Some(analysis.stacks.threads).filter(|threads| *threads > 0),
            Figure::StackBytes if analysis.stacks.threads == 0 => None,
            Figure::Slots => analysis.request_fit.map(|fit| fit.slots),
            Figure::LargestThatFits => analysis.verdict.largest_that_fits,
            // Without a map everything would look free.
            _ if snapshot.evidence == Evidence::None => None,
            _ => Some(self.of_map(side)),
        }
    }

    fn of_map(self, side: Side<'_>) -> u64 {
        let (figures, totals) = (&side.analysis.figures, &side.analysis.totals);
        let stacks = side.analysis.stacks;
        match self {
            Figure::Free => figures.total,
            Figure::Largest => figures.largest_size(),
            Figure::LargestReachable => figures.largest_reachable_size(),
            Figure::Fragmentation => basis_points(figures.total - figures.largest_size(), figures.total),
            Figure::Gaps => side.analysis.gaps.len() as u64,
            Figure::Unusable => figures.unusable(),
            Figure::ThreadRoom => side.analysis.thread_room.slots,
            Figure::Committed => totals.committed,
            Figure::Reserved => totals.reserved,
            Figure::NotListed => totals.unknown,
            Figure::Stacks => stacks.with_stack + stacks.ownerless,
            Figure::StackBytes => stacks.reserved,
            Figure::Modules => side.snapshot.modules.len() as u64,
            _ => 0,
        }
    }
}

/// All figures of all dumps, without those that no dump has.
pub(super) fn rows(sides: &[Side<'_>]) -> Vec<FigureRow> {
    let row = |figure: Figure| FigureRow { figure, values: sides.iter().map(|side| figure.of(*side)).collect() };
    Figure::ALL.into_iter().map(row).filter(|row| row.values.iter().any(Option::is_some)).collect()
}
