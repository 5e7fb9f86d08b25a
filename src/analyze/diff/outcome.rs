//! What changed, in a word.

use super::culprits::{self, Culprit};
use super::{LikeGrowth, Pairing};
use crate::analyze::Analysis;
use crate::analyze::advice::LEAST_GAIN;
use crate::model::Evidence;

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
    /// A map is incomplete, and its bounds do not tell.
    Unclear,
}

impl Outcome {
    /// All outcomes.
    pub const ALL: [Outcome; 8] = [
        Outcome::SmallerGap,
        Outcome::SmallerUnexplained,
        Outcome::MoreTaken,
        Outcome::MoreMappings,
        Outcome::Better,
        Outcome::Otherwise,
        Outcome::Same,
        Outcome::Unclear,
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
            Outcome::Unclear => "cannot-tell",
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
    // Of an incomplete map the largest gap is an upper bound.
    let (old_is_good, new_is_good) = (is_good(&pairing.old), is_good(&pairing.new));
    let proven = match (old_is_good, new_is_good) {
        (true, true) => true,
        (true, false) => now < then,
        (false, true) => then < now,
        (false, false) => false,
    };
    let more = taken(new).saturating_sub(taken(old));
    let blamed = culprits.first().is_some_and(|culprit| culprit.counts);
    match taken(new).cmp(&taken(old)) {
        _ if !proven => Outcome::Unclear,
        _ if counts && now < then && blamed => Outcome::SmallerGap,
        _ if counts && now > then && now - then > more => Outcome::Better,
        std::cmp::Ordering::Greater => Outcome::MoreTaken,
        _ if more_mappings => Outcome::MoreMappings,
        _ if counts && now < then => Outcome::SmallerUnexplained,
        std::cmp::Ordering::Less => Outcome::Better,
        std::cmp::Ordering::Equal if growth.is_empty() && then == now => Outcome::Same,
        std::cmp::Ordering::Equal => Outcome::Otherwise,
    }
}

fn is_good(side: &super::Looked<'_>) -> bool {
    side.snapshot.evidence >= Evidence::NearlyComplete
}

fn largest(analysis: &Analysis) -> u64 {
    analysis.figures.largest_reachable_size()
}

fn taken(analysis: &Analysis) -> u64 {
    analysis.totals.committed.saturating_add(analysis.totals.reserved)
}
