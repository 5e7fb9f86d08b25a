//! Every thread, as far as there is room.

use std::io::{self, Write};

use super::paper::Paper;
use super::stacks::COLUMNS;
use super::{budget, head, table, tool};
use crate::report::Context;
use crate::report::text::stacks;
use crate::report::threads_table;

/// What the list may have when the head and the command have theirs.
const LIST: usize = budget::LONGEST - budget::HEAD - budget::TOOL;

/// Writes the threads as Markdown, never more than [`LONGEST`](super::LONGEST) bytes. `command` makes the same list.
///
/// # Errors
/// Those of `out`.
pub fn write_threads_markdown(out: &mut dyn Write, cx: Context<'_>, command: Option<&str>) -> io::Result<()> {
    let mut paper = Paper::default();
    paper.section(budget::HEAD);
    let threads = &cx.snapshot.threads;
    let title = if threads.is_empty() { "no threads: the dump lists none".to_owned() } else { stacks::remark(cx) };
    paper.lines(&format!("## {title}\n"));
    head::facts(&mut paper, cx);
    paper.section(LIST);
    paper.lines("\n");
    let written = table::write(&mut paper, &COLUMNS, threads.iter().map(|thread| threads_table::cells(cx, thread)));
    paper.left_out(threads.len(), written, "thread", "; the text form shows them");
    tool::write(&mut paper, command);
    out.write_all(paper.text().as_bytes())
}
