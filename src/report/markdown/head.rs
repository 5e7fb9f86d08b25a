//! The verdict, what it rests on, and what was looked at.

use super::budget;
use super::paper::Paper;
use crate::report::Context;
use crate::report::escape::markdown::{code, prose};
use crate::report::text::head;

pub(super) fn write(paper: &mut Paper, cx: Context<'_>) {
    paper.section(budget::HEAD);
    paper.lines(&format!("## {}\n\n", prose(&head::headline(cx))));
    let reasons = &cx.analysis.verdict.reasons;
    paper.list(reasons.len(), reasons.iter().map(|reason| prose(reason)));
    facts(paper, cx);
}

/// The process, the dump, how it ended, the address space.
pub(super) fn facts(paper: &mut Paper, cx: Context<'_>) {
    let facts = head::facts(cx, code);
    paper.lines("\n");
    // Another mark, or it would be one list with the reasons.
    paper.list_marked('*', facts.len(), facts.iter().map(|(lead, text)| format!("**{lead}**: {}", prose(text))));
}
