//! Heaps that Wine's dbghelp makes for itself, one for each module whose symbols it reads, also while it writes a dump. They
//! were not there when the program failed.
//!
//! Each begins with a `struct symt_module` (dlls/dbghelp/dbghelp_private.h): the tag SymTagExe, a vector of pointers, and a
//! pointer to the `struct module`, whose second field is an IMAGEHLP_MODULEW64 with the module's base.

use super::layout::{HEADER, Layout, NO_SERIALIZE};
use crate::addr::Addr;
use crate::heaps::memory::Words;
use crate::heaps::windows::outline::Outline;
use crate::model::Snapshot;

/// SymTagExe of cvconst.h.
const SYM_TAG_EXE: u32 = 1;
/// `vector_init` with pointers, 8 to a bucket.
const SHIFT: u32 = 3;

/// Whether dbghelp made it.
pub(super) fn made(snapshot: &Snapshot, words: &mut Words<'_>, layout: Layout, outline: &Outline) -> bool {
    looks_made(snapshot, words, layout, outline).unwrap_or(false)
}

fn looks_made(snapshot: &Snapshot, words: &mut Words<'_>, layout: Layout, outline: &Outline) -> Option<bool> {
    let flags = words.u32(outline.handle.checked_add(layout.flags)?)?;
    let own = outline.segments.iter().find(|s| s.range.contains(outline.handle))?;
    let data = own.first.checked_add(HEADER)?;
    let mut number = |at: u64| words.u32(data.checked_add(at)?);
    let vector = [number(0)?, number(2 * layout.word)?, number(2 * layout.word + 4)?];
    let expected = [SYM_TAG_EXE, u32::try_from(layout.word).ok()?, SHIFT];
    if flags & NO_SERIALIZE == 0 || vector != expected {
        return Some(false);
    }
    // Three counts follow, then the pointer.
    let pointer = data.checked_add((2 * layout.word + 20).next_multiple_of(layout.word))?;
    let module = Addr(words.word(pointer)?);
    Some(names_a_module(snapshot, words, module))
}

/// Whether one of the first words is the base of a loaded module.
fn names_a_module(snapshot: &Snapshot, words: &mut Words<'_>, module: Addr) -> bool {
    let firsts: Vec<u64> = (0..8).filter_map(|i| words.word_at(module, i)).collect();
    snapshot.modules.iter().any(|m| firsts.contains(&m.range.start().0))
}
