//! How much of an archive is looked at.

/// Limits of a [`walk`](super::walk), over all archives inside of the archive together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveLimits {
    /// How many entries are looked at, folders included.
    pub members: u64,
    /// How many archives may lie in each other, the outermost one included.
    pub depth: u32,
    /// How many bytes of a member are unpacked.
    pub member_bytes: u64,
    /// How many bytes are unpacked in all, up to the end of the member that exceeds them.
    pub total_bytes: u64,
}

impl Default for ArchiveLimits {
    fn default() -> ArchiveLimits {
        ArchiveLimits { members: 10_000, depth: 3, member_bytes: 4 << 30, total_bytes: 64 << 30 }
    }
}

/// A limit in words: a size in the largest unit that leaves no rest.
pub(super) fn in_words(bytes: u64) -> String {
    let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let unit = units.into_iter().find(|(unit, _)| bytes > 0 && bytes.is_multiple_of(*unit));
    unit.map_or_else(|| format!("{bytes} bytes"), |(unit, name)| format!("{} {name}", bytes / unit))
}
