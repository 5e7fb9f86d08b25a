//! How to capture a dump that tells more, where this one does not tell all.

use super::budget;
use super::paper::Paper;
use crate::analyze::capture::{self, CaptureAdvice};
use crate::model::Evidence;
use crate::report::escape::markdown::{code, prose};
use crate::report::escape::shortened;
use crate::report::{self, Context};

/// Characters of one sentence.
const SENTENCE: usize = 500;

pub(super) fn write(paper: &mut Paper, cx: Context<'_>) {
    paper.section(budget::ADVICE);
    let complete = cx.snapshot.evidence == Evidence::Complete;
    let notes: &[String] = if complete { &[] } else { &cx.snapshot.evidence_notes };
    let more = &cx.snapshot.deep_would_add;
    let capture = capture::advise(cx.snapshot);
    if notes.is_empty() && more.is_empty() && capture.is_empty() {
        return;
    }
    paper.heading("For a better answer");
    let said = notes.iter().chain(more).map(|note| sentence(note));
    paper.list(notes.len() + more.len() + capture.len(), said.chain(capture.iter().map(way)));
}

/// A way to capture, and the command that tells its steps.
fn way(advice: &CaptureAdvice) -> String {
    let command = code(&format!("fragscope how-to-capture {}", advice.recipe.name), SENTENCE);
    format!("{}: {command}", prose(&report::capture::sentence(advice)))
}

/// A sentence of the reader's, in which names may stand, cut where it is longer than any that we write.
pub(super) fn sentence(text: &str) -> String {
    prose(&shortened(text, SENTENCE).to_string())
}
