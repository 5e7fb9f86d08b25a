//! What each figure means.

use std::io;

use super::text::page::Page;

pub(super) const DEFINITIONS: [(&str, &str); 14] = [
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
    ("mappings", "mappings of a Linux process; above vm.max_map_count every mmap fails, whatever is free."),
];

pub(super) fn write(page: &mut Page<'_>) -> io::Result<()> {
    page.heading("What the figures mean", "")?;
    for (name, definition) in DEFINITIONS {
        page.item(&format!("  {name:<26}"), definition)?;
    }
    Ok(())
}
