//! BreakpadInfoStream (0x47670001): MDRawBreakpadInfo (breakpad minidump_format.h).

use minidump_common::format::MINIDUMP_STREAM_TYPE as Kind;

use super::reading::Reading;

/// MD_BREAKPAD_INFO_VALID_REQUESTING_THREAD_ID.
const HAS_REQUESTING_THREAD: u32 = 2;

/// Marks the thread that asked for the dump, where no exception says more.
pub(super) fn read(dump: &mut Reading<'_>) {
    if dump.facts.threads.iter().any(|t| t.crashed) {
        return;
    }
    let Some(bytes) = dump.small_stream(Kind::BreakpadInfoStream, 12) else { return };
    let mut reader = dump.file.reader(&bytes);
    let (Some(valid), Some(_), Some(requesting)) = (reader.u32(), reader.u32(), reader.u32()) else { return };
    if valid & HAS_REQUESTING_THREAD == 0 {
        return;
    }
    if let Some(thread) = dump.facts.threads.iter_mut().find(|t| t.id == u64::from(requesting)) {
        thread.crashed = true;
    }
}
