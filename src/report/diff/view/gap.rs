//! The old largest gap in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::MOST;
use crate::analyze::diff::{Fate, OldGap, Standing, Sure, Way};
use crate::report::{Address, Context, OwnerView, Word};

/// What became of the old largest gap.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "OldGap")]
pub struct OldGapView<'a> {
    /// Where it was: first address, and one past the last.
    pub then: [Address; 2],
    /// Its size in bytes.
    pub size: u64,
    /// The owner right below it in the old dump; null at the floor.
    pub below: Option<OwnerView<'a>>,
    /// The owner right above it in the old dump; null at the ceiling.
    pub above: Option<OwnerView<'a>>,
    /// How it was found in the new dump.
    pub way: Word<Way>,
    /// How sure that is.
    pub sure: Word<Sure>,
    /// Where it is in the new dump; null if that is outside of the address space.
    pub now: Option<[Address; 2]>,
    /// How much of that is free, in bytes; null where it was not found.
    pub free: Option<u64>,
    /// Who stands there now, those first that take most of it.
    pub standing: Vec<StandingInGapView<'a>>,
}

/// An owner of the new dump in the old largest gap.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "StandingInGap")]
pub struct StandingInGapView<'a> {
    /// Who, with an id of the new dump.
    pub owner: Option<OwnerView<'a>>,
    /// Its first address in the gap.
    pub start: Address,
    /// One past its last.
    pub end: Address,
    /// What of the gap it takes, in bytes.
    pub bytes: u64,
    /// `came`, `moved` or `grew`.
    pub fate: &'static str,
    /// Where it was in the old dump; null unless it moved.
    pub from: Option<[Address; 2]>,
    /// Its size in the old dump in bytes; null unless it grew.
    pub grew_from: Option<u64>,
    /// The first dump, counted from 0, in which something like it stood there; null for two dumps.
    pub since: Option<u64>,
}

impl<'a> OldGapView<'a> {
    pub(super) fn new(old: Context<'a>, new: Context<'a>, gap: &OldGap) -> OldGapView<'a> {
        OldGapView {
            then: [old.hex(gap.then.start()), old.hex(gap.then.end())],
            size: gap.then.size(),
            below: gap.below.and_then(|id| old.owner(id)),
            above: gap.above.and_then(|id| old.owner(id)),
            way: Word(gap.way),
            sure: Word(gap.sure),
            now: gap.now.map(|now| [new.hex(now.start()), new.hex(now.end())]),
            free: gap.free,
            standing: gap.standing.iter().take(MOST).map(|s| StandingInGapView::new(old, new, s)).collect(),
        }
    }
}

impl<'a> StandingInGapView<'a> {
    pub(super) fn new(old: Context<'a>, new: Context<'a>, standing: &Standing) -> StandingInGapView<'a> {
        let (from, grew_from) = match standing.fate {
            Fate::Came => (None, None),
            Fate::Moved { from } => (Some([old.hex(from.start()), old.hex(from.end())]), None),
            Fate::Grew { from, .. } => (None, Some(from)),
        };
        StandingInGapView {
            owner: new.owner(standing.owner),
            start: new.hex(standing.range.start()),
            end: new.hex(standing.range.end()),
            bytes: standing.bytes,
            fate: standing.fate.name(),
            from,
            grew_from,
            since: standing.since.map(|index| index as u64),
        }
    }
}
