//! A comparison for a ticket.

use std::io::{self, Write};

use super::{DiffContext, DiffOptions, heads, sections, sentence};
use crate::report::escape::markdown::{code, prose};
use crate::report::markdown::budget;
use crate::report::markdown::paper::Paper;
use crate::report::markdown::tool;
use crate::report::{explain, section};

/// What each table may have when the head and the command have theirs, in bytes; what one leaves the next may use.
const TABLE: usize = 5_000;

/// Writes the comparison as Markdown, never more than [`LONGEST`](crate::report::LONGEST) bytes.
///
/// # Errors
/// Those of `out`.
pub fn write_diff_markdown(out: &mut dyn Write, cx: DiffContext<'_>, options: DiffOptions<'_>) -> io::Result<()> {
    let mut paper = Paper::default();
    paper.section(budget::HEAD);
    paper.lines(&format!("## {}\n\n", prose(&sentence::headline(cx))));
    let warnings = heads::warnings(cx);
    paper.list(warnings.len(), warnings.iter().map(|warning| format!("**warning**: {}", prose(warning))));
    if !warnings.is_empty() {
        paper.lines("\n");
    }
    let facts = heads::facts(cx, code);
    paper.list_marked('*', facts.len(), facts.iter().map(|(lead, text)| format!("**{lead}**: {}", prose(text))));
    for section in sections::all(cx, options.all) {
        paper.section(TABLE);
        section::write_markdown(&mut paper, &section);
    }
    paper.section(TABLE);
    trust(&mut paper, cx);
    if options.explain {
        paper.section(budget::EXPLAINED);
        paper.heading("What the words mean");
        let words = explain::some(explain::DIFF);
        paper.list(explain::DIFF.len(), words.map(|(name, text)| format!("**{name}**: {}", prose(text))));
    }
    tool::write(&mut paper, options.command);
    out.write_all(paper.text().as_bytes())
}

fn trust(paper: &mut Paper, cx: DiffContext<'_>) {
    let said = heads::trust(cx);
    if paper.fold("Evidence: how far the dumps can be trusted") {
        paper.list(said.len(), said.iter().map(|text| prose(text)));
        paper.unfold();
    }
}
