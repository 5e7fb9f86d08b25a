//! Which arena a thread allocates from, by its own word: `thread_arena`, a pointer in libc's thread-local storage.

use crate::addr::{Addr, AddrRange};
use crate::heaps::Heap;
use crate::model::{Cpu, Memory, Protection, Snapshot, StackSource, Thread};

/// How much of the end of a stack is looked at: thread-local storage and struct pthread.
const STACK_END: u64 = 64 << 10;
/// Mappings that may hold the main thread's thread-local storage are no larger.
const SMALL_MAPPING: u64 = 1 << 20;
/// How many of them are looked at.
const MAPPINGS: usize = 64;
/// Where in struct pthread the thread's id is, at the most.
const THREAD_ID_WITHIN: usize = 0x500;

/// The index of the arena that a thread allocates from, on x86; `None` where the dump does not tell. Below struct pthread
/// lies thread-local storage: the first pointer to an arena there is libc's.
pub fn arena_of(snapshot: &Snapshot, memory: Memory<'_>, heap: &Heap, thread: &Thread) -> Option<usize> {
    matches!(snapshot.platform.cpu, Some(Cpu::X86 | Cpu::X86_64)).then_some(())?;
    let stack = thread.stack.as_ref().filter(|stack| stack.source == StackSource::Pthread);
    let own = stack.map(|stack| last(stack.range, STACK_END));
    let places: Vec<AddrRange> = match own {
        Some(range) => vec![range],
        None => small_mappings(snapshot).take(MAPPINGS).collect(),
    };
    places.into_iter().find_map(|range| Block::read(snapshot, memory, range)?.arena(heap, thread.id))
}

/// The last bytes of a range.
fn last(range: AddrRange, bytes: u64) -> AddrRange {
    let start = range.end().checked_sub(bytes).filter(|start| *start > range.start());
    start.and_then(|start| AddrRange::new(start, range.end())).unwrap_or(range)
}

/// Anonymous writable memory, small enough for one look; of larger heaps the first bytes, where static programs have it.
fn small_mappings(snapshot: &Snapshot) -> impl Iterator<Item = AddrRange> + '_ {
    let writable = Protection::READ.with(Protection::WRITE);
    let regions = snapshot.space.regions().iter().filter(move |region| {
        region.backing.is_none() && region.protection.is_none_or(|p| p.has(writable) && !p.has(Protection::EXECUTE))
    });
    let first = |range: AddrRange| AddrRange::from_size(range.start(), range.size().min(STACK_END));
    regions.filter(|region| region.range.size() <= SMALL_MAPPING).filter_map(move |region| first(region.range))
}

/// Words of the process.
struct Block {
    start: Addr,
    width: u64,
    bytes: Vec<u8>,
    words: Vec<u64>,
}

impl Block {
    fn read(snapshot: &Snapshot, memory: Memory<'_>, range: AddrRange) -> Option<Block> {
        let width = u64::from(snapshot.platform.width.bytes());
        let mut bytes = vec![0; usize::try_from(range.size().min(STACK_END)).ok()?];
        memory.read_exact(range.start(), &mut bytes).then_some(())?;
        let words = bytes.chunks_exact(usize::from(snapshot.platform.width.bytes()));
        let words = words.map(|word| memory.decode_word(word)).collect();
        Some(Block { start: range.start(), width, bytes, words })
    }

    /// The arena named below the struct pthread of a thread.
    fn arena(&self, heap: &Heap, thread_id: u64) -> Option<usize> {
        let pthread = (0..self.words.len()).rev().find(|index| self.is_pthread(*index, thread_id))?;
        let named = |word: &u64| heap.arenas.iter().position(|arena| arena.id.0 == *word);
        self.words.get(..pthread)?.iter().rev().find_map(named)
    }

    /// Whether struct pthread begins at that word: it points at itself twice (tcb, self), and has the thread's id.
    fn is_pthread(&self, index: usize, thread_id: u64) -> bool {
        let own = self.start.0.saturating_add(index as u64 * self.width);
        let word = |at: usize| self.words.get(at).copied();
        if word(index) != Some(own) || word(index + 2) != Some(own) {
            return false;
        }
        let from = index.saturating_mul(usize::try_from(self.width).unwrap_or(8));
        let rest = self.bytes.get(from..).unwrap_or_default();
        let near = rest.get(..rest.len().min(THREAD_ID_WITHIN)).unwrap_or_default();
        let id = u32::try_from(thread_id).unwrap_or(0).to_le_bytes();
        thread_id != 0 && near.chunks_exact(4).any(|four| four == id)
    }
}
