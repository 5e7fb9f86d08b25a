//! Streams that are lists: a count, then entries of one size. Counts are believed only as far as there are bytes.

use minidump_common::format::MINIDUMP_STREAM_TYPE as Kind;

use super::directory::name;
use super::file::{DumpFile, Location};
use super::reading::Reading;
use crate::addr::FileOffset;
use crate::bytes::Reader;
use crate::diag::Place;

/// Most entries taken from one list: far above real ones, and a bound for input made to exhaust memory.
const MAX_ENTRIES: u64 = 1 << 20;
/// Largest size of one entry that is believed, in bytes; the largest known has 108.
const MAX_ENTRY_SIZE: u64 = 4096;
/// How much of a list is read at once, in bytes. Below what malloc maps on its own: a fresh mapping costs a page fault
/// for each page, which is more than the reading.
const BLOCK: u64 = 1 << 16;

/// Where a list's entries lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Table {
    kind: Kind,
    /// Offset of the first entry.
    pub offset: u64,
    entry: u64,
    /// Entries that the stream has bytes for.
    pub count: u64,
    /// Whether the stream claims more than that.
    pub short: bool,
}

impl Table {
    /// Calls `take` with the file offset and bytes of each entry, and returns how many there were.
    pub fn for_each(&self, file: DumpFile<'_>, mut take: impl FnMut(u64, &mut Reader<'_>)) -> u64 {
        let per_block = (BLOCK / self.entry).max(1);
        let size = usize::try_from(self.entry).unwrap_or(usize::MAX);
        let mut done = 0;
        while done < self.count {
            let wanted = per_block.min(self.count - done);
            let block = file.up_to(self.offset + done * self.entry, wanted * self.entry);
            for bytes in block.chunks_exact(size) {
                take(self.offset + done * self.entry, &mut file.reader(bytes));
                done += 1;
            }
            if (block.len() as u64) < wanted * self.entry {
                break;
            }
        }
        done
    }
}

impl Reading<'_> {
    /// A list of the old form: the count (4 bytes), then entries of a fixed size. Breakpad on some platforms puts
    /// 4 unused bytes behind the count, so that the entries are aligned; the stream's size tells.
    pub fn plain_list(&mut self, kind: Kind, entry: u64) -> Option<Table> {
        let at = self.streams.find(kind)?;
        let head = self.small_stream(kind, 4)?;
        let claimed = u64::from(self.file.reader(&head).u32()?);
        let padded = claimed.checked_mul(entry).and_then(|len| len.checked_add(8)) == Some(at.size);
        self.table(kind, at, if padded { 8 } else { 4 }, entry, claimed)
    }

    /// A list of the newer form: SizeOfHeader, SizeOfEntry (4 bytes each), NumberOfEntries (4 bytes, or 8 with
    /// `wide`). The sizes are used as written; `needed` is how much of an entry is understood.
    pub fn sized_list(&mut self, kind: Kind, wide: bool, needed: u64) -> Option<Table> {
        let at = self.streams.find(kind)?;
        let head = self.small_stream(kind, 16)?;
        let mut reader = self.file.reader(&head);
        let (header, entry) = (u64::from(reader.u32()?), u64::from(reader.u32()?));
        let claimed = if wide { reader.u64()? } else { u64::from(reader.u32()?) };
        let smallest = if wide { 16 } else { 12 };
        if header < smallest || entry < needed || entry > MAX_ENTRY_SIZE {
            let message =
                format!("{} has a header of {header} and entries of {entry} bytes, which cannot be", name(kind as u32));
            self.warn_at("bad-entry-size", message, at.offset);
            return None;
        }
        self.table(kind, at, header, entry, claimed)
    }

    /// The table behind a header of `head` bytes, with as many entries as the stream has bytes for.
    pub fn table(&mut self, kind: Kind, at: Location, head: u64, entry: u64, claimed: u64) -> Option<Table> {
        let room = at.size.saturating_sub(head) / entry;
        let count = claimed.min(room).min(MAX_ENTRIES);
        let short = count < claimed;
        if short {
            let message =
                format!("{} claims {claimed} entries; {count} are used, the rest is not there", name(kind as u32));
            self.warn_at("short-list", message, at.offset);
        }
        Some(Table { kind, offset: at.offset.checked_add(head)?, entry, count, short })
    }

    /// Calls `take` with each entry; says so if the file ends before the last. Returns whether all that the stream
    /// claims were there.
    pub fn each_entry(&mut self, table: Table, mut take: impl FnMut(&mut Self, u64, &mut Reader<'_>)) -> bool {
        let file = self.file;
        let done = table.for_each(file, |offset, reader| take(self, offset, reader));
        if done < table.count {
            let offset = table.offset + done * table.entry;
            let beyond = self.is_beyond_prefix(offset);
            self.note_missing(&format!("the rest of {}", name(table.kind as u32)), offset, beyond);
        }
        done == table.count && !table.short
    }

    /// Adds a warning about a place in the file.
    pub fn warn_at(&mut self, code: &'static str, message: String, offset: u64) {
        self.facts.diagnostics.warn(code, message, Some(Place::Offset(FileOffset(offset))));
    }
}
