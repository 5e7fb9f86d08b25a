//! Threads and their stacks.

use super::owner::OwnerId;
use crate::addr::{Addr, AddrRange};

/// A thread of the dumped process.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Thread {
    /// The system's id of the thread.
    pub id: u64,
    /// Its name; untrusted. `None` where the dump has none.
    pub name: Option<Box<str>>,
    /// Whether it is the one that crashed (or asked for the dump).
    pub crashed: bool,
    /// Stack pointer, or `None` if the register context is missing.
    pub sp: Option<Addr>,
    /// Program counter, or `None` if the register context is missing.
    pub pc: Option<Addr>,
    /// Its stack, or `None` if the stack pointer lies in none (alternate stack, fiber, corrupt pointer).
    pub stack: Option<Stack>,
}

/// How the bounds of a stack were found, from the most to the least certain.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord, Hash)]
pub enum StackSource {
    /// glibc's struct pthread in the dump's memory: exact.
    Pthread,
    /// StackBase and DeallocationStack of the Windows TEB: exact.
    Teb,
    /// The memory map's allocation that holds the stack's memory descriptor (Windows).
    Allocation,
    /// The mapping that the map itself calls `[stack]`, or `[stack:TID]`.
    Maps,
    /// The mapping around the stack pointer; neighbours may be merged into it.
    Region,
    /// The mapping around the stack pointer, which holds the stacks of other threads too: all sizes are the mapping's.
    SharedRegion,
    /// Only the stack memory that the dump holds: a lower bound.
    MemoryList,
}

impl StackSource {
    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            StackSource::Pthread => "pthread",
            StackSource::Teb => "teb",
            StackSource::Allocation => "allocation",
            StackSource::Maps => "maps",
            StackSource::Region => "region",
            StackSource::SharedRegion => "shared",
            StackSource::MemoryList => "memory-list",
        }
    }
}

/// A thread's stack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stack {
    /// The usable stack without its guard on Linux (as pthread_getattr_np has it);
    /// DeallocationStack..StackBase on Windows, where the reservation is what splits the space.
    pub range: AddrRange,
    /// Address space taken, guard included; `None` where only the dumped part of the stack is known.
    pub reserved: Option<u64>,
    /// Memory behind it, or `None` if the map does not tell.
    pub committed: Option<u64>,
    /// Bytes in use: from the stack pointer, or the lowest touched page where `--deep` looked, up to the stack's end.
    /// `None` if the stack pointer lies elsewhere, or the stack's end is not known.
    pub used: Option<u64>,
    /// Size of the guard below it, in bytes; 0 is a stack without guard, `None` is not known.
    pub guard: Option<u64>,
    /// How the bounds were found.
    pub source: StackSource,
    /// The owner of its regions.
    pub owner: OwnerId,
}
