//! gdb's `info files` and `maint info sections` of a core: every PT_LOAD is a section `loadN`, or two (`load52a`,
//! `load52b`) where the core holds only a part of its memory. The numbers tell whether lines are missing.

use super::found::Found;
use super::lines::Line;
use super::listing::Listing;
use super::numbers::prefixed;
use super::session::Block;
use super::tool::Tool;
use crate::addr::{Addr, AddrRange};
use crate::load::facts::{RawCoverage, Row};
use crate::model::{Cpu, Evidence, Protection, Source, State};

/// A page of every CPU that gdb dumps cores of is a multiple of this.
const PAGE: u64 = 0x1000;

/// The listing.
#[derive(Default)]
pub(super) struct Sections {
    listing: Option<Listing>,
    tool: Option<Tool>,
    /// Number of the last section, and whether one was missing before it.
    last: u64,
    missing: bool,
    /// Whether all offsets are of pages, as in kernels' cores; `None` without offsets.
    aligned: Option<bool>,
    /// Runs of sections whose numbers follow each other: nothing is mapped between them.
    runs: Vec<AddrRange>,
}

impl Block for Sections {
    fn begins(&self, line: &Line<'_>) -> bool {
        file_type(line.text).is_some() || section(line.text).is_some()
    }

    fn take(&mut self, line: &Line<'_>, found: &mut Found) -> bool {
        if let Some(kind) = file_type(line.text) {
            note_type(kind, found);
            return true;
        }
        let Some(section) = section(line.text) else { return is_heading(line.text) };
        if let Some(number) = section.number {
            self.load(&section, number, line.number, found);
        }
        true
    }

    fn foreign(&mut self, line: &Line<'_>) {
        if let Some(listing) = self.listing.as_mut().filter(|_| !line.text.starts_with("warning:")) {
            listing.note_foreign(line.number);
        }
    }

    fn end(&mut self, found: &mut Found) {
        if let Some(mut listing) = self.listing.take() {
            self.grade(&mut listing);
            found.keep(listing);
        }
        *self = Sections::default();
    }
}

/// A section's line.
struct Section {
    range: AddrRange,
    /// The N of `loadN`; `None` for sections of files.
    number: Option<u64>,
    /// Whether it is the second part, `loadNb`.
    second: bool,
    offset: Option<u64>,
    /// With flags: whether it is read-only, and whether it is code.
    flags: Option<(bool, bool)>,
}

/// `0x10000000 - 0x10010000 is load1`, ` [46]      0x565eb000->0x565ec000 at 0x00006000: load13 ALLOC LOAD READONLY`.
fn section(text: &str) -> Option<Section> {
    let text = text.trim();
    match text.starts_with("0x") {
        true => info_files(text),
        false => maint_info(text),
    }
}

fn info_files(text: &str) -> Option<Section> {
    let (start, rest) = text.split_once(" - ")?;
    let (end, name) = rest.split_once(" is ")?;
    let (number, second) = load_number(name.trim());
    Some(Section { range: range(start, end)?, number, second, offset: None, flags: None })
}

fn maint_info(text: &str) -> Option<Section> {
    let text = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.1.trim_start(),
        None => text,
    };
    let (start, rest) = text.split_once("->")?;
    let (end, rest) = rest.split_once(" at ")?;
    let (offset, rest) = rest.split_once(": ")?;
    let mut words = rest.split_whitespace();
    let (number, second) = load_number(words.next()?);
    let flags = words.fold((false, false), |(r, c), w| (r || w == "READONLY", c || w == "CODE"));
    Some(Section { range: range(start, end)?, number, second, offset: prefixed(offset), flags: Some(flags) })
}

fn range(start: &str, end: &str) -> Option<AddrRange> {
    AddrRange::new(Addr(prefixed(start.trim())?), Addr(prefixed(end.trim())?))
}

fn load_number(name: &str) -> (Option<u64>, bool) {
    let digits = name.strip_prefix("load");
    let bare = digits.map(|d| d.trim_end_matches(['a', 'b']));
    let number = bare.and_then(|d| d.parse().ok());
    (number, number.is_some() && name.ends_with('b'))
}

/// The type in `` `/opt/app/core', file type elf32-i386. ``
fn file_type(text: &str) -> Option<&str> {
    let (_, kind) = text.split_once(", file type ")?;
    Some(kind.trim_end_matches(['.', ' ']))
}

fn note_type(kind: &str, found: &mut Found) {
    found.saw(Tool::GdbInfoFiles);
    if kind.starts_with("elf32") {
        found.signs.narrow();
    } else if kind.starts_with("elf64") {
        found.signs.wide();
    }
    let cpu = match kind {
        "elf32-i386" => Some(Cpu::X86),
        "elf64-x86-64" => Some(Cpu::X86_64),
        "elf64-littleaarch64" => Some(Cpu::Aarch64),
        "elf32-littlearm" => Some(Cpu::Arm),
        _ => None,
    };
    found.facts.cpu = found.facts.cpu.or(cpu);
}

fn is_heading(text: &str) -> bool {
    let text = text.trim();
    ["Local core dump file:", "Core file:", "Exec file:", "Local exec file:", "Entry point:"]
        .iter()
        .any(|w| text.starts_with(w))
}

impl Sections {
    fn load(&mut self, section: &Section, number: u64, line: u64, found: &mut Found) {
        let tool = if section.offset.is_some() { Tool::GdbSections } else { Tool::GdbInfoFiles };
        self.tool = Some(tool);
        let listing = self.listing.get_or_insert_with(|| Listing::new(tool));
        let follows = Some(number) == self.last.checked_add(1) || (section.second && number == self.last);
        if !follows {
            self.missing = true;
            listing.lose(line);
        }
        self.last = number;
        match self.runs.last_mut().filter(|run| follows && run.end() <= section.range.start()) {
            Some(run) => *run = run.hull(section.range),
            None => self.runs.push(section.range),
        }
        // The second part's offset is where its bytes would be.
        let aligned = section.offset.map(|offset| offset % PAGE == 0);
        self.aligned = self.aligned.into_iter().chain(aligned.filter(|_| !section.second)).reduce(|a, b| a && b);
        found.signs.high_address(section.range.end());
        if section.second && follows && listing.extend_last(section.range) {
            return;
        }
        let protection = section.flags.map(rights);
        let row = Row { protection, ..Row::new(section.range, State::Committed, Source::PtLoad) };
        found.add_row(listing, row);
    }

    /// Sections do not tell reservations from memory: gdb has no flag for PROT_NONE.
    fn grade(&self, listing: &mut Listing) {
        let what = match listing.tool {
            Tool::GdbSections => "every PT_LOAD of the core, as gdb's maint info sections lists them",
            _ => "every PT_LOAD of the core, as gdb's info files lists them",
        };
        if self.missing || listing.lost > 0 {
            let note =
                format!("{what}, but the numbers show that lines are missing: what lies between them is unknown");
            return listing.graded(Evidence::Partial, RawCoverage::Within(self.runs.clone()), note);
        }
        match self.aligned {
            Some(true) => listing.graded(
                Evidence::Complete,
                RawCoverage::Everything,
                format!("{what}; offsets of whole pages, as kernels write them, so no mapping is missing"),
            ),
            Some(false) => listing.graded(
                Evidence::NearlyComplete,
                RawCoverage::Nothing,
                format!(
                    "{what}; offsets as gdb's gcore writes them, which leaves out mapped files and MADV_DONTDUMP memory"
                ),
            ),
            None => listing.graded(
                Evidence::NearlyComplete,
                RawCoverage::Nothing,
                format!("{what}: all mappings if the kernel wrote the core, while gdb's gcore leaves some out"),
            ),
        }
    }
}

/// What the flags tell of the rights; a core's READONLY is the absence of PF_W.
fn rights((read_only, code): (bool, bool)) -> Protection {
    let write = if read_only { Protection::NONE } else { Protection::WRITE };
    let execute = if code { Protection::EXECUTE } else { Protection::NONE };
    Protection::READ.with(write).with(execute)
}
