//! The report for a ticket: Markdown that GitHub, GitLab and Jira render, below the length that they take whatever the
//! dump. The verdict comes first, what matters most follows, and the long lists are folded.
//!
//! Jira does not fold; there `<details>` is a line of its own that does no harm.

mod advice;
mod answer;
mod at;
mod barriers;
pub(crate) mod budget;
mod evidence;
mod explained;
mod figures;
mod gaps;
mod head;
mod kinds;
mod map;
mod modules;
pub(crate) mod paper;
mod ranked;
mod remedies;
mod splitters;
mod stacks;
pub(crate) mod table;
mod threads;
pub(crate) mod tool;

use std::io::{self, Write};

use super::Context;
use crate::model::Evidence;
use paper::Paper;
use ranked::Ranked;

pub use answer::write_answer_markdown;
pub use at::write_at_markdown;
pub use budget::LONGEST;
pub use map::write_map_markdown;
pub use threads::write_threads_markdown;

/// Where the rest of a list is.
const ELSEWHERE: &str = "; the text report shows them with `--all`";
/// Rows of a list that are shown openly.
const SHOWN: usize = 10;
/// Rows of a list that are folded, without `--all`.
const FOLDED: usize = 40;

/// How much is shown, and how the report was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct MarkdownOptions<'a> {
    /// Lists as long as there is room, instead of their beginnings.
    pub all: bool,
    /// The definition of each figure.
    pub explain: bool,
    /// The command that makes the same report, ready for a shell.
    pub command: Option<&'a str>,
}

impl MarkdownOptions<'_> {
    /// Rows of a list in all, as far as there is room.
    fn limit(&self) -> usize {
        if self.all { usize::MAX } else { SHOWN + FOLDED }
    }
}

/// Writes the report as Markdown, never more than [`LONGEST`] bytes.
///
/// # Errors
/// Those of `out`.
pub fn write_markdown(out: &mut dyn Write, cx: Context<'_>, options: MarkdownOptions<'_>) -> io::Result<()> {
    let mut paper = Paper::default();
    head::write(&mut paper, cx);
    if cx.snapshot.evidence == Evidence::None {
        // All else would be drawn of one gap that is the whole address space.
        figures::write(&mut paper, cx);
        advice::write(&mut paper, cx);
        stacks::write(&mut paper, cx, options.limit());
    } else {
        measured(&mut paper, cx, options)?;
    }
    evidence::write(&mut paper, cx);
    if options.explain {
        explained::write(&mut paper);
    }
    tool::write(&mut paper, options.command);
    out.write_all(paper.text().as_bytes())
}

/// What is said of a map.
fn measured(paper: &mut Paper, cx: Context<'_>, options: MarkdownOptions<'_>) -> io::Result<()> {
    remedies::write(paper, cx);
    figures::write(paper, cx);
    map::write(paper, cx)?;
    advice::write(paper, cx);
    gaps::write(paper, cx, options.limit());
    barriers::write(paper, cx, options.limit());
    splitters::write(paper, cx, options.limit());
    super::heap::write_section_markdown(paper, cx);
    stacks::write(paper, cx, options.limit());
    modules::write(paper, cx, options.limit());
    kinds::write(paper, cx);
    Ok(())
}
