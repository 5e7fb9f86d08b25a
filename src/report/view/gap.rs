//! Gaps in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Address, Context, OwnerView, Word};
use crate::analyze::Gap;
use crate::model::Certainty;

/// A maximal run of free addresses.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Gap")]
pub struct GapView<'a> {
    /// First free address.
    pub start: Address,
    /// First address after it.
    pub end: Address,
    /// In bytes.
    pub size: u64,
    /// Bytes left after the granularity is applied to both ends.
    pub usable: u64,
    /// How sure it is that all of it is free.
    pub certainty: Word<Certainty>,
    /// Whether mmap can use all that is usable of it.
    pub reachable: bool,
    /// Usable bytes that mmap reaches: less than `usable` in a gap that lies across the border of what mmap considers.
    pub reachable_bytes: u64,
    /// Who ends where it starts; null at the floor.
    pub below: Option<OwnerView<'a>>,
    /// Who starts where it ends; null at the ceiling.
    pub above: Option<OwnerView<'a>>,
}

impl<'a> GapView<'a> {
    pub(super) fn new(cx: Context<'a>, gap: Gap) -> GapView<'a> {
        let (space, reach) = (&cx.snapshot.space, cx.analysis.reach);
        GapView {
            start: cx.hex(gap.range.start()),
            end: cx.hex(gap.range.end()),
            size: gap.range.size(),
            usable: reach.usable_size(gap.range),
            certainty: Word(gap.certainty),
            reachable: reach.reachable_bytes(gap.range) == reach.usable_size(gap.range),
            reachable_bytes: reach.reachable_bytes(gap.range),
            below: cx.owner_of(gap.region_below(space)),
            above: cx.owner_of(gap.region_above(space)),
        }
    }
}
