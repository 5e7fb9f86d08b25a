//! UnloadedModuleListStream (14): MINIDUMP_UNLOADED_MODULE (minidumpapiset.h), 24 bytes.

use minidump_common::format::MINIDUMP_STREAM_TYPE as Kind;

use super::reading::Reading;
use crate::model::snapshot::UnloadedModule;

/// ntdll's own trace has 64 entries at the most.
const MAX_UNLOADED: usize = 4096;

/// States what was unloaded before. These are no rows: the addresses may be free or in other use by now.
pub(super) fn read(dump: &mut Reading<'_>) {
    let Some(table) = dump.sized_list(Kind::UnloadedModuleListStream, false, 24) else { return };
    dump.each_entry(table, |dump, _, reader| {
        let (Some(base), Some(size)) = (reader.u64(), reader.u32()) else { return };
        let name = reader.skip(8).and_then(|()| reader.u32()).and_then(|rva| dump.name(rva.into()));
        let unloaded = &mut dump.facts.unloaded_modules;
        if let Some(range) = dump.addresses.range(base, size.into()).filter(|_| unloaded.len() < MAX_UNLOADED) {
            unloaded.push(UnloadedModule { name: name.unwrap_or_default().into(), range });
        }
    });
}
