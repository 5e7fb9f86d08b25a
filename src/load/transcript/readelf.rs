//! `readelf -lW` of a core: its program headers, whose number stands above them.

use super::found::Found;
use super::lines::Line;
use super::listing::Listing;
use super::numbers::prefixed;
use super::session::Block;
use super::tool::Tool;
use crate::addr::{Addr, AddrRange};
use crate::load::facts::{RawCoverage, Row};
use crate::model::{Evidence, Protection, Source, State};

/// Kernels write segments at offsets of whole pages, gdb's gcore does not.
const PAGE: u64 = 0x1000;

/// The table.
#[derive(Default)]
pub(super) struct ReadElf {
    listing: Option<Listing>,
    /// How many there are to be, and how many there were.
    stated: Option<u64>,
    headers: u64,
    unaligned: bool,
}

impl Block for ReadElf {
    fn begins(&self, line: &Line<'_>) -> bool {
        line.text.trim_end() == "Elf file type is CORE (Core file)"
    }

    fn take(&mut self, line: &Line<'_>, found: &mut Found) -> bool {
        if self.begins(line) {
            self.listing = Some(Listing::new(Tool::ReadElf));
            return true;
        }
        let text = line.text.trim_start();
        if let Some(rest) = text.strip_prefix("There are ") {
            self.stated = rest.split(' ').next().and_then(|n| n.parse().ok());
            return true;
        }
        if ["Entry point", "Program Headers:", "Type "].iter().any(|w| text.starts_with(w)) {
            return true;
        }
        self.header(text, found)
    }

    fn listing(&mut self) -> Option<&mut Listing> {
        self.listing.as_mut()
    }

    fn end(&mut self, found: &mut Found) {
        if let Some(mut listing) = self.listing.take() {
            self.grade(&mut listing);
            found.keep(listing);
        }
        *self = ReadElf::default();
    }
}

impl ReadElf {
    /// `LOAD  0x006000 0x1c000000 0x00000000 0x00000 0x10000 RW  0x1000`.
    fn header(&mut self, text: &str, found: &mut Found) -> bool {
        let (kind, rest) = text.split_once(' ').unwrap_or((text, ""));
        let Some(listing) = self.listing.as_mut().filter(|_| !rest.is_empty()) else { return false };
        let mut words = rest.split_whitespace();
        let numbers: Vec<u64> = words.by_ref().take(5).map_while(prefixed).collect();
        let &[offset, start, _, _, size] = numbers.as_slice() else { return false };
        self.headers += 1;
        let Some(range) = AddrRange::from_size(Addr(start), size).filter(|_| kind == "LOAD") else { return true };
        self.unaligned |= offset % PAGE != 0;
        found.signs.high_address(range.end());
        let rights = rights(words.take_while(|w| !w.starts_with("0x")));
        let state = if rights.is_no_access() { State::Reserved } else { State::Committed };
        found.add_row(listing, Row { protection: Some(rights), ..Row::new(range, state, Source::PtLoad) });
        true
    }

    fn grade(&self, listing: &mut Listing) {
        let whole = self.stated == Some(self.headers) && listing.lost == 0;
        let what = "the core's program headers as readelf -lW lists them";
        match (whole, self.unaligned) {
            (true, false) => listing.grade_whole(RawCoverage::Everything, what),
            (true, true) => listing.graded(
                Evidence::NearlyComplete,
                RawCoverage::Nothing,
                format!("{what}; gdb's gcore, which wrote it, leaves out mapped files and MADV_DONTDUMP memory"),
            ),
            (false, _) => listing.grade_partial(format!("{what}, but not as many as there are")),
        }
    }
}

fn rights<'w>(words: impl Iterator<Item = &'w str>) -> Protection {
    let letters = words.flat_map(str::chars).filter_map(|letter| match letter {
        'R' => Some(Protection::READ),
        'W' => Some(Protection::WRITE),
        'E' => Some(Protection::EXECUTE),
        _ => None,
    });
    letters.fold(Protection::NONE, Protection::with)
}
