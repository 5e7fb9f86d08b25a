//! Where NT heaps keep what, era by era, as data.
//!
//! Offsets: `dt` of ntdll's public symbols (_HEAP, _HEAP_SEGMENT, _HEAP_SUBSEGMENT, _HEAP_USERDATA_HEADER). The Windows 7 ones
//! closed all sums on a full dump of a WoW64 process, both sides of it; those of XP and of Windows 8 and 10 are proven by
//! nothing but images made of the same documents.

use crate::addr::Addr;
use crate::heaps::memory::Words;
use crate::model::PointerWidth;

/// `Signature` of _HEAP.
const SIGNATURE: u32 = 0xeeff_eeff;
/// `Signature` of _HEAP_SEGMENT.
pub(super) const SEGMENT_SIGNATURE: u32 = 0xffee_ffee;
/// `Signature` of _HEAP_USERDATA_HEADER.
pub(super) const GROUP_SIGNATURE: u32 = 0xf0e0_d0c0;

/// Whose layout it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Era {
    /// Windows XP and Server 2003, 32 bit.
    Xp,
    /// Vista and 7.
    Vista,
    /// 8, 8.1, 10 and 11.
    Eight,
}

impl Era {
    /// For people.
    pub(super) fn name(self) -> &'static str {
        match self {
            Era::Xp => "Windows XP",
            Era::Vista => "Windows Vista or 7",
            Era::Eight => "Windows 8 to 11",
        }
    }
}

/// Offsets of one era and width. `head` fields count from the heap's handle, `segment` fields from the segment's start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Layout {
    pub(super) era: Era,
    /// Bytes of a word.
    pub(super) word: u64,
    /// Bytes of a block's header before its eight bytes of figures.
    pub(super) header: u64,
    signature: u64,
    /// EncodeFlagMask, and the eight bytes of Encoding.
    pub(super) encoding: Option<(u64, u64)>,
    /// In units.
    pub(super) total_free: u64,
    pub(super) virtual_blocks: u64,
    pub(super) segments: Segments,
    /// The heads of free lists, and how many there are.
    pub(super) free_lists: (u64, u64),
    pub(super) segment: SegmentAt,
    pub(super) front: Front,
}

/// How a heap lists its segments.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Segments {
    /// A list through `node` of each segment.
    List {
        /// `SegmentList` of the heap.
        head: u64,
        /// `SegmentListEntry` of a segment.
        node: u64,
    },
    /// An array of 64 pointers.
    Array(u64),
}

/// Fields of a segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct SegmentAt {
    pub(super) signature: u64,
    pub(super) heap: u64,
    pub(super) base: u64,
    pub(super) pages: u64,
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) uncommitted_pages: u64,
    /// Its list of uncommitted ranges: UCRSegmentList, or UnCommittedRanges.
    pub(super) ranges: u64,
}

/// What stands before the heap proper.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Front {
    /// Lookaside lists: pointer to them, and the byte that says whether they are in use.
    Lookaside {
        /// FrontEndHeap.
        lists: u64,
        /// FrontEndHeapType.
        kind: u64,
    },
    /// Groups that count their free blocks.
    Counted(GroupAt),
    /// Groups with a bitmap and encoded offsets.
    Bitmap {
        /// Fields that both forms have.
        group: GroupAt,
        /// EncodedOffsets.
        offsets: u64,
        /// SizeOfBitMap, and the pointer behind it.
        bitmap: (u64, u64),
    },
}

/// Fields of _HEAP_USERDATA_HEADER and of its _HEAP_SUBSEGMENT.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct GroupAt {
    pub(super) signature: u64,
    /// The header's end.
    pub(super) size: u64,
    pub(super) user_blocks: u64,
    /// `AggregateExchg.Depth`: how many blocks are free.
    pub(super) depth: u64,
    pub(super) block_size: u64,
    pub(super) block_count: u64,
}

const XP: Layout = Layout {
    era: Era::Xp,
    word: 4,
    header: 0,
    signature: 0x08,
    encoding: None,
    total_free: 0x28,
    virtual_blocks: 0x50,
    segments: Segments::Array(0x58),
    free_lists: (0x178, 128),
    segment: SegmentAt {
        signature: 0x08,
        heap: 0x10,
        base: 0x18,
        pages: 0x1c,
        first: 0x20,
        last: 0x24,
        uncommitted_pages: 0x28,
        ranges: 0x30,
    },
    front: Front::Lookaside { lists: 0x580, kind: 0x586 },
};

const SEGMENT_32: SegmentAt = SegmentAt {
    signature: 0x08,
    heap: 0x18,
    base: 0x1c,
    pages: 0x20,
    first: 0x24,
    last: 0x28,
    uncommitted_pages: 0x2c,
    ranges: 0x38,
};

const SEGMENT_64: SegmentAt = SegmentAt {
    signature: 0x10,
    heap: 0x28,
    base: 0x30,
    pages: 0x38,
    first: 0x40,
    last: 0x48,
    uncommitted_pages: 0x50,
    ranges: 0x60,
};

/// Vista and later, 32 bit: fields behind Signature are at fixed distances from it.
const fn later_32(era: Era, signature: u64, front: Front) -> Layout {
    Layout {
        era,
        word: 4,
        header: 0,
        signature,
        encoding: Some((0x4c, 0x50)),
        total_free: signature + 0x14,
        virtual_blocks: signature + 0x3c,
        segments: Segments::List { head: signature + 0x44, node: 0x10 },
        free_lists: (signature + 0x60, 1),
        segment: SEGMENT_32,
        front,
    }
}

/// Vista and later, 64 bit.
const fn later_64(era: Era, signature: u64, front: Front) -> Layout {
    Layout {
        era,
        word: 8,
        header: 8,
        signature,
        encoding: Some((0x7c, 0x88)),
        total_free: signature + 0x28,
        virtual_blocks: signature + 0x78,
        segments: Segments::List { head: signature + 0x88, node: 0x18 },
        free_lists: (signature + 0xb8, 1),
        segment: SEGMENT_64,
        front,
    }
}

/// All layouts.
const ALL: [Layout; 5] = [
    XP,
    later_32(
        Era::Vista,
        0x64,
        Front::Counted(GroupAt {
            signature: 0x0c,
            size: 0x10,
            user_blocks: 0x04,
            depth: 0x08,
            block_size: 0x10,
            block_count: 0x14,
        }),
    ),
    later_32(
        Era::Eight,
        0x60,
        Front::Bitmap {
            group: GroupAt {
                signature: 0x0c,
                size: 0x1c,
                user_blocks: 0x04,
                depth: 0x10,
                block_size: 0x14,
                block_count: 0x18,
            },
            offsets: 0x10,
            bitmap: (0x14, 0x18),
        },
    ),
    later_64(
        Era::Vista,
        0xa0,
        Front::Counted(GroupAt {
            signature: 0x18,
            size: 0x20,
            user_blocks: 0x08,
            depth: 0x10,
            block_size: 0x18,
            block_count: 0x1c,
        }),
    ),
    later_64(
        Era::Eight,
        0x98,
        Front::Bitmap {
            group: GroupAt {
                signature: 0x14,
                size: 0x30,
                user_blocks: 0x08,
                depth: 0x20,
                block_size: 0x24,
                block_count: 0x28,
            },
            offsets: 0x18,
            bitmap: (0x20, 0x28),
        },
    ),
];

impl Layout {
    /// The one whose signature is at its place in the heap at `handle`.
    pub(super) fn of_heap(words: &mut Words<'_>, width: PointerWidth, handle: Addr) -> Option<Layout> {
        let mut signed = |l: &Layout| handle.checked_add(l.signature).and_then(|at| words.u32(at)) == Some(SIGNATURE);
        ALL.into_iter().filter(|l| l.word == u64::from(width.bytes())).find(|l| signed(l))
    }

    /// The unit of sizes: 8 or 16 bytes, which is also a block's whole header.
    pub(super) fn unit(self) -> u64 {
        2 * self.word
    }
}
