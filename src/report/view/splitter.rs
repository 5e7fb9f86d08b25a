//! Counterfactuals in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Context, OwnerView, Word};
use crate::analyze::{Group, GroupSplitter, Splitter};

/// What taking an owner out would bring.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Splitter")]
pub struct SplitterView<'a> {
    /// Who.
    pub owner: OwnerView<'a>,
    /// How many regions it has.
    pub regions: u64,
    /// Their sum in bytes.
    pub bytes: u64,
    /// The largest usable gap without it, of those that mmap reaches, in bytes.
    pub largest_gap_without: u64,
    /// How much that is above `free.largest_reachable`, in bytes.
    pub gain: u64,
}

/// What taking out all owners of a kind would bring.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "SplitterGroup")]
pub struct GroupView {
    /// Which.
    pub group: Word<Group>,
    /// How many owners it has.
    pub owners: u64,
    /// How many regions.
    pub regions: u64,
    /// Their sum in bytes.
    pub bytes: u64,
    /// The largest usable gap without it, of those that mmap reaches, in bytes.
    pub largest_gap_without: u64,
    /// How much that is above `free.largest_reachable`, in bytes; 0 if it brings nothing.
    pub gain: u64,
}

impl<'a> SplitterView<'a> {
    pub(super) fn new(cx: Context<'a>, splitter: &Splitter) -> Option<SplitterView<'a>> {
        Some(SplitterView {
            owner: cx.owner(splitter.owner)?,
            regions: splitter.regions.into(),
            bytes: splitter.bytes,
            largest_gap_without: splitter.largest_without,
            gain: splitter.gain,
        })
    }
}

impl GroupView {
    pub(super) fn new(group: &GroupSplitter) -> GroupView {
        GroupView {
            group: Word(group.group),
            owners: group.owners,
            regions: group.regions,
            bytes: group.bytes,
            largest_gap_without: group.largest_without,
            gain: group.gain,
        }
    }
}
