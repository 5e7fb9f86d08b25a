//! WinDbg's `!address` before 6.12: a line with addresses, then a line for each attribute. Allocations begin with
//! `base : base - size`, regions inside of one have `base - size` only. The number behind the dash is a size. Copies on
//! blogs have other dashes, and tabs.

use super::found::Found;
use super::lines::Line;
use super::listing::Listing;
use super::numbers::{addr, hex};
use super::session::Block;
use super::tool::Tool;
use super::windbg_address::grade;
use super::windows::{self, Region};
use crate::addr::Addr;

/// The listing, and the region whose attributes are being read.
#[derive(Default)]
pub(super) struct OldAddress {
    listing: Option<Listing>,
    region: Option<Region>,
    allocation: Option<Addr>,
    begun_in: u64,
}

/// First line of a region.
struct Head {
    allocation: Option<Addr>,
    base: Addr,
    size: u64,
}

impl Block for OldAddress {
    fn begins(&self, line: &Line<'_>) -> bool {
        // A first region inside an allocation may be where a copy begins; an address alone with a dash is too little.
        head(line.text).is_some_and(|h| h.allocation.is_some())
    }

    fn take(&mut self, line: &Line<'_>, found: &mut Found) -> bool {
        if let Some(head) = head(line.text) {
            self.flush(found);
            self.listing.get_or_insert_with(|| Listing::new(Tool::Address));
            found.saw(Tool::Address);
            note_width(line.text, &head, found);
            self.allocation = head.allocation.or(self.allocation);
            let end = head.base.checked_add(head.size);
            self.region = Some(Region { base: Some(head.base), end, allocation: self.allocation, ..Region::default() });
            self.begun_in = line.number;
            return true;
        }
        self.region.as_mut().is_some_and(|region| attribute(region, line.text.trim()))
    }

    fn listing(&mut self) -> Option<&mut Listing> {
        self.listing.as_mut()
    }

    fn end(&mut self, found: &mut Found) {
        self.flush(found);
        let Some(mut listing) = self.listing.take() else { return };
        grade(&mut listing, false);
        found.keep(listing);
        *self = OldAddress::default();
    }
}

impl OldAddress {
    /// The region is complete when the next begins.
    fn flush(&mut self, found: &mut Found) {
        if let (Some(region), Some(listing)) = (self.region.take(), &mut self.listing)
            && !region.store(listing, found)
        {
            listing.lose(self.begun_in);
        }
    }
}

fn note_width(text: &str, head: &Head, found: &mut Found) {
    found.signs.address(text, head.base);
}

fn head(text: &str) -> Option<Head> {
    let (addresses, size) = text.split_once(['-', '\u{2013}', '\u{2014}', '\u{fffd}'])?;
    let size = eight(size.trim())?;
    let (allocation, base) = match addresses.split_once(':') {
        Some((allocation, base)) => (Some(Addr(eight(allocation.trim())?)), base),
        None => (None, addresses),
    };
    Some(Head { allocation, base: Addr(eight(base.trim())?), size })
}

/// Addresses and sizes are padded to the pointer's width.
fn eight(text: &str) -> Option<u64> {
    hex(text).filter(|_| text.len() == 8 || text.len() == 17 || text.len() == 16)
}

/// `Type     00020000 MEM_PRIVATE`, `Usage    RegionUsageIsVAD`, `FullPath C:\…`, `Pid.Tid 5d4.960`.
fn attribute(region: &mut Region, text: &str) -> bool {
    let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let value = windows::value(rest.trim());
    match name {
        "Type" => region.label = windows::kind(value),
        "Protect" => region.protection = windows::protection(value),
        "State" => region.state = windows::state(value),
        "Usage" => region.usage = rest.trim().to_owned(),
        "FullPath" => region.path = rest.trim().to_owned(),
        "Pid.Tid" => {
            region.usage.push(' ');
            region.usage.push_str(rest.trim());
        }
        "Handle" => return addr(rest.trim()).is_some(),
        _ => return false,
    }
    true
}
