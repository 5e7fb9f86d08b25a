//! Who wrote the core. No field says it; the order of headers, contents and notes does.
//!
//! | sign | kernel (6.18) | gdb (13, 18) | qemu-user (7.2) |
//! |---|---|---|---|
//! | notes in the file | behind the program headers | at the end (8.0: behind the program headers) | behind the program headers |
//! | first note | PRSTATUS | PRPSINFO | PRSTATUS |
//! | section headers | none (one, for PN_XNUM) | one per segment and two | none |
//! | contents | page-aligned, `p_align` a page | unaligned, `p_align` 1 | page-aligned |
//! | notes beside PRSTATUS, PRPSINFO, AUXV | SIGINFO, FILE, register sets | the same, and gdb's own | none |
//!
//! lldb writes minidumps for Linux processes, no ELF cores. Fujitsu's crash-gcore and systemd-coredump keep the
//! kernel's form. Everything else (criu, coredumper, minidump-2-core) has some of the signs, and is not named.

use object::elf;

use super::process::Seen;
use super::shape::Shape;
use crate::model::Writer;

/// How many of gdb's four signs make it gdb. A core without its end lacks one, gdb 8 another.
const ENOUGH_SIGNS: usize = 3;

/// Names the writer, or `None` if the signs contradict each other or are too few.
pub(super) fn recognise(shape: &Shape, seen: &Seen) -> Option<Writer> {
    if seen.bsd.is_some() {
        // Their gdb and their kernel write the same.
        return None;
    }
    if seen.gdb || gdb_signs(shape, seen) >= ENOUGH_SIGNS {
        return Some(Writer::Gdb);
    }
    if !has_kernel_layout(shape) {
        return None;
    }
    if is_qemu(seen) {
        return Some(Writer::Qemu);
    }
    has_kernel_notes(seen).then_some(Writer::Kernel)
}

fn gdb_signs(shape: &Shape, seen: &Seen) -> usize {
    let notes_behind = shape.note_is_first && !shape.notes_follow_table;
    let process_first = seen.first == Some(elf::NT_PRPSINFO);
    [shape.has_sections, shape.unaligned, notes_behind, process_first].into_iter().filter(|s| *s).count()
}

fn has_kernel_layout(shape: &Shape) -> bool {
    let one_note_segment = shape.note_is_first && shape.notes.len() == 1 && shape.notes_follow_table;
    one_note_segment && shape.page_aligned && shape.ascending && !shape.has_sections
}

/// PRSTATUS, PRPSINFO and AUXV, all three and nothing else.
fn is_qemu(seen: &Seen) -> bool {
    let all = seen.prstatus && seen.prpsinfo && seen.auxv;
    seen.complete && all && !has_kernel_only_notes(seen)
}

/// The first thread first. Of a core whose notes are cut, what is there must not speak against the kernel.
fn has_kernel_notes(seen: &Seen) -> bool {
    match seen.first {
        Some(first) => first == elf::NT_PRSTATUS && (has_kernel_only_notes(seen) || !seen.complete),
        None => !seen.complete,
    }
}

fn has_kernel_only_notes(seen: &Seen) -> bool {
    seen.siginfo || seen.file || seen.register_sets
}
