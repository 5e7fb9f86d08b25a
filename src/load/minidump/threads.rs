//! ThreadListStream (3) and ThreadExListStream (8): MINIDUMP_THREAD, 48 bytes, and MINIDUMP_THREAD_EX, 64 bytes, which
//! only adds Itanium's backing store (minidumpapiset.h).

use minidump_common::format::MINIDUMP_STREAM_TYPE as Kind;

use super::context;
use super::file::Location;
use super::reading::Reading;
use crate::addr::FileOffset;
use crate::bytes::Reader;
use crate::load::facts::ThreadFacts;
use crate::model::Captured;

/// Most threads taken; Windows and Linux allow some 32,000.
const MAX_THREADS: usize = 1 << 16;

/// States all threads with registers, TEB and stack memory.
pub(super) fn read(dump: &mut Reading<'_>) {
    let (kind, size) = match dump.streams.find(Kind::ThreadListStream) {
        Some(_) => (Kind::ThreadListStream, 48),
        None => (Kind::ThreadExListStream, 64),
    };
    let Some(table) = dump.plain_list(kind, size) else { return };
    dump.each_entry(table, |dump, offset, reader| {
        if dump.facts.threads.len() < MAX_THREADS && take(dump, reader, offset).is_none() {
            dump.warn_at("bad-thread", "an entry of the thread list could not be read".into(), offset);
        }
    });
}

fn take(dump: &mut Reading<'_>, reader: &mut Reader<'_>, offset: u64) -> Option<()> {
    let id = u64::from(reader.u32()?);
    reader.skip(12)?;
    let teb = reader.u64()?;
    let stack_start = reader.u64()?;
    let stack = Location::read(reader)?;
    let context = Location::read(reader)?;
    let stack_memory = dump.addresses.range(stack_start, stack.size);
    if let Some(range) = stack_memory {
        dump.stack_rows.push(range);
        // Full dumps leave Rva 0 here: the bytes are in Memory64List.
        if stack.offset != 0 {
            dump.facts.memory.push(Captured { range, offset: FileOffset(stack.offset) });
        }
    }
    let registers = context::read(dump.file, context, dump.architecture);
    if registers.is_none() && context.size > 0 {
        dump.warn_at("bad-context", format!("the registers of thread {id} could not be read"), offset);
    }
    dump.registers.push(registers);
    dump.facts.threads.push(ThreadFacts {
        id,
        teb: dump.addresses.addr(teb).filter(|a| a.0 != 0),
        stack_memory,
        ..ThreadFacts::default()
    });
    Some(())
}
