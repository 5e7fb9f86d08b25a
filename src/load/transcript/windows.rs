//! Regions as Windows' tools describe them: MEM_*, PAGE_* and the usage that WinDbg adds.

use super::found::Found;
use super::listing::Listing;
use super::threads::{extend_stack, set_name};
use crate::addr::{Addr, AddrRange};
use crate::load::facts::{Row, RowLabel};
use crate::model::{OwnerKind, Protection, State};

/// A region before it becomes a row.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Region {
    pub base: Option<Addr>,
    /// One past the last address.
    pub end: Option<Addr>,
    pub allocation: Option<Addr>,
    pub state: Option<RegionState>,
    pub protection: Option<Protection>,
    pub label: Option<RowLabel>,
    /// Usage as printed, with what stands behind it.
    pub usage: String,
    /// The file behind it, if it has a line of its own.
    pub path: String,
}

/// MEM_FREE, MEM_RESERVE, MEM_COMMIT.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RegionState {
    Free,
    Reserved,
    Committed,
}

/// The state that a word names.
pub(super) fn state(word: &str) -> Option<RegionState> {
    match word {
        "MEM_FREE" => Some(RegionState::Free),
        "MEM_RESERVE" => Some(RegionState::Reserved),
        "MEM_COMMIT" => Some(RegionState::Committed),
        _ => None,
    }
}

/// The type that a word names.
pub(super) fn kind(word: &str) -> Option<RowLabel> {
    match word {
        "MEM_IMAGE" => Some(RowLabel::Image),
        "MEM_MAPPED" => Some(RowLabel::Mapped),
        "MEM_PRIVATE" => Some(RowLabel::Private),
        _ => None,
    }
}

/// `PAGE_READWRITE`, `PAGE_READWRITE|PAGE_GUARD`, `PAGE_READWRITE | PAGE_GUARD`. `None` if no word is known.
pub(super) fn protection(text: &str) -> Option<Protection> {
    let words = text.split(['|', ' ', '\t']).filter(|w| !w.is_empty());
    words.filter_map(page_word).reduce(Protection::with)
}

fn page_word(word: &str) -> Option<Protection> {
    let (read, write, execute) = (Protection::READ, Protection::WRITE, Protection::EXECUTE);
    Some(match word {
        "PAGE_NOACCESS" => Protection::NONE,
        "PAGE_READONLY" => read,
        "PAGE_READWRITE" | "PAGE_WRITECOPY" => read.with(write),
        "PAGE_EXECUTE" => execute,
        "PAGE_EXECUTE_READ" => read.with(execute),
        "PAGE_EXECUTE_READWRITE" | "PAGE_EXECUTE_WRITECOPY" => read.with(write).with(execute),
        "PAGE_GUARD" => Protection::GUARD,
        "PAGE_WRITECOMBINE" => Protection::WRITE_COMBINE,
        "PAGE_NOCACHE" => Protection::NONE,
        _ => return None,
    })
}

/// A field as the lists of attributes print it: `00001000 MEM_COMMIT`, glued, or with blanks between.
pub(super) fn value(text: &str) -> &str {
    let digits = text.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(text.len());
    let rest = if digits == 8 { text.get(digits..).unwrap_or_default() } else { text };
    rest.trim()
}

impl Region {
    /// The range, if it has both ends.
    pub(super) fn range(&self) -> Option<AddrRange> {
        AddrRange::new(self.base?, self.end?)
    }

    /// Adds the region to a listing. `false` if it lacks its range or state, or its range is empty.
    pub(super) fn store(self, listing: &mut Listing, found: &mut Found) -> bool {
        let (Some(range), Some(state)) = (self.range(), self.state) else { return false };
        let state = match state {
            RegionState::Free => {
                found.add_free(listing, range);
                return true;
            }
            RegionState::Reserved => State::Reserved,
            RegionState::Committed => State::Committed,
        };
        let (label, file) = self.meaning(range, found);
        let row = Row {
            protection: self.protection.filter(|_| state == State::Committed),
            label,
            file,
            allocation: self.allocation,
            ..Row::new(range, state, listing.tool.source())
        };
        found.add_row(listing, row);
        true
    }

    /// What the usage says: whose it is, or at least which file.
    fn meaning(&self, range: AddrRange, found: &mut Found) -> (RowLabel, Option<u32>) {
        let (word, detail) = self.usage.split_once(char::is_whitespace).unwrap_or((&self.usage, ""));
        let by_type = self.label.unwrap_or(RowLabel::None);
        let word = word.strip_prefix("RegionUsage").unwrap_or(word).to_ascii_lowercase();
        note_width(&word, found);
        match word.trim_end_matches("32").trim_end_matches("64") {
            "image" => (RowLabel::Image, self.file(detail, found)),
            "mappedfile" | "memorymappedfile" => (RowLabel::Mapped, self.file(detail, found)),
            "stack" => (self.stack(&word, detail, range, found), None),
            "heap" | "pageheap" => (RowLabel::Kind(OwnerKind::Heap), None),
            "teb" => (self.teb(&word, detail, range, found), None),
            "peb" => (RowLabel::Kind(OwnerKind::Peb), None),
            _ => (by_type, self.file(detail, found)),
        }
    }

    fn file(&self, detail: &str, found: &mut Found) -> Option<u32> {
        let name = if self.path.is_empty() { file_in(detail)? } else { self.path.as_str() };
        if name.starts_with('/') {
            found.signs.is_linux();
        }
        (name != "PageFile").then(|| found.file(name))
    }

    /// A 32-bit process on 64-bit Windows has a second, 64-bit stack for each thread.
    fn stack(&self, word: &str, detail: &str, range: AddrRange, found: &mut Found) -> RowLabel {
        let second = word.ends_with("64");
        let tag = thread_tag(detail);
        note_thread(&tag, found);
        match tag.id.filter(|_| !second).and_then(|id| found.threads.of_id(id)) {
            Some(thread) => {
                extend_stack(thread, range);
                RowLabel::Private
            }
            None => RowLabel::Kind(OwnerKind::Stack),
        }
    }

    fn teb(&self, word: &str, detail: &str, range: AddrRange, found: &mut Found) -> RowLabel {
        let tag = thread_tag(detail);
        note_thread(&tag, found);
        if let Some(thread) = tag.id.filter(|_| !word.ends_with("64")).and_then(|id| found.threads.of_id(id)) {
            thread.teb = Some(range.start());
        }
        RowLabel::Kind(OwnerKind::Teb)
    }
}

/// `Stack32`, `Heap32`, `TEB32`: a 32-bit process seen by a 64-bit debugger.
fn note_width(word: &str, found: &mut Found) {
    if ["stack32", "heap32", "teb32", "peb32"].contains(&word) {
        found.signs.narrow();
    }
}

fn note_thread(tag: &Tag, found: &mut Found) {
    if let Some(pid) = tag.pid {
        found.signs.pid(pid);
    }
    if let (Some(number), Some(id)) = (tag.number, tag.id) {
        found.threads.number(number, id);
    }
}

/// Which thread a region belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Tag {
    pub pid: Option<u64>,
    pub id: Option<u64>,
    pub number: Option<u64>,
}

/// `[1b54.12ac; ~0]`, `[~0; 1b38.2624]`, `Pid.Tid 1b38.2624`: ids are hex, the debugger's number is decimal.
pub(super) fn thread_tag(text: &str) -> Tag {
    let mut tag = Tag::default();
    for word in text.split(['[', ']', ';', ' ', '\t']).filter(|w| !w.is_empty()) {
        if let Some(number) = word.strip_prefix('~') {
            tag.number = number.parse().ok();
        } else if let Some((pid, id)) = word.split_once('.') {
            tag.pid = u64::from_str_radix(pid, 16).ok();
            tag.id = u64::from_str_radix(id, 16).ok().filter(|_| tag.pid.is_some());
        }
    }
    tag
}

/// The name in `"\Device\…\locale.nls"`, in `[kernel32; "C:\Windows\…"]`, or `[kernel32]` alone.
fn file_in(detail: &str) -> Option<&str> {
    let quoted = detail.split_once('"').and_then(|(_, rest)| rest.split_once('"')).map(|(name, _)| name);
    let bracketed = || detail.split_once('[')?.1.split([';', ']']).next();
    quoted.or_else(bracketed).map(str::trim).filter(|name| !name.is_empty())
}

/// The thread's name in a listing of threads: what stands in quotes at the line's end.
pub(super) fn quoted_name(thread: &mut crate::load::facts::ThreadFacts, text: &str) {
    if let Some((_, rest)) = text.split_once('"') {
        set_name(thread, rest.rsplit_once('"').map_or(rest, |(name, _)| name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thread_tags_of_both_orders() {
        let tag = Tag { pid: Some(0x1b54), id: Some(0x12ac), number: Some(0) };
        assert_eq!(thread_tag("[1b54.12ac; ~0]"), tag);
        assert_eq!(thread_tag("[~0; 1b54.12ac]"), tag);
        assert_eq!(thread_tag("  "), Tag::default());
    }

    #[test]
    fn guards_with_blanks_and_without() {
        let guard = Protection::READ.with(Protection::WRITE).with(Protection::GUARD);
        assert_eq!(protection("PAGE_READWRITE|PAGE_GUARD"), Some(guard));
        assert_eq!(protection("PAGE_READWRITE | PAGE_GUARD"), Some(guard));
        assert_eq!(protection("nothing"), None);
    }

    #[test]
    fn values_glued_to_their_numbers() {
        assert_eq!(value("00001000MEM_COMMIT"), "MEM_COMMIT");
        assert_eq!(value("00001000\tMEM_COMMIT"), "MEM_COMMIT");
        assert_eq!(value("MEM_COMMIT"), "MEM_COMMIT");
    }
}
