//! What a tool states of the address space, in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Address, Context};
use crate::model::{Stated, StatedUsage};

/// Figures of a tool's own summary (`!address -summary`, DebugDiag, `!vmstat`), in bytes, as exact as it printed them.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Stated")]
pub struct StatedView {
    /// Which tool.
    pub by: &'static str,
    /// Free bytes in all.
    pub free: Option<u64>,
    /// How many free regions.
    pub free_regions: Option<u64>,
    /// Size of the largest free region.
    pub largest: Option<u64>,
    /// Where that begins.
    pub largest_at: Option<Address>,
    /// Committed bytes.
    pub committed: Option<u64>,
    /// Reserved bytes.
    pub reserved: Option<u64>,
    /// All bytes.
    pub total: Option<u64>,
    /// Regions by the tool's own kinds, without the free ones.
    pub usages: Vec<StatedUsageView>,
}

/// One of the tool's kinds.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "StatedUsage")]
pub struct StatedUsageView {
    /// The tool's word.
    pub name: &'static str,
    /// How many regions.
    pub regions: Option<u64>,
    /// Their sum.
    pub bytes: u64,
    /// The largest of them.
    pub largest: Option<u64>,
}

impl StatedView {
    pub(super) fn new(cx: Context<'_>, stated: &Stated) -> StatedView {
        StatedView {
            by: stated.by,
            free: stated.free,
            free_regions: stated.free_regions,
            largest: stated.largest,
            largest_at: stated.largest_at.map(|range| cx.hex(range.start())),
            committed: stated.committed,
            reserved: stated.reserved,
            total: stated.total,
            usages: stated.usages.iter().map(StatedUsageView::new).collect(),
        }
    }
}

impl StatedUsageView {
    fn new(usage: &StatedUsage) -> StatedUsageView {
        let &StatedUsage { name, regions, bytes, largest } = usage;
        StatedUsageView { name, regions, bytes, largest }
    }
}
