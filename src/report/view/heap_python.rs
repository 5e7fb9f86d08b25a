//! What CPython's arenas consist of, in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::heap::HeapTallyView;
use crate::heaps::PythonTotals;

/// What `sys._debugmallocstats()` prints below its table, of all interpreters together. Bytes add up to those of the arenas.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "PythonTotals")]
pub struct PythonTotalsView {
    /// Interpreters that have arenas of their own.
    pub interpreters: u64,
    /// Arenas.
    pub arenas: HeapTallyView,
    /// Arenas that were ever allocated; null where the interpreter's own count was not found.
    pub ever: Option<u64>,
    /// The most arenas at a time; of several interpreters the sum. Null where that count was not found.
    pub peak: Option<u64>,
    /// Bytes in blocks that are in use.
    pub allocated: u64,
    /// Bytes in free blocks of pools that are in use.
    pub available: u64,
    /// Pools without a block in use.
    pub unused_pools: HeapTallyView,
    /// Bytes of the headers of pools in use.
    pub pool_headers: u64,
    /// Bytes behind the last block of pools in use.
    pub quantization: u64,
    /// Bytes that arenas lose since they do not begin at a pool's border.
    pub arena_alignment: u64,
    /// Bytes of pools and arenas that are damaged, or that the dump does not hold.
    pub unread: u64,
}

impl PythonTotalsView {
    pub(super) fn new(totals: PythonTotals) -> PythonTotalsView {
        PythonTotalsView {
            interpreters: totals.interpreters,
            arenas: HeapTallyView::new(totals.arenas),
            ever: totals.ever,
            peak: totals.peak,
            allocated: totals.allocated,
            available: totals.available,
            unused_pools: HeapTallyView::new(totals.unused_pools),
            pool_headers: totals.pool_headers,
            quantization: totals.quantization,
            arena_alignment: totals.arena_alignment,
            unread: totals.unread,
        }
    }
}
