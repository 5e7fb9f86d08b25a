//! Whether a process has Python in it, and why it may have no arenas.

use crate::addr::AddrRange;
use crate::heaps::{Allocator, Grade, Heap, Trouble};
use crate::model::{Memory, Module, Protection, Snapshot, State};
use crate::units::Bytes;

/// Whether a file name is one of CPython's interpreter or library: `python3.11`, `libpython3.6m.so.1.0`, `python312_d.dll`.
/// The libraries of the stable ABI (`libpython3.so`, `python3.dll`) only lead to another one.
fn is_python(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let stub = ["libpython3.so", "python3.dll"].contains(&name.as_str());
    rest_of(&name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']) || minor_end(rest).is_some())
        && !stub
}

/// What comes behind `python3`.
fn rest_of(name: &str) -> Option<&str> {
    name.strip_prefix("lib").unwrap_or(name).strip_prefix("python3")
}

/// What comes behind the minor version.
fn minor_end(rest: &str) -> Option<&str> {
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    let end = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    (end.len() < rest.len()).then_some(end)
}

/// Whether the name has the `t` of builds without a global lock: `python3.13t`, `libpython3.14td.so.1.0`.
fn is_free_threaded(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    rest_of(&name).and_then(minor_end).is_some_and(|end| end.starts_with('t'))
}

fn modules(snapshot: &Snapshot) -> impl Iterator<Item = &Module> {
    snapshot.modules.iter().filter(|module| is_python(&module.name))
}

/// Whether a module is called python.
pub(super) fn is_expected(snapshot: &Snapshot) -> bool {
    modules(snapshot).next().is_some()
}

/// Whether a range is data of such a module.
pub(super) fn is_of_python(snapshot: &Snapshot, range: AddrRange) -> bool {
    modules(snapshot).any(|module| module.range.overlaps(range))
}

/// What is to be said of a Python without arenas; `None` if there is no Python. `unsearched` if memory was left out.
pub(super) fn without_arenas(snapshot: &Snapshot, memory: Memory<'_>, unsearched: bool) -> Option<Heap> {
    let free_threaded = modules(snapshot).any(|module| is_free_threaded(&module.name));
    modules(snapshot).next()?;
    let mut heap = Heap::new(Allocator::Cpython, Grade::NotWalked);
    let missing = missing_bytes(snapshot, memory);
    heap.notes.push(match (free_threaded, missing) {
        (false, _) if unsearched => {
            "Arenas of obmalloc were not looked for: that takes all of the process's memory.".to_owned()
        }
        (true, _) => {
            "A build without a global lock: its objects are in heaps of mimalloc, which are not walked.".to_owned()
        }
        (false, 0) => "obmalloc has no arenas: PYTHONMALLOC=malloc, or a build without obmalloc. \
                       Its objects are in malloc's heaps."
            .to_owned(),
        (false, _) => "No arenas of obmalloc were found in the memory that the dump holds.".to_owned(),
    });
    if missing > 0 && !free_threaded {
        let message = format!("The dump lacks {} of writable memory, where arenas may be.", Bytes(missing));
        heap.troubles.push(Trouble { code: "memory-missing", message, at: None, covered: None });
    }
    Some(heap)
}

/// Writable private memory of which the dump holds nothing, or only a part.
fn missing_bytes(snapshot: &Snapshot, memory: Memory<'_>) -> u64 {
    let writable = |p: Protection| p.has(Protection::WRITE) && !p.has(Protection::SHARED);
    let regions = snapshot.space.regions().iter();
    let all = regions.filter(|r| r.state == State::Committed && r.protection.is_some_and(writable));
    all.map(|region| region.range.size() - memory.captured_in(region.range).map(AddrRange::size).sum::<u64>()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in ["python3", "python3.11", "libpython3.6m.so.1.0", "python312.dll", "python311_d.dll", "python3.13t"]
        {
            assert!(is_python(name), "{name}");
        }
        for name in ["python2.7", "libpython3.so", "python3.dll", "python3d", "libboost_python311.so", "pythonw", "x"] {
            assert!(!is_python(name), "{name}");
        }
        for (name, free) in [("libpython3.13t.so.1.0", true), ("python3.14td", true), ("python313t.dll", true)] {
            assert_eq!(is_free_threaded(name), free, "{name}");
        }
        for name in ["python3.13", "libpython3.13.so.1.0", "python3-tool"] {
            assert!(!is_free_threaded(name), "{name}");
        }
    }
}
