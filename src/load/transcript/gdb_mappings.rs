//! gdb's `info proc mappings`, and the `vmmap` of pwndbg and gef: a header with the names of columns, then a line for each
//! mapping.
//!
//! Of a live process gdb prints /proc/PID/maps, since version 12 with permissions. Of a core it prints the rows of the
//! NT_FILE note in the same form: mapped files only. Read as a map, that has holes where anonymous memory, heaps and
//! stacks are: the largest "hole" of a core whose largest gap is 571 MiB was 2,583 MiB. Told apart by the permissions, by
//! the line `process 2673` in front, and by rows without a file, which NT_FILE cannot have.

use super::found::Found;
use super::lines::Line;
use super::listing::Listing;
use super::numbers::{hex, prefixed};
use super::session::Block;
use super::tool::Tool;
use crate::addr::{Addr, AddrRange};
use crate::load::facts::{RawCoverage, Row, RowLabel};
use crate::load::proc_fs::{label_of, parse_permissions};
use crate::model::{Evidence, Protection, State};

/// The listing, and what tells its kind.
#[derive(Default)]
pub(super) struct Mappings {
    listing: Option<Listing>,
    columns: Columns,
    /// `process N` stood in front.
    of_process: bool,
}

/// What stands behind the two addresses, in the order of the header.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Columns {
    /// Which of the columns behind the addresses the permissions are.
    permissions: Option<usize>,
    offset: Option<usize>,
    /// How many columns there are before the file.
    before_file: usize,
    /// pwndbg or gef.
    is_vmmap: bool,
}

impl Block for Mappings {
    fn begins(&self, line: &Line<'_>) -> bool {
        process(line.text).is_some() || columns(line.text).is_some()
    }

    fn take(&mut self, line: &Line<'_>, found: &mut Found) -> bool {
        if let Some(pid) = process(line.text) {
            self.of_process = true;
            found.signs.pid(pid);
            return true;
        }
        let text = line.text.trim();
        if text == "Mapped address spaces:" {
            return true;
        }
        if let Some(name) = text.strip_prefix("exe = ").filter(|_| self.of_process) {
            found.facts.process_name = Some(file_name(name.trim_matches('\'')).to_owned());
            return true;
        }
        if let Some(columns) = columns(line.text).filter(|_| self.listing.is_none()) {
            self.columns = columns;
            self.listing = Some(Listing::new(if columns.is_vmmap { Tool::Vmmap } else { Tool::GdbMappings }));
            return true;
        }
        self.row(line, found)
    }

    fn foreign(&mut self, line: &Line<'_>) {
        if let Some(listing) = self.listing.as_mut().filter(|_| !is_remark(line.text)) {
            listing.note_foreign(line.number);
        }
    }

    fn end(&mut self, found: &mut Found) {
        if let Some(mut listing) = self.listing.take() {
            self.grade(&mut listing, found);
            found.keep(listing);
        }
        *self = Mappings::default();
    }
}

/// `process 2673`.
fn process(text: &str) -> Option<u64> {
    text.strip_prefix("process ")?.trim().parse().ok()
}

fn is_remark(text: &str) -> bool {
    text.starts_with("cmdline") || text.starts_with("cwd") || text.starts_with("warning:") || text.contains("LEGEND")
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Reads the header: `Start Addr   End Addr       Size     Offset  Perms   objfile`, `Start End Perm Size Offset File`.
fn columns(text: &str) -> Option<Columns> {
    let rest = text.trim_start().strip_prefix("Start")?.trim_start();
    let (is_vmmap, rest) = match rest.strip_prefix("Addr") {
        Some(rest) => (false, rest.trim_start().strip_prefix("End Addr")?),
        None => (true, rest.strip_prefix("End")?),
    };
    let names: Vec<&str> = rest.split_whitespace().take(8).collect();
    let place = |name: &str| names.iter().position(|n| n.eq_ignore_ascii_case(name));
    let file = ["objfile", "File", "Path"].iter().find_map(|n| place(n));
    let permissions = place("Perms").or_else(|| place("Perm"));
    Some(Columns { permissions, offset: place("Offset"), before_file: file.unwrap_or(names.len()), is_vmmap })
        .filter(|c| c.before_file > 0)
}

impl Mappings {
    fn row(&mut self, line: &Line<'_>, found: &mut Found) -> bool {
        let Some(listing) = &mut self.listing else { return false };
        let Some(parsed) = parse(line.text, self.columns) else { return false };
        found.signs.high_address(parsed.range.end());
        let label = label_of(&mut found.facts, parsed.file);
        let is_file = label == RowLabel::None && !parsed.file.is_empty();
        let file = is_file.then(|| found.file(parsed.file));
        let (state, protection) = access(parsed.protection, is_file, self.columns.is_vmmap);
        let row = Row {
            protection,
            label,
            file,
            file_offset: parsed.offset.filter(|_| is_file),
            ..Row::new(parsed.range, state, listing.tool.source())
        };
        found.add_row(listing, row);
        true
    }

    fn grade(&self, listing: &mut Listing, found: &mut Found) {
        found.saw(listing.tool);
        if self.columns.is_vmmap {
            return listing.graded(
                Evidence::Partial,
                RawCoverage::Nothing,
                "the vmmap of pwndbg or gef does not tell a live process from a core, of which it lists only a part; \
                 permissions of what a core does not hold are lost",
            );
        }
        let anonymous = listing.rows.iter().any(|r| r.file.is_none());
        if self.columns.permissions.is_none() && !self.of_process && !anonymous {
            return mark_as_trap(listing);
        }
        grade_linux(listing, "the kernel's list of mappings, as gdb's info proc mappings prints it");
    }
}

/// Permissions of pwndbg that are all absent are no guard: it shows so what the core does not hold.
fn access(rights: Option<Protection>, is_file: bool, is_vmmap: bool) -> (State, Option<Protection>) {
    let none = rights.is_some_and(Protection::is_no_access);
    match none {
        true if is_vmmap && is_file => (State::Committed, None),
        true => (State::Reserved, rights),
        false => (State::Committed, rights),
    }
}

/// Rows of NT_FILE: they name files and occupy what they say, and tell nothing of the holes.
fn mark_as_trap(listing: &mut Listing) {
    listing.tool = Tool::GdbCoreMappings;
    listing.rows.iter_mut().for_each(|row| row.source = Tool::GdbCoreMappings.source());
    listing.graded(Evidence::Partial, RawCoverage::Nothing, TRAP);
}

/// Why gdb's `info proc mappings` of a core is no map.
pub(super) const TRAP: &str = "gdb's info proc mappings of a core lists mapped files only (the NT_FILE note) and no anonymous \
                               memory, heap or stack, so that its holes are not free; pass the core itself, or gdb's info \
                               files";

/// A map of Linux is whole if nothing was lost in the middle and it has what every process has: code from a file, and the
/// main thread's stack, which stands near its end.
pub(super) fn grade_linux(listing: &mut Listing, note: &str) {
    let has_stack = listing.rows.iter().any(|r| r.label == RowLabel::MainStack);
    let is_code = |r: &Row| r.file.is_some() && r.protection.is_none_or(|p| p.has(Protection::EXECUTE));
    match (has_stack, listing.rows.iter().any(is_code)) {
        (true, true) => listing.grade_whole(RawCoverage::Everything, note),
        (false, _) => listing.grade_partial(format!("{note}; [stack] is not in it, so the list is cut or an excerpt")),
        (true, false) => listing.grade_partial(format!("{note}; no program's code is in it, so it is an excerpt")),
    }
}

struct Parsed<'t> {
    range: AddrRange,
    protection: Option<Protection>,
    offset: Option<u64>,
    file: &'t str,
}

fn parse(text: &str, columns: Columns) -> Option<Parsed<'_>> {
    let (start, rest) = word(text)?;
    let (end, mut rest) = word(rest)?;
    let range = AddrRange::new(Addr(prefixed(start)?), Addr(prefixed(end)?))?;
    let mut parsed = Parsed { range, protection: None, offset: None, file: "" };
    for column in 0..columns.before_file {
        let (value, behind) = word(rest)?;
        if columns.permissions == Some(column) {
            parsed.protection = Some(permissions(value)?);
        } else {
            let number = hex(value)?;
            parsed.offset = parsed.offset.or(Some(number).filter(|_| columns.offset == Some(column)));
        }
        rest = behind;
    }
    parsed.file = rest.trim();
    Some(parsed)
}

/// `r-xp` as of the kernel, `r-x` as of gef.
fn permissions(text: &str) -> Option<Protection> {
    match text.len() {
        3 => parse_permissions(&format!("{text}p")),
        _ => parse_permissions(text),
    }
}

fn word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}
