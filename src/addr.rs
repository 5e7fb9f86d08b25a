//! Addresses, file offsets and ranges: numbers that must not mix.

use std::fmt;

/// A virtual address of the dumped process, as an unsigned 64-bit number whatever the process's width.
///
/// Addresses above 2^63 are ordinary (x86-64 puts vsyscall at `0xffffffffff600000`), so nothing here is signed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Addr(pub u64);

impl Addr {
    /// The address `bytes` further up, or `None` if that is above 2^64 - 1.
    pub fn checked_add(self, bytes: u64) -> Option<Addr> {
        self.0.checked_add(bytes).map(Addr)
    }

    /// The address `bytes` further down, or `None` if that is below zero.
    pub fn checked_sub(self, bytes: u64) -> Option<Addr> {
        self.0.checked_sub(bytes).map(Addr)
    }

    /// Bytes from `lower` up to here; zero if `lower` is above.
    pub fn distance_from(self, lower: Addr) -> u64 {
        self.0.saturating_sub(lower.0)
    }

    /// The nearest multiple of `align` at or above, or `None` if that is above 2^64 - 1.
    ///
    /// An `align` of 0 or 1 changes nothing.
    pub fn align_up(self, align: u64) -> Option<Addr> {
        if align <= 1 {
            return Some(self);
        }
        self.0.checked_next_multiple_of(align).map(Addr)
    }

    /// The nearest multiple of `align` at or below. An `align` of 0 or 1 changes nothing.
    pub fn align_down(self, align: u64) -> Addr {
        if align <= 1 {
            return self;
        }
        Addr(self.0 - self.0 % align)
    }
}

impl fmt::Debug for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

impl fmt::Display for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

/// A position in the dump file, in bytes from its start (after decompression).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct FileOffset(pub u64);

impl FileOffset {
    /// The offset `bytes` further on, or `None` if that is above 2^64 - 1.
    pub fn checked_add(self, bytes: u64) -> Option<FileOffset> {
        self.0.checked_add(bytes).map(FileOffset)
    }
}

impl fmt::Display for FileOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

/// A half-open, non-empty range of addresses.
///
/// The end is an address too, so the last byte of the 64-bit space cannot be part of a range; no user address space
/// reaches it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AddrRange {
    start: Addr,
    end: Addr,
}

impl AddrRange {
    /// The range `start..end`, or `None` if it would be empty or reversed.
    pub const fn new(start: Addr, end: Addr) -> Option<AddrRange> {
        if start.0 < end.0 { Some(AddrRange { start, end }) } else { None }
    }

    /// The range of `size` bytes from `start`, or `None` if `size` is zero or the end is above 2^64 - 1.
    pub fn from_size(start: Addr, size: u64) -> Option<AddrRange> {
        AddrRange::new(start, start.checked_add(size)?)
    }

    /// As [`from_size`](Self::from_size), with an end above 2^64 - 1 cut to it.
    pub fn from_size_clipped(start: Addr, size: u64) -> Option<AddrRange> {
        AddrRange::new(start, Addr(start.0.saturating_add(size)))
    }

    /// The first address.
    pub fn start(self) -> Addr {
        self.start
    }

    /// The first address after the range.
    pub fn end(self) -> Addr {
        self.end
    }

    /// Length in bytes, at least 1.
    pub fn size(self) -> u64 {
        self.end.0 - self.start.0
    }

    /// Whether `addr` is one of the range's addresses.
    pub fn contains(self, addr: Addr) -> bool {
        self.start <= addr && addr < self.end
    }

    /// Whether every address of `other` is in this range.
    pub fn covers(self, other: AddrRange) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two have an address in common.
    pub fn overlaps(self, other: AddrRange) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The addresses in both, or `None` if there are none.
    pub fn intersect(self, other: AddrRange) -> Option<AddrRange> {
        AddrRange::new(self.start.max(other.start), self.end.min(other.end))
    }

    /// The smallest range that covers both.
    pub fn hull(self, other: AddrRange) -> AddrRange {
        AddrRange { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The range with both ends moved outward to multiples of `granularity`; an end that would be above 2^64 - 1 stays.
    pub fn grown_to(self, granularity: u64) -> AddrRange {
        let end = self.end.align_up(granularity).unwrap_or(self.end);
        AddrRange { start: self.start.align_down(granularity), end }
    }

    /// What is left after both ends are moved inward to multiples of `granularity`; `None` if nothing is.
    pub fn shrink_to(self, granularity: u64) -> Option<AddrRange> {
        AddrRange::new(self.start.align_up(granularity)?, self.end.align_down(granularity))
    }
}

impl fmt::Debug for AddrRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

impl fmt::Display for AddrRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}-{:#x}", self.start.0, self.end.0)
    }
}
