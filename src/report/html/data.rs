//! The map as the page's script reads it: columns instead of objects, tables with indexes instead of repeated words,
//! addresses as distances in hex.

use std::ops::Range;

use serde::Serialize;

use super::HtmlOptions;
use super::inside::InsideColumns;
use super::lists::{Modules, Splitters, Threads};
use super::owners::{OwnerColumns, OwnerTable, name_limit};
use super::regions::{Attributes, RegionColumns};
use super::words::Words;
use crate::addr::AddrRange;
use crate::analyze::Group;
use crate::model::{Certainty, OwnerKind};
use crate::report::escape::shortened;
use crate::report::{Address, Context};

/// Regions in a page at most; a browser draws more too slowly.
pub(super) const MOST_REGIONS: usize = 200_000;
/// Threads, modules and splitters in a page at most, each.
pub(super) const MOST_ROWS: usize = 100_000;

/// Groups of owners in a page at most.
pub(super) const MOST_GROUPS: usize = 20;

/// All that the script knows.
#[derive(Serialize)]
pub(super) struct MapData {
    bits: u8,
    floor: Address,
    ceiling: Address,
    page: Words,
    granularity: Words,
    /// Addresses that mmap never considers: start and end, or empty.
    unreachable: Words,
    /// What the request needs after rounding, and its alignment; `-` where there is none.
    request: Words,
    /// The addresses that the picture shows first: start and end, or empty.
    focus: Words,
    /// Whether what stands at the first of them is selected.
    selects: bool,
    /// Whether all regions are here.
    complete: bool,
    kinds: Vec<&'static str>,
    groups: Vec<(&'static str, u8)>,
    /// Groups of owners by what they have in common, each with the numbers of its owners.
    sets: Vec<(String, Vec<u32>)>,
    /// `f` for each gap that is free, `n` for each that is not listed.
    certainty: String,
    regions: RegionColumns,
    inside: InsideColumns,
    attributes: Vec<Attributes>,
    files: Vec<String>,
    splitters: Splitters,
    threads: Threads,
    modules: Modules,
    owners: OwnerColumns,
}

/// Which part of the space a page has: all of it, or where there are too many regions, those around what matters.
pub(super) struct Part {
    /// The addresses.
    pub range: AddrRange,
    /// Indexes of the regions in it.
    pub regions: Range<usize>,
    /// Whether that is all.
    pub complete: bool,
}

impl Part {
    /// The part for a page that opens at `focus`, or at the largest gap.
    pub fn of(cx: Context<'_>, focus: Option<AddrRange>) -> Part {
        let space = &cx.snapshot.space;
        let (all, bounds) = (space.regions(), space.bounds().range);
        if all.len() <= MOST_REGIONS {
            return Part { range: bounds, regions: 0..all.len(), complete: true };
        }
        let middle = focus.or(cx.analysis.figures.largest.map(|l| l.range)).unwrap_or(bounds).start();
        let at = all.partition_point(|r| r.range.start() < middle);
        let first = at.saturating_sub(MOST_REGIONS / 2).min(all.len() - MOST_REGIONS);
        let regions = first..first + MOST_REGIONS;
        // From the end of the region below to the start of the region above, so that the gaps at both ends are whole.
        let start = first.checked_sub(1).and_then(|i| all.get(i)).map_or(bounds.start(), |r| r.range.end());
        let end = all.get(regions.end).map_or(bounds.end(), |r| r.range.start());
        Part { range: AddrRange::new(start, end).unwrap_or(bounds), regions, complete: false }
    }
}

impl MapData {
    /// What a page about `cx` holds of the map.
    pub fn new(cx: Context<'_>, options: HtmlOptions, part: &Part) -> MapData {
        let bounds = cx.snapshot.space.bounds();
        let mut owners = OwnerTable::new(cx);
        let (regions, attributes, files) = RegionColumns::of(cx, part, &mut owners);
        let request = cx.analysis.verdict.request;
        MapData {
            bits: cx.snapshot.width().bits(),
            floor: Address::new(part.range.start(), cx.snapshot.width()),
            ceiling: Address::new(part.range.end(), cx.snapshot.width()),
            page: Words::from_iter([bounds.page_size]),
            granularity: Words::from_iter([cx.analysis.reach.granularity()]),
            unreachable: range_words(cx.analysis.reach.unreachable()),
            request: Words::from_iter([cx.analysis.verdict.needed, request.and_then(|r| r.align)]),
            focus: range_words(options.focus),
            selects: options.selects,
            complete: part.complete,
            kinds: OwnerKind::ALL.iter().map(|k| k.name()).collect(),
            groups: Group::ALL.iter().map(|g| (g.name(), kind_index(g.kind()))).collect(),
            certainty: certainty(cx, part),
            sets: sets(cx, &mut owners),
            splitters: Splitters::of(cx, &mut owners),
            threads: Threads::of(cx, &mut owners),
            modules: Modules::of(cx, &mut owners),
            owners: owners.columns(&regions.owner_starts),
            regions,
            inside: InsideColumns::of(cx, part),
            attributes,
            files,
        }
    }
}

/// Those groups of owners that the page's table has, named as in the JSON report.
fn sets(cx: Context<'_>, owners: &mut OwnerTable<'_>) -> Vec<(String, Vec<u32>)> {
    let shown = cx.counsel.groups.iter().take(MOST_GROUPS);
    shown
        .map(|group| {
            let name = shortened(&group.name, name_limit(MOST_GROUPS));
            (format!("{}:{name}", group.by.name()), group.members.iter().map(|id| owners.number(*id)).collect())
        })
        .collect()
}

/// Start and end of a range, or nothing.
fn range_words(range: Option<AddrRange>) -> Words {
    range.into_iter().flat_map(|r| [r.start().0, r.end().0]).collect()
}

fn certainty(cx: Context<'_>, part: &Part) -> String {
    let shown = cx.analysis.gaps.iter().filter(|g| part.range.covers(g.range));
    shown.map(|g| if g.certainty == Certainty::Free { 'f' } else { 'n' }).collect()
}

/// A kind's position in the table of kinds.
pub(super) fn kind_index(kind: OwnerKind) -> u8 {
    (0u8..).zip(OwnerKind::ALL).find(|(_, k)| *k == kind).map_or(0, |(i, _)| i)
}
