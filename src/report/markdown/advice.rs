//! How to capture a dump that tells more, where this one does not tell all.

use super::budget;
use super::paper::Paper;
use crate::model::Evidence;
use crate::report::Context;
use crate::report::escape::markdown::prose;
use crate::report::escape::shortened;

/// Characters of one sentence.
const SENTENCE: usize = 500;

pub(super) fn write(paper: &mut Paper, cx: Context<'_>) {
    paper.section(budget::ADVICE);
    let complete = cx.snapshot.evidence == Evidence::Complete;
    let notes: &[String] = if complete { &[] } else { &cx.snapshot.evidence_notes };
    let more = &cx.snapshot.deep_would_add;
    if notes.is_empty() && more.is_empty() {
        return;
    }
    paper.heading("For a better answer");
    paper.list(notes.len() + more.len(), notes.iter().chain(more).map(|note| sentence(note)));
}

/// A sentence of the reader's, in which names may stand, cut where it is longer than any that we write.
pub(super) fn sentence(text: &str) -> String {
    prose(&shortened(text, SENTENCE).to_string())
}
