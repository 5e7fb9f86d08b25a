//! One stretch of the address space with uniform attributes.

use super::owner::OwnerId;
use crate::addr::AddrRange;

/// Whether memory stands behind a region.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum State {
    /// Usable memory, touched or not.
    Committed,
    /// Address space is taken, no memory behind it: `MEM_RESERVE`, `PROT_NONE`.
    Reserved,
}

/// Access rights, as a set. `None` in a [`Region`] means that the dump does not tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
pub struct Protection(u8);

impl Protection {
    /// No access.
    pub const NONE: Protection = Protection(0);
    /// Readable.
    pub const READ: Protection = Protection(1);
    /// Writable.
    pub const WRITE: Protection = Protection(2);
    /// Executable.
    pub const EXECUTE: Protection = Protection(4);
    /// The first access raises an exception (`PAGE_GUARD`).
    pub const GUARD: Protection = Protection(8);
    /// Writes are combined (`PAGE_WRITECOMBINE`), as of graphics memory.
    pub const WRITE_COMBINE: Protection = Protection(16);
    /// Mapped shared (`s` in /proc/PID/maps).
    pub const SHARED: Protection = Protection(32);

    /// Both sets together.
    #[must_use]
    pub fn with(self, other: Protection) -> Protection {
        Protection(self.0 | other.0)
    }

    /// Whether all of `other` is in this set.
    pub fn has(self, other: Protection) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether read, write and execute are all absent.
    pub fn is_no_access(self) -> bool {
        self.0 & 7 == 0
    }

    /// Three letters as in /proc/PID/maps (`r-x`), then `g` for guard, `w` for write-combining, `s` for shared.
    pub fn letters(self) -> String {
        let bit = |flag: Protection, letter: char| if self.has(flag) { letter } else { '-' };
        let mut text: String = [bit(Self::READ, 'r'), bit(Self::WRITE, 'w'), bit(Self::EXECUTE, 'x')].iter().collect();
        for (flag, suffix) in [(Self::GUARD, "+guard"), (Self::WRITE_COMBINE, "+wc"), (Self::SHARED, "+shared")] {
            if self.has(flag) {
                text.push_str(suffix);
            }
        }
        text
    }
}

/// One kind of evidence that a region exists.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[repr(u16)]
pub enum Source {
    /// A PT_LOAD program header of an ELF core.
    PtLoad = 1,
    /// A row of the NT_FILE note.
    NtFile = 1 << 1,
    /// A row of /proc/PID/maps or smaps.
    Maps = 1 << 2,
    /// An entry of a minidump's MemoryInfoList.
    MemoryInfo = 1 << 3,
    /// A line of a minidump's LinuxMaps stream.
    LinuxMaps = 1 << 4,
    /// A range whose memory a minidump holds (MemoryList, Memory64List).
    MemoryList = 1 << 5,
    /// A thread's stack: struct pthread, TEB, or the thread list's descriptor.
    ThreadStack = 1 << 6,
    /// The module list.
    ModuleList = 1 << 7,
    /// An annotation, such as the crash reporter's reservation.
    Annotation = 1 << 8,
    /// The user said so (`--assume-used`).
    Assumed = 1 << 9,
    /// A fact of the platform, such as Windows' shared user data page.
    Platform = 1 << 10,
    /// A row of a tool's listing of the address space: WinDbg's `!address`, gdb's `info proc mappings`, pmap, VMMap.
    Listing = 1 << 11,
}

impl Source {
    /// All, in the order of their bits.
    pub const ALL: [Source; 12] = [
        Source::PtLoad,
        Source::NtFile,
        Source::Maps,
        Source::MemoryInfo,
        Source::LinuxMaps,
        Source::MemoryList,
        Source::ThreadStack,
        Source::ModuleList,
        Source::Annotation,
        Source::Assumed,
        Source::Platform,
        Source::Listing,
    ];

    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Source::PtLoad => "pt-load",
            Source::NtFile => "nt-file",
            Source::Maps => "maps",
            Source::MemoryInfo => "memory-info-list",
            Source::LinuxMaps => "linux-maps",
            Source::MemoryList => "memory-list",
            Source::ThreadStack => "thread-stack",
            Source::ModuleList => "module-list",
            Source::Annotation => "annotation",
            Source::Assumed => "assumed",
            Source::Platform => "platform",
            Source::Listing => "listing",
        }
    }
}

/// A set of [`Source`]s.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
pub struct Sources(u16);

impl Sources {
    /// The set of one.
    pub fn of(source: Source) -> Sources {
        Sources(source as u16)
    }

    /// Both sets together.
    #[must_use]
    pub fn union(self, other: Sources) -> Sources {
        Sources(self.0 | other.0)
    }

    /// Whether `source` is in the set.
    pub fn has(self, source: Source) -> bool {
        self.0 & source as u16 != 0
    }

    /// The members, in the order of their bits.
    pub fn iter(self) -> impl Iterator<Item = Source> {
        Source::ALL.into_iter().filter(move |s| self.has(*s))
    }
}

/// Index of a mapping: what the system listed as one row. Regions that share it were one mapping
/// before they were split by owner.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub struct MappingId(pub u32);

/// Index into [`Snapshot::files`](super::Snapshot::files).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// One stretch of the address space with uniform attributes and exactly one owner.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Region {
    /// Where.
    pub range: AddrRange,
    /// Committed or reserved.
    pub state: State,
    /// Access rights, or `None` where the dump does not tell.
    pub protection: Option<Protection>,
    /// Whose it is.
    pub owner: OwnerId,
    /// Which mapping it is (a part of).
    pub mapping: MappingId,
    /// The file behind it, or `None` for anonymous memory and where the dump does not tell.
    pub backing: Option<FileId>,
    /// What the region is known from.
    pub evidence: Sources,
}

/// Undoes cuts that separated nothing: neighbours that differ in nothing but where they are become one region.
pub(crate) fn join_equal(regions: &mut Vec<Region>) {
    regions.dedup_by(|next, kept| {
        let alike = Region { range: next.range, evidence: next.evidence, ..*kept } == *next;
        if !alike || kept.range.end() != next.range.start() {
            return false;
        }
        kept.range = kept.range.hull(next.range);
        kept.evidence = kept.evidence.union(next.evidence);
        true
    });
}
