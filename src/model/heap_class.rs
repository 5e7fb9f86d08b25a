//! Kinds of pieces that heaps consist of.

/// What a piece of a heap has in common with its like, in this run and in others. Its name holds no number, so that groups,
/// culprits and comparisons can rely on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum HeapClass {
    /// The heap that brk moves.
    Brk,
    /// A piece of glibc's main heap that was mapped, because brk could not grow.
    MainPiece,
    /// A heap of a glibc thread arena, with its reserved tail.
    ThreadArena,
    /// A chunk of glibc's malloc with a mapping of its own.
    MmappedChunk,
    /// An arena of CPython's obmalloc.
    PythonArena,
    /// A segment of a heap of Wine.
    WineSegment,
    /// A block of a heap of Wine that was allocated for itself.
    WineLargeBlock,
    /// A segment of an NT heap.
    NtSegment,
    /// A block of an NT heap that was allocated for itself.
    NtLargeBlock,
    /// A segment of a Windows segment heap.
    SegmentHeap,
    /// Address space that Go's runtime took for its heap.
    GoArena,
}

impl HeapClass {
    /// All.
    pub const ALL: [HeapClass; 11] = [
        HeapClass::Brk,
        HeapClass::MainPiece,
        HeapClass::ThreadArena,
        HeapClass::MmappedChunk,
        HeapClass::PythonArena,
        HeapClass::WineSegment,
        HeapClass::WineLargeBlock,
        HeapClass::NtSegment,
        HeapClass::NtLargeBlock,
        HeapClass::SegmentHeap,
        HeapClass::GoArena,
    ];

    /// The name of owners of this class. Where load finds one without walking, this is also what it is called.
    pub fn name(self) -> &'static str {
        match self {
            HeapClass::Brk => "[heap]",
            HeapClass::MainPiece => "main heap piece",
            HeapClass::ThreadArena => "glibc thread arena",
            HeapClass::MmappedChunk => "mmapped chunk",
            HeapClass::PythonArena => "CPython arena",
            HeapClass::WineSegment => "Wine heap",
            HeapClass::WineLargeBlock => "Wine heap large block",
            HeapClass::NtSegment => "NT heap",
            HeapClass::NtLargeBlock => "NT heap large block",
            HeapClass::SegmentHeap => "segment heap",
            HeapClass::GoArena => "Go arena",
        }
    }

    /// Whether there are many of it that are told apart by size alone, like private mappings.
    pub fn is_told_by_size(self) -> bool {
        matches!(
            self,
            HeapClass::MmappedChunk
                | HeapClass::PythonArena
                | HeapClass::MainPiece
                | HeapClass::WineLargeBlock
                | HeapClass::NtLargeBlock
                | HeapClass::GoArena
        )
    }
}
