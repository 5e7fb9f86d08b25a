//! Annotations that speak of memory: Crashpad's (CrashpadInfoStream 0x43500001, crashpad minidump_extensions.h), of the
//! process and of its modules, and those of an `.extra` file beside the dump. Everything else in them is passed over.

use minidump_common::format::MINIDUMP_STREAM_TYPE as Kind;

use super::file::{DumpFile, Location};
use super::reading::Reading;
use super::strings;
use crate::addr::{Addr, AddrRange};
use crate::bytes::Reader;
use crate::load::facts::Facts;
use crate::model::{Request, RequestSource};

/// Most entries of one dictionary or list that are looked at.
const MAX_ENTRIES: u32 = 4096;
/// Most strings that are looked at in all: dictionaries of several modules may be one and the same.
const MAX_STRINGS: u32 = 1 << 14;
/// Annotation::Type::kString.
const STRING: u16 = 1;

/// The values that matter, in bytes, under the names that Firefox and Breakpad gave them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Annotations {
    pub oom_allocation_size: Option<u64>,
    pub available_virtual: Option<u64>,
    pub total_virtual: Option<u64>,
    pub available_physical: Option<u64>,
    pub available_page_file: Option<u64>,
    pub reserve_address: Option<u64>,
    pub reserve_size: Option<u64>,
}

/// The names of the values.
pub(super) const KEYS: [&str; 7] = [
    "OOMAllocationSize",
    "AvailableVirtualMemory",
    "TotalVirtualMemory",
    "AvailablePhysicalMemory",
    "AvailablePageFile",
    "BreakpadReserveAddress",
    "BreakpadReserveSize",
];

impl Annotations {
    /// Collects those in the dump itself.
    pub fn read(dump: &mut Reading<'_>) -> Annotations {
        let mut found = Annotations::default();
        if let Some(bytes) = dump.small_stream(Kind::CrashpadInfoStream, 52) {
            let mut walk = Walk { file: dump.file, found: &mut found, left: MAX_STRINGS };
            let _ = walk.crashpad_info(&bytes);
        }
        found
    }

    /// Takes a value in text form, decimal or with `0x`. Unknown names and unreadable values are passed over.
    pub fn take(&mut self, name: &str, value: &str) {
        let value = value.trim();
        let number = match value.strip_prefix("0x").or_else(|| value.strip_prefix("0X")) {
            Some(hex) => u64::from_str_radix(hex, 16).ok(),
            None => value.parse().ok(),
        };
        if let (Some(slot), Some(number)) = (self.slot(name), number) {
            *slot = slot.or(Some(number));
        }
    }

    fn slot(&mut self, name: &str) -> Option<&mut Option<u64>> {
        let [oom, available, total, physical, page_file, address, size] = KEYS;
        Some(match name {
            n if n == oom => &mut self.oom_allocation_size,
            n if n == available => &mut self.available_virtual,
            n if n == total => &mut self.total_virtual,
            n if n == physical => &mut self.available_physical,
            n if n == page_file => &mut self.available_page_file,
            n if n == address => &mut self.reserve_address,
            n if n == size => &mut self.reserve_size,
            _ => return None,
        })
    }

    /// States what was found where no stream said it better.
    pub fn state(self, facts: &mut Facts) {
        let size = self.oom_allocation_size.filter(|s| *s > 0);
        let asked = size.map(|size| Request { size, align: None, source: RequestSource::Annotation });
        facts.request = facts.request.or(asked);
        let limits = &mut facts.limits;
        limits.available_virtual = self.available_virtual;
        limits.total_virtual = self.total_virtual;
        limits.available_physical = limits.available_physical.or(self.available_physical);
        limits.commit_left = limits.commit_left.or(self.available_page_file);
        let reserve = self.reserve_address.zip(self.reserve_size);
        facts.reservations.extend(reserve.and_then(|(at, size)| AddrRange::from_size(Addr(at), size)));
    }
}

/// A walk through Crashpad's structures. Every one of them is reached by an offset that may be wrong.
struct Walk<'a, 'i> {
    file: DumpFile<'i>,
    found: &'a mut Annotations,
    left: u32,
}

impl Walk<'_, '_> {
    /// MinidumpCrashpadInfo: version, report id, client id, then the locations of simple annotations and modules.
    fn crashpad_info(&mut self, bytes: &[u8]) -> Option<()> {
        let mut reader = Reader::at(bytes, 36, self.file.endian)?;
        let simple = Location::read(&mut reader)?;
        self.dictionary(simple);
        let modules = Location::read(&mut reader)?;
        // MinidumpModuleCrashpadInfoLink: module's index, location.
        self.each(modules, 12, |walk, link| {
            link.skip(4)?;
            let at = Location::read(link)?;
            walk.module(at)
        });
        Some(())
    }

    /// MinidumpModuleCrashpadInfo: version, then the locations of list, simple and object annotations.
    fn module(&mut self, at: Location) -> Option<()> {
        let bytes = self.file.up_to(at.offset, at.size.min(28));
        let mut reader = Reader::at(&bytes, 12, self.file.endian)?;
        let simple = Location::read(&mut reader)?;
        self.dictionary(simple);
        let objects = Location::read(&mut reader)?;
        // MinidumpAnnotation: name, type (2 bytes), reserved, value.
        self.each(objects, 12, |walk, object| {
            let (name, kind) = (object.u32()?, object.u16()?);
            object.skip(2)?;
            let value = object.u32()?;
            if kind == STRING { walk.pair(name, value) } else { None }
        });
        Some(())
    }

    /// MinidumpSimpleStringDictionary: count, then the offsets of key and value.
    fn dictionary(&mut self, at: Location) {
        self.each(at, 8, |walk, entry| {
            let (key, value) = (entry.u32()?, entry.u32()?);
            walk.pair(key, value)
        });
    }

    fn pair(&mut self, name: u32, value: u32) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        let name = strings::utf8(self.file, name.into())?;
        if KEYS.contains(&name.as_str()) {
            self.found.take(&name, &strings::utf8(self.file, value.into())?);
        }
        Some(())
    }

    /// Calls `take` with each entry of a counted list; an entry that cannot be read costs only itself.
    fn each(&mut self, at: Location, size: u64, mut take: impl FnMut(&mut Self, &mut Reader<'_>) -> Option<()>) {
        let most = 4 + size * u64::from(MAX_ENTRIES);
        let bytes = self.file.up_to(at.offset, at.size.min(most));
        let mut reader = self.file.reader(&bytes);
        let count = reader.u32().unwrap_or(0).min(MAX_ENTRIES);
        for _ in 0..count {
            let entry = usize::try_from(size).ok().and_then(|size| reader.take(size));
            let (Some(entry), 1..) = (entry, self.left) else { break };
            let _ = take(self, &mut self.file.reader(entry));
        }
    }
}
