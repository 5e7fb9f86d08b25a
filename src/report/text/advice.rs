//! What would help.

use std::io;

use super::super::Context;
use super::page::Page;
use super::table::cut_note;
use crate::analyze::{Advice, VerdictKind};
use crate::report::escape::shortened;
use crate::units::Bytes;

/// What is said where no remedy helps.
pub(in crate::report) const NOTHING: &str = "none of the usual remedies would enlarge the largest gap";
/// Remedies that are shown without `--all`.
const SHOWN: usize = 8;
/// Remedies whose how-to is shown.
const EXPLAINED: usize = 3;
/// Characters of one sentence.
const SENTENCE: usize = 400;

pub(super) fn write(page: &mut Page<'_>, cx: Context<'_>, all: bool) -> io::Result<()> {
    let advice = &cx.counsel.advice;
    if advice.is_empty() {
        page.heading("Advice", NOTHING)?;
        return page.item("  ", &why_nothing(cx));
    }
    page.heading("Advice", "each remedy tried on a copy of the map: the largest gap that it would give")?;
    let shown = if all { advice.len() } else { advice.len().min(SHOWN) };
    for (rank, advice) in advice.iter().take(shown).enumerate() {
        let [largest, gain, fits, what] = cells(cx, advice);
        page.item(&format!("  {largest:>9}  {gain:>10}  {fits:<4}  "), &what)?;
        let mut explained = advice.how.iter().filter(|_| rank < EXPLAINED || all);
        explained.try_for_each(|how| page.item(&" ".repeat(31), &shortened(how, SENTENCE).to_string()))?;
    }
    cut_note(page, advice.len(), shown, "way")
}

/// Why no remedy helps, as a sentence.
pub(in crate::report) fn why_nothing(cx: Context<'_>) -> String {
    if cx.analysis.verdict.kind == VerdictKind::Fits {
        return "the request fits as things are".to_owned();
    }
    if cx.analysis.verdict.kind == VerdictKind::Exhausted {
        return "less is free in all than the request needs: the process would have to hold less".to_owned();
    }
    let today = Bytes(cx.analysis.figures.largest_reachable_size());
    match Bytes(cx.counsel.largest_without_movable) {
        best if !cx.counsel.moving_matters(today.0) => {
            format!("even without all that can move or go it would be {best}")
        }
        best => {
            format!("without all that can move or go it would be {best}, but no single remedy comes nearer to that")
        }
    }
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
