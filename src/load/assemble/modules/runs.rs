//! Linux: a module is a run of neighbouring mappings of one file, at least one of them executable, with the
//! anonymous rest of its last segment (bss) behind it.

use std::collections::HashMap;

use super::{elf_header, file_name};
use crate::addr::{Addr, AddrRange};
use crate::load::assemble::Draft;
use crate::load::assemble::partition::Piece;
use crate::load::facts::{ModuleFacts, RowLabel};
use crate::model::{Protection, State};

/// Without headers in the dump, anonymous memory right behind a module is taken for its bss up to this size.
/// Libraries' bss is mostly below 100 KiB, and a wrong guess would hide a private mapping.
const BSS_BY_ADJACENCY: u64 = 256 << 10;
/// How many anonymous pieces may stand between two mappings of one file: holes between segments, a bss between them.
const PIECES_BETWEEN: usize = 2;

/// Most modules taken, as of a minidump's list. Other files of a million would be as many module names and paths.
const MAX_MODULES: usize = 1 << 16;

/// Claims all modules that the files behind the pieces show.
pub(super) fn claim(draft: &mut Draft<'_>) {
    let same_file = canonical_files(&draft.facts.files);
    let exe = executable_hint(draft);
    let listed = by_base(&draft.facts.modules);
    for run in runs(draft.pieces, &same_file) {
        if draft.modules.len() >= MAX_MODULES {
            let message = format!("only the first {MAX_MODULES} modules are told from other mapped files");
            draft.diagnostics.warn("too-many-modules", message, None);
            break;
        }
        if is_module(draft, &run, exe) {
            claim_run(draft, &run, exe, listed.get(&run.range.start()).copied());
        }
    }
}

/// The list's entries by the address where they begin, the first of equal ones.
fn by_base(modules: &[ModuleFacts]) -> HashMap<Addr, &ModuleFacts> {
    let mut found = HashMap::with_capacity(modules.len());
    for module in modules {
        found.entry(module.range.start()).or_insert(module);
    }
    found
}

/// A run of pieces of one file: indexes of the first and one past the last.
struct Run {
    first: usize,
    end: usize,
    file: u32,
    range: AddrRange,
}

impl Run {
    fn pieces<'p>(&self, pieces: &'p [Piece]) -> &'p [Piece] {
        pieces.get(self.first..self.end).unwrap_or_default()
    }
}

/// For each file index the lowest index with the same name.
fn canonical_files(files: &[String]) -> Vec<u32> {
    let mut first: HashMap<&str, u32> = HashMap::new();
    (0u32..).zip(files).map(|(i, name)| *first.entry(name).or_insert(i)).collect()
}

fn runs(pieces: &[Piece], same_file: &[u32]) -> Vec<Run> {
    let file_of = |p: &Piece| p.file.and_then(|f| same_file.get(f as usize).copied());
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        match file_of(piece) {
            Some(file) => {
                let end = run_end(pieces, at, |p| file_of(p) == Some(file));
                let last = pieces.get(end - 1).unwrap_or(piece);
                out.push(Run { first: at, end, file, range: piece.range.hull(last.range) });
                at = end;
            }
            None => at += 1,
        }
    }
    out
}

/// One past the last piece of the run that begins at `first`. Anonymous pieces count only if the file goes on
/// behind them.
fn run_end(pieces: &[Piece], first: usize, same: impl Fn(&Piece) -> bool) -> usize {
    let mut end = first + 1;
    let mut border = pieces.get(first).map_or(Addr(0), |p| p.range.end());
    for (i, piece) in pieces.iter().enumerate().skip(first + 1) {
        let foreign = piece.file.is_some() && !same(piece);
        if piece.range.start() != border || foreign || piece.label == RowLabel::Heap {
            break;
        }
        border = piece.range.end();
        match same(piece) {
            true => end = i + 1,
            false if i + 1 - end > PIECES_BETWEEN => break,
            false => {}
        }
    }
    end
}

/// An address inside the executable, if the auxiliary vector has one.
fn executable_hint(draft: &Draft<'_>) -> Option<Addr> {
    draft.facts.auxv.phdr.or(draft.facts.auxv.entry)
}

fn is_module(draft: &Draft<'_>, run: &Run, exe: Option<Addr>) -> bool {
    let path = path_of(draft, run);
    let executable = |p: &Piece| p.protection.is_some_and(|p| p.has(Protection::EXECUTE));
    let unknown = |p: &Piece| p.protection.is_none();
    let pieces = run.pieces(draft.pieces);
    let may_be_code = pieces.iter().any(|p| p.file.is_some() && executable(p));
    let may_hide_code = pieces.iter().any(|p| p.file.is_some() && unknown(p));
    match elf_header::is_elf(&draft.memory, run.range.start()) {
        Some(is_elf) => is_elf && (may_be_code || may_hide_code),
        None => {
            let is_exe = exe.is_some_and(|e| run.range.contains(e));
            (may_be_code && !is_pseudo_file(path)) || (may_hide_code && (is_exe || names_a_library(path)))
        }
    }
}

/// Files that hold generated code or devices: executable, but nothing that one could rebase or leave out.
fn is_pseudo_file(path: &str) -> bool {
    ["/dev/", "/memfd:", "memfd:", "/SYSV", "anon_inode:", "/proc/"].iter().any(|p| path.starts_with(p))
}

fn names_a_library(path: &str) -> bool {
    let name = file_name(path);
    name.ends_with(".so") || name.contains(".so.") || name.starts_with("linker")
}

fn path_of<'d>(draft: &Draft<'d>, run: &Run) -> &'d str {
    draft.facts.files.get(run.file as usize).map_or("", String::as_str)
}

fn claim_run(draft: &mut Draft<'_>, run: &Run, exe: Option<Addr>, listed: Option<&ModuleFacts>) {
    let base = run.range.start();
    let mut headers = elf_header::read(&draft.memory, base, draft.platform);
    headers.id = headers.id.or_else(|| listed.and_then(|m| m.id.clone()));
    let path = path_of(draft, run);
    let pinned = match exe {
        Some(address) => run.range.contains(address),
        None => is_main_module(draft, base, path),
    };
    let range = with_bss(draft, run, headers.span);
    super::add(draft, path, range, headers, pinned);
}

/// Without an auxiliary vector: the module list begins with the executable; else it is the lowest module that is
/// not named like a library.
fn is_main_module(draft: &Draft<'_>, base: Addr, path: &str) -> bool {
    match draft.facts.modules.first() {
        Some(main) => main.range.start() == base,
        None => draft.modules.is_empty() && !names_a_library(path),
    }
}

/// The run with the anonymous memory behind it that belongs to the module.
fn with_bss(draft: &Draft<'_>, run: &Run, span: Option<u64>) -> AddrRange {
    let stated = span.and_then(|s| run.range.start().checked_add(s));
    let mut end = run.range.end();
    for piece in draft.pieces.iter().skip(run.end) {
        let bss = piece.range.start() == end && piece.file.is_none() && piece.label == RowLabel::None;
        let room = match stated {
            Some(limit) => limit.distance_from(end),
            None => BSS_BY_ADJACENCY.saturating_sub(end.distance_from(run.range.end())),
        };
        let whole = piece.range.size() <= room;
        if !bss || room == 0 || !may_be_bss(piece) || (stated.is_none() && !whole) {
            break;
        }
        end = if whole { piece.range.end() } else { Addr(end.0.saturating_add(room)) };
    }
    AddrRange::new(run.range.start(), end).unwrap_or(run.range)
}

/// bss is writable, or was made read-only or inaccessible later; it is never executable.
fn may_be_bss(piece: &Piece) -> bool {
    piece.state == State::Committed && piece.protection.is_none_or(|p| p.has(Protection::WRITE))
}
