//! What could be done about the heaps, each with its effect.

use crate::analyze::heaps::Answers;
use crate::analyze::{Advice, VerdictKind};
use crate::report::escape::shortened;
use crate::report::section::Section;
use crate::units::Bytes;

/// Characters of one sentence.
const SENTENCE: usize = 500;

/// All remedies: how much larger the largest gap would be, and how much memory would come back.
pub(super) fn section(answers: &Answers) -> Option<Section> {
    let remark = "tried on a copy of the map; memory that comes back is no address space";
    let section = Section::new("heap-advice", "What could be done about the heaps", remark, "way");
    let said = answers.advice.iter().map(sentence).collect();
    (!answers.advice.is_empty()).then(|| section.notes(said))
}

/// Its effect, what it is, and how it is done.
fn sentence(advice: &Advice) -> String {
    let gap = match advice.gain {
        0 => "largest gap as it is".to_owned(),
        gain => format!("largest gap +{}, to {}", Bytes(gain), Bytes(advice.after.largest)),
    };
    let fits = if advice.gain > 0 && advice.after.verdict == VerdictKind::Fits { ", and the request fits" } else { "" };
    let memory = advice.memory.filter(|bytes| *bytes > 0);
    let memory = memory.map(|bytes| format!(", memory {}", Bytes(bytes))).unwrap_or_default();
    let how = advice.how.first().map(|how| format!("; {how}")).unwrap_or_default();
    shortened(&format!("{gap}{fits}{memory}: {}{how}", advice.what), SENTENCE).to_string()
}
