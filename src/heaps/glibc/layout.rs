//! Where `malloc_state` has its fields, by groups of versions (glibc malloc/malloc.c, `struct malloc_state`). Which group
//! a process has is decided by its memory, never by a version string.

use crate::model::PointerWidth;

/// One group of versions with one layout.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Layout {
    /// First and last minor version: 27 and 42 are 2.27 to 2.42. [`NEWEST`] is open to newer ones.
    pub versions: (u8, u8),
    /// offsetof(bins).
    pub bins: u64,
    /// offsetof(fastbinsY).
    pub fast: u64,
    /// Fast bins.
    pub fast_bins: u64,
    /// MALLOC_ALIGNMENT.
    pub align: u64,
    /// Whether there is `attached_threads`, where the group alone decides it (2.23 and up).
    pub attached: Option<bool>,
    /// Whether the size of a chunk with a mapping of its own leaves out its header (2.43 and up).
    pub mapped_without_header: bool,
}

/// "And newer".
pub(super) const NEWEST: u8 = 99;
/// The oldest version whose layout is known.
pub(super) const OLDEST: u8 = 17;

/// List heads in `bins[]`: NBINS - 1.
pub(super) const BINS: u64 = 127;

/// Bytes of `binmap`.
const BINMAP: u64 = 16;

const LAYOUTS_32: [Layout; 4] = [
    Layout {
        versions: (OLDEST, 25),
        bins: 0x38,
        fast: 8,
        fast_bins: 10,
        align: 8,
        attached: None,
        mapped_without_header: false,
    },
    // Since 2.26 MALLOC_ALIGNMENT is 16 on i386 too, which gives it one more fast bin.
    Layout {
        versions: (26, 26),
        bins: 0x3c,
        fast: 8,
        fast_bins: 11,
        align: 16,
        attached: Some(true),
        mapped_without_header: false,
    },
    // 2.27 added `int have_fastchunks`.
    Layout {
        versions: (27, 42),
        bins: 0x40,
        fast: 12,
        fast_bins: 11,
        align: 16,
        attached: Some(true),
        mapped_without_header: false,
    },
    // 2.43 removed fast bins.
    Layout {
        versions: (43, NEWEST),
        bins: 0x10,
        fast: 0,
        fast_bins: 0,
        align: 16,
        attached: Some(true),
        mapped_without_header: true,
    },
];

const LAYOUTS_64: [Layout; 3] = [
    Layout {
        versions: (OLDEST, 26),
        bins: 0x68,
        fast: 8,
        fast_bins: 10,
        align: 16,
        attached: None,
        mapped_without_header: false,
    },
    Layout {
        versions: (27, 42),
        bins: 0x70,
        fast: 16,
        fast_bins: 10,
        align: 16,
        attached: Some(true),
        mapped_without_header: false,
    },
    Layout {
        versions: (43, NEWEST),
        bins: 0x18,
        fast: 0,
        fast_bins: 0,
        align: 16,
        attached: Some(true),
        mapped_without_header: true,
    },
];

impl Layout {
    /// Those that a process of this width may have.
    pub(super) fn all(width: PointerWidth) -> &'static [Layout] {
        match width {
            PointerWidth::Bits32 => &LAYOUTS_32,
            PointerWidth::Bits64 => &LAYOUTS_64,
        }
    }
}

/// A layout with the sizes of the process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Shape {
    /// Which group.
    pub layout: Layout,
    /// Bytes of a word.
    pub word: u64,
    /// Bytes of a page.
    pub page: u64,
}

impl Shape {
    /// MINSIZE, the smallest chunk.
    pub(super) fn min_size(&self) -> u64 {
        4 * self.word
    }

    /// Bytes of a chunk before what the program gets: CHUNK_HDR_SZ.
    pub(super) fn header(&self) -> u64 {
        2 * self.word
    }

    /// offsetof(next), which counts from the end of `bins[]` in the same way in every version.
    pub(super) fn next(&self) -> u64 {
        self.layout.bins + (2 * BINS) * self.word + BINMAP
    }

    /// The first address from `at` on where a chunk may begin: what the program gets is aligned.
    pub(super) fn first_chunk(&self, at: u64) -> Option<u64> {
        at.checked_add(self.header())?.checked_next_multiple_of(self.layout.align)?.checked_sub(self.header())
    }

    /// Whether a chunk may begin here.
    pub(super) fn is_aligned(&self, at: u64) -> bool {
        at.wrapping_add(self.header()).is_multiple_of(self.layout.align)
    }

    /// Whether a chunk may have this size.
    pub(super) fn is_size(&self, size: u64) -> bool {
        size >= self.min_size() && size.is_multiple_of(self.layout.align)
    }
}
