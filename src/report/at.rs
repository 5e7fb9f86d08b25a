//! What is at an address, and who is around it.

use std::io::{self, Write};

use super::Context;
use super::escape::shortened;
use super::text::head::Quote;
use super::text::owner_label;
use super::text::page::Page;
use super::text::table::{Align, Table};
use crate::addr::{Addr, AddrRange};
use crate::analyze::{Location, Spot, locate};
use crate::model::{Region, State};
use crate::units::{Bytes, Hex};

/// Writes what is at `addr`.
///
/// # Errors
/// Those of `out`.
pub fn write_at(out: &mut dyn Write, cx: Context<'_>, addr: Addr, color: bool) -> io::Result<()> {
    let location = locate::locate(&cx.snapshot.space, &cx.analysis.gaps, addr);
    let mut page = Page::new(out, color);
    page.strong(&sentence(cx, location, |name, limit| shortened(name, limit).to_string()))?;
    page.line("")?;
    let mut table = Table::new(&COLUMNS);
    surroundings(cx, location).into_iter().for_each(|row| table.row(row));
    table.write(&mut page)
}

/// What is there. The file's name is shown by `quote`; the owner's, too, with the words around it.
pub(super) fn sentence(cx: Context<'_>, location: Location, quote: Quote) -> String {
    let at = Hex { addr: location.addr, width: cx.snapshot.width() };
    match location.spot {
        Spot::Region(_) => match location.region(&cx.snapshot.space) {
            Some(region) => format!("{at} lies in {}", region_words(cx, region, quote)),
            None => format!("{at} is unknown"),
        },
        Spot::Gap(index) => {
            let size = cx.analysis.gaps.get(index).map_or(0, |g| g.range.size());
            format!("{at} lies in a gap of {}", Bytes(size))
        }
        Spot::Outside => {
            let bounds = cx.snapshot.space.bounds().range;
            let (floor, ceiling) = (range_words(cx, bounds), Bytes(bounds.size()));
            format!("{at} lies outside of the address space {floor} ({ceiling})")
        }
    }
}

fn region_words(cx: Context<'_>, region: &Region, quote: Quote) -> String {
    let access = region.protection.map(|p| format!(" {}", p.letters())).unwrap_or_default();
    let backing = region.backing.and_then(|f| cx.snapshot.file(f));
    let file = backing.map(|f| format!(", file {}", quote(f, 60))).unwrap_or_default();
    let owner = quote(&owner_label(cx, region.owner), 90);
    format!("{owner} ({}{access}{file})", state_word(region.state))
}

fn state_word(state: State) -> &'static str {
    match state {
        State::Committed => "committed",
        State::Reserved => "reserved",
    }
}

fn range_words(cx: Context<'_>, range: AddrRange) -> String {
    let width = cx.snapshot.width();
    format!("{}-{}", Hex { addr: range.start(), width }, Hex { addr: range.end(), width })
}

const COLUMNS: [(&str, Align); 4] =
    [("", Align::Left), ("range", Align::Fixed), ("size", Align::Right), ("what", Align::Left)];

/// The place itself between what is below and above, by address, highest last.
pub(super) fn surroundings(cx: Context<'_>, location: Location) -> Vec<[String; 4]> {
    let mut rows = Vec::new();
    let region = |rows: &mut Vec<[String; 4]>, name: &str, index: Option<usize>| {
        if let Some(r) = index.and_then(|i| cx.snapshot.space.regions().get(i)) {
            add(cx, rows, name, r.range, owner_label(cx, r.owner));
        }
    };
    let gap = |rows: &mut Vec<[String; 4]>, name: &str, index: Option<usize>| {
        if let Some(g) = index.and_then(|i| cx.analysis.gaps.get(i)) {
            add(cx, rows, name, g.range, g.certainty.name().into());
        }
    };
    gap(&mut rows, "gap below", location.gap_below);
    region(&mut rows, "region below", location.region_below);
    match location.spot {
        Spot::Region(index) => region(&mut rows, "here", Some(index)),
        Spot::Gap(index) => gap(&mut rows, "here", Some(index)),
        Spot::Outside => {}
    }
    region(&mut rows, "region above", location.region_above);
    gap(&mut rows, "gap above", location.gap_above);
    rows
}

fn add(cx: Context<'_>, rows: &mut Vec<[String; 4]>, name: &str, range: AddrRange, what: String) {
    rows.push([name.into(), range_words(cx, range), Bytes(range.size()).to_string(), what]);
}
