//! Lays a model out in memory, as malloc would have left it.

use super::lists;
use super::memory::{Memory, PAGE};
use super::model::{Arena, Chunk, Cut, Model, Piece, Use};
use super::version::Version;

const IN_USE: u64 = 1;
const MAPPED: u64 = 2;
const NON_MAIN: u64 = 4;

/// A chunk where it came to lie.
#[derive(Clone, Copy, Debug)]
pub struct Placed {
    pub at: u64,
    pub size: u64,
    pub usage: Use,
    pub arena: usize,
}

/// An arena where it came to lie.
#[derive(Clone, Copy, Debug, Default)]
pub struct State {
    pub at: u64,
    pub top: u64,
    pub top_size: u64,
    pub system: u64,
    pub max: u64,
    pub heaps: u64,
    /// With what was in use once.
    pub accessible: u64,
}

/// Chunks with mappings of their own: address, size, and bytes of the mapping.
pub type MappedChunk = (u64, u64, u64);

pub struct Built {
    pub memory: Memory,
    pub placed: Vec<Placed>,
    pub states: Vec<State>,
    pub mapped: Vec<MappedChunk>,
    pub brk: u64,
}

/// Where things are.
struct Places {
    libc: u64,
    brk: u64,
    pieces: u64,
    heaps: u64,
    mapped: u64,
}

fn places(version: Version) -> Places {
    if version.wide {
        let high = |offset: u64| 0x7f00_0000_0000 + offset;
        Places {
            libc: high(0xf0_0000_0000),
            brk: 0x5555_5577_0000,
            pieces: high(0xe0_0000_0000),
            heaps: high(0x4000_0000),
            mapped: high(0xd0_0000_0000),
        }
    } else {
        Places { libc: 0xf7e0_0000, brk: 0x0804_d000, pieces: 0xd000_0000, heaps: 0xe000_0000, mapped: 0xc000_0000 }
    }
}

/// What comes at the end of a piece that is not the last one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// A main arena's piece that malloc could not go on behind.
    Fences,
    /// A thread's heap that was full.
    Full,
}

struct Builder {
    version: Version,
    memory: Memory,
    placed: Vec<Placed>,
}

/// A piece while it is laid: chunks are collected first, since their number decides the size of the mapping.
struct Row {
    arena: usize,
    at: u64,
    headers: Vec<(u64, u64)>,
    chunks: Vec<Placed>,
    after_free: Option<u64>,
}

impl Row {
    fn flags(&self) -> u64 {
        if self.after_free.is_some() { 0 } else { IN_USE }
    }

    fn push(&mut self, chunk: Chunk) {
        let owner = if self.arena > 0 && !chunk.usage.is_known_free() { NON_MAIN } else { 0 };
        self.header(chunk.size | self.flags() | owner);
        self.chunks.push(Placed { at: self.at, size: chunk.size, usage: chunk.usage, arena: self.arena });
        self.after_free = chunk.usage.is_known_free().then_some(chunk.size);
        self.at += chunk.size;
    }

    fn header(&mut self, value: u64) {
        self.headers.push((self.at, value));
    }

    /// What was top once: a chunk, free if its neighbour is not, and what marks the end.
    fn close(&mut self, version: Version, ending: Ending, size: u64) {
        let head = 2 * version.word();
        let kept = if ending == Ending::Full { version.least() } else { 2 * head };
        let old = (size - kept) / version.align() * version.align();
        if old >= version.least() {
            let usage = if self.after_free.is_some() { Use::Live } else { Use::Binned };
            self.push(Chunk { usage, size: old });
        }
        self.header(head | self.flags());
        self.after_free = None;
        self.at += head;
        self.header(if ending == Ending::Full { IN_USE } else { head | IN_USE });
    }
}

/// Where memalign puts the chunk whose pointer is aligned: so far behind the first one that a chunk has room in between.
fn aligned(version: Version, first: u64, alignment: u64) -> u64 {
    let head = 2 * version.word();
    if alignment == 0 || (first + head).is_multiple_of(alignment) {
        return first;
    }
    let chunk = (first + head).next_multiple_of(alignment) - head;
    if chunk - first < version.least() { chunk + alignment } else { chunk }
}

pub fn build(model: &Model) -> Built {
    let version = model.version;
    let places = places(version);
    let mut builder = Builder { version, memory: Memory::new(version), placed: Vec::new() };
    let libc = model.named.then_some("/usr/lib/libc.so.6");
    builder.memory.map_file(places.libc, 4 * PAGE, libc);
    let mut next_heap = places.heaps;
    let mut states = vec![builder.main(&model.arenas[0], &places)];
    for (index, arena) in model.arenas.iter().enumerate().skip(1) {
        states.push(builder.thread_arena(index, arena, &mut next_heap));
    }
    let mapped = builder.mapped(model, places.mapped);
    lists::write(version, &mut builder.memory, &builder.placed, &states);
    builder.mp(places.libc + 0x340, places.brk, &mapped);
    Built { memory: builder.memory, placed: builder.placed, states, mapped, brk: places.brk }
}

impl Builder {
    fn row(&self, arena: usize, start: u64, piece: &Piece) -> Row {
        let at = self.version.first_chunk(start);
        let mut row = Row { arena, at, headers: Vec::new(), chunks: Vec::new(), after_free: None };
        piece.chunks.iter().for_each(|chunk| row.push(*chunk));
        row
    }

    /// Writes what was collected, once there is memory for it.
    fn write(&mut self, row: Row) {
        let word = self.version.word();
        for (at, value) in &row.headers {
            self.memory.put(at + word, *value);
        }
        for chunk in &row.chunks {
            if chunk.usage.is_known_free() {
                self.memory.put(chunk.at + chunk.size, chunk.size);
            }
        }
        self.placed.extend(&row.chunks);
    }

    /// The main arena: pieces from brk first, in one mapping; then those that were mapped.
    fn main(&mut self, arena: &Arena, places: &Places) -> State {
        let mut state = State { at: places.libc + 0xc60, ..State::default() };
        let last = arena.pieces.len() - 1;
        let mapped_from = arena.pieces.iter().skip(1).position(|p| p.cut == Cut::Mapped).map_or(last + 1, |at| at + 1);
        let mut end = places.brk;
        let mut rows = Vec::new();
        for (index, piece) in arena.pieces[..mapped_from].iter().enumerate() {
            let gap = match piece.cut {
                Cut::Foreign(bytes) if index > 0 => bytes,
                _ => 0,
            };
            let mut row = self.row(0, end + gap, piece);
            end = self.finish(&mut row, piece, index == last, Ending::Fences, 1, &mut state);
            rows.push(row);
        }
        state.system = end - places.brk;
        self.memory.map(places.brk, end - places.brk);
        rows.into_iter().for_each(|row| self.write(row));
        for (index, piece) in arena.pieces.iter().enumerate().skip(mapped_from) {
            let start = places.pieces + index as u64 * (16 << 20);
            let mut row = self.row(0, start, piece);
            let end = self.finish(&mut row, piece, index == last, Ending::Fences, 256, &mut state);
            state.system += end - start;
            self.memory.map(start, end - start);
            self.write(row);
        }
        state.max = state.system + arena.shrunk * PAGE;
        state.accessible = state.system;
        state
    }

    /// Ends a row with top, or as it is ended when malloc goes on elsewhere. Returns where the piece ends.
    fn finish(&self, row: &mut Row, piece: &Piece, last: bool, ending: Ending, pages: u64, state: &mut State) -> u64 {
        let start = row.chunks.first().map_or(row.at, |chunk| chunk.at) / PAGE * PAGE;
        let least = row.at + 8 * self.version.least() + piece.rest;
        let end = least.next_multiple_of(PAGE).max(start + pages * PAGE);
        let size = end - row.at;
        if last {
            (state.top, state.top_size) = (row.at, size);
            row.header(size | IN_USE);
        } else {
            row.close(self.version, ending, size);
        }
        end
    }

    fn thread_arena(&mut self, index: usize, arena: &Arena, next_heap: &mut u64) -> State {
        let (word, max) = (self.version.word(), self.version.heap_max());
        let mut state = State { at: *next_heap + self.version.heap_info(), ..State::default() };
        let mut prev = 0;
        for (number, piece) in arena.pieces.iter().enumerate() {
            let heap = *next_heap;
            let head = self.version.heap_info() + if number == 0 { self.version.state_size() } else { 0 };
            let last = number + 1 == arena.pieces.len();
            let mut row = self.row(index, heap + head, piece);
            let end = self.finish(&mut row, piece, last, Ending::Full, 1, &mut state);
            let size = end - heap;
            let accessible = size + if last { arena.shrunk * PAGE } else { 0 };
            assert!(accessible < max, "a model's heaps are small");
            self.memory.map_heap(heap, accessible, max - accessible);
            for (slot, value) in [state.at, prev, size, accessible].into_iter().enumerate() {
                self.memory.put(heap + slot as u64 * word, value);
            }
            if self.version.minor >= 35 {
                self.memory.put(heap + 4 * word, PAGE);
            }
            self.write(row);
            state.system += size;
            state.accessible += accessible;
            state.heaps += 1;
            prev = heap;
            *next_heap += max;
        }
        state.max = state.system + arena.shrunk * PAGE;
        state
    }

    fn mapped(&mut self, model: &Model, mut next: u64) -> Vec<MappedChunk> {
        let (version, word) = (self.version, self.version.word());
        let mut all = Vec::new();
        for mapped in &model.mapped {
            let total = mapped.pages * PAGE;
            let start = if mapped.joined { next } else { next + 16 * PAGE };
            self.memory.map(start, total);
            // memalign leaves the header behind that malloc made.
            let first = version.first_chunk(start);
            let chunk = aligned(version, first, mapped.alignment);
            for at in [first, chunk] {
                let before = at - start;
                let size = total - before - version.mapped_tail();
                self.memory.put(at, before);
                self.memory.put(at + word, size | MAPPED);
            }
            let before = chunk - start;
            all.push((chunk, total - before - version.mapped_tail(), total));
            next = start + total;
        }
        all
    }

    /// `mp_`.
    fn mp(&mut self, at: u64, brk: u64, mapped: &[MappedChunk]) {
        let word = self.version.word();
        let mut at = at;
        let thresholds = [128 << 10, 128 << 10, 128 << 10, if self.version.wide { 8 } else { 2 }, 0];
        let pages: &[u64] = if self.version.minor >= 35 { &[0, 0] } else { &[] };
        for value in thresholds.iter().chain(pages) {
            self.memory.put(at, *value);
            at += word;
        }
        let count = mapped.len() as u32;
        let flags: &[u32] = if self.version.minor >= 35 { &[0] } else { &[] };
        for value in flags.iter().chain(&[count, 65536, count, 0]) {
            self.memory.put_u32(at, *value);
            at += 4;
        }
        at = at.next_multiple_of(word);
        let bytes: u64 = mapped.iter().map(|(_, _, total)| total).sum();
        let total: &[u64] = if self.version.minor <= 25 { &[0] } else { &[] };
        for value in [bytes, bytes].iter().chain(total).chain(&[brk]) {
            self.memory.put(at, *value);
            at += word;
        }
    }
}
