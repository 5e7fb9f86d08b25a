//! Who has how much of the address space. The parts add up to the whole.

use super::gaps::Gap;
use crate::model::{OwnerKind, Region, Snapshot, State};

/// Bytes by state; `committed + reserved + free + unknown == span`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Totals {
    /// Floor to ceiling.
    pub span: u64,
    /// With memory behind them.
    pub committed: u64,
    /// Taken, without memory behind them.
    pub reserved: u64,
    /// Known to be free.
    pub free: u64,
    /// Not listed, in a map that is incomplete there.
    pub unknown: u64,
    /// By kind of owner, the largest first; kinds without regions are left out.
    pub by_kind: Vec<KindTotals>,
}

/// One kind's share of the occupied bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KindTotals {
    /// Kind of owner.
    pub kind: OwnerKind,
    /// How many regions.
    pub regions: u64,
    /// Their sum.
    pub bytes: u64,
    /// Of these, with memory behind them.
    pub committed: u64,
    /// Of these, without.
    pub reserved: u64,
    /// The largest of the regions.
    pub largest: u64,
}

/// Adds up regions and gaps.
pub fn add_up(snapshot: &Snapshot, gaps: &[Gap]) -> Totals {
    let space = &snapshot.space;
    let all_gaps: u64 = gaps.iter().map(|g| g.range.size()).sum();
    let free: u64 = gaps.iter().map(|g| space.coverage().bytes_within(g.range)).sum();
    Totals {
        span: space.bounds().range.size(),
        committed: space.bytes_in(State::Committed),
        reserved: space.bytes_in(State::Reserved),
        free,
        unknown: all_gaps - free,
        by_kind: by_kind(snapshot),
    }
}

fn by_kind(snapshot: &Snapshot) -> Vec<KindTotals> {
    let empty = |kind| KindTotals { kind, regions: 0, bytes: 0, committed: 0, reserved: 0, largest: 0 };
    let mut totals = OwnerKind::ALL.map(empty);
    for region in snapshot.space.regions() {
        let kind = snapshot.owner(region.owner).map_or(OwnerKind::Unknown, |o| o.kind);
        if let Some(row) = totals.iter_mut().find(|t| t.kind == kind) {
            row.add(region);
        }
    }
    let mut rows: Vec<KindTotals> = totals.into_iter().filter(|t| t.regions > 0).collect();
    rows.sort_by_key(|t| std::cmp::Reverse(t.bytes));
    rows
}

impl KindTotals {
    fn add(&mut self, region: &Region) {
        let size = region.range.size();
        self.regions += 1;
        self.bytes += size;
        self.largest = self.largest.max(size);
        match region.state {
            State::Committed => self.committed += size,
            State::Reserved => self.reserved += size,
        }
    }
}
