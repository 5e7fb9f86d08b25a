//! MiscInfoStream (15): MINIDUMP_MISC_INFO (minidumpapiset.h), of which only the process id matters.

use minidump_common::format::MINIDUMP_STREAM_TYPE as Kind;

use super::reading::Reading;

/// MINIDUMP_MISC1_PROCESS_ID: ProcessId is valid.
const HAS_PROCESS_ID: u32 = 1;

/// States the process id, if the stream says that it has one.
pub(super) fn read(dump: &mut Reading<'_>) {
    let Some(bytes) = dump.small_stream(Kind::MiscInfoStream, 12) else { return };
    let mut reader = dump.file.reader(&bytes);
    if let (Some(_size), Some(flags), Some(pid)) = (reader.u32(), reader.u32(), reader.u32()) {
        dump.facts.pid = (flags & HAS_PROCESS_ID != 0).then_some(u64::from(pid));
    }
}
