//! Barriers in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Address, Context, List, OwnerView};
use crate::analyze::Barrier;

/// A maximal run of occupied regions between two neighbouring gaps.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Barrier")]
pub struct BarrierView<'a> {
    /// First occupied address.
    pub start: Address,
    /// First address after it.
    pub end: Address,
    /// In bytes.
    pub size: u64,
    /// Who stands there, by address, each once.
    pub owners: List<'a, OwnerView<'a>>,
    /// Left gap, barrier and right gap together, in bytes.
    pub span: u64,
    /// `span` less the larger of the two gaps, in bytes.
    pub regained: u64,
}

impl<'a> BarrierView<'a> {
    pub(super) fn new(cx: Context<'a>, barrier: Barrier) -> BarrierView<'a> {
        let gaps = &cx.analysis.gaps;
        let owners = barrier.owners(gaps, &cx.snapshot.space);
        BarrierView {
            start: cx.hex(barrier.range.start()),
            end: cx.hex(barrier.range.end()),
            size: barrier.range.size(),
            owners: List::new(owners.len(), move |i| cx.owner(*owners.get(i)?)),
            span: barrier.span(gaps).size(),
            regained: barrier.regained,
        }
    }
}
