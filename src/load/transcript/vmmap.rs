//! Sysinternals' VMMap, saved as CSV or as text: allocations, and the blocks in them below with two blanks in front of the
//! address. Sizes are in KiB with thousands separators; zero is blank; text stands before the header.

use super::cells::Cells;
use super::found::Found;
use super::lines::Line;
use super::listing::Listing;
use super::numbers::{addr, decimal};
use super::session::Block;
use super::threads::extend_stack;
use super::tool::Tool;
use crate::addr::{Addr, AddrRange};
use crate::load::facts::{RawCoverage, Row, RowLabel};
use crate::model::{OwnerKind, Protection, Source, State};

/// The listing, and the allocation whose blocks follow.
#[derive(Default)]
pub(super) struct VmMap {
    listing: Option<Listing>,
    cells: Option<Cells>,
    names: Vec<String>,
    allocation: Option<Entry>,
    /// Up to where the allocation's blocks are listed.
    listed: Addr,
}

/// A line.
struct Entry {
    range: AddrRange,
    kind: String,
    committed: u64,
    protection: String,
    details: String,
    is_block: bool,
}

const NEEDED: [&str; 4] = ["Address", "Type", "Size", "Committed"];
const NAMES: [&str; 13] = [
    "Address",
    "Type",
    "Size",
    "Committed",
    "Private",
    "Total WS",
    "Private WS",
    "Shareable WS",
    "Shared WS",
    "Locked WS",
    "Blocks",
    "Protection",
    "Details",
];

impl Block for VmMap {
    fn begins(&self, line: &Line<'_>) -> bool {
        let text = line.text.trim_start().trim_start_matches('"');
        text.starts_with("Address") && NEEDED.iter().chain(&["Protection"]).all(|name| text.contains(name))
    }

    fn take(&mut self, line: &Line<'_>, found: &mut Found) -> bool {
        if self.begins(line) && self.listing.is_none() {
            let present: Vec<&str> = NAMES.into_iter().filter(|name| line.text.contains(name)).collect();
            let cells = Cells::of_header(line.text, &present);
            self.names = match &cells {
                Some(cells) => cells.split(line.text).iter().map(|name| name.trim().to_owned()).collect(),
                None => Vec::new(),
            };
            self.cells = cells;
            self.listing = Some(Listing::new(Tool::SysinternalsVmMap));
            found.saw(Tool::SysinternalsVmMap);
            return true;
        }
        let Some(entry) = self.parse(line.text) else { return false };
        self.entry(entry, found);
        true
    }

    fn listing(&mut self) -> Option<&mut Listing> {
        self.listing.as_mut()
    }

    fn end(&mut self, found: &mut Found) {
        self.close_allocation(found);
        if let Some(mut listing) = self.listing.take() {
            grade(&mut listing);
            found.keep(listing);
        }
        *self = VmMap::default();
    }
}

fn grade(listing: &mut Listing) {
    match listing.free_rows {
        0 => listing.grade_partial(
            "VMMap's list without free regions, which does not tell whether it is all of it (Options, Show Free and \
             Unusable Regions)",
        ),
        _ => {
            let covered = RawCoverage::Within(listing.covered.clone());
            listing.grade_whole(covered, "every region and free area as VMMap lists them");
        }
    }
}

impl VmMap {
    fn parse(&self, text: &str) -> Option<Entry> {
        let cells = self.cells.as_ref()?.split(text);
        let cell = |name: &str| {
            let at = self.names.iter().position(|n| n == name)?;
            cells.get(at).map(String::as_str)
        };
        let address = cell("Address")?;
        let start = addr(address.trim()).filter(|_| address.trim().len() >= 8)?;
        let size = kib(cell("Size")?)?;
        Some(Entry {
            range: AddrRange::from_size(start, size)?,
            kind: cell("Type")?.trim().to_owned(),
            committed: cell("Committed").and_then(kib).unwrap_or(0),
            protection: cell("Protection").unwrap_or_default().trim().to_owned(),
            details: cell("Details").unwrap_or_default().trim().to_owned(),
            is_block: address.starts_with(' '),
        })
    }

    fn entry(&mut self, entry: Entry, found: &mut Found) {
        // All addresses are padded to 64 bits: only high ones tell the width.
        found.signs.high_address(entry.range.end());
        let base = self.allocation.as_ref().filter(|a| a.range.covers(entry.range)).map(|a| a.range.start());
        if let Some(base) = base.filter(|_| entry.is_block) {
            self.listed = entry.range.end();
            self.store(&entry, entry.range, base, found);
            return;
        }
        self.close_allocation(found);
        self.listed = entry.range.start();
        self.allocation = Some(entry);
    }

    /// What no block shows of the allocation is listed as a whole.
    fn close_allocation(&mut self, found: &mut Found) {
        let Some(entry) = self.allocation.take() else { return };
        if let Some(rest) = AddrRange::new(self.listed, entry.range.end()) {
            self.store(&entry, rest, entry.range.start(), found);
        }
        note_stack(&entry, found);
    }

    fn store(&mut self, entry: &Entry, range: AddrRange, allocation: Addr, found: &mut Found) {
        let Some(listing) = &mut self.listing else { return };
        if entry.kind == "Free" || entry.kind == "Unusable" {
            found.add_free(listing, range);
            return;
        }
        let reserved = entry.committed == 0 || entry.protection == "Reserved";
        let state = if reserved { State::Reserved } else { State::Committed };
        let (label, is_file) = label(entry);
        let file = is_file.then(|| found.file(&entry.details));
        let row = Row {
            protection: protection(&entry.protection).filter(|_| !reserved),
            label,
            file,
            allocation: Some(allocation),
            ..Row::new(range, state, Source::Listing)
        };
        found.add_row(listing, row);
    }
}

fn kib(text: &str) -> Option<u64> {
    decimal(text.trim())?.checked_mul(1024)
}

fn label(entry: &Entry) -> (RowLabel, bool) {
    let is_path = entry.details.contains('\\');
    match entry.kind.split(" (").next().unwrap_or_default() {
        "Image" => (RowLabel::Image, is_path),
        "Mapped File" => (RowLabel::Mapped, is_path),
        "Shareable" => (RowLabel::Mapped, false),
        "Heap" | "Managed Heap" => (RowLabel::Kind(OwnerKind::Heap), false),
        _ if entry.details.contains("Thread Environment Block") => (RowLabel::Kind(OwnerKind::Teb), false),
        _ if entry.details.contains("Process Environment Block") => (RowLabel::Kind(OwnerKind::Peb), false),
        _ => (RowLabel::Private, false),
    }
}

/// `Thread ID: 2508`, in decimal.
fn note_stack(entry: &Entry, found: &mut Found) {
    let id = entry.details.split_once("Thread ID: ").and_then(|(_, id)| id.split_whitespace().next()?.parse().ok());
    let Some(id) = id.filter(|_| entry.kind == "Thread Stack") else { return };
    found.threads.of_id(id).into_iter().for_each(|thread| extend_stack(thread, entry.range));
}

/// `Read/Write/Guard`, `Execute/Read`, `Execute/Copy on write`, `No access`.
fn protection(text: &str) -> Option<Protection> {
    let words = text.split('/').filter_map(|word| match word.trim().to_ascii_lowercase().as_str() {
        "read" => Some(Protection::READ),
        "write" | "copy on write" | "copy" => Some(Protection::READ.with(Protection::WRITE)),
        "execute" => Some(Protection::EXECUTE),
        "guard" => Some(Protection::GUARD),
        "no access" => Some(Protection::NONE),
        _ => None,
    });
    words.reduce(Protection::with)
}
