//! /proc/PID/maps and smaps inside a log, or as one of several files.

use super::found::Found;
use super::gdb_mappings::grade_linux;
use super::lines::Line;
use super::listing::Listing;
use super::session::Block;
use super::tool::Tool;
use crate::load::proc_fs::{is_smaps_attribute, parse_line, row_of};
use crate::model::Source;

/// The listing.
#[derive(Default)]
pub(super) struct ProcMaps {
    listing: Option<Listing>,
}

impl Block for ProcMaps {
    fn begins(&self, line: &Line<'_>) -> bool {
        parse_line(line.text).is_some()
    }

    fn take(&mut self, line: &Line<'_>, found: &mut Found) -> bool {
        let Some(parsed) = parse_line(line.text) else {
            return self.listing.is_some() && is_smaps_attribute(line.text);
        };
        let listing = self.listing.get_or_insert_with(|| Listing::new(Tool::ProcMaps));
        found.signs.high_address(parsed.range.end());
        let row = row_of(&mut found.facts, &parsed, Source::Maps);
        found.add_row(listing, row);
        true
    }

    fn listing(&mut self) -> Option<&mut Listing> {
        self.listing.as_mut()
    }

    fn end(&mut self, found: &mut Found) {
        let Some(mut listing) = self.listing.take() else { return };
        grade_linux(&mut listing, "the kernel's own list of mappings (/proc/PID/maps)");
        found.keep(listing);
    }
}
