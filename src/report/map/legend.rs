//! What the signs mean, and how many bytes of each kind the picture shows.

use std::io::{self, Write};

use super::super::Context;
use super::super::text::page::Page;
use super::glyphs::{self, Theme};
use super::plan::Plan;
use super::{Detail, MapOptions};
use crate::analyze::{ByContent, CellContent};
use crate::units::{Bytes, Hex};

/// Writes a line or several of kinds, and a sentence for each sign.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut dyn Write, cx: Context<'_>, options: &MapOptions, plan: &Plan) -> io::Result<()> {
    let theme = Theme { unicode: options.unicode, color: options.color };
    let sum = plan.sum();
    writeln!(out)?;
    kinds(out, options, theme, &sum)?;
    let mut page = Page::wide(out, options.color, options.columns);
    match options.detail {
        Detail::Small if options.unicode => page.line("A small letter or a low block is a cell with free bytes in it."),
        Detail::Small => page.line("A small letter is a cell with free bytes in it."),
        Detail::Full => sentences(cx, options, plan, &sum).iter().try_for_each(|text| page.item("", text)),
    }
}

/// Columns of `S  mapped-file  1023.9 MiB` and what separates it from the next.
const ENTRY: usize = 29;

fn kinds(out: &mut dyn Write, options: &MapOptions, theme: Theme, sum: &ByContent) -> io::Result<()> {
    let entries: Vec<(CellContent, u64)> = sum.iter().collect();
    let in_a_line = (options.columns / ENTRY).max(1);
    for line in entries.chunks(in_a_line) {
        let texts: Vec<String> = line.iter().map(|(content, bytes)| entry(*content, *bytes, theme)).collect();
        writeln!(out, "{}", texts.join("   ").trim_end())?;
    }
    Ok(())
}

fn entry(content: CellContent, bytes: u64, theme: Theme) -> String {
    let sign = glyphs::text([glyphs::sample(content, theme)], theme);
    format!("{sign} {:<11} {:>10}", content.name().replace('-', " "), Bytes(bytes).to_string())
}

fn sentences(cx: Context<'_>, options: &MapOptions, plan: &Plan, sum: &ByContent) -> Vec<String> {
    let mut list = Vec::new();
    list.push(match options.unicode {
        true => {
            "A run of cells of one kind begins with its letter: a capital if all of that cell is used, a small one \
                 if a part is free. Further cells are as high as they are full."
                .to_owned()
        }
        false => "A capital letter is a cell that is wholly used; a small one has free bytes in it. The letter is the \
                  kind that takes most of what is used."
            .to_owned(),
    });
    let outlined = super::outline::named(cx, plan).into_iter().find(|gap| gap.outlined);
    list.extend(outlined.map(|gap| {
        let width = cx.snapshot.width();
        let signs = if options.unicode { "┣━━┫" } else { "[==]" };
        let (start, end) = (Hex { addr: gap.range.start(), width }, Hex { addr: gap.range.end(), width });
        format!("{signs} {} from {start} to {end}.", gap.names[1])
    }));
    if options.marks && cx.snapshot.threads.iter().any(|t| t.sp.is_some_and(|sp| plan.shown.contains(sp))) {
        list.push("^ where a thread's stack pointer is, ! that of the thread that crashed.".into());
    }
    if sum.get(CellContent::HeapFree) > 0 {
        list.push("E is free inside of a heap: its malloc can hand it out, and nobody else can map it.".into());
    }
    if sum.get(CellContent::NotListed) > 0 {
        list.push("? may hold something: the map is incomplete there.".into());
    }
    list
}
