//! The verdict in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Context, Word};
use crate::analyze::VerdictKind;

/// Whether the address space was to blame, and what says so.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Verdict")]
pub struct VerdictView<'a> {
    /// The request judged; null if none is known. Then `kind` is `mapping-limit` if that limit is hit, else
    /// `cannot-tell`, and `largest_that_fits` says which sizes would have fitted.
    pub request: Option<RequestView>,
    /// The judgement.
    pub kind: Word<VerdictKind>,
    /// The judgement as one sentence.
    pub sentence: &'a str,
    /// What it rests on, one sentence each, the decisive first.
    pub reasons: &'a [String],
    /// What the system is asked for to serve the request: with malloc's header and whole pages, in bytes.
    pub needed: Option<u64>,
    /// The largest request that the address space would have served, in bytes; null if the map is too incomplete.
    pub largest_that_fits: Option<u64>,
}

/// A request for contiguous address space.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Request")]
pub struct RequestView {
    /// Bytes that the program asked for.
    pub size: u64,
    /// Alignment asked for in bytes; null for the platform's.
    pub align: Option<u64>,
    /// Who says so.
    pub source: &'static str,
}

impl<'a> VerdictView<'a> {
    pub(in crate::report) fn new(cx: Context<'a>) -> VerdictView<'a> {
        let verdict = &cx.analysis.verdict;
        VerdictView {
            request: verdict.request.map(|r| RequestView { size: r.size, align: r.align, source: r.source.name() }),
            kind: Word(verdict.kind),
            sentence: &verdict.sentence,
            reasons: &verdict.reasons,
            needed: verdict.needed,
            largest_that_fits: verdict.largest_that_fits,
        }
    }
}
