//! What is at an address, and who is around it.

use std::io::{self, Write};

use super::paper::Paper;
use super::table::{self, Column, Columns};
use super::{budget, head, tool};
use crate::addr::Addr;
use crate::analyze::locate;
use crate::report::Context;
use crate::report::at;
use crate::report::escape::markdown::{code, prose};

const COLUMNS: Columns<4> =
    [("", Column::Words), ("range", Column::Code), ("size", Column::Number), ("what", Column::Code)];

/// Writes what is at `addr` as Markdown, a few KB. `command` asks the same again.
///
/// # Errors
/// Those of `out`.
pub fn write_at_markdown(out: &mut dyn Write, cx: Context<'_>, addr: Addr, command: Option<&str>) -> io::Result<()> {
    let location = locate::locate(&cx.snapshot.space, &cx.analysis.gaps, addr);
    let mut paper = Paper::default();
    paper.section(budget::HEAD);
    paper.lines(&format!("## {}\n", prose(&at::sentence(cx, location, code))));
    head::facts(&mut paper, cx);
    paper.section(budget::TABLE);
    paper.lines("\n");
    table::write(&mut paper, &COLUMNS, at::surroundings(cx, location));
    tool::write(&mut paper, command);
    out.write_all(paper.text().as_bytes())
}
