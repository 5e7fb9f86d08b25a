//! The old largest gap, and what stands in it now.

use super::{Compared, DiffContext, heads};
use crate::addr::AddrRange;
use crate::analyze::diff::{Fate, OldGap, Standing, Sure, Way};
use crate::model::OwnerId;
use crate::report::section::{Cell, Section};
use crate::report::text::owner_label;
use crate::units::{Bytes, Hex};

/// Where it was, where it is, and who stands there.
pub(super) fn section(cx: DiffContext<'_>, limit: usize) -> Option<Section> {
    let (gap, old, new) = (cx.diff.old_gap.as_ref()?, cx.first()?, cx.last()?);
    let count = cx.dumps.len();
    let columns: [(&str, Cell); 5] = [
        ("start", Cell::Address),
        ("in the gap", Cell::Number),
        ("owner", Cell::Name),
        ("how it came there", Cell::Words),
        (if count > 2 { "since" } else { "" }, Cell::Words),
    ];
    let row = |s: &Standing| {
        let start = Hex { addr: s.range.start(), width: new.cx.snapshot.width() }.to_string();
        let since = s.since.map(|index| heads::title(index, count)).unwrap_or_default();
        vec![start, Bytes(s.bytes).to_string(), owner_label(new.cx, s.owner), fate(old, s.fate), since]
    };
    let section = Section::new("old-gap", "In the old largest gap", "what stands there now", "owner");
    Some(section.columns(columns).rows(&gap.standing, limit, row).notes(notes(gap, old, new)))
}

fn range(dump: Compared<'_>, range: AddrRange) -> String {
    let hex = |addr| Hex { addr, width: dump.cx.snapshot.width() };
    format!("{}-{}", hex(range.start()), hex(range.end()))
}

fn fate(old: Compared<'_>, fate: Fate) -> String {
    match fate {
        Fate::Came => "came".to_owned(),
        Fate::Moved { from } => format!("moved, from {}", Hex { addr: from.start(), width: old.cx.snapshot.width() }),
        Fate::Grew { from, to } => format!("grew into it, from {} to {}", Bytes(from), Bytes(to)),
    }
}

fn notes(gap: &OldGap, old: Compared<'_>, new: Compared<'_>) -> Vec<String> {
    let was = format!(
        "it was {} at {}, between {} and {}",
        Bytes(gap.then.size()),
        range(old, gap.then),
        neighbour(old, gap.below, "the floor"),
        neighbour(old, gap.above, "the ceiling")
    );
    let now = match (gap.now, gap.free) {
        (Some(now), Some(free)) if gap.standing.is_empty() => {
            format!("in the new dump that is {}, and all of its {} are free", range(new, now), Bytes(free))
        }
        (Some(now), Some(free)) => {
            format!("in the new dump that is {}, of which {} are still free, in pieces", range(new, now), Bytes(free))
        }
        _ => "in the new dump that is outside of the address space".to_owned(),
    };
    vec![was, format!("{now}; {}", how(gap))]
}

fn how(gap: &OldGap) -> String {
    let way = match gap.way {
        Way::SameAddresses => "its neighbours stand at the same addresses in both dumps",
        Way::Neighbours => "addresses differ between the runs, and it was found by its two neighbours",
        Way::OneNeighbour => "addresses differ between the runs, and it was found by one of its neighbours",
        Way::Addresses => "neither of its neighbours was found, so the same addresses were looked at",
    };
    let sure = match gap.sure {
        Sure::Certain => "certain",
        Sure::Likely => "likely: a neighbour was matched by its likeness",
        Sure::Guess => "a guess",
    };
    format!("{way} ({sure})")
}

fn neighbour(dump: Compared<'_>, owner: Option<OwnerId>, end: &str) -> String {
    owner.map_or_else(|| end.to_owned(), |owner| owner_label(dump.cx, owner))
}
