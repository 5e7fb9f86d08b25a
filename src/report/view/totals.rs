//! Bytes by state and kind in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Context, Word};
use crate::analyze::KindTotals;
use crate::model::OwnerKind;

/// Bytes by state: committed + reserved + free + unknown = span.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Totals")]
pub struct TotalsView {
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
    /// By kind of owner, the largest first.
    pub by_kind: Vec<KindTotalsView>,
}

/// One kind of owner.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "KindTotals")]
pub struct KindTotalsView {
    /// The kind.
    pub kind: Word<OwnerKind>,
    /// How many regions.
    pub regions: u64,
    /// Their sum in bytes.
    pub bytes: u64,
    /// Of these, with memory behind them.
    pub committed: u64,
    /// Of these, without.
    pub reserved: u64,
    /// Size of the largest of the regions.
    pub largest: u64,
}

impl TotalsView {
    pub(super) fn new(cx: Context<'_>) -> TotalsView {
        let totals = &cx.analysis.totals;
        TotalsView {
            span: totals.span,
            committed: totals.committed,
            reserved: totals.reserved,
            free: totals.free,
            unknown: totals.unknown,
            by_kind: totals.by_kind.iter().map(KindTotalsView::new).collect(),
        }
    }
}

impl KindTotalsView {
    fn new(totals: &KindTotals) -> KindTotalsView {
        let &KindTotals { kind, regions, bytes, committed, reserved, largest } = totals;
        KindTotalsView { kind: Word(kind), regions, bytes, committed, reserved, largest }
    }
}
