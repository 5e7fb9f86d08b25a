//! How long each section may become. What one leaves, those after it may use, so that the whole is never longer than the
//! sum.

/// GitHub takes 65,536 characters in a comment, GitLab and Jira somewhat less in some places. In bytes.
pub const LONGEST: usize = 60_000;

/// Verdict, reasons, what was looked at.
pub(in crate::report) const HEAD: usize = 5_000;
/// Key figures.
pub(super) const FIGURES: usize = 3_000;
/// What a better dump would have.
pub(super) const ADVICE: usize = 3_000;
/// Each of the tables that are shown openly.
pub(super) const TABLE: usize = 2_600;
/// Each of the lists that are folded.
pub(super) const FOLD: usize = 2_000;
/// What is inside the heaps.
pub(in crate::report) const HEAPS: usize = 2_400;
/// Advice, and what must go.
pub(super) const REMEDIES: usize = 4_000;
/// What the figures mean.
pub(in crate::report) const EXPLAINED: usize = 3_000;
/// Version and command; a path may have 4,096 bytes.
pub(crate) const TOOL: usize = 5_000;
/// The picture.
pub(super) const MAP: usize = 8_000;

const TABLES: usize = 4;
const FOLDS: usize = 8;
const SUM: usize = HEAD + FIGURES + MAP + ADVICE + HEAPS + REMEDIES + TABLES * TABLE + FOLDS * FOLD + EXPLAINED + TOOL;
const _: () = assert!(SUM <= LONGEST, "the sections together are longer than a ticket takes");
