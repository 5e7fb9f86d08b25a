//! What would come back, and what pins the rest.

use std::fmt::Write as _;

use super::words::{self, title};
use crate::analyze::heaps::{Answers, Guess, Look, Looks, Pin, Returns};
use crate::heaps::{ChunkState, Heap};
use crate::report::Context;
use crate::report::escape::shortened;
use crate::report::section::{Cell, Section};
use crate::units::{Bytes, Hex, plural};

/// Characters of a module's name.
const NAME: usize = 40;

/// One for each allocator that tells.
pub(super) fn sections(cx: Context<'_>, answers: &Answers, limit: usize) -> Vec<Section> {
    let each = answers.returns.iter().zip(&answers.looks);
    each.filter_map(|(returns, looks)| section(cx, answers, (returns, looks), limit)).collect()
}

fn section(cx: Context<'_>, answers: &Answers, (returns, looks): (&Returns, &[Look]), limit: usize) -> Option<Section> {
    let heap = cx.heaps.list.get(returns.heap)?;
    let pins: Vec<(&Pin, Option<&Look>)> =
        returns.pins.iter().enumerate().map(|(index, pin)| (pin, looks.get(index))).collect();
    let columns = [
        (words::noun(heap.allocator), Cell::Words),
        ("pinned by", Cell::Address),
        ("size", Cell::Number),
        ("state", Cell::Words),
        ("free below", Cell::Number),
        ("would return", Cell::Number),
        ("what it may be", Cell::Name),
    ];
    let title = format!("What would come back from {}", title(heap.allocator));
    let remark = "the chunk that pins each arena's end, and what is free below it";
    let id = format!("heap-{}-returns", returns.heap);
    let section = Section::new(id, title, remark, words::noun(heap.allocator)).columns(columns);
    let mut notes = notes(answers, returns, heap);
    notes.extend(pins.iter().take(limit).filter_map(|(pin, look)| first_bytes(cx, pin, (*look)?)));
    Some(section.rows(&pins, limit, |(pin, look)| row(cx, heap, pin, *look)).notes(notes))
}

/// With `--show-memory`: what the program had in the chunk first.
fn first_bytes(cx: Context<'_>, pin: &Pin, look: &Look) -> Option<String> {
    let at = Hex { addr: pin.data.start(), width: cx.snapshot.width() };
    Some(format!("at {at}: {}", hex_and_text(look.bytes.as_deref()?)))
}

fn notes(answers: &Answers, returns: &Returns, heap: &Heap) -> Vec<String> {
    let glibc = heap.allocator == crate::heaps::Allocator::Glibc;
    let what = if glibc { "malloc_trim(0)" } else { "trimming" };
    let mut notes = vec![format!(
        "{what} would give back {} of memory, and {} of address space",
        Bytes(returns.memory),
        Bytes(returns.address_space)
    )];
    if let Some(found) = answers.reservations.filter(|_| glibc) {
        let holes = match found.holes.count {
            0 => String::new(),
            count => {
                format!("; {} beside them too small for another ({})", plural(count, "hole"), Bytes(found.holes.bytes))
            }
        };
        notes.push(format!(
            "{} of thread arenas reserve {} of address space: {} writable, {} tails{holes}",
            plural(found.heaps.count, "heap"),
            Bytes(found.heaps.bytes),
            Bytes(found.committed),
            Bytes(found.tails)
        ));
    }
    let cached = returns.pins.iter().filter(|pin| pin.is_cached()).count() as u64;
    if cached > 0 {
        notes.push(format!(
            "{} only by a thread's cache: cheap to let go",
            if cached == 1 { "1 arena is pinned".to_owned() } else { format!("{cached} arenas are pinned") }
        ));
    }
    notes
}

fn row(cx: Context<'_>, heap: &Heap, pin: &Pin, look: Option<&Look>) -> Vec<String> {
    let state = match pin.blocker.state {
        ChunkState::Live => "live",
        ChunkState::Cached => "cached",
    };
    vec![
        words::arena(heap, pin.arena),
        Hex { addr: pin.blocker.address, width: cx.snapshot.width() }.to_string(),
        Bytes(pin.blocker.size).to_string(),
        state.to_owned(),
        Bytes(pin.blocker.free_below).to_string(),
        pin.would_return.map(|range| Bytes(range.size()).to_string()).unwrap_or_default(),
        look.map(|look| guess(cx, look.guess)).unwrap_or_default(),
    ]
}

/// A guess in words. Names in it are from the dump.
fn guess(cx: Context<'_>, guess: Guess) -> String {
    let module = |index: usize| {
        let name = cx.snapshot.modules.get(index).map_or("?", |module| &module.name);
        shortened(name, NAME).to_string()
    };
    match guess {
        Guess::Looks(Looks::CppObject(index)) => format!("a C++ object of {}", module(index)),
        Guess::Looks(Looks::PythonObject(index)) => format!("a Python object ({})", module(index)),
        Guess::Looks(Looks::File) => "a stdio FILE".to_owned(),
        Guess::Looks(Looks::Text) => "text".to_owned(),
        Guess::Looks(Looks::Function(index)) => format!("begins with a function of {}", module(index)),
        Guess::Looks(Looks::PointsInto(index)) => format!("points at data of {}", module(index)),
        Guess::Looks(Looks::Links) => "pointers: a list, a tree or an array of them".to_owned(),
        Guess::Looks(Looks::Zero) => "zero".to_owned(),
        Guess::Unknown => "not known".to_owned(),
        Guess::NotInDump => "not in the dump".to_owned(),
    }
}

/// Bytes in hex, and the printable ones of them; nothing of it can leave a cell.
fn hex_and_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3 + 1);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text.push(' ');
    text.extend(bytes.iter().map(|byte| if byte.is_ascii_graphic() { char::from(*byte) } else { '.' }));
    text
}
