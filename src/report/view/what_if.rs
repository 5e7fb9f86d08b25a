//! Before and after an edit, in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::root::{SCHEMA_VERSION, Tool};
use super::{AddressSpaceView, Context, DumpView, Word};
use crate::analyze::VerdictKind;
use crate::analyze::what_if::{Edit, Outcome, Trial};

/// What `what-if --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WhatIfReport<'a> {
    /// Version of this shape.
    pub schema_version: u32,
    /// What made it.
    pub tool: Tool,
    /// The dump.
    pub dump: DumpView<'a>,
    /// Limits and trust, before the edits.
    pub address_space: AddressSpaceView,
    /// What the edits change.
    pub what_if: WhatIfView,
}

/// The figures before and after edits.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "WhatIf")]
pub struct WhatIfView {
    /// The edits as they can be typed, in their order.
    pub edits: Vec<String>,
    /// As the dump has it.
    pub before: OutcomeView,
    /// As it would be.
    pub after: OutcomeView,
    /// Pinned owners that would be gone, which no change that a user can make would do.
    pub pinned_gone: u64,
}

/// The figures that edits are judged by.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Outcome")]
pub struct OutcomeView {
    /// Sum of all gaps in bytes.
    pub free: u64,
    /// The largest usable gap of those that mmap reaches, in bytes.
    pub largest: u64,
    /// How many of the request would fit one after the other; null without a request.
    pub slots: Option<u64>,
    /// The judgement of the request.
    pub verdict: Word<VerdictKind>,
}

impl<'a> WhatIfReport<'a> {
    /// The figures with their heads; `cx` is that of the dump as it is.
    pub fn new(cx: Context<'a>, edits: &[Edit], trial: &Trial) -> WhatIfReport<'a> {
        WhatIfReport {
            schema_version: SCHEMA_VERSION,
            tool: Tool::this(),
            dump: DumpView::new(cx),
            address_space: AddressSpaceView::new(cx),
            what_if: WhatIfView {
                edits: edits.iter().map(Edit::to_string).collect(),
                before: OutcomeView::new(trial.before),
                after: OutcomeView::new(trial.after),
                pinned_gone: trial.pinned_gone,
            },
        }
    }
}

impl OutcomeView {
    pub(super) fn new(outcome: Outcome) -> OutcomeView {
        OutcomeView {
            free: outcome.free,
            largest: outcome.largest,
            slots: outcome.slots,
            verdict: Word(outcome.verdict),
        }
    }
}
