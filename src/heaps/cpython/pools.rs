//! The blocks of one arena: which are in use, which are free, and where.

use super::layout::{Header, Layout};
use super::record::Record;
use super::troubles::Troubles;
use crate::addr::{Addr, AddrRange};
use crate::heaps::memory::Words;
use crate::heaps::{Free, PageFill, SizeClass, Tally};

/// Blocks that a pool can have at most, by 64: 16 KiB of 8 bytes.
const BITS: usize = 32;

/// What an arena consists of. All its bytes are counted once.
pub(super) struct Arena {
    /// Blocks in use.
    pub live: Tally,
    /// Free blocks, and free pools as a block each.
    pub free: Free,
    /// Of which so many are pools.
    pub free_pools: u64,
    /// By page.
    pub fill: PageFill,
    /// Used pools by class.
    pub classes: Vec<SizeClass>,
    /// Bytes of headers of used pools.
    pub headers: u64,
    /// Bytes behind the last block of used pools.
    pub quantization: u64,
    /// Bytes outside of pools.
    pub alignment: u64,
    /// Bytes of pools that are damaged or not in the dump.
    pub unread: u64,
    /// The first block in use: address, size, and free bytes of the arena below it.
    pub first_live: Option<(Addr, u64, u64)>,
    /// The run of free pools that is being walked.
    run: u64,
}

/// One pool while it is walked.
struct Pool {
    at: Addr,
    size: u64,
    blocks: u64,
    carved: u64,
    header: Header,
    /// One bit for each free block.
    free: [u64; BITS],
}

/// Walks the pools of an arena; `None` if the dump holds none of them.
pub(super) fn walk(
    words: &mut Words<'_>,
    layout: Layout,
    (slot, record): (u64, Record),
    troubles: &mut Troubles,
) -> Option<Arena> {
    let range = record.range(layout)?;
    let (first, carved) = (layout.first_pool(range.start())?, record.carved(layout)?);
    let mut arena = Arena::new(range, layout, record.pools);
    for index in 0..record.pools {
        let at = first.checked_add(index * layout.pool)?;
        match index < carved {
            true => arena.pool(words, layout, (at, slot), troubles),
            false => arena.free_pool(at, layout),
        }
    }
    arena.end_run();
    if arena.unread > 0 && arena.unread == carved * layout.pool {
        return None;
    }
    if arena.unread == 0 && arena.free_pools != record.free_pools {
        troubles.add(
            "sum",
            range.start(),
            format!("{} pools of an arena are free, not {} as it says", arena.free_pools, record.free_pools),
        );
    }
    Some(arena)
}

impl Arena {
    fn new(range: AddrRange, layout: Layout, pools: u64) -> Arena {
        let empty = |class| SizeClass { size: layout.size_of(class).unwrap_or(0), pools: 0, used: 0, free: 0 };
        Arena {
            live: Tally::default(),
            free: Free::default(),
            free_pools: 0,
            fill: PageFill::new(range),
            classes: (0..).take_while(|class| layout.size_of(*class).is_some()).map(empty).collect(),
            headers: 0,
            quantization: 0,
            alignment: layout.arena() - pools * layout.pool,
            unread: 0,
            first_live: None,
            run: 0,
        }
    }

    fn free_pool(&mut self, at: Addr, layout: Layout) {
        self.free_pools += 1;
        self.free.add(layout.pool);
        self.run += layout.pool;
        if let Some(range) = AddrRange::from_size(at, layout.pool) {
            self.fill.add_free(range);
        }
    }

    fn end_run(&mut self) {
        self.free.largest = self.free.largest.max(self.run);
        self.run = 0;
    }

    fn pool(&mut self, words: &mut Words<'_>, layout: Layout, (at, slot): (Addr, u64), troubles: &mut Troubles) {
        let Some(header) = Header::read(words, at) else {
            self.unread(layout);
            return troubles.missing(at);
        };
        if header.count == 0 {
            return self.free_pool(at, layout);
        }
        self.end_run();
        let size = layout.size_of(header.class).filter(|_| header.is_of(layout) && u64::from(header.slot) == slot);
        let Some(size) = size else {
            self.unread(layout);
            return troubles.add("pool-header", at, "The header of a pool contradicts itself".to_owned());
        };
        let carved = (u64::from(header.next) - layout.header()) / size;
        let mut pool = Pool { at, size, blocks: layout.blocks(size), carved, header, free: [0; BITS] };
        if let Err(broken) = pool.follow(words, layout) {
            broken.tell(troubles);
        }
        self.count(&pool, layout);
    }

    fn unread(&mut self, layout: Layout) {
        self.end_run();
        self.unread += layout.pool;
    }

    /// Counts as CPython does, by the header; the list says which blocks they are.
    fn count(&mut self, pool: &Pool, layout: Layout) {
        let used = u64::from(pool.header.count);
        let free = pool.blocks - used;
        self.headers += layout.header();
        self.quantization += layout.pool - layout.header() - pool.blocks * pool.size;
        if let Some(class) = self.classes.get_mut(pool.header.class as usize) {
            class.pools += 1;
            class.used += used;
            class.free += free;
        }
        self.mark(pool, layout);
        self.live.count += used;
        self.live.bytes += used * pool.size;
        (0..free).for_each(|_| self.free.add(pool.size));
    }

    fn mark(&mut self, pool: &Pool, layout: Layout) {
        let first = pool.at.0 + layout.header();
        let mut index = 0;
        if self.first_live.is_none()
            && let Some(live) = (0..pool.blocks).find(|index| !pool.is_free(*index))
        {
            self.first_live = Some((Addr(first + live * pool.size), pool.size, self.free.all.bytes + live * pool.size));
        }
        while index < pool.blocks {
            let run = (index..pool.blocks).take_while(|index| pool.is_free(*index)).count() as u64;
            if let Some(range) = AddrRange::from_size(Addr(first + index * pool.size), run * pool.size) {
                self.fill.add_free(range);
            }
            index += run.max(1);
        }
    }
}

/// Why a list of free blocks cannot be right.
enum Broken {
    Missing(Addr),
    Leaves(Addr),
    Length { at: Addr, found: u64, expected: u64 },
}

impl Broken {
    fn tell(self, troubles: &mut Troubles) {
        match self {
            Broken::Missing(at) => troubles.missing(at),
            Broken::Leaves(at) => {
                troubles.add(
                    "free-list",
                    at,
                    "A pool's list of free blocks leads where no free block can be".to_owned(),
                );
            }
            Broken::Length { at, found, expected } => troubles.add(
                "free-list",
                at,
                format!("A pool's list has {found} free blocks, and its header counts {expected}"),
            ),
        }
    }
}

impl Pool {
    fn is_free(&self, index: u64) -> bool {
        let word = usize::try_from(index / 64).ok().and_then(|word| self.free.get(word));
        word.is_some_and(|word| word >> (index % 64) & 1 == 1)
    }

    fn set_free(&mut self, index: u64) {
        if let Some(word) = usize::try_from(index / 64).ok().and_then(|word| self.free.get_mut(word)) {
            *word |= 1 << (index % 64);
        }
    }

    /// Marks blocks that were never used, and those in the list of freed ones.
    fn follow(&mut self, words: &mut Words<'_>, layout: Layout) -> Result<(), Broken> {
        (self.carved..self.blocks).for_each(|index| self.set_free(index));
        let (mut next, mut found) = (self.header.free, 0);
        while next != 0 {
            let index = self.index_of(next, layout).filter(|index| *index < self.carved && !self.is_free(*index));
            let index = index.ok_or(Broken::Leaves(self.at))?;
            self.set_free(index);
            found += 1;
            next = words.word(Addr(next)).ok_or(Broken::Missing(Addr(next)))?;
        }
        let expected = self.carved - u64::from(self.header.count);
        if found == expected { Ok(()) } else { Err(Broken::Length { at: self.at, found, expected }) }
    }

    fn index_of(&self, block: u64, layout: Layout) -> Option<u64> {
        let offset = block.checked_sub(self.at.0)?.checked_sub(layout.header())?;
        offset.is_multiple_of(self.size).then_some(offset / self.size)
    }
}
