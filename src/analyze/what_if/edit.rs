//! What may be asked to be different.

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
    /// At most so many glibc arenas, the main one counted.
    ArenaMax(u64),
    /// Something new in a free place.
    Add(AddrRange),
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
}

/// A name with `*` for any characters and `?` for any one; upper and lower case are equal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pattern(String);

impl Pattern {
    /// A pattern.
    pub fn new(text: &str) -> Pattern {
        Pattern(text.to_owned())
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether all of `name` is what the pattern says. In time of at most the lengths' product.
    pub fn matches(&self, name: &str) -> bool {
        wildmatch::WildMatch::new_case_insensitive(&self.0).matches(name)
    }

    /// Whether a path or its last part matches.
    pub fn matches_path(&self, path: &str) -> bool {
        let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
        self.matches(file) || self.matches(path)
    }
}

impl std::fmt::Display for Edit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Edit::StackSize { bytes, threads: None } => write!(f, "stack-size={}", plain_size(*bytes)),
            Edit::StackSize { bytes, threads: Some(names) } => {
                write!(f, "stack-size={}:{}", plain_size(*bytes), names.0)
            }
            Edit::Without(target) => write!(f, "without={target}"),
            Edit::LargeAddressAware => f.write_str("large-address-aware"),
            Edit::UserVa(bytes) => write!(f, "user-va={}", plain_size(*bytes)),
            Edit::PackModules => f.write_str("pack-modules"),
            Edit::Rebase { module, to } => write!(f, "rebase={}:{to}", module.0),
            Edit::Granularity(bytes) => write!(f, "granularity={}", plain_size(*bytes)),
            Edit::TopDown => f.write_str("top-down"),
            Edit::ArenaMax(arenas) => write!(f, "arena-max={arenas}"),
            Edit::Add(range) => write!(f, "add={}@{}", plain_size(range.size()), range.start()),
            Edit::Repack => f.write_str("repack"),
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Target::Thread(id) => write!(f, "thread:{id}"),
            Target::ThreadName(names) => write!(f, "thread-name:{}", names.0),
            Target::Module(names) => write!(f, "module:{}", names.0),
            Target::Kind(kind) => write!(f, "kind:{}", kind.name()),
            Target::Region(addr) => write!(f, "region:{addr}"),
        }
    }
}
