//! System Informer's memory list, saved: address, `Type: State`, size, protection, use, then sizes of the working set.

use super::found::Found;
use super::lines::Line;
use super::listing::Listing;
use super::numbers::{prefixed, size};
use super::session::Block;
use super::tool::Tool;
use crate::addr::{Addr, AddrRange};
use crate::load::facts::{Row, RowLabel};
use crate::model::{Protection, Source, State};

/// The list.
#[derive(Default)]
pub(super) struct MemoryList {
    listing: Option<Listing>,
}

impl Block for MemoryList {
    fn begins(&self, line: &Line<'_>) -> bool {
        parse(line.text).is_some()
    }

    fn take(&mut self, line: &Line<'_>, found: &mut Found) -> bool {
        let Some(row) = parse(line.text) else { return line.text.starts_with("*** End of") };
        let listing = self.listing.get_or_insert_with(|| Listing::new(Tool::SystemInformer));
        found.saw(Tool::SystemInformer);
        found.signs.high_address(row.range.end());
        let Some(state) = row.state else {
            found.add_free(listing, row.range);
            return true;
        };
        let is_file = row.usage.contains('\\');
        let file = is_file.then(|| found.file(row.usage));
        let protection = row.protection.filter(|_| state == State::Committed);
        found.add_row(
            listing,
            Row { protection, file, label: row.label, ..Row::new(row.range, state, Source::Listing) },
        );
        true
    }

    fn listing(&mut self) -> Option<&mut Listing> {
        self.listing.as_mut()
    }

    fn end(&mut self, found: &mut Found) {
        let Some(mut listing) = self.listing.take() else { return };
        listing.grade_partial("System Informer's memory list, which does not tell whether it is all of it");
        found.keep(listing);
    }
}

struct Parsed<'t> {
    range: AddrRange,
    /// `None` is free.
    state: Option<State>,
    label: RowLabel,
    protection: Option<Protection>,
    usage: &'t str,
}

fn parse(text: &str) -> Option<Parsed<'_>> {
    let mut fields = text.splitn(6, ", ");
    let start = Addr(prefixed(fields.next()?.trim())?);
    let kind = fields.next()?;
    let range = AddrRange::from_size(start, size(fields.next()?)?)?;
    let (protection, usage) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
    let (label, state) = match kind.split_once(": ") {
        Some((label, state)) => (label, state),
        None => ("", kind),
    };
    let state = match state.trim() {
        "Commit" => Some(State::Committed),
        "Reserved" | "Reserve" => Some(State::Reserved),
        "Free" => None,
        _ => return None,
    };
    let label = match label {
        "Image" => RowLabel::Image,
        "Mapped" => RowLabel::Mapped,
        "Private" => RowLabel::Private,
        _ => RowLabel::None,
    };
    Some(Parsed { range, state, label, protection: rights(protection), usage: usage.trim() })
}

/// `R`, `RW`, `RX`, `RWX`, `WC`, `RW+G`, `NA`.
fn rights(text: &str) -> Option<Protection> {
    let (base, more) = text.split_once('+').unwrap_or((text, ""));
    let base = match base {
        "NA" => Protection::NONE,
        "R" => Protection::READ,
        "X" => Protection::EXECUTE,
        "RW" | "WC" => Protection::READ.with(Protection::WRITE),
        "RX" => Protection::READ.with(Protection::EXECUTE),
        "RWX" | "WCX" => Protection::READ.with(Protection::WRITE).with(Protection::EXECUTE),
        _ => return None,
    };
    let guard = if more.contains('G') { Protection::GUARD } else { Protection::NONE };
    Some(base.with(guard))
}
