//! ThreadNamesStream (24): MINIDUMP_THREAD_NAME (minidumpapiset.h), ThreadId (4 bytes) and RvaOfThreadName (8 bytes),
//! packed to 12.

use std::collections::HashMap;

use minidump_common::format::MINIDUMP_STREAM_TYPE as Kind;

use super::reading::Reading;

/// Gives the threads their names. A name that cannot be read costs only itself.
pub(super) fn read(dump: &mut Reading<'_>) {
    let Some(table) = dump.plain_list(Kind::ThreadNamesStream, 12) else { return };
    let mut names: HashMap<u64, u64> = HashMap::new();
    dump.each_entry(table, |_, _, reader| {
        if let (Some(id), Some(rva)) = (reader.u32(), reader.u64()) {
            names.entry(u64::from(id)).or_insert(rva);
        }
    });
    for index in 0..dump.facts.threads.len() {
        let rva = dump.facts.threads.get(index).and_then(|t| names.get(&t.id)).copied();
        let name = rva.and_then(|rva| dump.name(rva));
        if let Some(thread) = dump.facts.threads.get_mut(index) {
            thread.name = name;
        }
    }
}
