//! What could be done about the heaps, each with its effect.

use crate::analyze::heaps::Answers;
use crate::analyze::what_if::Outcome;
use crate::analyze::{Advice, VerdictKind};
use crate::report::Context;
use crate::report::escape::shortened;
use crate::report::section::Section;
use crate::units::Bytes;

/// Characters of one sentence.
const SENTENCE: usize = 500;

/// The remedies that give anything: how much larger the largest gap would be, how much address space would be free beside
/// that, and how much memory would come back.
pub(super) fn section(cx: Context<'_>, answers: &Answers) -> Option<Section> {
    let free = Outcome::of(cx.analysis).free;
    let remark = "tried on a copy of the map; memory that comes back is no address space";
    let section = Section::new("heap-advice", "What could be done about the heaps", remark, "way");
    let said: Vec<String> = answers.advice.iter().filter_map(|advice| sentence(advice, free)).collect();
    (!said.is_empty()).then(|| section.notes(said))
}

/// Its effect, what it is, and how it is done; `None` for what has no effect. `free` is what is free without it.
fn sentence(advice: &Advice, free: u64) -> Option<String> {
    let gap = match advice.gain {
        0 => "largest gap as it is".to_owned(),
        gain => format!("largest gap +{}, to {}", Bytes(gain), Bytes(advice.after.largest)),
    };
    let fits = if advice.gain > 0 && advice.after.verdict == VerdictKind::Fits { ", and the request fits" } else { "" };
    let freed = advice.after.free.checked_sub(free).filter(|freed| *freed > advice.gain);
    let space = freed.map(|bytes| format!(", free address space +{}", Bytes(bytes))).unwrap_or_default();
    let memory = advice.memory.filter(|bytes| *bytes > 0);
    (advice.gain > 0 || freed.is_some() || memory.is_some()).then_some(())?;
    let memory = memory.map(|bytes| format!(", memory {}", Bytes(bytes))).unwrap_or_default();
    let how = advice.how.first().map(|how| format!("; {how}")).unwrap_or_default();
    Some(shortened(&format!("{gap}{fits}{space}{memory}: {}{how}", advice.what), SENTENCE).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::Remedy;

    #[test]
    fn what_gives_nothing_is_not_said() {
        let after = |free, largest| Outcome { free, largest, slots: None, verdict: VerdictKind::CannotTell };
        let said = |after: Outcome, gain, memory| {
            let (what, how) = ("less".to_owned(), vec!["so".to_owned(), "or so".to_owned()]);
            sentence(&Advice { remedy: Remedy::FewerArenas, edits: Vec::new(), after, gain, memory, what, how }, 4096)
        };
        assert_eq!(said(after(4096, 4096), 0, None), None);
        assert_eq!(said(after(4096, 4096), 0, Some(0)), None);
        let texts = [said(after(8192, 4096), 0, None), said(after(8192, 8192), 4096, Some(1024))];
        let expected = [
            "largest gap as it is, free address space +4 KiB: less; so",
            "largest gap +4 KiB, to 8 KiB, memory 1 KiB: less; so",
        ];
        assert_eq!(texts, expected.map(|text| Some(text.to_owned())));
    }
}
