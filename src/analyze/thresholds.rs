//! Every number that a judgement depends on, by name.

/// `vm.max_map_count` of a Linux kernel that nobody configured (`DEFAULT_MAX_MAP_COUNT` in `linux/mm.h`).
pub const DEFAULT_VMA_LIMIT: u64 = 65_530;

/// A process is at its mapping limit from this share of the limit on, as a divisor: within 1 %. A process that died
/// there has often released a few mappings on its way down.
pub const NEAR_LIMIT_DIVISOR: u64 = 100;

/// Socorro's `tiny_block_size` sums free regions smaller than this, in bytes.
pub const TINY_BLOCK: u64 = 1 << 20;

/// A gap from this size on refuses no request for want of address space: there is not as much memory.
pub const MORE_THAN_MEMORY: u64 = 1 << 40;

/// Stack reserve that room for threads is measured with where no thread tells: `ulimit -s` of most Linux systems.
pub const DEFAULT_LINUX_STACK: u64 = 8 << 20;

/// The same on Windows: the linker's default `/STACK`.
pub const DEFAULT_WINDOWS_STACK: u64 = 1 << 20;
