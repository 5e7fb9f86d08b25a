//! WinDbg's `!vadump`: VirtualQuery's answers, an attribute to a line, free areas included.

use super::found::Found;
use super::lines::Line;
use super::listing::Listing;
use super::numbers::{addr, hex};
use super::session::Block;
use super::tool::Tool;
use super::windows::{self, Region};
use crate::load::facts::RawCoverage;

/// The listing, and the region being read.
#[derive(Default)]
pub(super) struct VaDump {
    listing: Option<Listing>,
    region: Option<Region>,
    begun_in: u64,
}

impl Block for VaDump {
    fn begins(&self, line: &Line<'_>) -> bool {
        base(line.text).is_some()
    }

    fn take(&mut self, line: &Line<'_>, found: &mut Found) -> bool {
        if let Some(text) = base(line.text) {
            self.flush(found);
            self.listing.get_or_insert_with(|| Listing::new(Tool::VaDump));
            found.saw(Tool::VaDump);
            let base = addr(text);
            base.into_iter().for_each(|a| found.signs.address(text, a));
            self.region = Some(Region { base, ..Region::default() });
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
        let covered = RawCoverage::Within(listing.covered.clone());
        listing.grade_whole(covered, "VirtualQuery's walk as WinDbg's !vadump prints it");
        found.keep(listing);
    }
}

impl VaDump {
    fn flush(&mut self, found: &mut Found) {
        if let (Some(region), Some(listing)) = (self.region.take(), &mut self.listing)
            && !region.store(listing, found)
        {
            listing.lose(self.begun_in);
        }
    }
}

fn base(text: &str) -> Option<&str> {
    let value = text.trim().strip_prefix("BaseAddress:")?.trim();
    addr(value).map(|_| value)
}

fn attribute(region: &mut Region, text: &str) -> bool {
    let Some((name, value)) = text.split_once(':') else { return false };
    let value = value.trim();
    match name {
        "RegionSize" => region.end = region.base.zip(hex(value)).and_then(|(base, size)| base.checked_add(size)),
        "State" => region.state = windows::state(windows::value(value)),
        "Protect" => region.protection = windows::protection(windows::value(value)),
        "Type" => region.label = windows::kind(windows::value(value)),
        "AllocationBase" => region.allocation = addr(value),
        "AllocationProtect" => {}
        _ => return false,
    }
    true
}
