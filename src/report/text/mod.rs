//! The report for people: the verdict in the first line, then why, then the figures and tables, the most important
//! first, within 100 columns.

pub(super) mod advice;
pub(super) mod barriers;
pub(super) mod evidence;
pub(super) mod figures;
pub(super) mod gaps;
pub(super) mod head;
pub(super) mod kinds;
mod label;
mod limits;
mod map;
pub(super) mod modules;
pub(crate) mod page;
pub(super) mod splitters;
pub(super) mod stacks;
mod stated_rows;
pub(crate) mod table;

use std::io::{self, Write};

use super::Context;
use crate::analyze::capture;
use crate::model::Evidence;
use page::Page;

pub(super) use label::{owner_label, owner_with_address, process_name};

/// Rows of a list that are shown without `--all`.
const SHOWN: usize = 10;

/// How much is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TextOptions {
    /// Whole lists instead of their beginnings.
    pub all: bool,
    /// The definition of each figure.
    pub explain: bool,
    /// Terminal colours.
    pub color: bool,
    /// The map in Unicode blocks; else in ASCII.
    pub unicode: bool,
}

/// Writes the text report.
///
/// # Errors
/// Those of `out`.
pub fn write_text(out: &mut dyn Write, cx: Context<'_>, options: TextOptions) -> io::Result<()> {
    let mut page = Page::new(out, options.color);
    let limit = if options.all { usize::MAX } else { SHOWN };
    head::write(&mut page, cx)?;
    if cx.snapshot.evidence == Evidence::None {
        // All else would be drawn of one gap that is the whole address space.
        figures::write(&mut page, cx)?;
        stacks::write(&mut page, cx, limit)?;
        evidence::write(&mut page, cx)?;
        return if options.explain { super::explain::write(&mut page) } else { Ok(()) };
    }
    advice::write(&mut page, cx, options.all)?;
    super::fit::write_section(&mut page, cx)?;
    figures::write(&mut page, cx)?;
    map::write(&mut page, cx, options)?;
    gaps::write(&mut page, cx, limit)?;
    barriers::write(&mut page, cx, limit)?;
    splitters::write(&mut page, cx, limit)?;
    super::heap::write_section(&mut page, cx, options.unicode)?;
    stacks::write(&mut page, cx, limit)?;
    modules::write(&mut page, cx, limit)?;
    kinds::write(&mut page, cx)?;
    limits::write(&mut page, cx)?;
    evidence::write(&mut page, cx)?;
    super::capture::write_section(&mut page, &capture::advise(cx.snapshot))?;
    if options.explain {
        super::explain::write(&mut page)?;
    }
    Ok(())
}
