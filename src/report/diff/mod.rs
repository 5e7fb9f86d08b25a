//! Two or more dumps compared, in every form.

mod growth;
pub(super) mod heads;
mod markdown;
mod old_gap;
mod rows;
pub(super) mod sections;
pub(super) mod sentence;
mod text;
mod view;
mod words;

pub use markdown::write_diff_markdown;
pub use text::write_diff;
pub use view::{
    BlameView, DiffReport, DiffedView, FigureView, FollowerView, KindGrowthView, LikeGrowthView, LikeView,
    ModuleChangeView, ModulesDiffView, OldGapView, StandingInGapView, TallyView, ThreadCountView, TrendView,
};

use super::Context;
use crate::analyze::Diff;

/// One of the dumps that are compared.
#[derive(Clone, Copy)]
pub struct Compared<'a> {
    /// The file as it may be shown.
    pub name: &'a str,
    /// What was measured.
    pub cx: Context<'a>,
}

/// Dumps and how they differ.
#[derive(Clone, Copy)]
pub struct DiffContext<'a> {
    /// In the order of time, at least two.
    pub dumps: &'a [Compared<'a>],
    /// How they differ.
    pub diff: &'a Diff,
}

impl<'a> DiffContext<'a> {
    /// The first dump; `None` if there are none.
    fn first(self) -> Option<Compared<'a>> {
        self.dumps.first().copied()
    }

    /// The last dump; `None` if there are none.
    fn last(self) -> Option<Compared<'a>> {
        self.dumps.last().copied()
    }
}

/// How a comparison is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct DiffOptions<'a> {
    /// Whole lists instead of their first ten entries.
    pub all: bool,
    /// Adds what the words mean.
    pub explain: bool,
    /// Terminal colours.
    pub color: bool,
    /// The command that makes the same, ready for a shell.
    pub command: Option<&'a str>,
}
