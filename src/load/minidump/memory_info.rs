//! MemoryInfoListStream (16): MINIDUMP_MEMORY_INFO (minidumpapiset.h), 48 bytes per entry.
//!
//! From Windows it is VirtualQuery's walk: free areas are entries too, and nothing is known behind the last. The crate
//! minidump-writer fills it on Linux from /proc/PID/maps: only mappings, `AllocationBase` equal to the base, all
//! "committed", PROT_NONE as PAGE_NOACCESS; gaps are free there.

use minidump_common::format::{MINIDUMP_STREAM_TYPE as Kind, MemoryProtection, MemoryState, MemoryType};

use super::reading::Reading;
use crate::addr::{Addr, AddrRange};
use crate::bytes::Reader;
use crate::load::facts::{Row, RowLabel};
use crate::model::{Protection, Source, State};

/// How much of an entry is understood: up to and with Type.
const NEEDED: u64 = 44;
/// Linux' vsyscall page and everything else up there belongs to the kernel.
const KERNEL_HALF: u64 = 1 << 63;

/// What became of the list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct InfoMap {
    /// Entries read, free ones included.
    pub entries: u64,
    /// Rows stated.
    pub rows: u64,
    /// Whether it was filled from a Linux map.
    pub linux: bool,
    /// What the entries cover, free ones included; neighbours joined.
    pub covered: Vec<AddrRange>,
    /// Whether no entry was lost.
    pub whole: bool,
    empty: u64,
    above: u64,
    odd: u64,
}

/// One entry as written.
struct Entry {
    base: u64,
    allocation: u64,
    size: u64,
    state: MemoryState,
    protection: MemoryProtection,
    kind: MemoryType,
}

/// States the rows. `None` if there is no such stream or no entry of it can be read.
pub(super) fn read(dump: &mut Reading<'_>) -> Option<InfoMap> {
    let table = dump.sized_list(Kind::MemoryInfoListStream, true, NEEDED)?;
    let mut map = InfoMap { linux: is_linux(dump), ..InfoMap::default() };
    let complete = dump.each_entry(table, |dump, _, reader| {
        if let Some(entry) = parse(reader) {
            map.take(dump, &entry);
        }
    });
    map.whole = complete && map.odd == 0;
    map.report(dump);
    if map.entries == 0 {
        return None;
    }
    if !map.linux {
        dump.facts.windows.memory_info_end = map.covered.iter().map(|r| r.end()).max();
    }
    Some(map)
}

fn is_linux(dump: &Reading<'_>) -> bool {
    match dump.facts.os {
        Some(os) => os.is_linux(),
        None => dump.streams.has(Kind::LinuxMaps as u32) || dump.streams.has(Kind::LinuxAuxv as u32),
    }
}

fn parse(reader: &mut Reader<'_>) -> Option<Entry> {
    let (base, allocation) = (reader.u64()?, reader.u64()?);
    reader.skip(8)?;
    Some(Entry {
        base,
        allocation,
        size: reader.u64()?,
        state: MemoryState::from_bits_retain(reader.u32()?),
        protection: MemoryProtection::from_bits_retain(reader.u32()?),
        kind: MemoryType::from_bits_retain(reader.u32()?),
    })
}

impl InfoMap {
    fn take(&mut self, dump: &mut Reading<'_>, entry: &Entry) {
        self.entries += 1;
        let Some(range) = dump.addresses.range(entry.base, entry.size) else {
            self.empty += u64::from(entry.size == 0);
            self.above += u64::from(entry.size > 0);
            return;
        };
        if ends_user_space(dump, entry) {
            self.above += 1;
            return;
        }
        if !entry.state.intersects(MemoryState::MEM_FREE | MemoryState::MEM_COMMIT | MemoryState::MEM_RESERVE) {
            // Neither free nor taken: unknown, and no part of what the list covers.
            self.odd += 1;
            return;
        }
        self.cover(range);
        if !entry.state.contains(MemoryState::MEM_FREE) {
            self.rows += 1;
            dump.facts.rows.push(if self.linux { linux_row(entry, range) } else { windows_row(dump, entry, range) });
        }
    }

    fn cover(&mut self, range: AddrRange) {
        match self.covered.last_mut().filter(|last| last.start() <= range.start() && range.start() <= last.end()) {
            Some(last) => *last = last.hull(range),
            None => self.covered.push(range),
        }
    }

    fn report(&self, dump: &mut Reading<'_>) {
        let diagnostics = &mut dump.facts.diagnostics;
        if self.empty > 0 {
            let message = format!("{} entries of the MemoryInfoList are empty and are passed over", self.empty);
            diagnostics.info("empty-entry", message, None);
        }
        if self.above > 0 {
            let message = format!(
                "{} entries of the MemoryInfoList lie above the 32-bit address space of the process and are left out",
                self.above
            );
            diagnostics.info("entry-outside", message, None);
        }
        if self.odd > 0 {
            let message =
                format!("{} entries of the MemoryInfoList have an unknown state; what they cover is unknown", self.odd);
            diagnostics.warn("unknown-state", message, None);
        }
    }
}

/// Seen from the 64-bit side, the room above a WOW64 process's 2 or 4 GiB is one reservation of the system up to
/// ntdll's 64-bit image (Windows 8 and later). It begins where user space ends, and is no part of it.
fn ends_user_space(dump: &Reading<'_>, entry: &Entry) -> bool {
    dump.facts.windows.wow64
        && entry.state == MemoryState::MEM_RESERVE
        && entry.base >> 32 == 0
        && entry.base.saturating_add(entry.size) > 1 << 32
}

fn windows_row(dump: &Reading<'_>, entry: &Entry, range: AddrRange) -> Row {
    let reserved = entry.state.contains(MemoryState::MEM_RESERVE);
    Row {
        protection: Some(protection(entry.protection)).filter(|_| !reserved),
        label: label(entry.kind),
        allocation: dump.addresses.addr(entry.allocation).filter(|a| *a != Addr(0)),
        ..Row::new(range, if reserved { State::Reserved } else { State::Committed }, Source::MemoryInfo)
    }
}

/// As the same mapping looks in /proc/PID/maps.
fn linux_row(entry: &Entry, range: AddrRange) -> Row {
    let shared = if entry.kind.contains(MemoryType::MEM_MAPPED) { Protection::SHARED } else { Protection::NONE };
    let protection = protection(entry.protection);
    let state = if protection.is_no_access() { State::Reserved } else { State::Committed };
    Row {
        protection: Some(protection.with(shared)),
        label: if range.start().0 >= KERNEL_HALF { RowLabel::Vsyscall } else { RowLabel::None },
        ..Row::new(range, state, Source::MemoryInfo)
    }
}

/// PAGE_* of winnt.h. The last byte holds one bit of eight; GUARD and WRITECOMBINE come on top.
fn protection(page: MemoryProtection) -> Protection {
    use MemoryProtection as Page;
    const READABLE: Page = Page::from_bits_retain(0x02 | 0x04 | 0x08 | 0x20 | 0x40 | 0x80);
    const WRITABLE: Page = Page::from_bits_retain(0x04 | 0x08 | 0x40 | 0x80);
    const EXECUTABLE: Page = Page::from_bits_retain(0x10 | 0x20 | 0x40 | 0x80);
    let sets = [
        (READABLE, Protection::READ),
        (WRITABLE, Protection::WRITE),
        (EXECUTABLE, Protection::EXECUTE),
        (Page::PAGE_GUARD, Protection::GUARD),
        (Page::PAGE_WRITECOMBINE, Protection::WRITE_COMBINE),
    ];
    sets.into_iter().filter(|(bits, _)| page.intersects(*bits)).fold(Protection::NONE, |all, (_, p)| all.with(p))
}

fn label(kind: MemoryType) -> RowLabel {
    match kind {
        MemoryType::MEM_IMAGE => RowLabel::Image,
        MemoryType::MEM_MAPPED => RowLabel::Mapped,
        MemoryType::MEM_PRIVATE => RowLabel::Private,
        _ => RowLabel::None,
    }
}
