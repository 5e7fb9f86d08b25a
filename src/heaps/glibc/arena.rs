//! What `malloc_state` says of its arena.

use super::layout::Shape;
use super::ring::Ring;
use crate::addr::Addr;
use crate::heaps::memory::Words;

/// `flags`: the arena's pieces from the system do not lie behind each other.
const NONCONTIGUOUS: u32 = 2;

/// One arena, as it describes itself. `None` is what the dump does not hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct State {
    /// Address of malloc_state.
    pub at: Addr,
    /// Whether it is the main arena.
    pub main: bool,
    /// Whether main's pieces need not lie behind each other.
    pub noncontiguous: bool,
    /// The chunk at the end.
    pub top: Option<Addr>,
    /// attached_threads, where the version has it. Of main it is 1 more or less arbitrary threads.
    pub threads: Option<u64>,
    /// system_mem.
    pub system: Option<u64>,
    /// max_system_mem.
    pub max_system: Option<u64>,
}

/// All arenas of a ring. Decides by vote whether there is `attached_threads`, and notes it in the ring's layout.
pub(super) fn states(words: &mut Words<'_>, ring: &mut Ring) -> Vec<State> {
    if ring.shape.layout.attached.is_none() {
        let votes = ring.arenas.iter().filter_map(|arena| has_attached(words, ring.shape, *arena));
        let (with, without): (Vec<bool>, Vec<bool>) = votes.partition(|with| *with);
        let layout = &mut ring.shape.layout;
        layout.attached = Some(with.len() >= without.len());
        // 2.23 brought it.
        match layout.attached {
            Some(true) => layout.versions.0 = layout.versions.0.max(23),
            _ => layout.versions.1 = layout.versions.1.min(22),
        }
    }
    let shape = ring.shape;
    ring.arenas.iter().enumerate().map(|(index, arena)| state(words, shape, *arena, index == 0)).collect()
}

/// Whether a small count stands before the two sums, or `None` if neither fits.
fn has_attached(words: &mut Words<'_>, shape: Shape, arena: Addr) -> Option<bool> {
    let at = arena.checked_add(shape.next())?;
    let (a, b, c) = (words.word_at(at, 2)?, words.word_at(at, 3)?, words.word_at(at, 4).unwrap_or(0));
    let sums = |now: u64, most: u64| now >= 0x1000 && now <= most;
    if a < 0x10000 && sums(b, c) {
        return Some(true);
    }
    sums(a, b).then_some(false)
}

fn state(words: &mut Words<'_>, shape: Shape, at: Addr, main: bool) -> State {
    let mut word = |offset: u64| at.checked_add(offset).and_then(|at| words.word(at));
    let attached = shape.layout.attached == Some(true);
    let sums = shape.next() + (2 + u64::from(attached)) * shape.word;
    let top = word(shape.layout.bins - 2 * shape.word).map(Addr);
    let (system, max_system) = (word(sums), word(sums + shape.word));
    let threads = attached.then(|| word(sums - shape.word)).flatten();
    let flags = at.checked_add(4).and_then(|at| words.u32(at)).unwrap_or(0);
    State { at, main, noncontiguous: flags & NONCONTIGUOUS != 0, top, threads, system, max_system }
}

impl State {
    /// Address of a bin's list head; bin 1 is the first, the unsorted one.
    pub(super) fn bin(&self, shape: Shape, index: u64) -> Option<Addr> {
        self.at.checked_add(shape.layout.bins + (index - 1) * 2 * shape.word)
    }

    /// The heads of fast lists, each with the size of its chunks.
    pub(super) fn fast_heads(&self, words: &mut Words<'_>, shape: Shape) -> Vec<(u64, Addr)> {
        let bins = 0..shape.layout.fast_bins;
        let heads = bins.filter_map(|index| {
            let at = self.at.checked_add(shape.layout.fast + index * shape.word)?;
            Some(((index + 2) * 2 * shape.word, Addr(words.word(at)?)))
        });
        heads.filter(|(_, head)| head.0 != 0).collect()
    }
}
