//! The figures of WinDbg's `!address -summary`, and of the summary behind the old `!address`: sums without the regions
//! they were made from.
//!
//! The old form (before 6.12) has `TotSize … Usage` tables with `:` between columns, in the oldest without a column of
//! kilobytes; the new one has `RgnCount` and a size in two notations, with `Mb` and `kb` or, newer, `MB` and `kB`.

use super::found::Found;
use super::lines::Line;
use super::numbers::{addr, hex};
use super::session::Block;
use super::tool::Tool;
use crate::addr::{Addr, AddrRange};
use crate::model::Stated;

/// The table that is being read.
#[derive(Default)]
pub(super) struct Summary {
    section: Option<Section>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Section {
    Usage,
    Type,
    State,
    Protect,
    Largest,
}

/// Usages by WinDbg's words, and the words that are shown for them.
const USAGES: [(&str, &str); 25] = [
    ("<unknown>", "unknown"),
    ("<unclassified>", "unknown"),
    ("VAR", "unknown"),
    ("IsVAD", "unknown"),
    ("Image", "Image"),
    ("Stack", "Stack"),
    ("Stack32", "Stack32"),
    ("Stack64", "Stack64"),
    ("TEB", "TEB"),
    ("Teb", "TEB"),
    ("TEB32", "TEB32"),
    ("TEB64", "TEB64"),
    ("PEB", "PEB"),
    ("Peb", "PEB"),
    ("PEB32", "PEB32"),
    ("PEB64", "PEB64"),
    ("Heap", "Heap"),
    ("Heap32", "Heap32"),
    ("Heap64", "Heap64"),
    ("PageHeap", "PageHeap"),
    ("MappedFile", "MappedFile"),
    ("FileMap", "MappedFile"),
    ("CLR", "CLR"),
    ("", "unnamed"),
    ("Other", "Other"),
];

impl Block for Summary {
    fn begins(&self, line: &Line<'_>) -> bool {
        section(line.text).is_some() || largest_free(line.text).is_some()
    }

    fn take(&mut self, line: &Line<'_>, found: &mut Found) -> bool {
        if let Some(section) = section(line.text) {
            self.section = Some(section);
            note(found);
            return true;
        }
        if let Some((base, size)) = largest_free(line.text) {
            note(found);
            found.signs.address(base, addr(base).unwrap_or_default());
            stated(found).into_iter().for_each(|s| set_largest(s, addr(base), hex(size)));
            return true;
        }
        match self.section {
            Some(section) => row(section, line.text, found) || is_heading(line.text),
            None => false,
        }
    }

    fn end(&mut self, found: &mut Found) {
        self.section = None;
        if let Some(stated) = &mut found.stated {
            stated.total = stated.total.or_else(|| {
                let parts = [stated.free?, stated.committed?, stated.reserved?];
                parts.into_iter().try_fold(0u64, u64::checked_add)
            });
        }
    }
}

fn note(found: &mut Found) {
    found.saw(Tool::AddressSummary);
    if found.stated.as_ref().is_none_or(|s| s.by != Tool::AddressSummary.words()) {
        found.stated = Some(Stated { by: Tool::AddressSummary.words(), ..Stated::default() });
    }
}

fn stated(found: &mut Found) -> Option<&mut Stated> {
    found.stated.as_mut()
}

/// `--- Usage Summary ---------------- RgnCount …`, `-------------------- State SUMMARY ---…`.
fn section(text: &str) -> Option<Section> {
    let text = text.trim_start();
    if !text.starts_with("---") {
        return None;
    }
    let words = text.trim_start_matches('-').trim_start();
    let names = [
        ("Usage S", Section::Usage),
        ("Type S", Section::Type),
        ("State S", Section::State),
        ("Protect S", Section::Protect),
        ("Largest Region by Usage", Section::Largest),
    ];
    names.into_iter().find(|(name, _)| words.starts_with(name)).map(|(_, section)| section)
}

/// `Largest free region: Base 6b0b2000 - Size 0203e000 (33016 KB)`.
fn largest_free(text: &str) -> Option<(&str, &str)> {
    let rest = text.trim_start().strip_prefix("Largest free region:")?.trim_start().strip_prefix("Base")?;
    let (base, size) = rest.split_once("Size")?;
    let base = base.trim().trim_end_matches(['-', '\u{2013}', '\u{2014}', '\u{fffd}', ' ']);
    let size = size.split_whitespace().next()?;
    (hex(base).is_some() && hex(size).is_some()).then_some((base, size))
}

fn is_heading(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with("TotSize") || text.starts_with("Tot:")
}

/// A row of any of the tables.
struct Figures<'t> {
    name: &'t str,
    regions: Option<u64>,
    base: Option<Addr>,
    size: u64,
    size_text: &'t str,
}

fn row(section: Section, text: &str, found: &mut Found) -> bool {
    let parsed = match section {
        Section::Largest => largest_row(text),
        _ => new_row(text).or_else(|| old_row(text)),
    };
    let Some(figures) = parsed else { return total(text, found) };
    found.signs.address(figures.size_text, Addr(0));
    note_width(figures.name, found);
    let Some(stated) = stated(found) else { return true };
    match section {
        Section::Usage => usage(stated, &figures),
        Section::State => state(stated, &figures),
        Section::Largest => largest(stated, &figures),
        Section::Type | Section::Protect => {}
    }
    true
}

fn note_width(name: &str, found: &mut Found) {
    if matches!(name, "Stack32" | "Heap32" | "TEB32" | "PEB32") {
        found.signs.narrow();
    }
}

/// `Heap   340   3c876000 ( 968.461 Mb)  48.38%   47.29%`; the name may be blank.
fn new_row(text: &str) -> Option<Figures<'_>> {
    let (front, size_text) = last_word(text.split_once('(')?.0)?;
    let (name, count) = last_word(front)?;
    let regions = count.parse().ok()?;
    Some(Figures { name: name.trim(), regions: Some(regions), base: None, size: hex(size_text)?, size_text })
}

/// `29b32000 (  683208) : 32.58%    41.98%    : RegionUsageIsVAD`, `0275c000 : 1.92%      : MEM_COMMIT`.
fn old_row(text: &str) -> Option<Figures<'_>> {
    let (front, name) = text.rsplit_once(':')?;
    let size_text = front.split_whitespace().next()?;
    front.contains('%').then_some(())?;
    let name = name.trim().trim_start_matches("RegionUsage");
    Some(Figures { name, regions: None, base: None, size: hex(size_text)?, size_text })
}

/// `Free    717f2000    7e000 ( 504.000 kb)`.
fn largest_row(text: &str) -> Option<Figures<'_>> {
    let (front, size_text) = last_word(text.split_once('(')?.0)?;
    let (name, base) = last_word(front)?;
    let base = addr(base)?;
    Some(Figures { name: name.trim(), regions: None, base: Some(base), size: hex(size_text)?, size_text })
}

fn last_word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_end();
    let start = text.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    let (front, word) = text.split_at_checked(start)?;
    (!word.is_empty()).then_some((front, word))
}

/// `Tot: 7fff0000 (2097088 KB) Busy: 6353f000 (1627388 KB)`.
fn total(text: &str, found: &mut Found) -> bool {
    let Some(rest) = text.trim_start().strip_prefix("Tot:") else { return false };
    let size = rest.split_whitespace().next().and_then(hex);
    if let Some(stated) = stated(found) {
        stated.total = size.or(stated.total);
    }
    true
}

fn usage(stated: &mut Stated, row: &Figures<'_>) {
    if row.name == "Free" {
        // A second summary of the same log replaces the first.
        let by = stated.by;
        if stated.free.is_some() {
            *stated = Stated { by, ..Stated::default() };
        }
        (stated.free, stated.free_regions) = (Some(row.size), row.regions);
        return;
    }
    let Some(usage) = stated.usage(known_name(row.name)) else { return };
    usage.bytes = usage.bytes.saturating_add(row.size);
    usage.regions = usage.regions.map_or(row.regions, |n| Some(n.saturating_add(row.regions?)));
}

fn known_name(name: &str) -> &'static str {
    USAGES.into_iter().find(|(word, _)| *word == name).map_or("Other", |(_, shown)| shown)
}

fn state(stated: &mut Stated, row: &Figures<'_>) {
    match row.name {
        "MEM_COMMIT" => stated.committed = Some(row.size),
        "MEM_RESERVE" => stated.reserved = Some(row.size),
        "MEM_FREE" => {
            stated.free = stated.free.or(Some(row.size));
            stated.free_regions = stated.free_regions.or(row.regions);
        }
        _ => {}
    }
}

fn largest(stated: &mut Stated, row: &Figures<'_>) {
    if row.name == "Free" {
        set_largest(stated, row.base, Some(row.size));
    } else if let Some(usage) = stated.usage(known_name(row.name)) {
        usage.largest = usage.largest.max(Some(row.size));
    }
}

fn set_largest(stated: &mut Stated, base: Option<Addr>, size: Option<u64>) {
    stated.largest = size;
    stated.largest_at = base.zip(size).and_then(|(base, size)| AddrRange::from_size(base, size));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_every_age() {
        let new =
            new_row("                                 7        0`0113a000 (  17.227 Mb)  19.10%    0.84%").unwrap();
        assert_eq!((new.name, new.regions, new.size), ("", Some(7), 0x113_a000));
        let old = old_row("   29b32000 (  683208) : 32.58%    41.98%    : RegionUsageIsVAD").unwrap();
        assert_eq!((old.name, old.regions, old.size), ("IsVAD", None, 0x29b3_2000));
        let oldest = old_row("   7b20a000 : 96.20%      : MEM_FREE").unwrap();
        assert_eq!((oldest.name, oldest.size), ("MEM_FREE", 0x7b20_a000));
        let largest = largest_row("Free          236`fe910000     7bbd`6ba00000 ( 123.740 TB)").unwrap();
        assert_eq!((largest.base, largest.size), (Some(Addr(0x236_fe91_0000)), 0x7bbd_6ba0_0000));
    }
}
