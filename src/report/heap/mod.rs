//! What is inside the heaps, in every form. [`sections`] lists what is shown, once for all of them.

mod arenas;
mod chunks;
mod details;
mod growth;
mod markdown;
mod python;
mod remedies;
mod returns;
pub(super) mod sections;
pub(super) mod sentence;
mod serving;
mod shares;
mod text;
pub(super) mod troubles;
mod words;

pub use markdown::write_heap_markdown;
pub use text::write_heap;

pub(super) use markdown::write_section_markdown;
pub(super) use text::write_section;

use crate::analyze::heaps::Answers;

/// How `heap` is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct HeapOptions<'a> {
    /// Whole lists, and those that are otherwise left out.
    pub all: bool,
    /// Adds what each figure means.
    pub explain: bool,
    /// Terminal colours.
    pub color: bool,
    /// Bars in Unicode blocks; else in ASCII.
    pub unicode: bool,
    /// What was asked of the heaps; `None` shows none of it.
    pub answers: Option<&'a Answers>,
    /// Whether the dump holds any memory: without it there is nothing to be found.
    pub has_memory: bool,
    /// The command that makes the same, ready for a shell.
    pub command: Option<&'a str>,
}
