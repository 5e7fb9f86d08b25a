//! MemoryListStream (5) and Memory64ListStream (9): the memory that the dump holds (minidumpapiset.h).

use minidump_common::format::MINIDUMP_STREAM_TYPE as Kind;

use super::file::Location;
use super::header::WITH_FULL_MEMORY;
use super::reading::Reading;
use crate::addr::{AddrRange, FileOffset};
use crate::bytes::Reader;
use crate::load::PREFIX_LIMIT;
use crate::model::Captured;

/// Streams alone are small; this much more without any list of memory was memory once.
const UNCLAIMED: u64 = 1 << 20;

/// States the captured memory, sorted, cut where the file ends.
pub(super) fn read(dump: &mut Reading<'_>) {
    let mut above = 0;
    read_32(dump, &mut above);
    read_64(dump, &mut above);
    if above > 0 {
        let message = format!("{above} memory ranges lie above the address space of the process and are left out");
        dump.facts.diagnostics.info("memory-outside", message, None);
    }
    clip(dump);
    dump.facts.memory.sort_by_key(|c| (c.range.start(), c.offset));
    notice_killed_writer(dump);
}

/// MINIDUMP_MEMORY_DESCRIPTOR: start (8 bytes), DataSize and Rva (4 each). Lists of small dumps hold duplicates and
/// overlaps as a matter of course.
fn read_32(dump: &mut Reading<'_>, above: &mut u64) {
    let Some(table) = dump.plain_list(Kind::MemoryListStream, 16) else { return };
    dump.each_entry(table, |dump, _, reader| {
        if let (Some(start), Some(at)) = (reader.u64(), Location::read(reader)) {
            take(dump, start, at, above);
        }
    });
}

/// MINIDUMP_MEMORY64_LIST: count and BaseRva (8 bytes each), then start and size (8 each). The bytes of all ranges
/// follow each other from BaseRva on.
fn read_64(dump: &mut Reading<'_>, above: &mut u64) {
    let Some(at) = dump.streams.find(Kind::Memory64ListStream) else { return };
    let Some(head) = dump.small_stream(Kind::Memory64ListStream, 16) else { return };
    let mut reader = dump.file.reader(&head);
    let (Some(count), Some(base)) = (reader.u64(), reader.u64()) else { return };
    let Some(table) = dump.table(Kind::Memory64ListStream, at, 16, 16, count) else { return };
    let mut offset = base;
    dump.each_entry(table, |dump, _, reader| {
        if let Some((start, size)) = pair(reader) {
            take(dump, start, Location { offset, size }, above);
            offset = offset.saturating_add(size);
        }
    });
}

fn pair(reader: &mut Reader<'_>) -> Option<(u64, u64)> {
    Some((reader.u64()?, reader.u64()?))
}

fn take(dump: &mut Reading<'_>, start: u64, at: Location, above: &mut u64) {
    match dump.addresses.range(start, at.size) {
        Some(range) => {
            dump.facts.memory.push(Captured { range, offset: FileOffset(at.offset) });
            add_row(&mut dump.memory_rows, range);
        }
        None => *above += u64::from(at.size > 0),
    }
}

/// Neighbours are one row: of 20,000 ranges of a full dump most touch the next.
fn add_row(rows: &mut Vec<AddrRange>, range: AddrRange) {
    match rows.last_mut().filter(|last| last.end() == range.start()) {
        Some(last) => *last = last.hull(range),
        None => rows.push(range),
    }
}

/// Cuts captured ranges at the end of the file, as far as that is known without unpacking everything.
fn clip(dump: &mut Reading<'_>) {
    let end_of = |c: &Captured| c.offset.0.saturating_add(c.range.size());
    let highest = dump.facts.memory.iter().map(end_of).max().unwrap_or(0);
    if dump.file.input.len().is_none() && (highest <= PREFIX_LIMIT || dump.deep) {
        // Looking at the last byte finds the end of the stream, if it comes before.
        let _ = dump.file.up_to(highest.saturating_sub(1), 1);
    }
    let Some(len) = dump.file.input.len() else { return };
    let mut lost = 0u64;
    dump.facts.memory.retain_mut(|captured| {
        let there = len.saturating_sub(captured.offset.0).min(captured.range.size());
        lost = lost.saturating_add(captured.range.size() - there);
        let kept = AddrRange::from_size(captured.range.start(), there);
        captured.range = kept.unwrap_or(captured.range);
        kept.is_some()
    });
    if lost > 0 {
        dump.facts.truncated = true;
        let message = format!("the file ends before the memory it promises: {lost} bytes of memory are missing");
        dump.warn_at("truncated-memory", message, len);
    }
}

/// A writer that was killed leaves memory data behind the streams, but no list of it.
fn notice_killed_writer(dump: &mut Reading<'_>) {
    if dump.streams.find(Kind::Memory64ListStream).is_some() {
        return;
    }
    let asked = dump.header.flags & WITH_FULL_MEMORY != 0;
    let listed = dump.facts.memory.iter().map(|c| c.offset.0.saturating_add(c.range.size())).max().unwrap_or(0);
    let used = dump.streams.end().max(listed);
    let unclaimed = dump.file.input.len().is_some_and(|len| len.saturating_sub(used) >= UNCLAIMED);
    if asked || (unclaimed && dump.facts.memory.is_empty()) {
        dump.facts.diagnostics.warn(
            "no-memory-list",
            "the dump was to hold the process's memory, but there is no Memory64List; its writer was probably killed, \
             and what memory it wrote cannot be found",
            None,
        );
    }
}
