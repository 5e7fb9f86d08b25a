//! What could be done about the heaps, each with its effect.

use crate::analyze::Advice;
use crate::analyze::heaps::Answers;
use crate::report::Context;
use crate::report::escape::shortened;
use crate::report::section::{Cell, Section};
use crate::report::text::advice::cells;
use crate::units::Bytes;

/// Characters of one sentence.
const SENTENCE: usize = 400;

/// All remedies: how much larger the largest gap would be, and how much memory would come back.
pub(super) fn section(cx: Context<'_>, answers: &Answers) -> Option<Section> {
    let columns = [
        ("largest gap", Cell::Number),
        ("gain", Cell::Number),
        ("memory", Cell::Number),
        ("request", Cell::Words),
        ("what", Cell::Name),
        ("how", Cell::Name),
    ];
    let row = |advice: &Advice| {
        let [largest, gain, fits, what] = cells(cx, advice);
        let gain = if advice.gain == 0 { "none".to_owned() } else { gain };
        let memory = advice.memory.map(|bytes| Bytes(bytes).to_string()).unwrap_or_default();
        let how = advice.how.first().map(|how| shortened(how, SENTENCE).to_string()).unwrap_or_default();
        vec![largest, gain, memory, fits, what, how]
    };
    let remark = "tried on a copy of the map; memory alone is no address space";
    let section = Section::new("heap-advice", "What could be done about the heaps", remark, "way").columns(columns);
    (!answers.advice.is_empty()).then(|| section.rows(&answers.advice, usize::MAX, row))
}
