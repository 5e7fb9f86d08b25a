//! The span by what becomes of it, in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use crate::analyze::heaps::shares;
use crate::report::Context;

/// The address space with heaps opened, in bytes, each byte once: `gaps + reserved + outside_heaps + live_in_heaps + cached +
/// heap_free + heap_overhead + heap_not_walked == span`, and `gaps + reserved + live + cached + heap_free == span`.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "HeapShares")]
pub struct HeapSharesView {
    /// Floor to ceiling.
    pub span: u64,
    /// Free, or not listed.
    pub gaps: u64,
    /// Taken, without memory behind it.
    pub reserved: u64,
    /// All memory that is neither cached nor free inside of a heap.
    pub live: u64,
    /// Chunks that threads' caches hold.
    pub cached: u64,
    /// Free chunks of all kinds, top included, as the map draws them.
    pub heap_free: u64,
    /// Of `live`: memory of owners that are no heap.
    pub outside_heaps: u64,
    /// Of `live`: chunks in use, with their headers.
    pub live_in_heaps: u64,
    /// Of `live`: heaps' own data, fenceposts, and what lies between their pieces.
    pub heap_overhead: u64,
    /// Of `live`: heaps of which nobody knows what is in them.
    pub heap_not_walked: u64,
}

impl HeapSharesView {
    /// Of a snapshot on which the heaps were placed.
    pub(super) fn new(cx: Context<'_>) -> HeapSharesView {
        let all = shares(cx.snapshot, &cx.analysis.totals, cx.heaps);
        HeapSharesView {
            span: all.span,
            gaps: all.gaps,
            reserved: all.reserved,
            live: all.live(),
            cached: all.cached,
            heap_free: all.free,
            outside_heaps: all.others,
            live_in_heaps: all.in_use,
            heap_overhead: all.overhead,
            heap_not_walked: all.unwalked,
        }
    }
}
