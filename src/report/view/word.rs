//! Words of fixed vocabularies: the model's enums by the names that reports use, in JSON and in its schema.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use crate::analyze::diff::{self, Figure, Mismatch, Outcome, Sure, Unit, Way};
use crate::analyze::fit::Change;
use crate::analyze::heaps::serving::{Fits, StepKind};
use crate::analyze::{By, Group, Remedy, VerdictKind};
use crate::diag::Severity;
use crate::heaps::{Allocator, BinKind, ChunkState, Grade};
use crate::model::{Certainty, DumpFormat, Evidence, OwnerKind, ReasonKind, Source, StackSource, State};

/// A set of values that have one word each.
pub trait Vocabulary: Copy + 'static {
    /// Name of the set in the schema.
    const NAME: &'static str;
    /// All values.
    const VALUES: &'static [Self];
    /// The word for a value.
    fn word(self) -> &'static str;
}

/// A value that is serialised as its word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Word<T>(pub T);

impl<T: Vocabulary> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.word())
    }
}

impl<T: Vocabulary> JsonSchema for Word<T> {
    fn schema_name() -> Cow<'static, str> {
        T::NAME.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = T::VALUES.iter().map(|v| v.word()).collect();
        json_schema!({ "type": "string", "enum": words })
    }
}

macro_rules! vocabulary {
    ($type:ident, $name:literal, $values:expr) => {
        impl Vocabulary for $type {
            const NAME: &'static str = $name;
            const VALUES: &'static [Self] = $values;
            fn word(self) -> &'static str {
                self.name()
            }
        }
    };
}

vocabulary!(OwnerKind, "OwnerKind", &OwnerKind::ALL);
vocabulary!(Source, "EvidenceSource", &Source::ALL);
vocabulary!(VerdictKind, "VerdictKind", &VerdictKind::ALL);
vocabulary!(Group, "GroupName", &Group::ALL);
vocabulary!(Change, "Change", &Change::ALL);
vocabulary!(Mismatch, "Mismatch", &Mismatch::ALL);
vocabulary!(Outcome, "DiffOutcome", &Outcome::ALL);
vocabulary!(Figure, "FigureName", &Figure::ALL);
vocabulary!(Unit, "Unit", &Unit::ALL);
vocabulary!(Way, "WayFound", &Way::ALL);
vocabulary!(Sure, "Sureness", &Sure::ALL);
vocabulary!(By, "GroupedBy", &By::ALL);
vocabulary!(Remedy, "Remedy", &Remedy::ALL);
vocabulary!(Allocator, "Allocator", &Allocator::ALL);
vocabulary!(StepKind, "GrowthStepKind", &StepKind::ALL);
vocabulary!(Fits, "Fits", &Fits::ALL);
vocabulary!(Grade, "HeapEvidence", &Grade::ALL);
vocabulary!(Certainty, "Certainty", &[Certainty::Free, Certainty::NotListed]);
vocabulary!(
    DumpFormat,
    "DumpFormat",
    &[DumpFormat::ElfCore, DumpFormat::Minidump, DumpFormat::Maps, DumpFormat::Transcript, DumpFormat::Live]
);
vocabulary!(
    Evidence,
    "EvidenceGrade",
    &[Evidence::Complete, Evidence::NearlyComplete, Evidence::Partial, Evidence::None]
);
vocabulary!(
    StackSource,
    "StackSource",
    &[
        StackSource::Pthread,
        StackSource::Teb,
        StackSource::Allocation,
        StackSource::Maps,
        StackSource::Region,
        StackSource::SharedRegion,
        StackSource::MemoryList,
    ]
);

impl Vocabulary for diff::Change {
    const NAME: &'static str = "DiffChange";
    const VALUES: &'static [Self] = &diff::Change::ALL;

    fn word(self) -> &'static str {
        self.name()
    }
}

impl Vocabulary for State {
    const NAME: &'static str = "RegionState";
    const VALUES: &'static [Self] = &[State::Committed, State::Reserved];
    fn word(self) -> &'static str {
        match self {
            State::Committed => "committed",
            State::Reserved => "reserved",
        }
    }
}

impl Vocabulary for ReasonKind {
    const NAME: &'static str = "ReasonKind";
    const VALUES: &'static [Self] = &[ReasonKind::Signal, ReasonKind::Exception];
    fn word(self) -> &'static str {
        match self {
            ReasonKind::Signal => "signal",
            ReasonKind::Exception => "exception",
        }
    }
}

impl Vocabulary for Severity {
    const NAME: &'static str = "Severity";
    const VALUES: &'static [Self] = &[Severity::Info, Severity::Warning];
    fn word(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
        }
    }
}

impl Vocabulary for BinKind {
    const NAME: &'static str = "BinKind";
    const VALUES: &'static [Self] = &[BinKind::Fast, BinKind::Unsorted, BinKind::Regular];
    fn word(self) -> &'static str {
        match self {
            BinKind::Fast => "fast",
            BinKind::Unsorted => "unsorted",
            BinKind::Regular => "regular",
        }
    }
}

impl Vocabulary for ChunkState {
    const NAME: &'static str = "ChunkState";
    const VALUES: &'static [Self] = &[ChunkState::Live, ChunkState::Cached];
    fn word(self) -> &'static str {
        match self {
            ChunkState::Live => "live",
            ChunkState::Cached => "cached",
        }
    }
}
