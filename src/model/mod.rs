//! The dump as plain data: one snapshot of a process, owned, without I/O.
//!
//! [`load`](crate::load) makes it, [`analyze`](crate::analyze) asks it, [`report`](crate::report) shows it.

pub mod heap_class;
pub mod memory;
pub mod memory_use;
pub mod module;
pub mod owner;
pub mod platform;
pub mod region;
pub mod request;
pub mod snapshot;
pub mod space;
pub mod stated;
pub mod thread;

pub use heap_class::HeapClass;
pub use memory::{Captured, Memory, ReadAt};
pub use memory_use::{CgroupMemory, MappingUse, MemoryUse, Overcommit, OvercommitMode};
pub use module::Module;
pub use owner::{Owner, OwnerId, OwnerKind, Owners};
pub use platform::{Cpu, Endian, Os, Platform, PointerWidth};
pub use region::{FileId, MappingId, Protection, Region, Source, Sources, State};
pub use request::{Request, RequestSource};
pub use snapshot::{DumpFormat, DumpInfo, Evidence, Limits, Reason, ReasonKind, Snapshot, Writer};
pub use space::{AddressSpace, Bounds, CeilingSource, Certainty, Coverage, MmapLayout};
pub use stated::{Stated, StatedUsage};
pub use thread::{Stack, StackSource, Thread};
