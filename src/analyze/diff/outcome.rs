//! What changed, in a word.

use super::culprits::{self, Culprit};
use super::{LikeGrowth, Pairing};
use crate::analyze::Analysis;
use crate::analyze::advice::LEAST_GAIN;

/// What a comparison comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Outcome {
    /// The largest gap became smaller by a share that counts, and what is new is why.
    SmallerGap,
    /// The largest gap is smaller by a share that counts, and nothing that is new explains it.
    SmallerUnexplained,
    /// More address space is taken, which the largest gap does not show.
    MoreTaken,
    /// There are more mappings, which take no more address space.
    MoreMappings,
    /// The largest gap is larger by a share that counts, or less is taken.
    Better,
    /// Things changed, and none of the figures by which these words are found.
    Otherwise,
    /// Nothing came, went or changed its size.
    Same,
}

impl Outcome {
    /// All outcomes.
    pub const ALL: [Outcome; 7] = [
        Outcome::SmallerGap,
        Outcome::SmallerUnexplained,
        Outcome::MoreTaken,
        Outcome::MoreMappings,
        Outcome::Better,
        Outcome::Otherwise,
        Outcome::Same,
    ];

    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::SmallerGap => "smaller-gap",
            Outcome::SmallerUnexplained => "smaller-gap-unexplained",
            Outcome::MoreTaken => "more-taken",
            Outcome::MoreMappings => "more-mappings",
            Outcome::Better => "better",
            Outcome::Otherwise => "otherwise",
            Outcome::Same => "same",
        }
    }
}

/// Finds the word.
pub(super) fn judge(pairing: &Pairing<'_>, culprits: &[Culprit], growth: &[LikeGrowth]) -> Outcome {
    let (old, new) = (pairing.old.analysis, pairing.new.analysis);
    let (then, now) = (largest(old), largest(new));
    let matters = culprits::matters(old) || culprits::matters(new);
    let counts = matters && then.abs_diff(now) > then.max(now) / LEAST_GAIN;
    let mappings = |side: &super::Looked<'_>| side.snapshot.limits.vma_count;
    let more_mappings = mappings(&pairing.old).zip(mappings(&pairing.new)).is_some_and(|(a, b)| b > a);
    let blamed = culprits.first().is_some_and(|culprit| culprit.counts);
    match taken(new).cmp(&taken(old)) {
        _ if counts && now < then && blamed => Outcome::SmallerGap,
        _ if counts && now > then => Outcome::Better,
        std::cmp::Ordering::Greater => Outcome::MoreTaken,
        _ if more_mappings => Outcome::MoreMappings,
        _ if counts => Outcome::SmallerUnexplained,
        std::cmp::Ordering::Less => Outcome::Better,
        std::cmp::Ordering::Equal if growth.is_empty() && then == now => Outcome::Same,
        std::cmp::Ordering::Equal => Outcome::Otherwise,
    }
}

fn largest(analysis: &Analysis) -> u64 {
    analysis.figures.largest_reachable_size()
}

fn taken(analysis: &Analysis) -> u64 {
    analysis.totals.committed.saturating_add(analysis.totals.reserved)
}
