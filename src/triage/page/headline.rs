//! The page's first sentence.

use super::overview::Overview;
use crate::analyze::VerdictKind;
use crate::units::{Count, plural};

/// How many dumps, and what came of them.
pub(super) fn text(overview: &Overview) -> String {
    let dumps = plural(overview.rows, "dump");
    let parts = parts(overview);
    match parts.is_empty() {
        true => dumps,
        false => format!("{dumps}: {}", parts.join(", ")),
    }
}

/// `61 fragmented`, `20 fit`, `3 not read`: the most frequent verdict first.
fn parts(overview: &Overview) -> Vec<String> {
    let mut counts: Vec<(VerdictKind, u64)> = VerdictKind::ALL
        .into_iter()
        .filter_map(|kind| overview.verdicts.get(kind.name()).map(|count| (kind, *count)))
        .collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let verdicts = counts.into_iter().map(|(kind, count)| format!("{} {}", Count(count), said(kind, count)));
    let unread = (overview.unread > 0).then(|| format!("{} not read", Count(overview.unread)));
    verdicts.chain(unread).collect()
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
