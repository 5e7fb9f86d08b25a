//! What the picture shows, in the lines above it.

use std::io::{self, Write};

use super::super::Context;
use super::super::text::head::PLAIN;
use super::super::text::page::Page;
use super::super::text::process_name;
use super::plan::Plan;
use super::{MapOptions, rows};
use crate::model::Evidence;
use crate::units::{Bytes, Hex, plural};

/// Writes the process, its free space, the range and the scale.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut dyn Write, cx: Context<'_>, options: &MapOptions, plan: &Plan) -> io::Result<()> {
    let mut page = Page::wide(&mut *out, options.color, options.columns);
    page.strong(&free(cx))?;
    page.item("", &shown(cx, plan))?;
    page.line("")?;
    rows::ruler(options, plan).map_or(Ok(()), |ruler| page.line(&ruler))
}

fn free(cx: Context<'_>) -> String {
    let figures = &cx.analysis.figures;
    let gaps = plural(cx.analysis.gaps.len() as u64, "gap");
    let most = at_most(cx);
    let differ = figures.largest_reachable_size() < figures.largest_size();
    let reached = if differ { " that mmap reaches" } else { "" };
    let largest = figures.largest_reachable.map(|l| format!(", the largest{reached} {most}{}", Bytes(l.range.size())));
    let largest = largest.unwrap_or_default();
    format!("{}: {most}{} free in {gaps}{largest}", process_name(cx, PLAIN), Bytes(figures.total))
}

/// What stands before free sizes of a map that is not complete: something unlisted may lie in any gap.
pub fn at_most(cx: Context<'_>) -> &'static str {
    if cx.snapshot.evidence == Evidence::Complete { "" } else { "at most " }
}

fn shown(cx: Context<'_>, plan: &Plan) -> String {
    let bounds = cx.snapshot.space.bounds();
    let (space, hex) = (bounds.range, |addr| Hex { addr, width: cx.snapshot.width() });
    let (floor, ceiling) = (hex(space.start()), hex(space.end()));
    let source = bounds.ceiling_source.name();
    let all = format!("{} of address space, floor {floor}, ceiling {ceiling} ({source})", Bytes(space.size()));
    let (size, start, end) = (Bytes(plan.shown.size()), hex(plan.shown.start()), hex(plan.shown.end()));
    match plan.shown == space {
        true => format!("{all}; {}", plan.scale()),
        false => format!("{start} to {end}, {size} of {all}; {}", plan.scale()),
    }
}
