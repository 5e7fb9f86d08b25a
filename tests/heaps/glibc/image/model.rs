//! A heap as its owner thinks of it: chunks in a row, each in some state.

use super::version::Version;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Use {
    Live,
    /// In the bin of its size.
    Binned,
    /// In the unsorted bin.
    Unsorted,
    Fast,
    /// In the tcache of the thread that came with this arena.
    Cached(usize),
    /// Live, and it is that tcache.
    Tcache,
}

impl Use {
    /// Its neighbours know that it is free.
    pub fn is_known_free(self) -> bool {
        matches!(self, Use::Binned | Use::Unsorted)
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Chunk {
    pub usage: Use,
    pub size: u64,
}

/// Why a piece of the main arena is not part of the one before it. Pieces of other arenas are heaps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cut {
    /// Somebody else's sbrk of so many bytes.
    Foreign(u64),
    /// brk could not grow.
    Mapped,
}

#[derive(Clone, Debug)]
pub struct Piece {
    pub cut: Cut,
    pub chunks: Vec<Chunk>,
    /// Further bytes of top, or of what was top once.
    pub rest: u64,
}

#[derive(Clone, Debug)]
pub struct Arena {
    pub pieces: Vec<Piece>,
    /// Pages behind the last heap's end that were in use once.
    pub shrunk: u64,
}

/// A chunk with a mapping of its own.
#[derive(Clone, Copy, Debug)]
pub struct Mapped {
    pub pages: u64,
    /// memalign's; 0 for malloc.
    pub alignment: u64,
    /// Follows right behind the mapping before.
    pub joined: bool,
}

#[derive(Clone, Debug)]
pub struct Model {
    pub version: Version,
    /// The main one first.
    pub arenas: Vec<Arena>,
    pub mapped: Vec<Mapped>,
    /// Whether the mapping of libc's data is named.
    pub named: bool,
}

/// xorshift64*.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 20) % limit
    }

    pub fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }
}

/// Makes models; knows how full lists are.
struct Maker {
    version: Version,
    random: Random,
    arenas: usize,
    /// (thread, bin), one entry for each chunk.
    cached: Vec<(usize, u64)>,
}

impl Model {
    pub fn random(version: Version, seed: u64) -> Model {
        let mut random = Random::new(seed);
        let arenas = 1 + random.below(4) as usize;
        let mut maker = Maker { version, random, arenas, cached: Vec::new() };
        let mapped = (0..maker.random.below(5)).map(|_| maker.mapped()).collect();
        let arenas = (0..arenas).map(|_| maker.arena()).collect();
        Model { version, arenas, mapped, named: !maker.random.one_in(4) }
    }
}

impl Maker {
    fn mapped(&mut self) -> Mapped {
        let alignment = if self.random.one_in(2) { 0 } else { self.version.align() << (1 + self.random.below(9)) };
        Mapped { pages: 33 + self.random.below(20), alignment, joined: self.random.one_in(2) }
    }

    fn arena(&mut self) -> Arena {
        let count = 1 + self.random.below(3);
        let pieces = (0..count).map(|piece| self.piece(piece == 0)).collect();
        Arena { pieces, shrunk: if self.random.one_in(3) { self.random.below(9) } else { 0 } }
    }

    fn piece(&mut self, first: bool) -> Piece {
        // Of 0 where brk goes on at the old end after a piece had to be mapped.
        let foreign = if self.random.one_in(4) { 0 } else { 1 + self.random.below(20000) };
        let cut = if self.random.one_in(2) { Cut::Mapped } else { Cut::Foreign(foreign) };
        let mut chunks: Vec<Chunk> = Vec::new();
        let tcache = self.version.tcache_chunk().filter(|_| first);
        let before = self.random.below(4);
        for index in 0..2 + self.random.below(60) {
            if index == before {
                chunks.extend(tcache.map(|size| Chunk { usage: Use::Tcache, size }));
            }
            let after_free = chunks.last().is_some_and(|last| last.usage.is_known_free());
            let chunk = self.chunk(after_free);
            chunks.push(chunk);
        }
        if before >= 2 && !chunks.iter().any(|c| c.usage == Use::Tcache) {
            chunks.extend(tcache.map(|size| Chunk { usage: Use::Tcache, size }));
        }
        // What is free goes into what comes after.
        chunks.extend(self.live_if(chunks.last().is_some_and(|last| last.usage.is_known_free())));
        Piece { cut, chunks, rest: self.random.below(30000) }
    }

    fn live_if(&mut self, wanted: bool) -> Option<Chunk> {
        wanted.then(|| Chunk { usage: Use::Live, size: self.size() })
    }

    fn size(&mut self) -> u64 {
        let (least, align) = (self.version.least(), self.version.align());
        let units = match self.random.below(10) {
            0..6 => self.random.below(12),
            6..8 => self.random.below(80),
            8 => self.random.below(400),
            _ => self.random.below(1500),
        };
        least + units * align
    }

    fn chunk(&mut self, after_free: bool) -> Chunk {
        let size = self.size();
        let usage = match self.random.below(8) {
            0 | 1 if !after_free => Use::Binned,
            2 if !after_free => Use::Unsorted,
            3 | 4 if size <= self.version.fast_most() => Use::Fast,
            5 | 6 => self.cached(size),
            _ => Use::Live,
        };
        Chunk { usage, size }
    }

    fn cached(&mut self, size: u64) -> Use {
        let (Some(bin), Some(tcache)) = (self.version.tcache_bin(size), self.version.tcache()) else {
            return Use::Live;
        };
        let thread = self.random.below(self.arenas as u64) as usize;
        let list = (thread, bin);
        if self.cached.iter().filter(|other| **other == list).count() as u64 >= tcache.most {
            return Use::Live;
        }
        self.cached.push(list);
        Use::Cached(thread)
    }
}
