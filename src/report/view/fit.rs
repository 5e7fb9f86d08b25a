//! What must go, in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::root::{SCHEMA_VERSION, Tool};
use super::{Address, AddressSpaceView, Context, DumpView, OwnerView, Word};
use crate::analyze::fit::{Candidate, Change, Changes, Fit};
use crate::model::{Certainty, OwnerId};

/// What `fit --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FitReport<'a> {
    /// Version of this shape.
    pub schema_version: u32,
    /// What made it.
    pub tool: Tool,
    /// The dump.
    pub dump: DumpView<'a>,
    /// Limits and trust.
    pub address_space: AddressSpaceView,
    /// What must go.
    pub fit: FitView<'a>,
}

/// What must go so that a range of address space fits.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Fit")]
pub struct FitView<'a> {
    /// The range asked for.
    pub request: FitRequestView,
    /// Whether it fits as things are.
    pub fits_now: bool,
    /// Windows of which no other has both fewer owners and fewer committed bytes, the fewest owners first. None holds a
    /// pinned owner.
    pub candidates: Vec<CandidateView<'a>>,
    /// How many such windows there are; the list has the first 32 at most.
    pub candidate_count: u64,
    /// Pinned owners of whom at least one stands in every window; empty if there are candidates.
    pub pinned: Vec<StandingView<'a>>,
}

/// A range of address space to be placed.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "FitRequest")]
pub struct FitRequestView {
    /// Bytes.
    pub size: u64,
    /// Alignment of its start in bytes: the granularity, or what was asked for if that is more.
    pub align: u64,
}

/// One window and what must go for it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "FitCandidate")]
pub struct CandidateView<'a> {
    /// First address of the window.
    pub start: Address,
    /// First address after it.
    pub end: Address,
    /// Whether it is known that nobody else stands there; in an incomplete map somebody may who is not listed.
    pub certainty: Word<Certainty>,
    /// Who stands in it, by address; all of each must go.
    pub owners: Vec<StandingView<'a>>,
    /// How many they are.
    pub owner_count: u64,
    /// Committed bytes of these owners, in the window and elsewhere.
    pub committed: u64,
    /// The same of their reserved bytes.
    pub reserved: u64,
    /// The largest usable gap without them, of those that mmap reaches, in bytes.
    pub largest_gap_after: u64,
}

/// An owner that stands in a window: as everywhere else, and what its going would take and give.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Standing")]
pub struct StandingView<'a> {
    /// The owner.
    #[serde(flatten)]
    pub owner: OwnerView<'a>,
    /// Address space that all of it takes, in bytes.
    pub bytes: u64,
    /// By what kind of change it would go.
    pub change: Word<Change>,
}

impl<'a> FitReport<'a> {
    /// The answer with its heads.
    pub fn new(cx: Context<'a>, fit: &Fit) -> FitReport<'a> {
        FitReport {
            schema_version: SCHEMA_VERSION,
            tool: Tool::this(),
            dump: DumpView::new(cx),
            address_space: AddressSpaceView::new(cx),
            fit: FitView::new(cx, fit),
        }
    }
}

impl<'a> FitView<'a> {
    pub(super) fn new(cx: Context<'a>, fit: &Fit) -> FitView<'a> {
        let align = fit.placement.align(cx.analysis.reach);
        let changes = Changes::of(cx.snapshot);
        FitView {
            request: FitRequestView { size: fit.placement.size, align },
            fits_now: fit.fits_now,
            candidates: fit.candidates.iter().map(|c| CandidateView::new(cx, &changes, c)).collect(),
            candidate_count: fit.candidate_count as u64,
            pinned: owners(cx, &changes, &fit.pinned),
        }
    }
}

impl<'a> CandidateView<'a> {
    fn new(cx: Context<'a>, changes: &Changes<'_>, candidate: &Candidate) -> CandidateView<'a> {
        CandidateView {
            start: cx.hex(candidate.window.start()),
            end: cx.hex(candidate.window.end()),
            certainty: Word(candidate.certainty),
            owners: owners(cx, changes, &candidate.owners),
            owner_count: candidate.owners.len() as u64,
            committed: candidate.committed,
            reserved: candidate.reserved,
            largest_gap_after: candidate.largest_after,
        }
    }
}

fn owners<'a>(cx: Context<'a>, changes: &Changes<'_>, ids: &[OwnerId]) -> Vec<StandingView<'a>> {
    let standing = |id: &OwnerId| {
        let (bytes, change) = (changes.ledger().taken(*id).bytes(), Word(changes.of_owner(*id)));
        Some(StandingView { owner: cx.owner(*id)?, bytes, change })
    };
    ids.iter().filter_map(standing).collect()
}
