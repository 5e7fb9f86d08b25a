//! A minidump's streams read by their byte offsets (minidumpapiset.h; the Linux maps stream: Breakpad's
//! minidump_format.h). Little endian only. Nothing is checked: these are files that are known to be whole.

/// A minidump's bytes.
pub struct RawMinidump<'a>(&'a [u8]);

/// One MINIDUMP_MEMORY_INFO.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Info {
    /// BaseAddress as it stands in the file.
    pub base: u64,
    /// RegionSize.
    pub size: u64,
    /// State: MEM_COMMIT, MEM_RESERVE, MEM_FREE.
    pub state: u32,
}

impl<'a> RawMinidump<'a> {
    /// Looks at a file.
    pub fn new(bytes: &'a [u8]) -> RawMinidump<'a> {
        assert_eq!(&bytes[..4], b"MDMP", "not a minidump");
        RawMinidump(bytes)
    }

    fn u32(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.0[at..at + 4].try_into().unwrap())
    }

    fn u64(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.0[at..at + 8].try_into().unwrap())
    }

    /// Offset and size of the first stream of this type.
    fn stream(&self, kind: u32) -> Option<(usize, usize)> {
        let (count, directory) = (self.u32(8) as usize, self.u32(12) as usize);
        let slot = (0..count).map(|i| directory + 12 * i).find(|at| self.u32(*at) == kind)?;
        Some((self.u32(slot + 8) as usize, self.u32(slot + 4) as usize))
    }

    /// Stream 16, as it stands.
    pub fn memory_info(&self) -> Option<Vec<Info>> {
        let (at, _) = self.stream(16)?;
        let (header, entry, count) = (self.u32(at) as usize, self.u32(at + 4) as usize, self.u64(at + 8) as usize);
        let info = |i: usize| {
            let at = at + header + entry * i;
            Info { base: self.u64(at), size: self.u64(at + 24), state: self.u32(at + 32) }
        };
        Some((0..count).map(info).collect())
    }

    /// Stream 0x47670009, /proc/PID/maps as text.
    pub fn linux_maps(&self) -> Option<String> {
        let (at, size) = self.stream(0x4767_0009)?;
        Some(String::from_utf8_lossy(&self.0[at..at + size]).trim_end_matches('\0').to_owned())
    }

    /// Ids of stream 3's threads.
    pub fn thread_ids(&self) -> Vec<u64> {
        self.list(3, 48).map(|at| u64::from(self.u32(at))).collect()
    }

    /// Whether stream 5 or 9 has all bytes of `start..start + size` in one range.
    pub fn holds(&self, start: u64, size: u64) -> bool {
        self.memory().iter().any(|(from, to)| *from <= start && start + size <= *to)
    }

    /// Start and end of the memory ranges of streams 5 and 9.
    pub fn memory(&self) -> Vec<(u64, u64)> {
        let small = self.list(5, 16).map(|at| (self.u64(at), u64::from(self.u32(at + 8))));
        let full = self.stream(9).map_or(Vec::new(), |(at, _)| {
            let entry = |i| at + 16 + 16 * i;
            (0..self.u64(at) as usize).map(|i| (self.u64(entry(i)), self.u64(entry(i) + 8))).collect()
        });
        small.chain(full).map(|(start, size)| (start, start + size)).collect()
    }

    /// Base and size of stream 4's modules.
    pub fn modules(&self) -> Vec<(u64, u64)> {
        self.list(4, 108).map(|at| (self.u64(at), u64::from(self.u32(at + 8)))).collect()
    }

    /// Offsets of a list's entries: a count, perhaps four bytes of padding, then entries of one size.
    fn list(&self, kind: u32, entry: usize) -> impl Iterator<Item = usize> {
        let (at, size, count) = match self.stream(kind) {
            Some((at, size)) => (at, size, self.u32(at) as usize),
            None => (0, 4, 0),
        };
        let padding = if size == 8 + count * entry { 4 } else { 0 };
        (0..count).map(move |i| at + 4 + padding + i * entry)
    }
}
