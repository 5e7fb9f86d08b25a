//! A comparison as text: the answer first, then the tables.

use std::io::{self, Write};

use super::{DiffContext, DiffOptions, heads, sections, sentence};
use crate::report::text::head::PLAIN;
use crate::report::text::page::Page;
use crate::report::{explain, section};

/// Writes what changed, and who is to blame.
///
/// # Errors
/// Those of `out`.
pub fn write_diff(out: &mut dyn Write, cx: DiffContext<'_>, options: DiffOptions<'_>) -> io::Result<()> {
    let mut page = Page::new(out, options.color);
    page.strong(&sentence::headline(cx))?;
    page.line("")?;
    let warnings = heads::warnings(cx);
    warnings.iter().try_for_each(|warning| page.item("  warning  ", warning))?;
    heads::facts(cx, PLAIN).iter().try_for_each(|(lead, text)| page.item(&format!("{lead:<9}"), text))?;
    for section in sections::all(cx, options.all) {
        section::write_text(&mut page, &section, false)?;
    }
    page.heading("Evidence", "how far the dumps can be trusted")?;
    heads::trust(cx).iter().try_for_each(|text| page.item("  - ", text))?;
    if options.explain { explain::write_some(&mut page, explain::DIFF) } else { Ok(()) }
}
