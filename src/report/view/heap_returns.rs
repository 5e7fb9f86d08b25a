//! What heaps would give back, in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Address, Context, Word};
use crate::addr::AddrRange;
use crate::analyze::heaps::{Guess, Look, Looks, Pin, Reservations, Returns};
use crate::heaps::{Allocator, ChunkState};

/// What one allocator would give back, in bytes.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Returns")]
pub struct ReturnsView<'a> {
    /// Whose.
    pub allocator: Word<Allocator>,
    /// Memory: whole free pages, wherever they are (malloc_trim(0)).
    pub memory: u64,
    /// Address space, nearly always much less.
    pub address_space: u64,
    /// What pins the arenas, those first with most behind them.
    pub pins: Vec<PinView<'a>>,
}

/// A chunk that pins the end of an arena.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Pin")]
pub struct PinView<'a> {
    /// The arena, by its number in `heaps[].arenas`.
    pub arena: u64,
    /// The chunk, with its header.
    pub address: Address,
    /// Its size with header.
    pub size: u64,
    /// `live`, or `cached` by a thread: cheap to let go.
    pub state: Word<ChunkState>,
    /// Free bytes right below it.
    pub free_below: u64,
    /// Address space that would go back if it were free; null where none would, or it cannot be told.
    pub would_return: Option<u64>,
    /// A guess by its first words: `c++-object`, `python-object`, `file`, `text`, `function`, `data-pointer`, `pointers`,
    /// `zero`, `unknown`, or `not-in-dump`.
    pub guess: &'static str,
    /// The module that it points into (untrusted); null for guesses without one.
    pub guess_module: Option<&'a str>,
    /// Its first bytes in hex; null without `--show-memory`.
    pub bytes: Option<String>,
}

/// What thread arenas reserve, in bytes.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Reservations")]
pub struct ReservationsView {
    /// How many heaps.
    pub heaps: u64,
    /// Address space that they take.
    pub reserved: u64,
    /// Of that, writable.
    pub committed: u64,
    /// Of that, only reserved.
    pub tails: u64,
    /// Address space of one heap, and its alignment.
    pub heap_max: u64,
    /// Gaps beside heaps that are too small for another one.
    pub holes: u64,
    /// Bytes of those.
    pub hole_bytes: u64,
}

impl<'a> ReturnsView<'a> {
    pub(super) fn new(cx: Context<'a>, returns: &Returns, looks: &[Look]) -> Option<ReturnsView<'a>> {
        let pins = returns.pins.iter().enumerate();
        Some(ReturnsView {
            allocator: Word(cx.heaps.list.get(returns.heap)?.allocator),
            memory: returns.memory,
            address_space: returns.address_space,
            pins: pins.map(|(index, pin)| PinView::new(cx, pin, looks.get(index))).collect(),
        })
    }
}

impl<'a> PinView<'a> {
    fn new(cx: Context<'a>, pin: &Pin, look: Option<&Look>) -> PinView<'a> {
        let (guess, module) = guess(look.map_or(Guess::Unknown, |look| look.guess));
        PinView {
            arena: pin.arena as u64,
            address: cx.hex(pin.blocker.address),
            size: pin.blocker.size,
            state: Word(pin.blocker.state),
            free_below: pin.blocker.free_below,
            would_return: pin.would_return.map(AddrRange::size),
            guess,
            guess_module: module.and_then(|index| Some(&*cx.snapshot.modules.get(index)?.name)),
            bytes: look.and_then(|look| look.bytes.as_deref()).map(hex),
        }
    }
}

impl ReservationsView {
    pub(super) fn new(found: Reservations) -> ReservationsView {
        ReservationsView {
            heaps: found.heaps.count,
            reserved: found.heaps.bytes,
            committed: found.committed,
            tails: found.tails,
            heap_max: found.heap_max,
            holes: found.holes.count,
            hole_bytes: found.holes.bytes,
        }
    }
}

fn guess(guess: Guess) -> (&'static str, Option<usize>) {
    match guess {
        Guess::Looks(Looks::CppObject(module)) => ("c++-object", Some(module)),
        Guess::Looks(Looks::PythonObject(module)) => ("python-object", Some(module)),
        Guess::Looks(Looks::Function(module)) => ("function", Some(module)),
        Guess::Looks(Looks::PointsInto(module)) => ("data-pointer", Some(module)),
        Guess::Looks(Looks::File) => ("file", None),
        Guess::Looks(Looks::Text) => ("text", None),
        Guess::Looks(Looks::Links) => ("pointers", None),
        Guess::Looks(Looks::Zero) => ("zero", None),
        Guess::Unknown => ("unknown", None),
        Guess::NotInDump => ("not-in-dump", None),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
