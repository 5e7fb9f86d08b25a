//! A writer of what obmalloc has in memory: pools, arenas, the table of arenas with copies that realloc left, and the
//! variables that point to it. After Objects/obmalloc.c; nothing here knows the reader.

use std::collections::BTreeMap;

use crate::synth::bytes::{Endian, Image};
use crate::synth::elf_arch::Arch;
use crate::synth::elf_core::{Core, Load};
use crate::synth::elf_image::ElfImage;
use crate::synth::elf_notes::MappedFile;
use crate::synth::elf_process::Thread;

use super::stats::Stats;

/// A pool that was used: its first `carved` blocks were given out, and those in `freed` came back.
#[derive(Clone, Debug)]
pub struct Pool {
    pub size: u64,
    pub carved: u64,
    pub freed: Vec<u64>,
}

/// An arena with its carved pools; pools behind them were never used.
#[derive(Clone, Debug)]
pub struct Arena {
    pub address: u64,
    pub pools: Vec<Pool>,
}

/// Where the variables are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variables {
    /// 3.12 and newer: a struct, in static memory.
    Struct,
    /// 3.12 and newer, a second interpreter: the struct is in malloc's memory.
    StructInHeap,
    /// 3.8 to 3.11: static variables, the last first, with nfp2lasta between.
    Backwards,
    /// 3.6 and 3.7.
    BackwardsWithoutIndex,
    /// Debian's 3.11, linked with optimisation.
    Split,
    /// Only `arenas` is where it can be seen.
    Alone,
    /// Static memory is not in the dump.
    Nowhere,
}

/// One interpreter's allocator.
#[derive(Clone, Debug)]
pub struct Python {
    pub arch: Arch,
    pub pool: u64,
    pub align: u64,
    pub variables: Variables,
    pub slots: u64,
    /// Arenas by slot.
    pub arenas: BTreeMap<u64, Arena>,
    /// Whether older, shorter copies of the table are in the heap.
    pub stale: bool,
    /// Distinguishes several in one process.
    pub number: u64,
}

impl Python {
    fn word(&self) -> u64 {
        if self.arch.wide { 8 } else { 4 }
    }

    fn header(&self) -> u64 {
        4 * self.word() + 16
    }

    pub fn data_address(&self) -> u64 {
        0x0071_0000 + self.number * 0x10_0000
    }

    pub fn heap_address(&self) -> u64 {
        0x0800_0000 + self.number * 0x40_0000
    }

    pub fn table(&self) -> u64 {
        self.heap_address() + 0x8010
    }

    pub fn first_pool(&self, arena: &Arena) -> u64 {
        arena.address.next_multiple_of(self.pool)
    }

    pub fn pools(&self, arena: &Arena) -> u64 {
        if arena.address.is_multiple_of(self.pool) { 64 } else { 63 }
    }

    fn blocks(&self, size: u64) -> u64 {
        (self.pool - self.header()) / size
    }

    /// A full description from a few numbers, the same each time.
    pub fn fill(&mut self, slots: &[u64], first: u64, seed: u64) {
        let mut state = seed;
        let mut draw = move |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for (index, slot) in slots.iter().enumerate() {
            // Every third begins beside a pool's border, where pools are larger than pages.
            let aside = if index % 3 == 1 && self.pool > 4096 { 4096 } else { 0 };
            let mut arena = Arena { address: first + index as u64 * 80 * self.pool + aside, pools: Vec::new() };
            for _ in 0..1 + draw(self.pools(&arena)) {
                let size = self.align * (1 + draw(512 / self.align));
                let carved = 1 + draw(self.blocks(size));
                let all = draw(4) == 0;
                let mut freed: Vec<u64> = (0..carved).filter(|_| all || draw(3) == 0).collect();
                if draw(2) == 0 {
                    freed.reverse();
                }
                arena.pools.push(Pool { size, carved, freed });
            }
            self.arenas.insert(*slot, arena);
        }
    }

    /// What the interpreter would say.
    pub fn stats(&self) -> Stats {
        let count = self.arenas.len() as u64;
        let mut stats = Stats { interpreters: 1, arenas: count, ever: count + 5, peak: count + 2, ..Stats::default() };
        for arena in self.arenas.values() {
            let used: Vec<&Pool> = arena.pools.iter().filter(|pool| pool.carved > pool.freed.len() as u64).collect();
            stats.arena_bytes += 64 * self.pool;
            stats.alignment += (64 - self.pools(arena)) * self.pool;
            stats.unused_pools += self.pools(arena) - used.len() as u64;
            stats.unused_bytes += (self.pools(arena) - used.len() as u64) * self.pool;
            for pool in used {
                let (all, live) = (self.blocks(pool.size), pool.carved - pool.freed.len() as u64);
                stats.headers += self.header();
                stats.quantization += (self.pool - self.header()) % pool.size;
                stats.allocated += live * pool.size;
                stats.available += (all - live) * pool.size;
                let row = stats.classes.entry(pool.size).or_default();
                [row[0], row[1], row[2]] = [row[0] + 1, row[1] + live, row[2] + all - live];
            }
        }
        stats
    }

    fn number_bytes(&self, value: u64, size: u64) -> Vec<u8> {
        let size = size as usize;
        match self.arch.endian {
            Endian::Little => value.to_le_bytes()[..size].to_vec(),
            Endian::Big => value.to_be_bytes()[8 - size..].to_vec(),
        }
    }

    fn put(&self, bytes: &mut [u8], at: u64, value: u64, size: u64) {
        bytes[at as usize..(at + size) as usize].copy_from_slice(&self.number_bytes(value, size));
    }

    fn arena_bytes(&self, slot: u64, arena: &Arena) -> Vec<u8> {
        let mut bytes = vec![0; 64 * self.pool as usize];
        let word = self.word();
        for (index, pool) in arena.pools.iter().enumerate() {
            let start = self.first_pool(arena) + index as u64 * self.pool;
            let offset = start - arena.address;
            let block = |index: u64| start + self.header() + index * pool.size;
            // What a program leaves in its blocks must not be taken for anything.
            bytes[(offset + self.header()) as usize..(offset + self.pool) as usize].fill(0x40);
            let mut put = |at: u64, value: u64, size: u64| self.put(&mut bytes, offset + at, value, size);
            put(0, pool.carved - pool.freed.len() as u64, 4);
            put(word, pool.freed.first().map_or(0, |first| block(*first)), word);
            put(4 * word, slot, 4);
            put(4 * word + 4, pool.size / self.align - 1, 4);
            put(4 * word + 8, self.header() + pool.carved * pool.size, 4);
            put(4 * word + 12, self.pool - pool.size, 4);
            for (at, index) in pool.freed.iter().enumerate() {
                let next = pool.freed.get(at + 1).map_or(0, |next| block(*next));
                put(block(*index) - start, next, word);
            }
        }
        bytes
    }

    fn record(&self, bytes: &mut [u8], at: u64, slot: u64, slots: u64) {
        let (word, size) = (self.word(), 5 * self.word() + 8);
        let unused = |slot: u64| (slot..slots).find(|slot| !self.arenas.contains_key(slot));
        let next = unused(slot + 1).map_or(0, |next| self.table() + next * size);
        let Some(arena) = self.arenas.get(&slot) else {
            bytes[at as usize..(at + size) as usize].fill(0xaa);
            self.put(bytes, at, 0, word);
            return self.put(bytes, at + 3 * word + 8, next, word);
        };
        let used = arena.pools.iter().filter(|pool| pool.carved > pool.freed.len() as u64).count() as u64;
        self.put(bytes, at, arena.address, word);
        self.put(bytes, at + word, self.first_pool(arena) + arena.pools.len() as u64 * self.pool, word);
        self.put(bytes, at + 2 * word, self.pools(arena) - used, 4);
        self.put(bytes, at + 2 * word + 4, self.pools(arena), 4);
    }

    fn heap_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; 0x2_0000];
        let size = 5 * self.word() + 8;
        let base = self.table() - self.heap_address();
        (0..self.slots).for_each(|slot| self.record(&mut bytes, base + slot * size, slot, self.slots));
        if self.stale {
            // realloc moved it: one copy whole, as of then, and one that malloc has written its pointers into.
            let (old, older) = (0x100, 0x4000);
            (0..16).for_each(|slot| self.record(&mut bytes, old + slot * size, slot, 16));
            (0..8).for_each(|slot| self.record(&mut bytes, older + slot * size, slot, 8));
            (0..2).for_each(|word| self.put(&mut bytes, older + word * self.word(), 0x7777_0000, self.word()));
        }
        if self.variables == Variables::StructInHeap {
            self.write_variables(&mut bytes, 0x1_8000);
        }
        bytes
    }

    fn data_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; 0x2000];
        if self.variables != Variables::StructInHeap {
            self.write_variables(&mut bytes, 0x1000);
        }
        bytes
    }

    fn write_variables(&self, bytes: &mut [u8], at: u64) {
        let (word, size) = (self.word() as i64, 5 * self.word() + 8);
        let unused = (0..self.slots).find(|slot| !self.arenas.contains_key(slot));
        let unused = unused.map_or(0, |slot| self.table() + slot * size);
        let usable = self.arenas.keys().last().map_or(0, |slot| self.table() + slot * size);
        let count = self.arenas.len() as u64;
        let (direction, index, usable_at) = match self.variables {
            Variables::Struct | Variables::StructInHeap => (1, 65, 3),
            Variables::Backwards => (-1, 65, 3),
            Variables::BackwardsWithoutIndex => (-1, 0, 3),
            Variables::Split => (-1, -1, -69),
            Variables::Alone | Variables::Nowhere => return self.put(bytes, at, self.table(), self.word()),
        };
        let mut put = |place: i64, value: u64, bytes_of: u64| {
            self.put(bytes, (at as i64 + place * direction * word) as u64, value, bytes_of);
        };
        put(0, self.table(), self.word());
        let (length, unused) = ((self.slots, 4), (unused, self.word()));
        let [one, two] = if self.variables == Variables::Split { [unused, length] } else { [length, unused] };
        put(1, one.0, one.1);
        put(2, two.0, two.1);
        put(usable_at, usable, self.word());
        for (place, value) in [(4, count), (5, count + 5), (6, count + 2)] {
            put(place + index, value, self.word());
        }
    }
}

/// A core of a process with these interpreters.
pub fn core(pythons: &[Python]) -> Image {
    core_of("/usr/bin/python3.11", pythons)
}

/// The same with another name of the executable.
pub fn core_of(program: &str, pythons: &[Python]) -> Image {
    let arch = pythons[0].arch;
    let code = 0x0040_0000;
    let image = ElfImage::new(arch).fixed().load(code, arch.page, 5).build_id(&[7; 20]).size(0x400);
    let mut files = vec![MappedFile::new(code, code + arch.page, 0, program)];
    let mut loads = vec![Load::new(code, arch.page, "r-x").content(code, &image.bytes())];
    for python in pythons {
        let data = Load::new(python.data_address(), 0x2000, "rw-");
        let nowhere = python.variables == Variables::Nowhere;
        loads.push(if nowhere { data } else { data.content(python.data_address(), &python.data_bytes()) });
        files.push(MappedFile::new(python.data_address(), python.data_address() + 0x2000, 5, program));
        let heap = Load::new(python.heap_address(), 0x2_0000, "rw-");
        loads.push(heap.content(python.heap_address(), &python.heap_bytes()));
        for (slot, arena) in &python.arenas {
            let load = Load::new(arena.address, 64 * python.pool, "rw-");
            loads.push(load.content(arena.address, &python.arena_bytes(*slot, arena)));
        }
    }
    loads.sort_by_key(|load| load.vaddr);
    files.sort_by_key(|file| file.start);
    Core::new(arch).program("python3.11", "python3.11").thread(Thread::new(7)).files(files).loads(loads).build()
}
