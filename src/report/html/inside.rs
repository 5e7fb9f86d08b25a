//! What is free inside of heaps, by region, so that the script can draw it: buckets instead of pages.

use serde::Serialize;

use super::data::Part;
use super::words::Words;
use crate::addr::AddrRange;
use crate::analyze::heaps::{Buckets, Fills};
use crate::report::Context;

/// Buckets of one region at most: as many as a picture is wide.
const MOST_OF_REGION: usize = 2_048;
/// Buckets of all regions at most, where regions are few enough.
const MOST: usize = 1 << 16;

/// Regions with free bytes inside.
#[derive(Serialize, Default)]
pub(super) struct InsideColumns {
    /// Their numbers in the page.
    region: Vec<u32>,
    /// Free bytes of each.
    free: Words,
    /// Size of each one's buckets.
    bucket: Words,
    /// Free bytes of the buckets, one region after the other.
    buckets: Words,
}

impl InsideColumns {
    /// The regions of a part.
    pub fn of(cx: Context<'_>, part: &Part) -> InsideColumns {
        let fills = Fills::of(cx.heaps);
        let mut columns = InsideColumns::default();
        if fills.is_empty() {
            return columns;
        }
        let regions = cx.snapshot.space.regions().get(part.regions.clone()).unwrap_or_default();
        let of = |range: AddrRange, most| fills.buckets(cx.snapshot, range, most);
        let numbered = (0u32..).zip(regions.iter().map(|region| region.range));
        let filled: Vec<(u32, AddrRange)> = numbered.filter(|(_, range)| of(*range, 1).is_some()).collect();
        let most = (MOST / filled.len().max(1)).clamp(1, MOST_OF_REGION);
        for (number, range) in filled {
            of(range, most).into_iter().for_each(|buckets| columns.push(number, &buckets));
        }
        columns
    }

    fn push(&mut self, region: u32, buckets: &Buckets) {
        self.region.push(region);
        self.free.push(buckets.total());
        self.bucket.push(buckets.size);
        buckets.free.iter().for_each(|bytes| self.buckets.push(*bytes));
    }
}
