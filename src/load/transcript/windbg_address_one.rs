//! WinDbg's `!address ADDRESS`: one region, an attribute to a line. Enough for what it shows, and for nothing else.

use super::found::Found;
use super::lines::Line;
use super::listing::Listing;
use super::numbers::addr;
use super::session::Block;
use super::tool::Tool;
use super::windows::{self, Region};

/// The region being read.
#[derive(Default)]
pub(super) struct OneAddress {
    region: Option<Region>,
}

impl Block for OneAddress {
    fn begins(&self, line: &Line<'_>) -> bool {
        line.text.strip_prefix("Usage:").is_some_and(|rest| rest.starts_with([' ', '\t']))
    }

    fn take(&mut self, line: &Line<'_>, found: &mut Found) -> bool {
        let Some((name, value)) = line.text.split_once(':') else { return false };
        let value = value.trim();
        if name == "Usage" {
            self.end(found);
            self.region = Some(Region { usage: value.to_owned(), ..Region::default() });
            return true;
        }
        self.region.as_mut().is_some_and(|region| attribute(region, name, value, found))
    }

    fn end(&mut self, found: &mut Found) {
        let Some(region) = self.region.take() else { return };
        if region.range().is_none() {
            return;
        }
        found.saw(Tool::AddressOf);
        let mut listing = Listing::new(Tool::AddressOf);
        region.store(&mut listing, found);
        listing.grade_partial("single regions as WinDbg's !address ADDRESS shows them; run !address alone for all");
        found.keep(listing);
    }
}

fn attribute(region: &mut Region, name: &str, value: &str, found: &mut Found) -> bool {
    match name {
        "Base Address" | "End Address" => {
            let parsed = addr(value);
            found.saw(Tool::AddressOf);
            parsed.into_iter().for_each(|a| found.signs.address(value, a));
            if name == "End Address" { region.end = parsed } else { region.base = parsed }
        }
        "State" => region.state = windows::state(windows::value(value)),
        "Protect" => region.protection = windows::protection(windows::value(value)),
        "Type" => region.label = windows::kind(windows::value(value)),
        "Allocation Base" => region.allocation = addr(value),
        "Image Path" | "Mapped file name" => region.path = value.trim_matches('"').to_owned(),
        "Region Size" | "Allocation Protect" | "Module Name" | "Loaded Image Name" | "Mapped Image Name"
        | "More info" | "Content source" | "Pid.Tid" | "Thread" => {}
        _ => return false,
    }
    true
}
