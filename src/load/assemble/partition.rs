//! Rows of all sources become one partition: sorted, disjoint pieces, each with the best attributes known.
//!
//! The strongest source draws the map; weaker ones add a file's name here, a missing stretch there. What they say of
//! addresses that the map calls free is reported, and the map is believed.

use crate::addr::{Addr, AddrRange};
use crate::diag::{Diagnostics, Place};
use crate::load::facts::{Row, RowLabel};
use crate::model::{Certainty, Coverage, Protection, Source, Sources, State};

/// A stretch of the map before it has an owner.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Piece {
    pub range: AddrRange,
    pub state: State,
    pub protection: Option<Protection>,
    pub file: Option<u32>,
    pub file_offset: Option<u64>,
    pub label: RowLabel,
    pub allocation: Option<Addr>,
    pub sources: Sources,
    /// Which row it was cut from; pieces that share the number were one mapping.
    pub mapping: u32,
}

/// Sources from strong to weak. The first that has rows draws the map.
const STRENGTH: [Source; 11] = [
    Source::Maps,
    Source::LinuxMaps,
    Source::PtLoad,
    Source::MemoryInfo,
    Source::NtFile,
    Source::Platform,
    Source::ThreadStack,
    Source::ModuleList,
    Source::MemoryList,
    Source::Annotation,
    Source::Assumed,
];

/// Makes the partition. Rows may come in any order; overlaps are resolved and reported.
pub(super) fn partition(mut rows: Vec<Row>, coverage: &Coverage, diagnostics: &mut Diagnostics) -> Vec<Piece> {
    rows.sort_by_key(|r| (rank(r.source), r.range.start(), r.range.end()));
    let mut pieces = Vec::new();
    let mut numbers = 0u32..;
    for layer in rows.chunk_by(|a, b| a.source == b.source) {
        let layer = disjoint(layer, &mut numbers, diagnostics);
        pieces = overlay(pieces, &layer, coverage, diagnostics);
    }
    pieces
}

fn rank(source: Source) -> usize {
    STRENGTH.iter().position(|s| *s == source).unwrap_or(STRENGTH.len())
}

/// Rows of one source without overlaps: the row that starts first keeps the common part.
fn disjoint(rows: &[Row], numbers: &mut impl Iterator<Item = u32>, diagnostics: &mut Diagnostics) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::with_capacity(rows.len());
    let mut end = Addr(0);
    for row in rows {
        let start = row.range.start().max(end);
        let Some(range) = AddrRange::new(start, row.range.end()) else {
            report_overlap(row, diagnostics);
            continue;
        };
        if range != row.range {
            report_overlap(row, diagnostics);
        }
        end = range.end();
        pieces.push(Piece { mapping: numbers.next().unwrap_or(u32::MAX), ..piece_of(row, range) });
    }
    pieces
}

fn report_overlap(row: &Row, diagnostics: &mut Diagnostics) {
    // Small minidumps' memory lists and stacks overlap as a matter of course.
    if matches!(row.source, Source::MemoryList | Source::ThreadStack | Source::Assumed) {
        return;
    }
    diagnostics.warn(
        "overlap",
        format!(
            "{} lists {} on top of another entry; the lower entry keeps the common part",
            row.source.name(),
            row.range
        ),
        Some(Place::Address(row.range.start())),
    );
}

fn piece_of(row: &Row, range: AddrRange) -> Piece {
    let cut = range.start().distance_from(row.range.start());
    Piece {
        range,
        state: row.state,
        protection: row.protection,
        file: row.file,
        file_offset: row.file_offset.map(|o| o.saturating_add(cut)),
        label: row.label,
        allocation: row.allocation,
        sources: Sources::of(row.source),
        mapping: 0,
    }
}

/// Lays a weaker layer under the pieces: it fills what is not covered, and names files where the pieces have none.
fn overlay(base: Vec<Piece>, layer: &[Piece], coverage: &Coverage, diagnostics: &mut Diagnostics) -> Vec<Piece> {
    if base.is_empty() {
        return layer.to_vec();
    }
    let mut out = Vec::with_capacity(base.len() + layer.len());
    let mut under = layer.iter().copied().peekable();
    let mut rest: Option<Piece> = None;
    for piece in base {
        let mut piece = Some(piece);
        while let Some(low) = rest.take().or_else(|| under.next()) {
            let Some(top) = piece else {
                rest = Some(low);
                break;
            };
            if low.range.start() >= top.range.end() {
                rest = Some(low);
                break;
            }
            if low.range.start() < top.range.start() {
                let (before, after) = split(low, top.range.start());
                fill(before, coverage, diagnostics, &mut out);
                rest = after;
                continue;
            }
            (piece, rest) = merge_overlap(top, low, &mut out);
        }
        out.extend(piece);
    }
    for low in rest.into_iter().chain(under) {
        fill(low, coverage, diagnostics, &mut out);
    }
    out
}

/// `low` starts inside `top`. Emits what is decided and returns what is left of both.
fn merge_overlap(top: Piece, low: Piece, out: &mut Vec<Piece>) -> (Option<Piece>, Option<Piece>) {
    let (low_inside, low_rest) = split(low, top.range.end());
    let adds_file = top.file.is_none() && low.file.is_some();
    if !adds_file {
        let marked = Piece { sources: top.sources.union(low.sources), ..top };
        return (Some(marked), low_rest);
    }
    let (before, from_low) = match low.range.start() > top.range.start() {
        true => {
            let (a, b) = split(top, low.range.start());
            (Some(a), b)
        }
        false => (None, Some(top)),
    };
    out.extend(before);
    let Some(from_low) = from_low else { return (None, low_rest) };
    let (common, after) = split(from_low, low_inside.range.end());
    out.push(Piece {
        file: low.file,
        file_offset: low.file_offset,
        sources: common.sources.union(low.sources),
        ..common
    });
    (after, low_rest)
}

/// Cuts a piece at `at`, which must be above its start; the second half is `None` if `at` is at or above its end.
pub(super) fn split(piece: Piece, at: Addr) -> (Piece, Option<Piece>) {
    let lower = AddrRange::new(piece.range.start(), at.min(piece.range.end())).unwrap_or(piece.range);
    let upper = AddrRange::new(at, piece.range.end());
    let shifted = piece.file_offset.map(|o| o.saturating_add(lower.size()));
    (Piece { range: lower, ..piece }, upper.map(|range| Piece { range, file_offset: shifted, ..piece }))
}

/// Adds a piece of a weaker source where the map has nothing, unless the map knows better.
fn fill(piece: Piece, coverage: &Coverage, diagnostics: &mut Diagnostics, out: &mut Vec<Piece>) {
    let called_free = coverage.certainty(piece.range) == Certainty::Free;
    let source = piece.sources.iter().next();
    match source.map(trust_against_map) {
        Some(Trust::Quietly) | None => out.push(piece),
        Some(_) if !called_free => out.push(piece),
        Some(Trust::Occupied) => {
            report_disagreement(&piece, source, "it is taken as occupied", diagnostics);
            out.push(piece);
        }
        Some(Trust::Free) => report_disagreement(&piece, source, "the map is believed", diagnostics),
    }
}

/// What to do when a source lists what the map calls free.
enum Trust {
    /// Two maps contradict each other: occupied, so that free is never overstated.
    Occupied,
    /// The map is the better witness: dbghelp's full dumps hold memory that it allocated while dumping.
    Free,
    /// It is occupied on purpose, whatever the map says.
    Quietly,
}

fn trust_against_map(source: Source) -> Trust {
    match source {
        Source::Platform | Source::ThreadStack | Source::ModuleList | Source::MemoryList => Trust::Free,
        Source::Annotation | Source::Assumed => Trust::Quietly,
        _ => Trust::Occupied,
    }
}

fn report_disagreement(piece: &Piece, source: Option<Source>, outcome: &str, diagnostics: &mut Diagnostics) {
    if source == Some(Source::Platform) {
        return;
    }
    let name = source.map_or("", Source::name);
    diagnostics.warn(
        "map-disagreement",
        format!("{name} lists {}, which the map calls free; {outcome}", piece.range),
        Some(Place::Address(piece.range.start())),
    );
}
