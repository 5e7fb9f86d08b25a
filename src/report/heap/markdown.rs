//! Heaps for a ticket.

use std::io::{self, Write};

use super::{HeapOptions, sections, sentence, troubles};
use crate::report::escape::markdown::{code, prose};
use crate::report::markdown::budget;
use crate::report::markdown::paper::Paper;
use crate::report::markdown::tool;
use crate::report::text::head;
use crate::report::{Context, explain, section};

/// What each table may have when the head and the command have theirs, in bytes; what one leaves the next may use.
const TABLE: usize = 5_000;
/// Writes what is inside the heaps as Markdown, never more than [`LONGEST`](crate::report::LONGEST) bytes.
///
/// # Errors
/// Those of `out`.
pub fn write_heap_markdown(out: &mut dyn Write, cx: Context<'_>, options: HeapOptions<'_>) -> io::Result<()> {
    let mut paper = Paper::default();
    paper.section(budget::HEAD);
    headline(&mut paper, cx, options);
    let facts: Vec<(&str, String)> = head::facts(cx, code).into_iter().chain(troubles::facts(cx)).collect();
    paper.list_marked('*', facts.len(), facts.iter().map(|(lead, text)| format!("**{lead}**: {}", prose(text))));
    for section in sections::all(cx, options) {
        paper.section(TABLE);
        section::write_markdown(&mut paper, &section);
    }
    if options.explain {
        paper.section(budget::EXPLAINED);
        paper.heading("What the words mean");
        let words = explain::some(explain::HEAP);
        paper.list(explain::HEAP.len(), words.map(|(name, text)| format!("**{name}**: {}", prose(text))));
    }
    tool::write(&mut paper, options.command);
    out.write_all(paper.text().as_bytes())
}

fn headline(paper: &mut Paper, cx: Context<'_>, options: HeapOptions<'_>) {
    let said = sentence::all(cx);
    match said.split_first() {
        Some((first, rest)) => {
            paper.lines(&format!("## {}\n\n", prose(first)));
            paper.list(rest.len(), rest.iter().map(|sentence| prose(sentence)));
            if !rest.is_empty() {
                paper.lines("\n");
            }
        }
        None => {
            paper.lines(&format!("## {}\n\n", sentence::nothing(options.has_memory)));
        }
    }
}

/// The section of the report: the sentences, and the arenas that matter most.
pub(in crate::report) fn write_section_markdown(paper: &mut Paper, cx: Context<'_>) {
    if cx.heaps.list.is_empty() {
        return;
    }
    paper.section(budget::HEAPS);
    paper.heading("Inside the heaps");
    let said = sentence::of_report(cx);
    paper.list(said.len(), said.iter().map(|sentence| prose(sentence)));
    sections::of_report(cx, false).iter().for_each(|section| section::write_markdown(paper, section));
}
