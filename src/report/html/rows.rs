//! The rows that stand in the file, in the order in which the script shows them first.

use std::cmp::Reverse;

use super::owners::{bounded_id, name_limit};
use super::table::{Row, SHOWN};
use crate::addr::{Addr, AddrRange};
use crate::analyze::{Barrier, Gap, Splitter};
use crate::model::{Module, OwnerId, Protection, Region, State, Thread};
use crate::report::escape::{is_harmful, shortened};
use crate::report::text::{barriers, gaps, owner_label};
use crate::report::{Context, Vocabulary, threads_table};
use crate::units::{Bytes, Count, Hex};

/// Characters of a path in a cell.
const PATH: usize = 80;

/// The largest gaps.
pub(super) fn of_gaps(cx: Context<'_>) -> Vec<Row> {
    let mut gaps: Vec<Gap> = cx.analysis.gaps.clone();
    gaps.sort_by_key(|g| (Reverse(g.range.size()), g.range.start()));
    gaps.into_iter().take(SHOWN).map(|g| gap(cx, g)).collect()
}

fn gap(cx: Context<'_>, gap: Gap) -> Row {
    let owner = |region: Option<&Region>, end: &str| region.map_or_else(|| end.into(), |r| owner_label(cx, r.owner));
    let space = &cx.snapshot.space;
    let cells = vec![
        hex(cx, gap.range.start()),
        hex(cx, gap.range.end()),
        Bytes(gap.range.size()).to_string(),
        Bytes(cx.analysis.reach.reachable_bytes(gap.range)).to_string(),
        owner(gap.region_below(space), "(floor)"),
        owner(gap.region_above(space), "(ceiling)"),
        gaps::remarks(cx, gap),
    ];
    Row { range: Some(ends(gap.range)), owner: None, cells }
}

/// The barriers that would give back most.
pub(super) fn of_barriers(cx: Context<'_>) -> Vec<Row> {
    cx.analysis.barriers.iter().take(SHOWN).map(|b| barrier(cx, *b)).collect()
}

fn barrier(cx: Context<'_>, barrier: Barrier) -> Row {
    let cells = vec![
        hex(cx, barrier.range.start()),
        hex(cx, barrier.range.end()),
        Bytes(barrier.range.size()).to_string(),
        Bytes(barrier.regained).to_string(),
        Bytes(barrier.span(&cx.analysis.gaps).size()).to_string(),
        barriers::owners(cx, barrier),
    ];
    Row { range: Some(ends(barrier.range)), owner: None, cells }
}

/// The owners whose going would bring most. The first cell is for the tick box.
pub(super) fn of_splitters(cx: Context<'_>) -> Vec<Row> {
    cx.analysis.splitters.iter().take(SHOWN).map(|s| splitter(cx, s)).collect()
}

fn splitter(cx: Context<'_>, splitter: &Splitter) -> Row {
    let owner = cx.snapshot.owner(splitter.owner);
    let cells = vec![
        String::new(),
        owner_label(cx, splitter.owner),
        owner.map(|o| hex(cx, o.start)).unwrap_or_default(),
        Bytes(splitter.gain).to_string(),
        Bytes(splitter.largest_without).to_string(),
        Bytes(splitter.bytes).to_string(),
        Count(splitter.regions.into()).to_string(),
        owner.filter(|o| !o.movable).map(|_| "pinned".to_owned()).unwrap_or_default(),
    ];
    Row { range: hull(cx, splitter.owner).map(ends), owner: owner_id(cx, splitter.owner), cells }
}

/// From an owner's first to its last region.
fn hull(cx: Context<'_>, owner: OwnerId) -> Option<AddrRange> {
    let own = cx.snapshot.space.regions().iter().filter(|r| r.owner == owner).map(|r| r.range);
    own.reduce(AddrRange::hull)
}

/// Threads with the largest stacks, the crashed one first.
pub(super) fn of_threads(cx: Context<'_>) -> Vec<Row> {
    let mut threads: Vec<&Thread> = cx.snapshot.threads.iter().collect();
    threads.sort_by_key(|t| (!t.crashed, Reverse(t.stack.map_or(0, |s| s.reserved.unwrap_or(s.range.size())))));
    threads.into_iter().take(SHOWN).map(|t| thread(cx, t)).collect()
}

fn thread(cx: Context<'_>, thread: &Thread) -> Row {
    let at = |sp: Addr| AddrRange::from_size_clipped(sp, 1).map(ends);
    let range = thread.stack.map(|s| ends(s.range)).or(thread.sp.and_then(at));
    let owner = thread.stack.and_then(|s| owner_id(cx, s.owner));
    Row { range, owner, cells: threads_table::cells(cx, thread).into() }
}

/// The largest modules.
pub(super) fn of_modules(cx: Context<'_>) -> Vec<Row> {
    let mut modules: Vec<&Module> = cx.snapshot.modules.iter().collect();
    modules.sort_by_key(|m| (Reverse(m.range.size()), m.range.start()));
    modules.into_iter().take(SHOWN).map(|m| module(cx, m)).collect()
}

fn module(cx: Context<'_>, module: &Module) -> Row {
    let pinned = cx.snapshot.owner(module.owner).is_some_and(|o| !o.movable);
    let remark = match (module.relocatable, pinned) {
        (Some(false), _) => "not relocatable",
        (_, true) => "pinned",
        (_, false) => "",
    };
    let cells = vec![
        shortened(&module.name, PATH).to_string(),
        hex(cx, module.range.start()),
        hex(cx, module.range.end()),
        Bytes(module.range.size()).to_string(),
        shortened(&module.path, PATH).to_string(),
        remark.into(),
    ];
    Row { range: Some(ends(module.range)), owner: owner_id(cx, module.owner), cells }
}

/// The lowest regions.
pub(super) fn of_regions(cx: Context<'_>) -> Vec<Row> {
    cx.snapshot.space.regions().iter().take(SHOWN).map(|r| region(cx, r)).collect()
}

fn region(cx: Context<'_>, region: &Region) -> Row {
    let kind = cx.snapshot.owner(region.owner).map_or("", |o| o.kind.name());
    let file = region.backing.and_then(|f| cx.snapshot.file(f));
    let cells = vec![
        hex(cx, region.range.start()),
        hex(cx, region.range.end()),
        Bytes(region.range.size()).to_string(),
        kind.into(),
        owner_label(cx, region.owner),
        State::word(region.state).into(),
        region.protection.map_or_else(|| "?".into(), Protection::letters),
        file.map(|f| shortened(f, PATH).to_string()).unwrap_or_default(),
    ];
    Row { range: Some(ends(region.range)), owner: owner_id(cx, region.owner), cells }
}

/// An owner's id for a row. The script sets those that could mislead who looks at the source.
fn owner_id(cx: Context<'_>, id: OwnerId) -> Option<String> {
    let text = bounded_id(cx.owner(id)?.id.to_string(), name_limit(SHOWN));
    Some(text).filter(|t| !t.chars().any(is_harmful))
}

fn ends(range: AddrRange) -> (Addr, Addr) {
    (range.start(), range.end())
}

fn hex(cx: Context<'_>, addr: Addr) -> String {
    Hex { addr, width: cx.snapshot.width() }.to_string()
}
