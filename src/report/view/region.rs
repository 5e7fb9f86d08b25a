//! Regions in JSON.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

use super::{Address, Context, OwnerView, Word};
use crate::model::{OwnerKind, Protection, Region, Source, Sources, State};

/// One stretch of the address space with uniform attributes and one owner.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Region")]
pub struct RegionView<'a> {
    /// First address.
    pub start: Address,
    /// First address after it.
    pub end: Address,
    /// Committed or reserved.
    pub state: Word<State>,
    /// Access rights such as `r-x`, followed by `+guard`, `+wc`, `+shared`; null where the dump does not tell.
    pub protection: Option<String>,
    /// Kind of its owner.
    pub kind: Word<OwnerKind>,
    /// Whose it is.
    pub owner: Option<OwnerView<'a>>,
    /// The file behind it (untrusted); null if there is none or the dump does not tell.
    pub backing: Option<&'a str>,
    /// Number of its mapping: regions that share it were one mapping before they were split by owner.
    pub mapping: u32,
    /// What it is known from.
    pub evidence: Evidence,
}

/// A set of sources, written as a list of words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Evidence(pub Sources);

impl Serialize for Evidence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Word))
    }
}

impl JsonSchema for Evidence {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "EvidenceSources".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Vec::<Word<Source>>::json_schema(generator)
    }
}

impl<'a> RegionView<'a> {
    pub(super) fn new(cx: Context<'a>, region: &Region) -> RegionView<'a> {
        let kind = cx.snapshot.owner(region.owner).map_or(OwnerKind::Unknown, |o| o.kind);
        RegionView {
            start: cx.hex(region.range.start()),
            end: cx.hex(region.range.end()),
            state: Word(region.state),
            protection: region.protection.map(Protection::letters),
            kind: Word(kind),
            owner: cx.owner(region.owner),
            backing: region.backing.and_then(|f| cx.snapshot.file(f)),
            mapping: region.mapping.0,
            evidence: Evidence(region.evidence),
        }
    }
}
