//! A snapshot taken apart, so that edits can change it.

use crate::addr::AddrRange;
use crate::model::{AddressSpace, Bounds, Coverage, Owners, Region, Snapshot};

/// The parts that edits change; the rest waits in `rest`.
pub(super) struct Draft {
    /// By address, between edits too.
    pub regions: Vec<Region>,
    pub bounds: Bounds,
    pub coverage: Coverage,
    pub rest: Snapshot,
}

impl Draft {
    pub(super) fn of(snapshot: &Snapshot) -> Draft {
        let bounds = *snapshot.space.bounds();
        Draft {
            regions: snapshot.space.regions().to_vec(),
            bounds,
            coverage: snapshot.space.coverage().clone(),
            rest: snapshot.clone(),
        }
    }

    /// Puts the parts together. Regions beyond the bounds are cut, as they are when a dump is read.
    pub(super) fn finish(self) -> Snapshot {
        let Draft { mut regions, bounds, coverage, rest } = self;
        regions.retain_mut(|r| match r.range.intersect(bounds.range) {
            Some(inside) => {
                r.range = inside;
                true
            }
            None => false,
        });
        regions.sort_unstable_by_key(|r| r.range.start());
        let space = AddressSpace::new(bounds, coverage.clone(), regions);
        Snapshot { space: space.unwrap_or_else(|_| AddressSpace::empty(bounds, coverage)), ..rest }
    }

    pub(super) fn owners(&self) -> &Owners {
        &self.rest.owners
    }

    /// Takes out the regions that `gone` picks. What they leave is known to be free, and mappings of which nothing is
    /// left count no more.
    pub(super) fn take_out(&mut self, gone: impl Fn(&Region) -> bool) {
        let (out, left): (Vec<Region>, Vec<Region>) = self.regions.drain(..).partition(gone);
        self.regions = left;
        self.set_free(out.iter().map(|r| r.range));
        self.uncount(&out);
    }

    /// Ranges of which it is known now that they are free.
    pub(super) fn set_free(&mut self, ranges: impl Iterator<Item = AddrRange>) {
        let mut list = match &mut self.coverage {
            Coverage::Everything => return,
            Coverage::Nothing => Vec::new(),
            Coverage::Within(list) => std::mem::take(list),
        };
        list.extend(ranges);
        list.sort_unstable();
        self.coverage = Coverage::Within(joined(list));
    }

    fn uncount(&mut self, out: &[Region]) {
        let Some(count) = &mut self.rest.limits.vma_count else { return };
        let mut gone: Vec<_> = out.iter().map(|r| r.mapping).collect();
        gone.sort_unstable();
        gone.dedup();
        let mut left: Vec<_> = self.regions.iter().map(|r| r.mapping).collect();
        left.sort_unstable();
        let ended = gone.iter().filter(|m| left.binary_search(m).is_err()).count();
        *count = count.saturating_sub(ended as u64);
    }

    /// Whether nothing stands in `range` and all of it lies between floor and ceiling.
    pub(super) fn is_free(&self, range: AddrRange) -> bool {
        let touched = self.regions.iter().any(|r| r.range.intersect(range).is_some());
        !touched && self.bounds.range.covers(range)
    }
}

/// Sorted ranges without overlaps and seams.
fn joined(list: Vec<AddrRange>) -> Vec<AddrRange> {
    let mut out: Vec<AddrRange> = Vec::with_capacity(list.len());
    for range in list {
        match out.last_mut() {
            Some(last) if range.start() <= last.end() => *last = last.hull(range),
            _ => out.push(range),
        }
    }
    out
}
