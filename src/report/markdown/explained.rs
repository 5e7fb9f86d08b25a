//! What each figure means, folded.

use super::budget;
use super::paper::Paper;
use crate::report::escape::markdown::prose;
use crate::report::explain::DEFINITIONS;

pub(super) fn write(paper: &mut Paper) {
    paper.section(budget::EXPLAINED);
    if paper.fold("What the figures mean") {
        let items = DEFINITIONS.iter().map(|(name, text)| format!("**{}**: {}", prose(name), prose(text)));
        paper.list(DEFINITIONS.len(), items);
        paper.unfold();
    }
}
