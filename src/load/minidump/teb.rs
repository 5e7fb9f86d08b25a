//! What a TEB in the dump's memory tells of the process. Offsets: ntdll's public symbols (`dt _TEB`), stable since
//! Windows XP and Vista.

use super::reading::Reading;
use crate::addr::Addr;
use crate::model::{Endian, Memory, Os, PointerWidth};

/// TEB.ProcessEnvironmentBlock.
const PEB_AT: [(PointerWidth, u64); 2] = [(PointerWidth::Bits32, 0x30), (PointerWidth::Bits64, 0x60)];

/// How many threads' TEBs are tried.
const LOOKED_AT: usize = 64;

/// States the PEB's address, if the memory of some thread's TEB is there.
pub(super) fn find_peb(dump: &mut Reading<'_>) {
    let Some(width) = dump.facts.width.filter(|_| dump.facts.os == Some(Os::Windows)) else { return };
    let Some((_, at)) = PEB_AT.into_iter().find(|(w, _)| *w == width) else { return };
    // Sorted; where ranges overlap, a lookup may miss, but never finds a wrong byte.
    let memory = Memory::new(dump.file.input, &dump.facts.memory, Endian::Little);
    let tebs = dump.facts.threads.iter().filter_map(|t| t.teb).take(LOOKED_AT);
    let peb = tebs.filter_map(|teb| memory.word(teb.checked_add(at)?, width)).find(|peb| *peb != 0);
    dump.facts.windows.peb = peb.map(Addr);
}
