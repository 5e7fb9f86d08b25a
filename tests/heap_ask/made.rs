//! A process in the making: mappings, and heaps in them.

use fragscope::addr::{Addr, AddrRange};
use fragscope::heaps::*;
use fragscope::model::*;

use crate::spaces::{PAGE, with_space};

pub const KIB: u64 = 1 << 10;
pub const MIB: u64 = 1 << 20;

/// Where the ceiling is.
pub const CEILING: u64 = 0xc000_0000;
/// Where the brk heap begins, and where it ends.
pub const BRK: (u64, u64) = (0x0900_0000, 0x0920_0000);

pub fn range(start: u64, end: u64) -> AddrRange {
    AddrRange::new(Addr(start), Addr(end)).unwrap()
}

/// An i386 process of Linux.
#[derive(Debug)]
pub struct Made {
    regions: Vec<Region>,
    owners: Owners,
    pub modules: Vec<Module>,
    pub limits: Limits,
    pub heap: Heap,
    pub layout: MmapLayout,
}

impl Made {
    /// With a brk heap of 2 MiB whose main arena has nothing free, and everything else free.
    pub fn new() -> Made {
        let mut made = Made {
            regions: Vec::new(),
            owners: Owners::default(),
            modules: Vec::new(),
            limits: Limits::default(),
            heap: Heap::new(Allocator::Glibc, Grade::Exact),
            layout: MmapLayout::TopDown { skipped: None },
        };
        made.put(BRK, OwnerKind::Heap, Some("[heap]"), State::Committed);
        made.part(BRK, Role::MainBrk);
        let system = Some(BRK.1 - BRK.0);
        let main = Arena { main: true, system, reserved: BRK.1 - BRK.0, ..walked(0xb7e0_0000, 0, 0) };
        made.heap.arenas.push(main);
        made
    }

    pub fn put(&mut self, (start, end): (u64, u64), kind: OwnerKind, name: Option<&str>, state: State) -> OwnerId {
        let owner = Owner { name: name.map(Into::into), ..Owner::anonymous(kind, Addr(start)) };
        let id = self.owners.add(owner);
        self.more(id, (start, end), state);
        id
    }

    /// Another region of an owner.
    pub fn more(&mut self, owner: OwnerId, (start, end): (u64, u64), state: State) {
        let access = if state == State::Reserved { Protection::NONE } else { Protection::READ.with(Protection::WRITE) };
        self.regions.push(Region {
            range: range(start, end),
            state,
            protection: Some(access),
            owner,
            mapping: MappingId(u32::try_from(self.regions.len()).unwrap()),
            backing: None,
            evidence: Sources::of(Source::Maps),
        });
    }

    /// Everything between is taken by one private mapping.
    pub fn fill(&mut self, start: u64, end: u64) -> OwnerId {
        self.put((start, end), OwnerKind::Private, None, State::Committed)
    }

    pub fn part(&mut self, (start, end): (u64, u64), role: Role) {
        self.heap.parts.push(Part { range: range(start, end), role, fill: None });
        self.heap.parts.sort_by_key(|part| part.range.start());
    }

    /// A thread arena with one heap of 1 MiB at `start`, `used` bytes of it writable.
    pub fn arena(&mut self, start: u64, used: u64, largest: u64, top: u64) {
        let number = u32::try_from(self.heap.arenas.len()).unwrap();
        let owner = self.owners.add(Owner {
            arena: Some(Addr(start + 24)),
            ..Owner::named(OwnerKind::Heap, Addr(start), "glibc thread arena")
        });
        self.more(owner, (start, start + used), State::Committed);
        if used < MIB {
            self.more(owner, (start + used, start + MIB), State::Reserved);
        }
        self.part((start, start + MIB), Role::ThreadHeap { arena: number, heap: 0 });
        let arena = Arena { system: Some(used), reserved: MIB, threads: Some(2), ..walked(start + 24, largest, top) };
        self.heap.arenas.push(arena);
    }

    pub fn main(&mut self) -> &mut Arena {
        &mut self.heap.arenas[0]
    }

    pub fn heaps(&self) -> Heaps {
        Heaps { list: vec![self.heap.clone()] }
    }

    pub fn snapshot(&self) -> Snapshot {
        let bounds = Bounds {
            range: range(0x1_0000, CEILING),
            ceiling_source: CeilingSource::User,
            page_size: PAGE,
            granularity: PAGE,
            mmap_layout: Some(self.layout),
        };
        let mut regions = self.regions.clone();
        regions.sort_by_key(|r| r.range.start());
        let space = AddressSpace::new(bounds, Coverage::Everything, regions).unwrap();
        let made = with_space(space, Evidence::Complete);
        Snapshot { owners: self.owners.clone(), modules: self.modules.clone(), limits: self.limits, ..made }
    }
}

/// An arena that was walked, with one free chunk of that size (none of 0), and that top.
pub fn walked(id: u64, largest: u64, top: u64) -> Arena {
    let mut free = Free::default();
    if largest > 0 {
        free.add(largest);
    }
    Arena {
        live: Some(Tally { count: 10, bytes: 1000 }),
        cached: Some(Tally::default()),
        fast: Some(Tally::default()),
        free: Some(free),
        top: Some(top),
        ..Arena::new(Addr(id))
    }
}
