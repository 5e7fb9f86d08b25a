//! What would help, and groups of owners, in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::{OutcomeView, Word};
use crate::analyze::what_if::Edit;
use crate::analyze::{Advice, By, OwnerGroup, Remedy};

/// A remedy that would help, as tried on a copy of the map.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Advice")]
pub struct AdviceView<'a> {
    /// Which.
    pub remedy: Word<Remedy>,
    /// What to do, with its numbers; names in it are from the dump.
    pub what: &'a str,
    /// How to do it, a sentence each.
    pub how: &'a [String],
    /// The edits that `what-if` takes for it; empty for what changes no map.
    pub edits: Vec<String>,
    /// The figures with it.
    pub after: OutcomeView,
    /// How much larger the largest usable and reachable gap would be, in bytes.
    pub gain: u64,
    /// Memory that would come back, in bytes; `null` for what is not about memory. Without edits it is memory alone, and
    /// no address space.
    pub memory: Option<u64>,
}

/// A group of owners whose going would enlarge the largest gap.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "OwnerGroup")]
pub struct OwnerGroupView<'a> {
    /// What its members have in common.
    pub by: Word<By>,
    /// What that is: a pattern of names, a size, a folder (untrusted).
    pub name: &'a str,
    /// How many owners.
    pub owners: u64,
    /// How many regions.
    pub regions: u64,
    /// Their sum in bytes.
    pub bytes: u64,
    /// The largest usable gap without it, of those that mmap reaches, in bytes.
    pub largest_gap_without: u64,
    /// How much that is above `free.largest_reachable`, in bytes.
    pub gain: u64,
}

impl<'a> AdviceView<'a> {
    pub(super) fn new(advice: &'a Advice) -> AdviceView<'a> {
        AdviceView {
            remedy: Word(advice.remedy),
            what: &advice.what,
            how: &advice.how,
            edits: advice.edits.iter().map(Edit::to_string).collect(),
            after: OutcomeView::new(advice.after),
            gain: advice.gain,
            memory: advice.memory,
        }
    }
}

impl<'a> OwnerGroupView<'a> {
    pub(super) fn new(group: &'a OwnerGroup) -> OwnerGroupView<'a> {
        OwnerGroupView {
            by: Word(group.by),
            name: &group.name,
            owners: group.owners(),
            regions: group.regions,
            bytes: group.bytes,
            largest_gap_without: group.largest_without,
            gain: group.gain,
        }
    }
}
