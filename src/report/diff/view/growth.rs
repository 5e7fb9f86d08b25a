//! Growth in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use crate::analyze::diff::{KindGrowth, Like, LikeGrowth, Tally, ThreadCount};
use crate::model::OwnerKind;
use crate::report::Word;

/// Things that are interchangeable.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Like")]
pub struct LikeView<'a> {
    /// Kind of owner.
    pub kind: Word<OwnerKind>,
    /// A file's name, threads' names without their numbers, a shape such as `private of 1 MiB` (untrusted); null where
    /// there is none.
    pub name: Option<&'a str>,
}

/// How many things there are, and what they take.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Tally")]
pub struct TallyView {
    /// Owners.
    pub count: u64,
    /// Bytes of address space.
    pub bytes: u64,
    /// Mappings.
    pub mappings: u64,
}

/// One kind of owner.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "KindGrowth")]
pub struct KindGrowthView {
    /// Which.
    pub kind: Word<OwnerKind>,
    /// In the old dump.
    pub old: TallyView,
    /// In the new dump.
    pub new: TallyView,
    /// Bytes, new minus old.
    pub delta: i64,
}

/// Things that are alike.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "LikeGrowth")]
pub struct LikeGrowthView<'a> {
    /// What they have in common.
    pub what: LikeView<'a>,
    /// In the old dump.
    pub old: TallyView,
    /// In the new dump.
    pub new: TallyView,
    /// Bytes, new minus old.
    pub delta: i64,
}

/// Threads of one name.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "ThreadCount")]
pub struct ThreadCountView<'a> {
    /// The name with each number as `*` (untrusted); null for threads without a name.
    pub name: Option<&'a str>,
    /// In the old dump.
    pub old: u64,
    /// In the new dump.
    pub new: u64,
    /// New minus old.
    pub delta: i64,
}

impl<'a> LikeView<'a> {
    pub(super) fn new(like: &'a Like) -> LikeView<'a> {
        LikeView { kind: Word(like.kind), name: Some(&*like.name).filter(|name| !name.is_empty()) }
    }
}

impl TallyView {
    pub(super) fn new(tally: Tally) -> TallyView {
        TallyView { count: tally.count, bytes: tally.bytes, mappings: tally.mappings }
    }
}

impl KindGrowthView {
    pub(super) fn new(row: &KindGrowth) -> KindGrowthView {
        KindGrowthView {
            kind: Word(row.kind),
            old: TallyView::new(row.old),
            new: TallyView::new(row.new),
            delta: small(super::super::words::delta(row.old.bytes, row.new.bytes)),
        }
    }
}

impl<'a> LikeGrowthView<'a> {
    pub(super) fn new(row: &'a LikeGrowth) -> LikeGrowthView<'a> {
        LikeGrowthView {
            what: LikeView::new(&row.like),
            old: TallyView::new(row.old),
            new: TallyView::new(row.new),
            delta: small(super::super::words::delta(row.old.bytes, row.new.bytes)),
        }
    }
}

impl<'a> ThreadCountView<'a> {
    pub(super) fn new(row: &'a ThreadCount) -> ThreadCountView<'a> {
        ThreadCountView { name: row.name.as_deref(), old: row.old, new: row.new, delta: small(row.delta()) }
    }
}

/// A difference as a number of JSON.
pub(super) fn small(delta: i128) -> i64 {
    i64::try_from(delta).unwrap_or(if delta < 0 { i64::MIN } else { i64::MAX })
}
