//! Allocators, arenas and their parts in words.

use crate::heaps::{Allocator, Grade, Heap};
use crate::units::{Bytes, plural};

/// What stands where a figure is not known.
pub(super) const UNKNOWN: &str = "?";

/// The allocator's name for people.
pub(super) fn title(allocator: Allocator) -> &'static str {
    match allocator {
        Allocator::Glibc => "glibc",
        Allocator::Cpython => "CPython",
        Allocator::Wine => "Wine",
        Allocator::Nt => "Windows NT",
        Allocator::SegmentHeap => "Windows segment heap",
        Allocator::Musl => "musl",
        Allocator::Bionic => "bionic",
        Allocator::Jemalloc => "jemalloc",
        Allocator::Tcmalloc => "tcmalloc",
        Allocator::Mimalloc => "mimalloc",
        Allocator::PartitionAlloc => "PartitionAlloc",
        Allocator::Scudo => "scudo",
        Allocator::Go => "Go",
        Allocator::Java => "Java",
        Allocator::DotNet => ".NET",
    }
}

/// What its arenas are called.
pub(super) fn noun(allocator: Allocator) -> &'static str {
    match allocator {
        Allocator::Wine | Allocator::Nt | Allocator::SegmentHeap => "heap",
        _ => "arena",
    }
}

/// What its chunks are called.
pub(super) fn chunk(allocator: Allocator) -> &'static str {
    match allocator {
        Allocator::Cpython | Allocator::Wine | Allocator::Nt | Allocator::SegmentHeap => "block",
        _ => "chunk",
    }
}

/// Where freed blocks wait that are kept apart from the others: fast bins, or what Windows has in front of its lists.
pub(super) fn fast(allocator: Allocator) -> &'static str {
    match allocator {
        Allocator::Wine => "free in groups of one size (LFH)",
        Allocator::Nt => "free in groups or lists of one size (LFH, lookaside)",
        _ => "in fast bins",
    }
}

/// The name of the arena with this number, as malloc_info counts them.
pub(super) fn arena(heap: &Heap, number: usize) -> String {
    let is_main = heap.arenas.get(number).is_some_and(|arena| arena.main);
    if is_main { "main".to_owned() } else { number.to_string() }
}

/// `4 arenas`.
pub(super) fn arenas(heap: &Heap) -> String {
    plural(heap.arenas.len() as u64, noun(heap.allocator))
}

/// Chunks that have a mapping of their own.
pub(super) fn mmapped(heap: &Heap) -> Option<String> {
    let tally = heap.mmapped.filter(|tally| tally.count > 0)?;
    let noun = match heap.allocator {
        Allocator::Wine | Allocator::Nt | Allocator::SegmentHeap => "large block",
        _ => "mmapped chunk",
    };
    Some(format!("{} with {}", plural(tally.count, noun), Bytes(tally.bytes)))
}

/// How far figures can be trusted.
pub(super) fn trust(grade: Grade) -> &'static str {
    match grade {
        Grade::Exact => "exact: every sum closes",
        Grade::Partial => "partial: something is missing or broken, and figures may be too small",
        Grade::Experimental => "experimental: the layout is documented, and was never held against a known truth",
        Grade::NotWalked => "not walked",
    }
}

/// Bytes, or that they are not known.
pub(super) fn bytes(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| UNKNOWN.to_owned(), |bytes| Bytes(bytes).to_string())
}
