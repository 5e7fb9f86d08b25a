//! What each figure means.

use std::io;

use super::text::page::Page;

pub(super) const DEFINITIONS: [(&str, &str); 37] = [
    ("address space", "the addresses that this process could ever map, floor to ceiling."),
    ("gap", "a maximal run of free addresses between two regions, or between a region and an end of the space."),
    (
        "usable",
        "what is left of a gap after the allocation granularity is applied to both ends (Windows: 64 KiB, Linux: the \
         page). The rest is unusable: VMMap's word.",
    ),
    ("reachable", "a bottom-up mmap (legacy layout) searches upwards from its base and never looks below."),
    ("free (F)", "the sum of all gaps. In an incomplete map an upper bound, for what is not listed counts as a gap."),
    ("largest gap (L)", "the largest usable gap: the largest single request that the address space could serve."),
    (
        "largest request that fits",
        "what a program may ask for so that it fits: the largest reachable gap less malloc's header on Linux.",
    ),
    (
        "external fragmentation",
        "(F - L) / F: the share of the free bytes outside the largest gap. DebugDiag's formula.",
    ),
    ("room for threads", "how many stacks with guard fit into the reachable gaps, one after the other."),
    (
        "barrier",
        "the maximal run of occupied regions between two gaps. Span: both gaps and the barrier. Regained: span less \
         the larger gap.",
    ),
    (
        "splitter",
        "an owner whose regions are taken out of the map; gain is how much the largest reachable gap grows. That, not \
         its size, ranks who splits the free space.",
    ),
    ("pinned", "cannot be moved by a change that you can make: the executable, ld.so, the main stack, vdso, TEBs."),
    ("reserved", "address space that is taken without memory behind it: PROT_NONE, MEM_RESERVE."),
    (
        "place",
        "a range of the request's size and alignment where mmap or VirtualAlloc could put it if nothing stood there. \
         Whoever touches it has to go as a whole; where a pinned owner stands is no place.",
    ),
    (
        "what if",
        "edits change a copy of the map, one after the other, and the copy is measured as the map was. Nothing moves \
         that an edit does not name.",
    ),
    (
        "culprit",
        "something that came, grew, or moved into the old largest gap. Those come first without which the largest \
         reachable gap would be largest; a gain below a hundredth of it does not count, and then bytes decide, then \
         mappings.",
    ),
    (
        "matched",
        "things of two dumps are the same by name and build, by a distance that most things were slid by, or by their \
         likeness; never by their address alone, which the system may choose anew at each start.",
    ),
    (
        "old largest gap",
        "the largest gap of the first dump, found again in the last by its neighbours where addresses differ.",
    ),
    (
        "from the system",
        "what an arena has from brk or mmap, as it says itself (glibc's system_mem; committed bytes of a Windows heap). \
         Reserved adds tails that no memory stands behind.",
    ),
    ("live", "chunks in use, with their headers, without those that a thread's cache holds."),
    (
        "cached",
        "chunks that the program freed and that a thread's cache (tcache) keeps: free for that thread, in use for \
         everyone else, malloc_info and mallinfo among them.",
    ),
    (
        "fast",
        "freed chunks in fast bins, which are not joined with their neighbours; of Windows heaps free blocks in groups of \
         one size (LFH), or in XP's lookaside lists.",
    ),
    ("free inside", "free chunks in bins, without fast and cached ones and without top. Largest: the largest of them."),
    ("top", "the free chunk at an arena's end, from which it grows and which alone it gives back by itself."),
    (
        "other",
        "what an arena has from the system and is in no chunk: its own data, fence posts, gaps that others left in \
         brk; where a walk broke, also what it did not reach.",
    ),
    ("fragm.", "the share of an arena's free bytes that is not in its largest free chunk; top is not counted."),
    ("mmapped chunk", "a chunk with a mapping of its own; it belongs to no arena, and goes back when it is freed."),
    ("pieces", "ranges of address space that an arena consists of: heaps of a thread arena, segments."),
    ("threads", "threads that an arena says are attached to it; each thread allocates from one arena."),
    (
        "occupancy",
        "live bytes of a CPython arena over its size. One live block keeps all of an arena: those below 10 % hold \
         memory for nearly nothing.",
    ),
    (
        "served from inside",
        "malloc looks at its free chunks and its top chunk first, whatever the size, and only in the arena of the thread \
         that asks. Requests that none of them serves get a mapping of their own from the mmap threshold on (128 KiB, \
         which grows with what is freed), and else the arena grows.",
    ),
    (
        "growth",
        "the main arena grows by brk (what is asked for, and a pad of 128 KiB), and where a mapping stands in its way by \
         a piece of 1 MiB or more from elsewhere. A thread arena grows in its last heap up to 1 MiB (64 MiB of 64-bit \
         processes), then by a new one, for which twice its size must be free in one piece, or an aligned place.",
    ),
    (
        "trim blocker",
        "the last chunk of an arena that is not free: what is free below it cannot be given back as address space. A \
         cached one goes with its thread. What it may be is a guess by its first words.",
    ),
    (
        "would return",
        "address space that malloc_trim(0) would give back if that chunk were free too, with what it gives back anyway.",
    ),
    (
        "needs",
        "what a step of growth asks the system for: the request, its header and what malloc adds, in whole pages.",
    ),
    (
        "memory, address space",
        "malloc_trim(0) gives back the memory of whole free pages, wherever they are; their addresses stay taken. Only \
         the end of the brk heap, and whole heaps, go back as address space.",
    ),
    ("mappings", "mappings of a Linux process; above vm.max_map_count every mmap fails, whatever is free."),
];

/// What the words of `fit` mean.
pub(super) const FIT: &[&str] = &["place", "pinned", "reserved", "largest gap (L)", "usable", "reachable"];
/// The same of `what-if`.
pub(super) const WHAT_IF: &[&str] = &["what if", "free (F)", "largest gap (L)", "usable", "reachable", "pinned"];

/// The same of `diff`.
pub(super) const DIFF: &[&str] =
    &["culprit", "matched", "old largest gap", "free (F)", "largest gap (L)", "reachable", "external fragmentation"];

/// The same of `heap`.
pub(super) const HEAP: &[&str] = &[
    "from the system",
    "live",
    "cached",
    "fast",
    "free inside",
    "top",
    "other",
    "fragm.",
    "pieces",
    "threads",
    "mmapped chunk",
    "occupancy",
    "served from inside",
    "growth",
    "needs",
    "trim blocker",
    "would return",
    "memory, address space",
    "reserved",
];

/// All definitions.
pub(super) fn write(page: &mut Page<'_>) -> io::Result<()> {
    page.heading("What the figures mean", "")?;
    DEFINITIONS.iter().try_for_each(|definition| item(page, definition))
}

/// Those of some words.
pub(super) fn write_some(page: &mut Page<'_>, names: &[&str]) -> io::Result<()> {
    page.heading("What the words mean", "")?;
    some(names).try_for_each(|definition| item(page, definition))
}

/// The definitions of some words, in the order of the words.
pub(super) fn some<'a>(names: &'a [&str]) -> impl Iterator<Item = &'static (&'static str, &'static str)> + 'a {
    names.iter().filter_map(|name| DEFINITIONS.iter().find(|(n, _)| n == name))
}

fn item(page: &mut Page<'_>, (name, definition): &(&str, &str)) -> io::Result<()> {
    page.item(&format!("  {name:<26}"), definition)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_an_answer_has_its_definition() {
        assert_eq!(some(FIT).count(), FIT.len());
        assert_eq!(some(WHAT_IF).count(), WHAT_IF.len());
        assert_eq!(some(DIFF).count(), DIFF.len());
        assert_eq!(some(HEAP).count(), HEAP.len());
    }
}
