//! Owners: what a region belongs to. Every region has exactly one.

use std::sync::Arc;

use super::heap_class::HeapClass;
use crate::addr::Addr;

/// What kind of thing an owner is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum OwnerKind {
    /// A thread's stack with its guard; also a stack that no living thread owns.
    Stack,
    /// An executable, library or DLL.
    Module,
    /// A heap: the brk heap, a thread arena's heap, a Windows heap.
    Heap,
    /// A mapped file that is no module.
    MappedFile,
    /// Private memory of which no more is known.
    Private,
    /// Shared memory without a file behind it.
    Shared,
    /// A Windows thread's environment block.
    Teb,
    /// The Windows process environment block.
    Peb,
    /// vdso, vvar and what else the Linux kernel maps into a process.
    Vdso,
    /// Pages shared by the system with every process, as Windows' shared user data.
    KernelShared,
    /// What the crash reporter itself had reserved.
    CrashReporter,
    /// Occupied, and nothing says by what.
    Unknown,
}

impl OwnerKind {
    /// All kinds, in the order used by tables.
    pub const ALL: [OwnerKind; 12] = [
        OwnerKind::Stack,
        OwnerKind::Module,
        OwnerKind::Heap,
        OwnerKind::MappedFile,
        OwnerKind::Private,
        OwnerKind::Shared,
        OwnerKind::Teb,
        OwnerKind::Peb,
        OwnerKind::Vdso,
        OwnerKind::KernelShared,
        OwnerKind::CrashReporter,
        OwnerKind::Unknown,
    ];

    /// The word used in reports and owner ids.
    pub fn name(self) -> &'static str {
        match self {
            OwnerKind::Stack => "stack",
            OwnerKind::Module => "module",
            OwnerKind::Heap => "heap",
            OwnerKind::MappedFile => "mapped-file",
            OwnerKind::Private => "private",
            OwnerKind::Shared => "shared",
            OwnerKind::Teb => "teb",
            OwnerKind::Peb => "peb",
            OwnerKind::Vdso => "vdso",
            OwnerKind::KernelShared => "kernel-shared",
            OwnerKind::CrashReporter => "crash-reporter",
            OwnerKind::Unknown => "unknown",
        }
    }
}

/// Index into [`Owners`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub struct OwnerId(pub u32);

/// What regions belong to. Two private mappings that were mapped apart are two owners; a module's segments,
/// a thread's stack with its guard, a heap with its reserved tail are one each.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Owner {
    /// What it is.
    pub kind: OwnerKind,
    /// Its lowest address, which tells owners of one kind apart.
    pub start: Addr,
    /// Name for people, from the dump and so untrusted: a file name, a thread name, `[heap]`.
    /// `None` for the many private mappings that have none.
    pub name: Option<Box<str>>,
    /// The thread, for stacks and TEBs of living threads.
    pub thread_id: Option<u64>,
    /// Whether a change that the user can make would move it or make it go away.
    pub movable: bool,
    /// Of a glibc heap the arena that it belongs to, by the arena's address as heap_info has it: an arena may have
    /// several heaps. `None` where the dump does not hold that word, and for all others.
    pub arena: Option<Addr>,
    /// Where in a heap it is, for people: `arena 3 heap 2`. [`Owner::name`] is then what it has in common with its like
    /// in other runs ([`HeapClass`]). `None` for all that was not found by walking a heap.
    pub place: Option<Box<str>>,
}

impl Owner {
    /// An owner of which nothing but its kind and place is known.
    pub fn anonymous(kind: OwnerKind, start: Addr) -> Owner {
        Owner { kind, start, name: None, thread_id: None, movable: kind.movable_by_default(), arena: None, place: None }
    }

    /// The same with a name.
    pub fn named(kind: OwnerKind, start: Addr, name: impl Into<Box<str>>) -> Owner {
        Owner { name: Some(name.into()), ..Owner::anonymous(kind, start) }
    }

    /// What it is called in reports: its place in a heap where that is known, else its name.
    pub fn shown(&self) -> Option<&str> {
        self.place.as_deref().or(self.name.as_deref())
    }

    /// Which kind of piece of a heap it is; `None` for all else and for heaps of which nothing tells.
    pub fn heap_class(&self) -> Option<HeapClass> {
        let name = self.name.as_deref().filter(|_| self.kind == OwnerKind::Heap)?;
        HeapClass::ALL.into_iter().find(|class| class.name() == name)
    }

    /// Whether it is the heap that brk moves.
    pub fn is_brk_heap(&self) -> bool {
        self.heap_class() == Some(HeapClass::Brk)
    }
}

impl OwnerKind {
    /// What the kind alone says of movability; the main stack, the executable and the system's own libraries are
    /// pinned one by one.
    pub fn movable_by_default(self) -> bool {
        match self {
            OwnerKind::Stack
            | OwnerKind::Module
            | OwnerKind::Heap
            | OwnerKind::MappedFile
            | OwnerKind::Private
            | OwnerKind::Shared
            | OwnerKind::CrashReporter => true,
            OwnerKind::Teb | OwnerKind::Peb | OwnerKind::Vdso | OwnerKind::KernelShared | OwnerKind::Unknown => false,
        }
    }
}

/// All owners of a snapshot, addressed by [`OwnerId`]. Clones share them until one is changed.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub struct Owners(Arc<Vec<Owner>>);

impl Owners {
    /// Adds an owner.
    pub fn add(&mut self, owner: Owner) -> OwnerId {
        let id = OwnerId(u32::try_from(self.0.len()).unwrap_or(u32::MAX));
        Arc::make_mut(&mut self.0).push(owner);
        id
    }

    /// The owner with this id, or `None` for an id of another snapshot.
    pub fn get(&self, id: OwnerId) -> Option<&Owner> {
        self.0.get(id.0 as usize)
    }

    /// The owner with this id, to change it.
    pub fn get_mut(&mut self, id: OwnerId) -> Option<&mut Owner> {
        Arc::make_mut(&mut self.0).get_mut(id.0 as usize)
    }

    /// All, with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (OwnerId, &Owner)> {
        (0u32..).map(OwnerId).zip(self.0.iter())
    }

    /// All, to change them.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Owner> {
        Arc::make_mut(&mut self.0).iter_mut()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
