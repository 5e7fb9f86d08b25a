//! The answer in a sentence.

use super::DiffContext;
use super::words;
use crate::analyze::diff::{Figure, Mismatch, Outcome, Way};
use crate::units::{Bytes, Count};

/// Nobody's memory fills a gap of so many bytes.
const BEYOND_MEMORY: u64 = 1 << 40;

/// The outcome in words that stand alone.
pub(in crate::report) fn headline(cx: DiffContext<'_>) -> String {
    format!("{}: {}", word(cx.diff.outcome), sentence(cx))
}

/// The outcome in a few words.
pub(in crate::report) fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::SmallerGap | Outcome::SmallerUnexplained => "smaller largest gap",
        Outcome::MoreTaken => "more taken",
        Outcome::MoreMappings => "more mappings",
        Outcome::Better => "better",
        Outcome::Otherwise => "changed",
        Outcome::Same => "nothing changed",
        Outcome::Unclear => "cannot tell",
    }
}

/// What changed, and who is to blame; of dumps that cannot be of one program, that first.
pub(in crate::report) fn sentence(cx: DiffContext<'_>) -> String {
    let has = |mismatch| cx.diff.mismatches.contains(&mismatch);
    let differ = match (has(Mismatch::System), has(Mismatch::Width)) {
        (true, _) => "systems",
        (_, true) => "pointer sizes",
        _ => return answer(cx),
    };
    format!("the dumps are of different {differ}, so that little can be compared; {}", answer(cx))
}

fn answer(cx: DiffContext<'_>) -> String {
    let first = cx.diff.culprits.first();
    match cx.diff.outcome {
        Outcome::SmallerGap => {
            let blamed = first.map(|c| format!("{}; {}", words::deed(c), words::without(c))).unwrap_or_default();
            format!("{}: {blamed}", gap(cx))
        }
        Outcome::SmallerUnexplained => format!("{}, and no single thing that is new explains it{}", gap(cx), most(cx)),
        Outcome::MoreTaken => format!("{} more address space is taken: {}; {}", taken(cx), blamed(cx), gap(cx)),
        Outcome::MoreMappings => format!("{} more mappings: {}; {}", mappings(cx), blamed(cx), gap(cx)),
        Outcome::Better => better(cx),
        Outcome::Otherwise => format!("{}, and as much is taken as before, by others{}", gap(cx), most(cx)),
        Outcome::Unclear => {
            format!("the maps are not both complete, and what they lack may be free or not; {}{}", gap(cx), most(cx))
        }
        Outcome::Same => format!("nothing came, went or changed its size; {}", gap(cx)),
    }
}

fn blamed(cx: DiffContext<'_>) -> String {
    cx.diff.culprits.first().map_or_else(|| "nothing single that is new".to_owned(), words::deed)
}

/// What is most of what is new, where that alone does not explain anything.
fn most(cx: DiffContext<'_>) -> String {
    cx.diff.culprits.first().map(|c| format!("; most of what is new: {}", words::deed(c))).unwrap_or_default()
}

/// From what to what the largest gap went.
fn gap(cx: DiffContext<'_>) -> String {
    let (Some(old), Some(new)) = ends(cx, Figure::LargestReachable) else {
        return "the largest gap is not known".to_owned();
    };
    let (then, now) = (Bytes(old).to_string(), Bytes(new).to_string());
    let change = size(words::delta(old, new));
    if old.min(new) >= BEYOND_MEMORY && cx.diff.outcome != Outcome::SmallerGap {
        return format!("the largest gap ({now}) is larger than any memory");
    }
    match old.cmp(&new) {
        std::cmp::Ordering::Equal => format!("the largest gap is {now} as before"),
        std::cmp::Ordering::Greater if then == now => format!("the largest gap is {now}, {change} less than before"),
        std::cmp::Ordering::Less if then == now => format!("the largest gap is {now}, {change} more than before"),
        std::cmp::Ordering::Greater => format!("the largest gap fell from {then} to {now}{}", placed(cx)),
        std::cmp::Ordering::Less => format!("the largest gap rose from {then} to {now}{}", placed(cx)),
    }
}

/// Where nothing stands in the old gap, its neighbours lie elsewhere by the system's choice.
fn placed(cx: DiffContext<'_>) -> &'static str {
    let is_free = cx.diff.old_gap.as_ref().is_some_and(|gap| gap.standing.is_empty() && gap.way == Way::Neighbours);
    if is_free && cx.diff.outcome != Outcome::SmallerGap {
        " (nothing stands in the old one: the system placed its neighbours otherwise)"
    } else {
        ""
    }
}

fn better(cx: DiffContext<'_>) -> String {
    let less = change(cx, Figure::Committed).zip(change(cx, Figure::Reserved)).map(|(a, b)| a + b);
    let taken = match less {
        Some(less) if less < 0 => format!(", and {} less address space is taken", size(less)),
        Some(more) if more > 0 => format!(", although {} more address space is taken", size(more)),
        _ => String::new(),
    };
    format!("the figures got better: {}{taken}", gap(cx))
}

fn taken(cx: DiffContext<'_>) -> String {
    let more = change(cx, Figure::Committed).zip(change(cx, Figure::Reserved)).map(|(a, b)| a + b);
    more.map_or_else(|| "an unknown amount".to_owned(), size)
}

fn mappings(cx: DiffContext<'_>) -> String {
    let more = change(cx, Figure::Mappings).unwrap_or(0).unsigned_abs();
    Count(u64::try_from(more).unwrap_or(u64::MAX)).to_string()
}

fn size(delta: i128) -> String {
    Bytes(u64::try_from(delta.unsigned_abs()).unwrap_or(u64::MAX)).to_string()
}

fn row(cx: DiffContext<'_>, figure: Figure) -> Option<&crate::analyze::diff::FigureRow> {
    cx.diff.figures.iter().find(|row| row.figure == figure)
}

fn change(cx: DiffContext<'_>, figure: Figure) -> Option<i128> {
    row(cx, figure)?.delta()
}

/// A figure of the first and of the last dump.
fn ends(cx: DiffContext<'_>, figure: Figure) -> (Option<u64>, Option<u64>) {
    let values = row(cx, figure).map(|row| row.values.as_slice()).unwrap_or_default();
    (values.first().copied().flatten(), values.last().copied().flatten())
}
