//! What may be asked to be different.

use super::Pattern;
use crate::addr::{Addr, AddrRange};
use crate::model::OwnerKind;
use crate::units::plain_size;

/// One change to a process's address space.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Edit {
    /// Thread stacks of at most so many bytes, shrunk in place from their low end; with a pattern only those of threads
    /// of matching names.
    StackSize {
        /// Bytes of each stack, guard not counted.
        bytes: u64,
        /// Pattern of thread names.
        threads: Option<Pattern>,
    },
    /// Owners that are gone.
    Without(Target),
    /// The executable's large-address-aware bit (Windows, 32 bit).
    LargeAddressAware,
    /// So many bytes of user address space, as by IncreaseUserVa (Windows, 32 bit).
    UserVa(u64),
    /// All relocatable modules side by side at the top.
    PackModules,
    /// A module at another address.
    Rebase {
        /// Pattern of its name or path.
        module: Pattern,
        /// Its new first address.
        to: Addr,
    },
    /// Another alignment of allocations, in bytes.
    Granularity(u64),
    /// mmap's usual search, from the top downwards and everywhere (Linux).
    TopDown,
    /// A higher M_MMAP_THRESHOLD of glibc's malloc, in bytes: smaller mappings of its own are served from the brk heap.
    MmapThreshold(u64),
    /// At most so many glibc arenas, the main one counted.
    ArenaMax(u64),
    /// Something new in a free place.
    Add(AddrRange),
    /// A range that is given back, of whoever has it: what is left of a mapping stays where it is.
    Unmap(AddrRange),
    /// Holes that earlier edits left between neighbours close up, as at a fresh start.
    Repack,
}

/// Who is to be gone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// The stack of the thread with this id.
    Thread(u64),
    /// The stacks of threads with matching names.
    ThreadName(Pattern),
    /// Modules with matching names or paths.
    Module(Pattern),
    /// Every owner of a kind.
    Kind(OwnerKind),
    /// The owner of the region at this address.
    Region(Addr),
    /// Pieces of heaps with matching names, such as `arena 3 heap 2`, or matching names of their class, such as
    /// `glibc thread arena`.
    Heap(Pattern),
    /// Mappings of files with matching names or paths, other than modules.
    File(Pattern),
    /// Mappings of a matching shape, as the groups of a report name them.
    Shape(Pattern),
    /// Private memory of which nothing is committed.
    Reserved,
}

impl Edit {
    /// The same with other names.
    #[must_use]
    pub fn with_names(&self, mut rename: impl FnMut(&str) -> String) -> Edit {
        let mut renamed = |pattern: &Pattern| Pattern::new(&rename(pattern.text()));
        match self {
            Edit::StackSize { bytes, threads: Some(names) } => {
                Edit::StackSize { bytes: *bytes, threads: Some(renamed(names)) }
            }
            Edit::Without(Target::ThreadName(names)) => Edit::Without(Target::ThreadName(renamed(names))),
            Edit::Without(Target::Module(names)) => Edit::Without(Target::Module(renamed(names))),
            Edit::Without(Target::File(names)) => Edit::Without(Target::File(renamed(names))),
            Edit::Rebase { module, to } => Edit::Rebase { module: renamed(module), to: *to },
            other => other.clone(),
        }
    }
}

impl std::fmt::Display for Edit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Edit::StackSize { bytes, threads: None } => write!(f, "stack-size={}", plain_size(*bytes)),
            Edit::StackSize { bytes, threads: Some(names) } => {
                write!(f, "stack-size={}:{}", plain_size(*bytes), names.text())
            }
            Edit::Without(target) => write!(f, "without={target}"),
            Edit::LargeAddressAware => f.write_str("large-address-aware"),
            Edit::UserVa(bytes) => write!(f, "user-va={}", plain_size(*bytes)),
            Edit::PackModules => f.write_str("pack-modules"),
            Edit::Rebase { module, to } => write!(f, "rebase={}:{to}", module.text()),
            Edit::Granularity(bytes) => write!(f, "granularity={}", plain_size(*bytes)),
            Edit::TopDown => f.write_str("top-down"),
            Edit::MmapThreshold(bytes) => write!(f, "mmap-threshold={}", plain_size(*bytes)),
            Edit::ArenaMax(arenas) => write!(f, "arena-max={arenas}"),
            Edit::Add(range) => write!(f, "add={}@{}", plain_size(range.size()), range.start()),
            Edit::Unmap(range) => write!(f, "unmap={}@{}", plain_size(range.size()), range.start()),
            Edit::Repack => f.write_str("repack"),
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Target::Thread(id) => write!(f, "thread:{id}"),
            Target::ThreadName(names) => write!(f, "thread-name:{}", names.text()),
            Target::Module(names) => write!(f, "module:{}", names.text()),
            Target::Kind(kind) => write!(f, "kind:{}", kind.name()),
            Target::Heap(names) => write!(f, "heap:{}", names.text()),
            Target::Region(addr) => write!(f, "region:{addr}"),
            Target::File(names) => write!(f, "file:{}", names.text()),
            Target::Shape(names) => write!(f, "shape:{}", names.text()),
            Target::Reserved => f.write_str("state:reserved"),
        }
    }
}
