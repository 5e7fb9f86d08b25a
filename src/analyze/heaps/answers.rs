//! All that is asked of the heaps of one dump, answered once.

use super::guess::{Guess, guess, preview};
use super::{Reservations, Returns, Serving, arena_of, glibc};
use crate::analyze::{Advice, Analysis, advise_on_heaps};
use crate::heaps::Heaps;
use crate::model::{Memory, Snapshot};

/// What growth is measured with where no request is known: more than what is usually left at an arena's end, and less
/// than what gets a mapping of its own.
const SMALL: u64 = 64 << 10;
/// Chunks that are looked at.
const MOST_LOOKS: usize = 4096;

/// The answers.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Answers {
    /// Of the request, as far as it was asked of malloc; `None` without one, or without glibc's heaps.
    pub serving: Option<Serving>,
    /// What growth would take: of the request, or of a small one.
    pub growth: Option<Serving>,
    /// The thread that crashed and the arena it allocates from, where its own data tells.
    pub crashed: Option<(u64, usize)>,
    /// What would come back, by allocator.
    pub returns: Vec<Returns>,
    /// What the chunks that pin arenas look like, in the order of their pins.
    pub looks: Vec<Vec<Look>>,
    /// What thread arenas reserve.
    pub reservations: Option<Reservations>,
    /// What could be done, each with its effect.
    pub advice: Vec<Advice>,
}

/// What a chunk looks like.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Look {
    /// By its first words.
    pub guess: Guess,
    /// Its first bytes, only where they were asked for.
    pub bytes: Option<Vec<u8>>,
}

impl Answers {
    /// Asks everything. Contents of memory are kept only with `show_memory`.
    pub fn of(
        snapshot: &Snapshot,
        analysis: &Analysis,
        heaps: &Heaps,
        memory: Memory<'_>,
        show_memory: bool,
    ) -> Answers {
        let request = snapshot.request.filter(|request| request.align.is_none()).map(|request| request.size);
        let serving = request.and_then(|request| Serving::of(snapshot, analysis, heaps, request));
        let small = || Serving::of(snapshot, analysis, heaps, SMALL);
        let returns = Returns::of(snapshot, heaps);
        let looks = |returns: &Returns| {
            let pins = returns.pins.iter().take(MOST_LOOKS);
            pins.map(|pin| Look {
                guess: guess(snapshot, memory, pin.data),
                bytes: preview(memory, pin.data).filter(|_| show_memory),
            })
            .collect()
        };
        Answers {
            growth: serving.clone().or_else(small),
            serving,
            crashed: crashed(snapshot, heaps, memory),
            looks: returns.iter().map(looks).collect(),
            returns,
            reservations: glibc(heaps).and_then(|heap| Reservations::of(snapshot, &analysis.gaps, heap)),
            advice: advise_on_heaps(snapshot, analysis, heaps),
        }
    }
}

fn crashed(snapshot: &Snapshot, heaps: &Heaps, memory: Memory<'_>) -> Option<(u64, usize)> {
    let thread = snapshot.threads.iter().find(|thread| thread.crashed)?;
    Some((thread.id, arena_of(snapshot, memory, glibc(heaps)?, thread)?))
}
