//! By what kind of change an owner could be elsewhere, or not be there at all.

use std::collections::HashMap;

use super::Ledger;
use crate::model::{HeapClass, Os, Owner, OwnerId, OwnerKind, Snapshot};

/// A kind of change.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Change {
    /// Smaller stacks, or fewer threads.
    SmallerStack,
    /// The stack of a thread that has ended, which glibc keeps for the next one.
    CachedStack,
    /// Another address for a module.
    MoveModule,
    /// The same, where the dump does not tell whether the module can be moved.
    MoveModuleIfRelocatable,
    /// A module that stands where it was linked to: loaded earlier, later or not at all.
    FixedModule,
    /// Fewer arenas of glibc's malloc.
    FewerArenas,
    /// A smaller brk heap.
    SmallerBrk,
    /// A heap with a smaller reservation, or elsewhere (Windows).
    SmallerHeap,
    /// A file mapped elsewhere, in parts or not at all.
    MapElsewhere,
    /// Memory allocated elsewhere, earlier or not at all.
    AllocateElsewhere,
    /// A smaller reservation of which nothing is committed.
    ReserveLess,
    /// A smaller reservation of the crash reporter.
    CrashReporter,
    /// None that a user could make.
    Pinned,
}

impl Change {
    /// All kinds.
    pub const ALL: [Change; 13] = [
        Change::SmallerStack,
        Change::CachedStack,
        Change::MoveModule,
        Change::MoveModuleIfRelocatable,
        Change::FixedModule,
        Change::FewerArenas,
        Change::SmallerBrk,
        Change::SmallerHeap,
        Change::MapElsewhere,
        Change::AllocateElsewhere,
        Change::ReserveLess,
        Change::CrashReporter,
        Change::Pinned,
    ];

    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Change::SmallerStack => "smaller-stack",
            Change::CachedStack => "cached-stack",
            Change::MoveModule => "move-module",
            Change::MoveModuleIfRelocatable => "move-module-if-relocatable",
            Change::FixedModule => "fixed-module",
            Change::FewerArenas => "fewer-arenas",
            Change::SmallerBrk => "smaller-brk",
            Change::SmallerHeap => "smaller-heap",
            Change::MapElsewhere => "map-elsewhere",
            Change::AllocateElsewhere => "allocate-elsewhere",
            Change::ReserveLess => "reserve-less",
            Change::CrashReporter => "crash-reporter",
            Change::Pinned => "pinned",
        }
    }
}

/// What would move the owners of one snapshot.
#[derive(Debug)]
pub struct Changes<'a> {
    snapshot: &'a Snapshot,
    ledger: Ledger,
    relocatable: HashMap<OwnerId, Option<bool>>,
}

impl<'a> Changes<'a> {
    /// Looks at all owners once.
    pub fn of(snapshot: &'a Snapshot) -> Changes<'a> {
        let relocatable = snapshot.modules.iter().map(|m| (m.owner, m.relocatable)).collect();
        Changes { snapshot, ledger: Ledger::of(snapshot), relocatable }
    }

    /// What the owners take.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Whether a module could be loaded at another address; `None` where the dump does not tell.
    pub fn is_relocatable(&self, owner: OwnerId) -> Option<bool> {
        self.relocatable.get(&owner).copied().flatten()
    }

    /// By what kind of change the owner would go; pinned for an id of another snapshot.
    pub fn of_owner(&self, id: OwnerId) -> Change {
        match self.snapshot.owner(id) {
            Some(owner) if owner.movable => self.of_movable(id, owner),
            _ => Change::Pinned,
        }
    }

    fn of_movable(&self, id: OwnerId, owner: &Owner) -> Change {
        match owner.kind {
            OwnerKind::Stack if owner.thread_id.is_none() && owner.name.as_deref() == Some("exited thread") => {
                Change::CachedStack
            }
            OwnerKind::Stack => Change::SmallerStack,
            OwnerKind::Module => match self.is_relocatable(id) {
                Some(true) => Change::MoveModule,
                Some(false) => Change::FixedModule,
                None => Change::MoveModuleIfRelocatable,
            },
            OwnerKind::Heap if self.snapshot.platform.os == Some(Os::Windows) => Change::SmallerHeap,
            OwnerKind::Heap => of_heap(owner),
            OwnerKind::MappedFile => Change::MapElsewhere,
            OwnerKind::Private | OwnerKind::Shared if self.ledger.taken(id).committed == 0 => Change::ReserveLess,
            OwnerKind::Private | OwnerKind::Shared => Change::AllocateElsewhere,
            OwnerKind::CrashReporter => Change::CrashReporter,
            OwnerKind::Teb | OwnerKind::Peb | OwnerKind::Vdso | OwnerKind::KernelShared | OwnerKind::Unknown => {
                Change::Pinned
            }
        }
    }
}

/// A piece of malloc's or of another allocator's heap. One that nothing tells more of is taken for a thread arena's.
fn of_heap(owner: &Owner) -> Change {
    match owner.heap_class() {
        Some(HeapClass::Brk) => Change::SmallerBrk,
        Some(class) if class.is_told_by_size() => Change::AllocateElsewhere,
        _ => Change::FewerArenas,
    }
}
