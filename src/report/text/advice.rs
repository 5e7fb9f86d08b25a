//! What would help.

use std::io;

use super::super::Context;
use super::page::Page;
use super::table::{Align, Table};
use crate::analyze::{Advice, VerdictKind};
use crate::report::escape::shortened;
use crate::units::Bytes;

/// Remedies whose how-to is shown.
const EXPLAINED: usize = 3;

pub(super) fn write(page: &mut Page<'_>, cx: Context<'_>, limit: usize) -> io::Result<()> {
    let advice = &cx.analysis.advice;
    if advice.is_empty() {
        return page.heading(
            "Advice",
            "none of the usual remedies would enlarge the largest gap; see fit for what stands in the way",
        );
    }
    page.heading("Advice", "each remedy tried on a copy of the map; what does not help is left out")?;
    let mut table =
        Table::new(&[("largest gap", Align::Right), ("gain", Align::Right), ("", Align::Left), ("what", Align::Left)]);
    advice.iter().take(limit).for_each(|a| table.row(cells(cx, a)));
    table.write(page)?;
    page.line("")?;
    for (number, advice) in advice.iter().take(limit.min(EXPLAINED)).enumerate() {
        for (line, how) in advice.how.iter().enumerate() {
            let lead = if line == 0 { format!("  {}. ", number + 1) } else { "     ".to_owned() };
            page.item(&lead, &shortened(how, 400).to_string())?;
        }
    }
    Ok(())
}

/// The largest gap then, its gain, whether the request fits then, what to do.
pub(in crate::report) fn cells(cx: Context<'_>, advice: &Advice) -> [String; 4] {
    let lifts = advice.gain == 0;
    let size = |bytes: u64| if lifts { String::new() } else { Bytes(bytes).to_string() };
    let fits = match (cx.analysis.verdict.request, advice.after.verdict) {
        (Some(_), VerdictKind::Fits) if !lifts => "fits",
        _ => "",
    };
    [size(advice.after.largest), size(advice.gain), fits.into(), shortened(&advice.what, 200).to_string()]
}
