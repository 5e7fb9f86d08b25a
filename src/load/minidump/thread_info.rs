//! ThreadInfoListStream (17): MINIDUMP_THREAD_INFO (minidumpapiset.h). Its flags say what in the thread list is not valid.

use std::collections::HashMap;

use minidump_common::format::MINIDUMP_STREAM_TYPE as Kind;

use super::reading::Reading;

/// MINIDUMP_THREAD_INFO_INVALID_CONTEXT.
const INVALID_CONTEXT: u32 = 0x10;
/// MINIDUMP_THREAD_INFO_INVALID_TEB.
const INVALID_TEB: u32 = 0x20;

/// Takes back what the writer says is not valid.
pub(super) fn read(dump: &mut Reading<'_>) {
    let Some(table) = dump.sized_list(Kind::ThreadInfoListStream, false, 8) else { return };
    let mut flags: HashMap<u64, u32> = HashMap::new();
    dump.each_entry(table, |_, _, reader| {
        if let (Some(id), Some(set)) = (reader.u32(), reader.u32()) {
            flags.entry(u64::from(id)).or_insert(set);
        }
    });
    for (thread, registers) in dump.facts.threads.iter_mut().zip(&mut dump.registers) {
        let set = flags.get(&thread.id).copied().unwrap_or(0);
        if set & INVALID_TEB != 0 {
            thread.teb = None;
        }
        if set & INVALID_CONTEXT != 0 {
            *registers = None;
        }
    }
}
