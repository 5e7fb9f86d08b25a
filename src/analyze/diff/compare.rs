//! Whether dumps can be compared at all: what differs that should not.

use super::Side;
use crate::model::Evidence;

/// Something that two dumps of one program have in common, and these have not.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum Mismatch {
    /// The names of the processes.
    Process,
    /// The operating systems.
    System,
    /// The instruction sets.
    Cpu,
    /// The sizes of pointers.
    Width,
    /// Floor or ceiling of the address space.
    Bounds,
    /// The formats of the dumps: what only one of them names looks as if it had come or gone.
    Format,
    /// How complete the maps are: what one lacks looks as if it had come or gone.
    Evidence,
}

impl Mismatch {
    /// All.
    pub const ALL: [Mismatch; 7] = [
        Mismatch::Process,
        Mismatch::System,
        Mismatch::Cpu,
        Mismatch::Width,
        Mismatch::Bounds,
        Mismatch::Format,
        Mismatch::Evidence,
    ];

    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Mismatch::Process => "process",
            Mismatch::System => "os",
            Mismatch::Cpu => "cpu",
            Mismatch::Width => "pointer-width",
            Mismatch::Bounds => "bounds",
            Mismatch::Format => "format",
            Mismatch::Evidence => "evidence",
        }
    }

    /// Whether two dumps differ in it. What is not known differs from nothing.
    fn differs(self, a: Side<'_>, b: Side<'_>) -> bool {
        let (a, b) = (a.snapshot, b.snapshot);
        match self {
            Mismatch::Process => are_unlike(a.dump.process_name.as_deref(), b.dump.process_name.as_deref()),
            Mismatch::System => are_unlike(a.platform.os, b.platform.os),
            Mismatch::Cpu => are_unlike(a.platform.cpu, b.platform.cpu),
            Mismatch::Width => a.platform.width != b.platform.width,
            Mismatch::Bounds => a.space.bounds().range != b.space.bounds().range,
            Mismatch::Format => a.dump.format != b.dump.format,
            Mismatch::Evidence => {
                let good = |evidence| evidence >= Evidence::NearlyComplete;
                good(a.evidence) != good(b.evidence)
            }
        }
    }
}

fn are_unlike<T: PartialEq>(a: Option<T>, b: Option<T>) -> bool {
    a.zip(b).is_some_and(|(a, b)| a != b)
}

/// In what any dump differs from the first.
pub(super) fn mismatches(sides: &[Side<'_>]) -> Vec<Mismatch> {
    let Some((first, later)) = sides.split_first() else { return Vec::new() };
    let found = |m: &Mismatch| later.iter().any(|side| m.differs(*first, *side));
    Mismatch::ALL.into_iter().filter(found).collect()
}
