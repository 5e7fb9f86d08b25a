//! procps' pmap: plain, `-x`, `-d`, `-X` and `-XX`. Each ends with a sum, which tells whether lines are missing.

use super::found::Found;
use super::lines::Line;
use super::listing::Listing;
use super::numbers::hex;
use super::session::Block;
use super::tool::Tool;
use crate::addr::{Addr, AddrRange};
use crate::load::facts::{RawCoverage, Row, RowLabel};
use crate::load::proc_fs::{label_of, parse_permissions};
use crate::model::{Protection, Source, State};

const KIB: u64 = 1024;
/// Linux' vsyscall page and everything else up there belongs to the kernel.
const KERNEL_HALF: u64 = 1 << 63;

/// The listing.
#[derive(Default)]
pub(super) struct Pmap {
    listing: Option<Listing>,
    layout: Option<Layout>,
    head: Option<(u64, String)>,
    /// The sum as it is printed, in bytes.
    total: Option<u64>,
}

/// Which columns a row has: numbers before and after the size, and where the rights are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Layout {
    size: usize,
    rights: usize,
    /// Columns before the name.
    before_name: usize,
    /// Whether names cannot be told from flags before them (`-XX`).
    nameless: bool,
}

/// `0000555555554000      8K r---- sleep`.
const PLAIN: Layout = Layout { size: 1, rights: 2, before_name: 3, nameless: false };

impl Block for Pmap {
    fn begins(&self, line: &Line<'_>) -> bool {
        head(line.text).is_some() || layout(line.text).is_some()
    }

    fn take(&mut self, line: &Line<'_>, found: &mut Found) -> bool {
        if self.listing.is_none() {
            if let Some((pid, name)) = head(line.text) {
                self.head = Some((pid, name.to_owned()));
                return true;
            }
            if let Some(layout) = layout(line.text) {
                self.layout = Some(layout);
                return true;
            }
        }
        self.row(line, found) || self.sum(line.text)
    }

    fn listing(&mut self) -> Option<&mut Listing> {
        self.listing.as_mut()
    }

    fn end(&mut self, found: &mut Found) {
        if let Some(mut listing) = self.listing.take() {
            if let Some((pid, name)) = &self.head {
                found.saw(Tool::Pmap);
                found.signs.pid(*pid);
                found.facts.process_name = Some(name.clone()).filter(|n| !n.is_empty());
            }
            self.grade(&mut listing);
            found.keep(listing);
        }
        *self = Pmap::default();
    }
}

/// `6845:   ./frag32 --arguments`: the program's name without folders, and without arguments.
fn head(text: &str) -> Option<(u64, &str)> {
    let (pid, command) = text.split_once(":   ")?;
    let pid = pid.parse().ok().filter(|p| *p > 0)?;
    let program = command.split_whitespace().next()?;
    Some((pid, program.rsplit('/').next().unwrap_or(program)))
}

fn layout(text: &str) -> Option<Layout> {
    let mut words = text.split_whitespace();
    (words.next() == Some("Address")).then_some(())?;
    let names: Vec<&str> = words.take(48).collect();
    let place = |name: &str| names.iter().position(|n| *n == name).map(|at| at + 1);
    let size = place("Kbytes").or_else(|| place("Size"))?;
    let rights = place("Mode").or_else(|| place("Perm"))?;
    Some(Layout { size, rights, before_name: place("Mapping")?, nameless: place("VmFlags").is_some() })
}

impl Pmap {
    fn row(&mut self, line: &Line<'_>, found: &mut Found) -> bool {
        let layout = match (self.layout, &self.head) {
            (Some(layout), _) => layout,
            (None, Some(_)) => PLAIN,
            (None, None) => return false,
        };
        let Some((range, rights, name)) = parse(line.text, layout) else { return false };
        let listing = self.listing.get_or_insert_with(|| Listing::new(Tool::Pmap));
        found.signs.high_address(range.end());
        let label = label(range, name, found);
        let is_file = label == RowLabel::None && !matches!(name, "" | "[ anon ]");
        let file = is_file.then(|| found.file(name));
        let state = if rights.is_no_access() { State::Reserved } else { State::Committed };
        found
            .add_row(listing, Row { protection: Some(rights), label, file, ..Row::new(range, state, Source::Listing) });
        true
    }

    /// `total kB   64208    1348     108`, ` total  2924K`, `mapped: 2924K  …`, ` 2924 1828 … KB`.
    fn sum(&mut self, text: &str) -> bool {
        if self.listing.is_none() {
            return false;
        }
        let text = text.trim();
        let rule = text.starts_with("----") || text.starts_with("====");
        let named = text
            .strip_prefix("total kB")
            .or_else(|| text.strip_prefix("total"))
            .or_else(|| text.strip_prefix("mapped:"));
        let sums = named.or_else(|| text.strip_suffix("KB"));
        let first = sums.and_then(|s| s.split_whitespace().next());
        let kib: Option<u64> = first.and_then(|f| f.trim_end_matches('K').parse().ok());
        self.total = kib.and_then(|k| k.checked_mul(KIB)).or(self.total);
        rule || kib.is_some()
    }

    fn grade(&self, listing: &mut Listing) {
        let note = "the kernel's list of mappings, as pmap prints it";
        match self.total {
            Some(total) if total == listing.occupied() => listing.grade_whole(RawCoverage::Everything, note),
            Some(_) => {
                listing.grade_partial(format!("{note}; its own sum is not that of its lines, so lines are missing"))
            }
            None => listing.grade_partial(format!("{note}; the sum at its end is missing, so it is cut")),
        }
    }
}

fn parse(text: &str, layout: Layout) -> Option<(AddrRange, Protection, &str)> {
    let mut rest = text.trim_start();
    let (mut start, mut size, mut rights) = (None, None, None);
    for column in 0..layout.before_name {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        match column {
            0 => start = hex(word).filter(|_| word.len() >= 8),
            c if c == layout.size => size = word.trim_end_matches('K').parse::<u64>().ok(),
            c if c == layout.rights => rights = permissions(word),
            _ => {}
        }
        rest = behind.trim_start();
    }
    let range = AddrRange::from_size(Addr(start?), size?.checked_mul(KIB)?)?;
    Some((range, rights?, if layout.nameless { "" } else { rest.trim() }))
}

/// `rw---`, `r-xs-` of pmap itself, `rw-p` of the kernel.
fn permissions(word: &str) -> Option<Protection> {
    if word.len() == 4 {
        return parse_permissions(word);
    }
    let shared = if word.as_bytes().get(3) == Some(&b's') { 's' } else { 'p' };
    parse_permissions(&format!("{}{shared}", word.get(..3).filter(|_| word.len() == 5)?))
}

fn label(range: AddrRange, name: &str, found: &mut Found) -> RowLabel {
    match name {
        _ if range.start().0 >= KERNEL_HALF => RowLabel::Vsyscall,
        "[ stack ]" => RowLabel::MainStack,
        "[ anon ]" => RowLabel::None,
        _ => label_of(&mut found.facts, name),
    }
}
