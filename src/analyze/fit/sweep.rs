//! All windows worth looking at, in one pass over the regions.
//!
//! Between two ends of regions a window that starts further up can only touch more above and no less below. So it is
//! enough to look at the lowest aligned start at or after each region's end, the floor, and the end of what mmap never
//! considers.

use super::{Ledger, Placement, Taken};
use crate::addr::{Addr, AddrRange};
use crate::analyze::Reach;
use crate::model::{Owner, OwnerId, Region, Snapshot};

/// A window without pinned owners, and what it costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Window {
    pub range: AddrRange,
    /// How many owners touch it.
    pub owners: u32,
    /// Their committed bytes.
    pub committed: u64,
    /// Their reserved bytes.
    pub reserved: u64,
}

/// Walks the windows upwards, and keeps account of who stands in the present one.
pub(super) struct Sweep<'a> {
    snapshot: &'a Snapshot,
    unreachable: Option<AddrRange>,
    size: u64,
    align: u64,
    ledger: &'a Ledger,
    /// Next region after whose end a window is tried; the floor comes before all.
    next_end: usize,
    /// Whether the start after what mmap never considers is still to come.
    after_unreachable: Option<Addr>,
    at_floor: bool,
    /// The regions `low..high` touch the present window.
    low: usize,
    high: usize,
    /// Regions in the window by owner.
    present: Vec<u32>,
    inside: Inside,
    /// Pinned owners that were met.
    met: Vec<bool>,
}

/// Sums over the owners in the window.
#[derive(Clone, Copy, Default)]
struct Inside {
    owners: u32,
    pinned: u32,
    committed: u64,
    reserved: u64,
}

impl<'a> Sweep<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, reach: Reach, placement: Placement, ledger: &'a Ledger) -> Sweep<'a> {
        Sweep {
            snapshot,
            unreachable: reach.unreachable(),
            size: placement.size,
            align: placement.align(reach),
            ledger,
            next_end: 0,
            after_unreachable: reach.unreachable().map(AddrRange::end),
            at_floor: true,
            low: 0,
            high: 0,
            present: vec![0; snapshot.owners.len()],
            inside: Inside::default(),
            met: vec![false; snapshot.owners.len()],
        }
    }

    /// The pinned owners that stood in any window, by address.
    pub(super) fn pinned_owners(&self) -> Vec<OwnerId> {
        let met = self.met.iter().zip(self.snapshot.owners.iter()).filter(|(met, _)| **met);
        let mut owners: Vec<(Addr, OwnerId)> = met.map(|(_, (id, owner))| (owner.start, id)).collect();
        owners.sort_unstable();
        owners.into_iter().map(|(_, id)| id).collect()
    }

    /// Where windows may start, upwards.
    fn next_start(&mut self) -> Option<Addr> {
        let bounds = self.snapshot.space.bounds().range;
        if std::mem::take(&mut self.at_floor) {
            return Some(bounds.start());
        }
        let end = self.snapshot.space.regions().get(self.next_end).map(|r| r.range.end());
        let after = self.after_unreachable;
        if let Some(after) = after.filter(|a| end.is_none_or(|e| *a <= e)) {
            self.after_unreachable = None;
            return Some(after.max(bounds.start()));
        }
        self.next_end += 1;
        end
    }

    fn window_at(&self, start: Addr) -> Option<AddrRange> {
        let range = AddrRange::from_size(start.align_up(self.align)?, self.size)?;
        let reachable = self.unreachable.is_none_or(|u| u.intersect(range).is_none());
        (reachable && self.snapshot.space.bounds().range.covers(range)).then_some(range)
    }

    /// Lets out the regions that end at or before the window's start, and in those that touch it.
    fn move_to(&mut self, window: AddrRange) {
        let regions = self.snapshot.space.regions();
        while let Some(region) = regions.get(self.low).filter(|r| r.range.end() <= window.start()) {
            if self.low < self.high {
                self.leave(region);
            }
            self.low += 1;
        }
        self.high = self.high.max(self.low);
        while let Some(region) = regions.get(self.high).filter(|r| r.range.start() < window.end()) {
            self.enter(region);
            self.high += 1;
        }
    }

    fn enter(&mut self, region: &Region) {
        if let Some(count) = self.present.get_mut(region.owner.0 as usize) {
            *count += 1;
            if *count == 1 {
                self.arrive(region.owner);
            }
        }
    }

    fn leave(&mut self, region: &Region) {
        if let Some(count) = self.present.get_mut(region.owner.0 as usize) {
            *count -= 1;
            if *count == 0 {
                self.depart(region.owner);
            }
        }
    }

    fn arrive(&mut self, id: OwnerId) {
        let taken = self.taken(id);
        self.inside.owners += 1;
        self.inside.committed += taken.committed;
        self.inside.reserved += taken.reserved;
        if self.is_pinned(id) {
            self.inside.pinned += 1;
            if let Some(met) = self.met.get_mut(id.0 as usize) {
                *met = true;
            }
        }
    }

    fn depart(&mut self, id: OwnerId) {
        let taken = self.taken(id);
        self.inside.owners -= 1;
        self.inside.committed -= taken.committed;
        self.inside.reserved -= taken.reserved;
        if self.is_pinned(id) {
            self.inside.pinned -= 1;
        }
    }

    fn taken(&self, id: OwnerId) -> Taken {
        self.ledger.taken(id)
    }

    fn is_pinned(&self, id: OwnerId) -> bool {
        !self.snapshot.owner(id).is_some_and(|o: &Owner| o.movable)
    }
}

impl Iterator for Sweep<'_> {
    type Item = Window;

    fn next(&mut self) -> Option<Window> {
        loop {
            let start = self.next_start()?;
            let Some(range) = self.window_at(start) else { continue };
            self.move_to(range);
            let Inside { owners, pinned, committed, reserved } = self.inside;
            if pinned == 0 {
                return Some(Window { range, owners, committed, reserved });
            }
        }
    }
}
