//! What a chunk may be, by its first words. A guess, and said to be one.

use crate::addr::{Addr, AddrRange};
use crate::model::{Memory, Protection, Region, Snapshot};

/// Bytes of a chunk that are looked at, and shown with `--show-memory`.
pub const PREVIEW: usize = 32;

/// `_IO_MAGIC`, the upper half of a FILE's first word.
const FILE_MAGIC: u64 = 0xfbad;
/// Reference counts of Python objects that are believed; immortal ones have more.
const MOST_REFERENCES: u64 = 1 << 24;
/// Bytes of text that make a text.
const LEAST_TEXT: usize = 6;

/// What it looks like. Modules by their index in [`Snapshot::modules`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Looks {
    /// An object with virtual functions: its first word points into read-only data of a module.
    CppObject(usize),
    /// A Python object: a count, and a pointer at a type in a module's data.
    PythonObject(usize),
    /// A stdio stream.
    File,
    /// Printable characters.
    Text,
    /// A function's address comes first.
    Function(usize),
    /// It points at data of a module.
    PointsInto(usize),
    /// Two pointers at private memory: a node of a list or tree, or an array of pointers.
    Links,
    /// All zero.
    Zero,
}

/// What its bytes tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Guess {
    /// It looks like that.
    Looks(Looks),
    /// It looks like nothing that is known.
    Unknown,
    /// The dump does not hold it.
    NotInDump,
}

/// The first bytes of what a program was given; `None` if the dump does not hold them all.
pub fn preview(memory: Memory<'_>, data: AddrRange) -> Option<Vec<u8>> {
    let length = usize::try_from(data.size()).unwrap_or(PREVIEW).min(PREVIEW);
    let mut bytes = vec![0; length];
    memory.read_exact(data.start(), &mut bytes).then_some(bytes)
}

/// Guesses what `data` is, the part of a chunk that the program has.
pub fn guess(snapshot: &Snapshot, memory: Memory<'_>, data: AddrRange) -> Guess {
    let Some(bytes) = preview(memory, data) else { return Guess::NotInDump };
    let words: Vec<u64> = bytes.chunks_exact(width(snapshot)).map(|word| memory.decode_word(word)).collect();
    looks(snapshot, &bytes, &words).map_or(Guess::Unknown, Guess::Looks)
}

fn width(snapshot: &Snapshot) -> usize {
    usize::from(snapshot.platform.width.bytes())
}

/// The first that fits, those first that mean most.
fn looks(snapshot: &Snapshot, bytes: &[u8], words: &[u64]) -> Option<Looks> {
    if bytes.iter().all(|byte| *byte == 0) {
        return Some(Looks::Zero);
    }
    let first = *words.first()?;
    if (first & 0xffff_ffff) >> 16 == FILE_MAGIC {
        return Some(Looks::File);
    }
    if let Some(module) = python_type(snapshot, words) {
        return Some(Looks::PythonObject(module));
    }
    if let Some((module, region)) = module_at(snapshot, first) {
        return Some(match region.protection.unwrap_or_default() {
            p if p.has(Protection::EXECUTE) => Looks::Function(module),
            p if p.has(Protection::WRITE) => Looks::PointsInto(module),
            _ => Looks::CppObject(module),
        });
    }
    if is_text(bytes) {
        return Some(Looks::Text);
    }
    let second = words.get(1).copied().unwrap_or(0);
    (is_pointer(snapshot, first) && is_pointer(snapshot, second)).then_some(Looks::Links)
}

/// `ob_refcnt`, then `ob_type` in the data of something that is Python.
fn python_type(snapshot: &Snapshot, words: &[u64]) -> Option<usize> {
    let (count, object_type) = (*words.first()?, *words.get(1)?);
    // Immortal objects of 3.12 and later have a count with the upper bits of its low half set.
    let counted = (1..MOST_REFERENCES).contains(&count) || (count & 0xffff_ffff) >> 28 >= 0x3;
    let (module, region) = module_at(snapshot, object_type).filter(|_| counted)?;
    let name = snapshot.modules.get(module)?.name.to_lowercase();
    let writable = region.protection.is_some_and(|p| p.has(Protection::WRITE) && !p.has(Protection::EXECUTE));
    (writable && name.contains("python")).then_some(module)
}

/// The module whose region holds an address.
fn module_at(snapshot: &Snapshot, word: u64) -> Option<(usize, &Region)> {
    let region = snapshot.space.region_at(Addr(word))?;
    let index = snapshot.modules.partition_point(|module| module.range.start() <= Addr(word)).checked_sub(1)?;
    let module = snapshot.modules.get(index)?;
    (module.range.contains(Addr(word)) || module.owner == region.owner).then_some((index, region))
}

/// Whether a word points at writable memory without a file.
fn is_pointer(snapshot: &Snapshot, word: u64) -> bool {
    let private = |region: &Region| {
        region.backing.is_none() && region.protection.is_none_or(|protection| protection.has(Protection::WRITE))
    };
    word.is_multiple_of(4) && snapshot.space.region_at(Addr(word)).is_some_and(private)
}

/// Printable ASCII and spaces from the first byte on, up to a zero byte or the end.
fn is_text(bytes: &[u8]) -> bool {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let text = bytes.get(..end).unwrap_or_default();
    text.len() >= LEAST_TEXT && text.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace())
}
