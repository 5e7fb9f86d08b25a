//! The page's first sentence.

use crate::analyze::VerdictKind;
use crate::triage::Summary;
use crate::units::{Count, plural};

/// How many dumps, and what came of them.
pub(super) fn text(summary: &Summary) -> String {
    let dumps = plural(summary.rows(), "dump");
    let parts = parts(summary);
    match parts.is_empty() {
        true => dumps,
        false => format!("{dumps}: {}", parts.join(", ")),
    }
}

/// `61 fragmented`, `20 fit`, `3 not read`: the most frequent verdict first. Rows that come from a file may have any word
/// for a verdict; those that are none are not named here.
fn parts(summary: &Summary) -> Vec<String> {
    let known = |word: &Option<String>| VerdictKind::ALL.into_iter().find(|kind| Some(kind.name()) == word.as_deref());
    let counted = summary.verdicts.iter().filter_map(|(word, count)| known(word).map(|kind| (kind, *count)));
    let verdicts = counted.map(|(kind, count)| format!("{} {}", Count(count), said(kind, count)));
    let unread = Some(summary.not_read()).filter(|count| *count > 0);
    verdicts.chain(unread.map(|count| format!("{} not read", Count(count)))).collect()
}

fn said(kind: VerdictKind, count: u64) -> &'static str {
    match kind {
        VerdictKind::Fits if count == 1 => "fits",
        VerdictKind::Fits => "fit",
        VerdictKind::Fragmented => "fragmented",
        VerdictKind::Exhausted => "exhausted",
        VerdictKind::MappingLimit => "at the mapping limit",
        VerdictKind::ResourceLimit => "at a resource limit",
        VerdictKind::CommitLimit => "at the commit limit",
        VerdictKind::CannotTell => "undecided",
    }
}
