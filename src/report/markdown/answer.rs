//! The answer to one question, as text in a block of code.

use std::io::{self, Write};

use super::map::block_of;
use super::paper::Paper;
use super::{budget, head, tool};
use crate::report::Context;

/// What the text may have when the head and the command have theirs.
const TEXT: usize = budget::LONGEST - budget::HEAD - budget::TOOL;

/// Writes what `fit` or `what-if` says as Markdown, never more than [`LONGEST`](super::LONGEST) bytes. `text` is
/// without colours; `command` gives the same answer.
///
/// # Errors
/// Those of `out`.
pub fn write_answer_markdown(
    out: &mut dyn Write,
    cx: Context<'_>,
    text: &[u8],
    command: Option<&str>,
) -> io::Result<()> {
    let mut paper = Paper::default();
    paper.section(budget::HEAD);
    head::facts(&mut paper, cx);
    paper.section(TEXT);
    paper.lines("\n");
    block_of(&mut paper, text, TEXT);
    tool::write(&mut paper, command);
    out.write_all(paper.text().as_bytes())
}
