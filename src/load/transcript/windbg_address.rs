//! WinDbg's `!address` as a table (6.12 and newer): a header that begins with `BaseAddr` or `BaseAddress`, then one line
//! for each region. A new allocation is marked by `+` or `*`, one that goes on by a blank or `|-`; some lists have no
//! such column, and filtered ones (`-f:`, `-o:`) only a part of the regions.

use super::found::Found;
use super::lines::Line;
use super::listing::Listing;
use super::numbers::{addr, hex};
use super::session::Block;
use super::tool::Tool;
use super::windows::{self, Region};
use crate::addr::Addr;
use crate::load::facts::RawCoverage;
use crate::model::Evidence;

/// The table.
#[derive(Default)]
pub(super) struct Address {
    listing: Option<Listing>,
    filtered: bool,
    /// Whether lines are marked, and the base of the allocation that goes on.
    allocation: Option<Addr>,
    last: Option<u64>,
}

impl Block for Address {
    fn begins(&self, line: &Line<'_>) -> bool {
        let text = line.text.trim_start();
        text.starts_with("BaseAddr") && text.ends_with("Usage") && text.contains("State")
    }

    fn take(&mut self, line: &Line<'_>, found: &mut Found) -> bool {
        let text = line.text.trim();
        if self.begins(line) && self.listing.is_none() {
            self.listing = Some(Listing::new(Tool::Address));
            found.saw(Tool::Address);
            self.filtered = is_filtered(&found.command);
            return true;
        }
        let is_rule = text.len() >= 8 && text.bytes().all(|b| b == b'-');
        is_rule || self.row(line, found)
    }

    fn foreign(&mut self, line: &Line<'_>) {
        // `Mapping module regions...` and the like go on while the table is printed.
        if let Some(listing) = self.listing.as_mut().filter(|_| !line.text.trim_end().ends_with("...")) {
            listing.note_foreign(line.number);
        }
    }

    fn end(&mut self, found: &mut Found) {
        let Some(mut listing) = self.listing.take() else { return };
        grade(&mut listing, self.filtered);
        found.keep(listing);
        *self = Address::default();
    }
}

/// `!address -f:stack`, `-o:…`, `-c:…`: what is not asked for is not printed.
fn is_filtered(command: &str) -> bool {
    command.split_whitespace().any(|word| word.starts_with("-f:") || word.starts_with("/f:") || word.starts_with("-o:"))
}

impl Address {
    fn row(&mut self, line: &Line<'_>, found: &mut Found) -> bool {
        let Some(listing) = &mut self.listing else { return false };
        let Some(mark) = mark(line.text) else { return false };
        let Some(mut region) = parse(mark.rest, found) else { return false };
        if mark.begins {
            self.allocation = region.base;
        }
        region.allocation = self.allocation;
        let end = region.end.map(|a| a.0);
        // Rows come in order; one that goes back belongs to another table whose header was left out.
        if self.last.zip(region.base).is_some_and(|(last, base)| base.0 < last) {
            listing.lose(line.number);
        }
        self.last = self.last.max(end);
        region.store(listing, found)
    }
}

struct Mark<'t> {
    begins: bool,
    rest: &'t str,
}

fn mark(text: &str) -> Option<Mark<'_>> {
    let text = text.trim_start();
    let begun = text.strip_prefix(['+', '*']);
    let rest = begun.or_else(|| text.strip_prefix("|-")).unwrap_or(text).trim_start();
    rest.starts_with(|c: char| c.is_ascii_hexdigit()).then_some(Mark { begins: begun.is_some(), rest })
}

/// Base, end and size, then type, state, protection and usage, of which any but the state may be missing.
fn parse(text: &str, found: &mut Found) -> Option<Region> {
    let (base_text, rest) = word(text)?;
    let (end_text, rest) = word(rest)?;
    let (size, mut rest) = word(rest)?;
    let (base, end) = (addr(base_text)?, addr(end_text)?);
    if end.0.checked_sub(base.0) != hex(size) {
        return None;
    }
    found.signs.address(base_text, base);
    found.signs.address(end_text, end);
    let mut region = Region { base: Some(base), end: Some(end), ..Region::default() };
    while let Some((next, behind)) = word(rest) {
        match (windows::kind(next), windows::state(next)) {
            (Some(kind), _) if region.label.is_none() => region.label = Some(kind),
            (_, Some(state)) if region.state.is_none() => region.state = Some(state),
            _ if next.starts_with("PAGE_") || next == "|" => {
                let more = windows::protection(next);
                region.protection = region.protection.into_iter().chain(more).reduce(|a, b| a.with(b));
            }
            _ => break,
        }
        rest = behind;
    }
    region.state?;
    region.usage = rest.trim().to_owned();
    Some(region)
}

fn word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// Lists of whole Windows processes show free regions, and so tell what they cover. Of a Linux core WinDbg shows none.
pub(super) fn grade(listing: &mut Listing, filtered: bool) {
    let covered = RawCoverage::Within(listing.covered.clone());
    match (filtered, listing.free_rows) {
        (true, _) => listing.grade_partial(
            "WinDbg's !address with a filter (-f: or the like): only a part of the regions is listed; run !address alone",
        ),
        (false, 0) => listing.graded(
            Evidence::Partial,
            RawCoverage::Nothing,
            "WinDbg's !address listed no free region: of a Linux core it never does, and elsewhere it is a part of the list",
        ),
        (false, _) => listing.grade_whole(covered, "every region and free area as WinDbg's !address lists them"),
    }
}
