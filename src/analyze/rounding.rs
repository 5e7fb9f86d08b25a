//! What the allocator really asks the system for when a program asks for N bytes.

use super::Reach;
use crate::addr::AddrRange;
use crate::model::{Cpu, Os, Platform, PointerWidth, Request, Snapshot};

/// How requests grow on their way to the system.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rounding {
    page: u64,
    malloc: Option<MallocHeader>,
}

/// glibc's arithmetic for a chunk that gets a mapping of its own (`request2size` and `sysmalloc_mmap` in
/// `malloc/malloc.c`, glibc 2.26 to 2.43): the request and one size field are rounded up to the alignment, and one
/// more size field is added; where the alignment is more than two size fields (i386: 16 instead of 8), so is the slack
/// for moving the chunk. A request for whole pages thus takes one page more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct MallocHeader {
    field: u64,
    align: u64,
}

impl Rounding {
    /// The rounding of a platform: pages everywhere, and malloc's header on Linux.
    pub fn of(platform: &Platform, page_size: u64) -> Rounding {
        let malloc = platform.os.is_some_and(Os::is_linux).then(|| MallocHeader::of(platform));
        Rounding { page: page_size.max(1), malloc }
    }

    /// What the system is asked for, in bytes. A request with an alignment of its own is taken as one to mmap or
    /// VirtualAlloc: rounded to pages, without malloc's header. `None` above 2^64.
    pub fn needed(self, request: &Request) -> Option<u64> {
        let malloc = self.malloc.filter(|_| request.align.is_none());
        let size = match malloc {
            Some(header) => header.chunk(request.size)?,
            None => request.size,
        };
        size.max(1).checked_next_multiple_of(self.page)
    }

    /// The largest request without alignment for which `room` bytes are enough; `None` if none is.
    pub fn largest_request(self, room: u64) -> Option<u64> {
        let room = room - room % self.page;
        match self.malloc {
            Some(header) => header.largest(room),
            None => Some(room).filter(|r| *r > 0),
        }
    }

    /// Whether malloc's header is part of it.
    pub fn has_malloc_header(self) -> bool {
        self.malloc.is_some()
    }
}

impl MallocHeader {
    fn of(platform: &Platform) -> MallocHeader {
        match (platform.width, platform.cpu) {
            (PointerWidth::Bits64, _) => MallocHeader { field: 8, align: 16 },
            (PointerWidth::Bits32, None | Some(Cpu::X86)) => MallocHeader { field: 4, align: 16 },
            (PointerWidth::Bits32, Some(_)) => MallocHeader { field: 4, align: 8 },
        }
    }

    /// What follows the rounded chunk: one size field, and the slack to align it.
    fn tail(self) -> u64 {
        self.field + if self.align > 2 * self.field { self.align - 1 } else { 0 }
    }

    fn chunk(self, bytes: u64) -> Option<u64> {
        bytes.checked_add(self.field)?.checked_next_multiple_of(self.align)?.checked_add(self.tail())
    }

    fn largest(self, room: u64) -> Option<u64> {
        let chunk = room.checked_sub(self.tail())?;
        (chunk - chunk % self.align).checked_sub(self.field).filter(|n| *n > 0)
    }
}

/// The largest reachable part of a gap, each counted from its first address that is a multiple of `align`.
pub fn aligned(reach: Reach, free: AddrRange, align: Option<u64>) -> Option<AddrRange> {
    let from_aligned = |part: AddrRange| AddrRange::new(part.start().align_up(align.unwrap_or(1))?, part.end());
    reach.reachable_parts(free).filter_map(from_aligned).max_by_key(|part| part.size())
}

/// The rounding that applies to a snapshot.
pub fn of_snapshot(snapshot: &Snapshot) -> Rounding {
    Rounding::of(&snapshot.platform, snapshot.space.bounds().page_size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Endian, RequestSource};

    fn platform(os: Os, width: PointerWidth, cpu: Option<Cpu>) -> Platform {
        Platform { os: Some(os), cpu, width, endian: Endian::Little }
    }

    fn request(size: u64, align: Option<u64>) -> Request {
        Request { size, align, source: RequestSource::User }
    }

    /// Measured with glibc 2.36 by `strace -e mmap,mmap2` of malloc(N).
    #[test]
    fn malloc_asks_for_one_page_more_than_whole_pages() {
        let linux = Rounding::of(&platform(Os::Linux, PointerWidth::Bits64, Some(Cpu::X86_64)), 4096);
        assert_eq!(linux.needed(&request(64 << 20, None)), Some((64 << 20) + 4096));
        assert_eq!(linux.needed(&request((64 << 20) - 24, None)), Some(64 << 20));
        assert_eq!(linux.needed(&request((64 << 20) - 23, None)), Some((64 << 20) + 4096));
        assert_eq!(linux.needed(&request(64 << 20, Some(4096))), Some(64 << 20));
    }

    #[test]
    fn windows_rounds_to_pages() {
        let windows = Rounding::of(&platform(Os::Windows, PointerWidth::Bits32, Some(Cpu::X86)), 4096);
        assert_eq!(windows.needed(&request(1, None)), Some(4096));
        assert_eq!(windows.needed(&request(64 << 20, None)), Some(64 << 20));
    }

    #[test]
    fn the_largest_request_is_the_last_that_fits() {
        for (width, cpu) in [
            (PointerWidth::Bits64, Some(Cpu::X86_64)),
            (PointerWidth::Bits32, Some(Cpu::X86)),
            (PointerWidth::Bits32, Some(Cpu::Arm)),
        ] {
            let linux = Rounding::of(&platform(Os::Linux, width, cpu), 4096);
            for room in [0x1000, 0x5000, 0x1234_5000] {
                let largest = linux.largest_request(room).unwrap();
                assert!(linux.needed(&request(largest, None)).unwrap() <= room);
                assert!(linux.needed(&request(largest + 1, None)).unwrap() > room);
            }
            assert_eq!(linux.largest_request(0), None);
            assert_eq!(linux.needed(&request(u64::MAX, None)), None);
        }
    }
}
