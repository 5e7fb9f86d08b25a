//! Streams of memory contents, and of the address space's map.

use super::bytes::Writer;
use super::minidump::{Place, Stream, stream_type};

/// Bytes at an address.
pub type Range = (u64, Vec<u8>);

/// MemoryListStream (5): NumberOfMemoryRanges (4 bytes), then per range StartOfMemoryRange 0, DataSize 8, Rva 12.
#[derive(Clone, Debug, Default)]
pub struct MemoryList {
    ranges: Vec<Range>,
    padded: bool,
}

impl MemoryList {
    /// No ranges.
    pub fn new() -> MemoryList {
        MemoryList::default()
    }

    /// Adds a range. Duplicates and overlaps are written as they come.
    pub fn range(mut self, start: u64, bytes: &[u8]) -> MemoryList {
        self.ranges.push((start, bytes.to_vec()));
        self
    }

    /// Puts 4 unused bytes between count and ranges, as breakpad's writers on some platforms do.
    pub fn padded(mut self) -> MemoryList {
        self.padded = true;
        self
    }
}

impl Stream for MemoryList {
    fn stream_type(&self) -> u32 {
        stream_type::MEMORY_LIST
    }

    fn name(&self) -> String {
        "MemoryList".to_string()
    }

    fn write(&self, w: &mut Writer) -> Place {
        let ranges = self.ranges.iter().enumerate();
        let places: Vec<Place> =
            ranges.map(|(index, range)| Place::of(w, &format!("memory[{index}]"), |w| w.bytes(&range.1))).collect();
        Place::body(w, |w| {
            w.field_u32("NumberOfMemoryRanges", self.ranges.len() as u32);
            w.zeros(if self.padded { 4 } else { 0 });
            for (index, ((start, _), place)) in self.ranges.iter().zip(places).enumerate() {
                w.structure(&format!("MemoryRanges[{index}]"), |w| {
                    w.field_u64("StartOfMemoryRange", *start);
                    place.write(w, "Memory");
                });
            }
        })
    }
}

/// Memory64ListStream (9): NumberOfMemoryRanges 0 (8 bytes), BaseRva 8, then per range StartOfMemoryRange and DataSize
/// (8 bytes each). The bytes of all ranges follow each other from BaseRva on. Add this stream last: real writers have
/// these bytes at the end of the file.
#[derive(Clone, Debug, Default)]
pub struct Memory64List {
    ranges: Vec<Range>,
}

impl Memory64List {
    /// No ranges.
    pub fn new() -> Memory64List {
        Memory64List::default()
    }

    /// Adds a range.
    pub fn range(mut self, start: u64, bytes: &[u8]) -> Memory64List {
        self.ranges.push((start, bytes.to_vec()));
        self
    }
}

impl Stream for Memory64List {
    fn stream_type(&self) -> u32 {
        stream_type::MEMORY64_LIST
    }

    fn name(&self) -> String {
        "Memory64List".to_string()
    }

    fn write(&self, w: &mut Writer) -> Place {
        let place = Place::body(w, |w| {
            let size = 16 + 16 * self.ranges.len();
            w.field_u64("NumberOfMemoryRanges", self.ranges.len() as u64);
            w.field_u64("BaseRva", (w.position() - 8 + size) as u64);
            for (index, (start, bytes)) in self.ranges.iter().enumerate() {
                w.structure(&format!("MemoryRanges[{index}]"), |w| {
                    w.field_u64("StartOfMemoryRange", *start);
                    w.field_u64("DataSize", bytes.len() as u64);
                });
            }
        });
        for (index, (_, bytes)) in self.ranges.iter().enumerate() {
            w.structure(&format!("memory[{index}]"), |w| w.bytes(bytes));
        }
        place
    }
}

/// Memory states, `winnt.h`.
pub mod state {
    /// MEM_COMMIT.
    pub const COMMIT: u32 = 0x1000;
    /// MEM_RESERVE.
    pub const RESERVE: u32 = 0x2000;
    /// MEM_FREE.
    pub const FREE: u32 = 0x1_0000;
}

/// Memory types, `winnt.h`.
pub mod kind {
    /// MEM_PRIVATE.
    pub const PRIVATE: u32 = 0x2_0000;
    /// MEM_MAPPED.
    pub const MAPPED: u32 = 0x4_0000;
    /// MEM_IMAGE.
    pub const IMAGE: u32 = 0x100_0000;
}

/// Page protections, `winnt.h`.
pub mod protect {
    /// PAGE_NOACCESS.
    pub const NOACCESS: u32 = 0x1;
    /// PAGE_READONLY.
    pub const READONLY: u32 = 0x2;
    /// PAGE_READWRITE.
    pub const READWRITE: u32 = 0x4;
    /// PAGE_EXECUTE_READ.
    pub const EXECUTE_READ: u32 = 0x20;
    /// PAGE_GUARD, added to another one.
    pub const GUARD: u32 = 0x100;
    /// PAGE_WRITECOMBINE, added to another one.
    pub const WRITECOMBINE: u32 = 0x400;
}

/// MINIDUMP_MEMORY_INFO, 48 bytes: BaseAddress 0, AllocationBase 8, AllocationProtect 16, RegionSize 24, State 32,
/// Protect 36, Type 40.
#[derive(Clone, Copy, Debug)]
pub struct Region {
    base: u64,
    size: u64,
    allocation: u64,
    state: u32,
    protect: u32,
    kind: u32,
}

impl Region {
    /// A committed private region, an allocation of its own.
    pub fn committed(base: u64, size: u64, protect: u32) -> Region {
        Region { base, size, allocation: base, state: state::COMMIT, protect, kind: kind::PRIVATE }
    }

    /// A reserved private region, an allocation of its own. Windows leaves its Protect 0.
    pub fn reserved(base: u64, size: u64) -> Region {
        Region { state: state::RESERVE, protect: 0, ..Region::committed(base, size, 0) }
    }

    /// A free region: AllocationBase and Type 0, PAGE_NOACCESS.
    pub fn free(base: u64, size: u64) -> Region {
        Region { allocation: 0, state: state::FREE, kind: 0, ..Region::committed(base, size, protect::NOACCESS) }
    }

    /// Makes it part of the allocation that starts at `base`.
    pub fn allocation(mut self, base: u64) -> Region {
        self.allocation = base;
        self
    }

    /// Sets the type, see [`kind`].
    pub fn kind(mut self, kind: u32) -> Region {
        self.kind = kind;
        self
    }

    /// Sets the state, for values that are not one of the three.
    pub fn state(mut self, state: u32) -> Region {
        self.state = state;
        self
    }

    /// Sign-extends both addresses from 32 bits, as dbghelp does in dumps of 32-bit processes:
    /// 0x9fff0000 becomes 0xffffffff9fff0000.
    pub fn sign_extended(mut self) -> Region {
        self.base = sign_extend(self.base);
        self.allocation = sign_extend(self.allocation);
        self
    }

    fn write(&self, w: &mut Writer) {
        w.field_u64("BaseAddress", self.base);
        w.field_u64("AllocationBase", self.allocation);
        w.u32(self.protect);
        w.u32(0);
        w.field_u64("RegionSize", self.size);
        w.field_u32("State", self.state);
        w.field_u32("Protect", self.protect);
        w.field_u32("Type", self.kind);
        w.u32(0);
    }
}

/// The 64-bit number whose low half is `address`, and whose high half repeats bit 31.
pub fn sign_extend(address: u64) -> u64 {
    address as u32 as i32 as i64 as u64
}

/// MemoryInfoListStream (16): SizeOfHeader 0 (4 bytes), SizeOfEntry 4, NumberOfEntries 8 (8 bytes), then the regions.
#[derive(Clone, Debug)]
pub struct MemoryInfoList {
    regions: Vec<Region>,
    header: u32,
    entry: u32,
}

impl MemoryInfoList {
    /// These regions, in this order, with the usual sizes of header (16) and entry (48).
    pub fn new(regions: impl IntoIterator<Item = Region>) -> MemoryInfoList {
        MemoryInfoList { regions: regions.into_iter().collect(), header: 16, entry: 48 }
    }

    /// Makes header and entries longer, with zeros at their ends, as future writers may.
    pub fn sizes(mut self, header: u32, entry: u32) -> MemoryInfoList {
        self.header = header;
        self.entry = entry;
        self
    }
}

impl Stream for MemoryInfoList {
    fn stream_type(&self) -> u32 {
        stream_type::MEMORY_INFO_LIST
    }

    fn name(&self) -> String {
        "MemoryInfoList".to_string()
    }

    fn write(&self, w: &mut Writer) -> Place {
        Place::body(w, |w| {
            let start = w.position();
            w.field_u32("SizeOfHeader", self.header);
            w.field_u32("SizeOfEntry", self.entry);
            w.field_u64("NumberOfEntries", self.regions.len() as u64);
            w.pad_to(start + self.header as usize);
            for (index, region) in self.regions.iter().enumerate() {
                w.structure(&format!("Entries[{index}]"), |w| region.write(w));
                w.pad_to(start + self.header as usize + (index + 1) * self.entry as usize);
            }
        })
    }
}
