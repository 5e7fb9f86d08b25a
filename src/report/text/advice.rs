//! What would help.

use std::io;

use super::super::Context;
use super::page::Page;
use crate::analyze::{Advice, VerdictKind};
use crate::report::escape::shortened;
use crate::units::Bytes;

/// Remedies whose how-to is shown.
const EXPLAINED: usize = 3;
/// Characters of one sentence.
const SENTENCE: usize = 400;

pub(super) fn write(page: &mut Page<'_>, cx: Context<'_>, all: bool) -> io::Result<()> {
    let advice = &cx.counsel.advice;
    if advice.is_empty() {
        return page.heading("Advice", "none of the usual remedies would enlarge the largest gap");
    }
    page.heading("Advice", "each remedy tried on a copy of the map: the largest gap that it would give")?;
    for (rank, advice) in advice.iter().enumerate() {
        let [largest, gain, fits, what] = cells(cx, advice);
        page.item(&format!("  {largest:>9}  {gain:>10}  {fits:<4}  "), &what)?;
        let mut explained = advice.how.iter().filter(|_| rank < EXPLAINED || all);
        explained.try_for_each(|how| page.item(&" ".repeat(31), &shortened(how, SENTENCE).to_string()))?;
    }
    Ok(())
}

/// The largest gap then, its gain, whether the request fits then, what to do.
pub(in crate::report) fn cells(cx: Context<'_>, advice: &Advice) -> [String; 4] {
    let lifts = advice.gain == 0;
    let size = |sign: &str, bytes: u64| if lifts { String::new() } else { format!("{sign}{}", Bytes(bytes)) };
    let fits = match (cx.analysis.verdict.request, advice.after.verdict) {
        (Some(_), VerdictKind::Fits) if !lifts => "fits",
        _ => "",
    };
    let what = shortened(&advice.what, SENTENCE).to_string();
    [size("", advice.after.largest), size("+", advice.gain), fits.into(), what]
}
