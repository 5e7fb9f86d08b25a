//! Could a request have been served from inside of the heaps? What glibc's `_int_malloc` and `sysmalloc` would do, arena
//! by arena: free chunks and top first, whatever the size; then, from the mmap threshold on, a mapping of its own; then
//! growth of the arena.

mod brk;
mod growth;
mod room;

pub use brk::{Blocked, Brk};
pub use growth::{Step, StepKind};
pub use room::{Fits, Obstacle};

use super::{Malloc, glibc};
use crate::analyze::Analysis;
use crate::heaps::{Arena, BinKind, Heap, Heaps};
use crate::model::Snapshot;
use growth::Grower;

/// The answer for one request. All sizes in bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Serving {
    /// As the program asks malloc for it.
    pub request: u64,
    /// The chunk that it needs, with its header; `None` if malloc refuses requests of that size whatever is free.
    pub chunk: Option<u64>,
    /// Requests of chunks from this size on get a mapping of their own, if nothing that is free inside serves them.
    pub mmap_threshold: u64,
    /// The largest usable gap that mmap reaches.
    pub largest_gap: u64,
    /// The program break, where it is known.
    pub brk: Option<Brk>,
    /// Whether one more arena could be made for a thread that the main one failed; `None` in a process of one thread,
    /// where nothing is tried again.
    pub another_arena: Option<Fits>,
    /// What each arena would do, in the order of [`Heap::arenas`].
    pub arenas: Vec<ArenaAnswer>,
}

/// What one arena has and would do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ArenaAnswer {
    /// Whether something free in it is enough.
    pub inside: Inside,
    /// What would be tried in turn if nothing is, up to the first step that succeeds.
    pub steps: Vec<Step>,
}

/// What an arena has for a chunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Inside {
    /// Its free chunks were not walked.
    NotWalked,
    /// A free chunk of that size in a fast bin.
    Fast,
    /// A free chunk; the largest of it has so many bytes.
    Chunk(u64),
    /// The top chunk, of so many bytes.
    Top(u64),
    /// Nothing that is certain, but chunks in fast bins are merged before malloc gives up: so many bytes.
    PerhapsMerged(u64),
    /// Nothing, but for what a thread's cache may hold: chunks of that size are kept there.
    PerhapsCached,
    /// Nothing: all free chunks are smaller.
    Nothing,
}

impl Inside {
    /// Whether it is certain that the arena serves it.
    pub fn serves(self) -> bool {
        matches!(self, Inside::Fast | Inside::Chunk(_) | Inside::Top(_))
    }
}

/// What comes of a request in one arena.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source<'a> {
    /// Something free inside.
    Inside(Inside),
    /// The system, by this step.
    Step(&'a Step),
    /// The main arena, where a thread arena's requests are tried again.
    Main(Inside),
    /// The same, by this step of the main arena's.
    MainStep(&'a Step),
    /// Nothing in the main arena; but one more is tried, and which is not known: others could serve it, or a new one.
    OtherArena,
    /// Nothing.
    Refused,
    /// The arena was not walked.
    Unknown,
}

impl Serving {
    /// Asks glibc's heaps for a request; `None` if there are none.
    pub fn of(snapshot: &Snapshot, analysis: &Analysis, heaps: &Heaps, request: u64) -> Option<Serving> {
        let heap = glibc(heaps)?;
        let malloc = Malloc::of(snapshot, heap);
        let chunk = malloc.chunk(request);
        let brk = Brk::of(snapshot, heap);
        let grower = Grower::new(snapshot, analysis, heap, malloc, brk);
        let answer = |(index, arena): (usize, &Arena)| match chunk {
            Some(chunk) => {
                ArenaAnswer { inside: inside(&malloc, arena, chunk), steps: grower.steps(index, arena, request, chunk) }
            }
            None => ArenaAnswer { inside: Inside::Nothing, steps: Vec::new() },
        };
        Some(Serving {
            request,
            chunk,
            mmap_threshold: malloc.tuning.mmap_threshold,
            largest_gap: analysis.figures.largest_reachable_size(),
            brk,
            another_arena: chunk.filter(|_| snapshot.threads.len() > 1).map(|chunk| grower.new_heap(chunk).fits),
            arenas: heap.arenas.iter().enumerate().map(answer).collect(),
        })
    }

    /// What comes of the request in an arena, and then in the main one.
    pub fn source(&self, heap: &Heap, arena: usize) -> Source<'_> {
        let Some(answer) = self.arenas.get(arena) else { return Source::Unknown };
        let own = answer.source();
        let is_main = heap.arenas.get(arena).is_some_and(|a| a.main);
        if own != Source::Refused {
            return own;
        }
        if is_main {
            return self.after_main(heap);
        }
        let main = heap.arenas.iter().position(|a| a.main).and_then(|main| self.arenas.get(main));
        match main.map(ArenaAnswer::source) {
            Some(Source::Inside(inside)) => Source::Main(inside),
            Some(Source::Step(step)) => Source::MainStep(step),
            Some(Source::Unknown) => Source::Unknown,
            _ => Source::Refused,
        }
    }

    /// What comes of a request that the main arena failed: `arena_get_retry` takes a free arena, a new one, or the next.
    fn after_main(&self, heap: &Heap) -> Source<'_> {
        let Some(new_one) = self.another_arena else { return Source::Refused };
        let others = heap.arenas.iter().zip(&self.arenas).filter(|(arena, _)| !arena.main);
        let any = others.map(|(_, answer)| answer.source()).any(|source| source != Source::Refused);
        if any || new_one != Fits::No { Source::OtherArena } else { Source::Refused }
    }

    /// The arena with the largest chunk that serves it, of those that do.
    pub fn best_inside(&self) -> Option<(usize, Inside)> {
        let size = |inside: Inside| match inside {
            Inside::Chunk(bytes) | Inside::Top(bytes) => bytes,
            _ => 0,
        };
        let serving = self.arenas.iter().enumerate().filter(|(_, answer)| answer.inside.serves());
        serving.map(|(index, answer)| (index, answer.inside)).max_by_key(|(index, inside)| {
            // The first of equals: the main arena comes before the others.
            (size(*inside), std::cmp::Reverse(*index))
        })
    }
}

impl ArenaAnswer {
    fn source(&self) -> Source<'_> {
        match (self.inside, self.steps.iter().find(|step| step.fits != Fits::No)) {
            (inside, _) if inside.serves() => Source::Inside(inside),
            (Inside::NotWalked, _) => Source::Unknown,
            (_, Some(step)) => Source::Step(step),
            (_, None) => Source::Refused,
        }
    }
}

/// What an arena has for a chunk. The mmap threshold does not matter here: `_int_malloc` searches its bins and top for
/// requests of any size, and only `sysmalloc` asks for it.
fn inside(malloc: &Malloc, arena: &Arena, chunk: u64) -> Inside {
    let (Some(free), Some(top)) = (&arena.free, arena.top) else { return Inside::NotWalked };
    let fast = |bin: &&crate::heaps::Bin| bin.kind == BinKind::Fast && bin.from <= chunk && chunk <= bin.to;
    if arena.bins.iter().filter(fast).any(|bin| bin.from == bin.to && bin.tally.count > 0) {
        return Inside::Fast;
    }
    if free.largest >= chunk {
        return Inside::Chunk(free.largest);
    }
    if top >= malloc.top_for(chunk) {
        return Inside::Top(top);
    }
    let fast = arena.fast.map_or(0, |tally| tally.bytes);
    if fast > 0 && free.largest.max(top).saturating_add(fast) >= chunk {
        return Inside::PerhapsMerged(fast);
    }
    let cached = arena.cached.is_some_and(|tally| tally.count > 0);
    if cached && chunk <= malloc.largest_cached() { Inside::PerhapsCached } else { Inside::Nothing }
}
