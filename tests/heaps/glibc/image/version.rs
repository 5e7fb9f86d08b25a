//! Where glibc's releases have what: read from their malloc/malloc.c and malloc/arena.c, on i386 and x86-64.

/// A release and a width.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Version {
    /// 36 of 2.36.
    pub minor: u32,
    pub wide: bool,
}

/// One of each kind: of `malloc_state` (17, 23, 26, 27, 43), `heap_info` (26, 35), tcache (26, 30, 42, 43), lists (32), mapped
/// chunks (43).
pub const MINORS: [u32; 9] = [17, 23, 26, 27, 30, 32, 35, 42, 43];

/// `tcache_perthread_struct`.
#[derive(Clone, Copy, Debug)]
pub struct Tcache {
    pub bins: u64,
    /// Bytes of a count.
    pub count: u64,
    /// From 2.42 on counts tell how many more there may be.
    pub counts_down: bool,
    pub most: u64,
    /// Entries have a second word.
    pub key: bool,
}

impl Version {
    pub fn all() -> impl Iterator<Item = Version> {
        MINORS.into_iter().flat_map(|minor| [false, true].map(|wide| Version { minor, wide }))
    }

    pub fn word(self) -> u64 {
        if self.wide { 8 } else { 4 }
    }

    /// MALLOC_ALIGNMENT.
    pub fn align(self) -> u64 {
        if self.wide || self.minor >= 26 { 16 } else { 8 }
    }

    /// MINSIZE.
    pub fn least(self) -> u64 {
        4 * self.word()
    }

    /// HEAP_MAX_SIZE.
    pub fn heap_max(self) -> u64 {
        if self.wide { 64 << 20 } else { 1 << 20 }
    }

    /// sizeof(heap_info).
    pub fn heap_info(self) -> u64 {
        match (self.wide, self.minor) {
            (false, ..26) => 16,
            (false, _) => 24,
            (true, ..35) => 32,
            (true, _) => 48,
        }
    }

    /// fastbinsY in malloc_state: offset, how many.
    pub fn fast_bins(self) -> Option<(u64, u64)> {
        match (self.wide, self.minor) {
            (_, 43..) => None,
            // mutex, flags; then, from 2.27 on, have_fastchunks.
            (true, 27..) => Some((16, 10)),
            (true, _) => Some((8, 10)),
            (false, 27..) => Some((12, 11)),
            (false, 26) => Some((8, 11)),
            (false, _) => Some((8, 10)),
        }
    }

    /// Offset of top in malloc_state; last_remainder and bins come next.
    pub fn top(self) -> u64 {
        let (offset, count) = self.fast_bins().unwrap_or((8, 0));
        offset + count * self.word()
    }

    /// Offset of bins.
    pub fn bins(self) -> u64 {
        self.top() + 2 * self.word()
    }

    /// Offset of next, behind the bins and the map of bins.
    pub fn next(self) -> u64 {
        self.bins() + 254 * self.word() + 16
    }

    pub fn has_attached_threads(self) -> bool {
        self.minor >= 23
    }

    /// Offset of system_mem; max_system_mem comes next.
    pub fn system(self) -> u64 {
        self.next() + self.word() * if self.has_attached_threads() { 3 } else { 2 }
    }

    /// sizeof(malloc_state).
    pub fn state_size(self) -> u64 {
        self.system() + 2 * self.word()
    }

    pub fn safe_linking(self) -> bool {
        self.minor >= 32
    }

    pub fn tcache(self) -> Option<Tcache> {
        let key = self.minor >= 29;
        match self.minor {
            ..26 => None,
            26..30 => Some(Tcache { bins: 64, count: 1, counts_down: false, most: 7, key }),
            30..42 => Some(Tcache { bins: 64, count: 2, counts_down: false, most: 7, key }),
            42 => Some(Tcache { bins: 76, count: 2, counts_down: true, most: 7, key }),
            _ => Some(Tcache { bins: 76, count: 2, counts_down: true, most: 16, key }),
        }
    }

    /// The size of a chunk for a request.
    pub fn chunk_for(self, request: u64) -> u64 {
        (request + self.word()).next_multiple_of(self.align()).max(self.least())
    }

    /// Of the chunk with a thread's tcache.
    pub fn tcache_chunk(self) -> Option<u64> {
        let tcache = self.tcache()?;
        Some(self.chunk_for(tcache.bins * (tcache.count + self.word())))
    }

    /// Where a chunk of this size goes in tcache.
    pub fn tcache_bin(self, size: u64) -> Option<u64> {
        let tcache = self.tcache()?;
        let small = (size - self.least()) / self.align();
        if small < 64 {
            return Some(small);
        }
        let largest_small = self.least() + 63 * self.align();
        let large = 64 + u64::from((largest_small as u32).leading_zeros() - (size as u32).leading_zeros());
        (large < tcache.bins).then_some(large)
    }

    /// The largest chunk of fast bins, as they are set: 64 * W / 4 and the head.
    pub fn fast_most(self) -> u64 {
        if self.fast_bins().is_some() { self.chunk_for(16 * self.word()) } else { 0 }
    }

    /// Where a free chunk of this size goes when it is sorted.
    pub fn bin(self, size: u64) -> u64 {
        let unit = self.align();
        let shifted = u64::from(unit > 2 * self.word());
        if size < (64 - shifted) * unit {
            return size / unit + shifted;
        }
        let (last, first) = match (self.wide, shifted) {
            (true, _) => (48, 48),
            (false, 1) => (45, 49),
            (false, _) => (38, 56),
        };
        match () {
            () if size >> 6 <= last => first + (size >> 6),
            () if size >> 9 <= 20 => 91 + (size >> 9),
            () if size >> 12 <= 10 => 110 + (size >> 12),
            () if size >> 15 <= 4 => 119 + (size >> 15),
            () if size >> 18 <= 2 => 124 + (size >> 18),
            () => 126,
        }
    }

    /// Of a mapping's bytes, those behind a mapped chunk's size.
    pub fn mapped_tail(self) -> u64 {
        if self.minor >= 43 { 2 * self.word() } else { 0 }
    }

    /// The first address from `at` on where a chunk can be.
    pub fn first_chunk(self, at: u64) -> u64 {
        (at + 2 * self.word()).next_multiple_of(self.align()) - 2 * self.word()
    }
}

#[test]
fn offsets_are_those_that_debuggers_show() {
    // `ptype /o struct malloc_state` of Debian's 2.36, of Ubuntu's 2.23, and of 2.43 from sid.
    let of = |minor, wide| Version { minor, wide };
    assert_eq!((of(36, true).bins(), of(36, true).state_size()), (0x70, 2200));
    assert_eq!((of(36, false).bins(), of(36, false).state_size()), (0x40, 1116));
    assert_eq!([of(23, false).bins(), of(23, true).bins()], [0x38, 0x68]);
    assert_eq!([of(26, false).bins(), of(26, true).bins()], [0x3c, 0x68]);
    assert_eq!([of(43, false).bins(), of(43, true).bins()], [0x10, 0x18]);
    assert_eq!([of(27, true), of(30, true), of(42, true)].map(|v| v.tcache_chunk()), [0x250, 0x290, 0x300].map(Some));
    assert_eq!(
        [of(27, false), of(30, false), of(42, false)].map(|v| v.tcache_chunk()),
        [0x150, 0x190, 0x1d0].map(Some)
    );
}
