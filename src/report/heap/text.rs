//! Heaps as text: a sentence for each allocator first, then the tables.

use std::io::{self, Write};

use super::{HeapOptions, sections, sentence, troubles};
use crate::report::text::head::{self, PLAIN};
use crate::report::text::page::Page;
use crate::report::{Context, explain, section};

/// Writes what is inside the heaps.
///
/// # Errors
/// Those of `out`.
pub fn write_heap(out: &mut dyn Write, cx: Context<'_>, options: HeapOptions<'_>) -> io::Result<()> {
    let mut page = Page::new(out, options.color);
    let said = sentence::all(cx);
    said.iter().try_for_each(|sentence| page.strong(sentence))?;
    if said.is_empty() {
        page.strong(sentence::nothing(options.has_memory))?;
    }
    page.line("")?;
    let facts = head::facts(cx, PLAIN).into_iter().chain(troubles::facts(cx));
    facts.into_iter().try_for_each(|(lead, text)| page.item(&format!("{lead:<8} "), &text))?;
    for section in sections::all(cx, options) {
        section::write_text(&mut page, &section, options.unicode)?;
    }
    if options.explain { explain::write_some(&mut page, explain::HEAP) } else { Ok(()) }
}

/// The section of the report: the sentences, and the arenas that matter most.
pub(in crate::report) fn write_section(page: &mut Page<'_>, cx: Context<'_>, unicode: bool) -> io::Result<()> {
    if cx.heaps.list.is_empty() {
        return Ok(());
    }
    page.heading("Inside the heaps", "`fragscope heap` shows all of it")?;
    sentence::of_report(cx).iter().try_for_each(|sentence| page.item("  ", sentence))?;
    sections::of_report(cx, false).iter().try_for_each(|section| section::write_text(page, section, unicode))
}
