//! What would help, and what must go.

use super::advice::sentence;
use super::budget;
use super::paper::Paper;
use crate::report::text::advice::{NOTHING, cells, why_nothing};
use crate::report::{Context, fit};

/// Remedies that are explained.
const EXPLAINED: usize = 5;

pub(super) fn write(paper: &mut Paper, cx: Context<'_>) {
    paper.section(budget::REMEDIES);
    let advice = &cx.counsel.advice;
    paper.heading("Advice");
    if advice.is_empty() {
        paper.lines(&format!("Tried: {NOTHING}; {}.\n", why_nothing(cx)));
    }
    let items = advice.iter().take(EXPLAINED).map(|advice| {
        let [largest, gain, fits, what] = cells(cx, advice);
        let fits = if fits.is_empty() { "" } else { ", and the request fits" };
        let figures = if advice.gain == 0 { String::new() } else { format!("**{largest}** ({gain}{fits}): ") };
        let how: Vec<String> = advice.how.iter().map(|how| sentence(how)).collect();
        format!("{figures}{}. {}", sentence(&what), how.join(". "))
    });
    paper.list(advice.len().min(EXPLAINED), items);
    if let Some(fit) = &cx.counsel.fit {
        paper.heading("What must go");
        paper.list(1, [sentence(&fit::answer::of_report(cx, fit))]);
    }
}
