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
    pub label: RowLabel,
    pub allocation: Option<Addr>,
    pub sources: Sources,
    /// Which row it was cut from; pieces that share the number were one mapping.
    pub mapping: u32,
}

/// Sources from strong to weak. The first that has rows draws the map.
const STRENGTH: [Source; 12] = [
    Source::Maps,
    Source::LinuxMaps,
    Source::PtLoad,
    Source::MemoryInfo,
    Source::Listing,
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
    // Readers list a map in its order: sorting it again would cost as much memory as it takes.
    let order = |r: &Row| (rank(r.source), r.range.start(), r.range.end());
    if !rows.is_sorted_by_key(order) {
        rows.sort_by_key(order);
    }
    let mut pieces = Vec::new();
    let mut numbers = 0u32..;
    for layer in rows.chunk_by(|a, b| a.source == b.source) {
        let layer = disjoint(layer, &mut numbers, diagnostics);
        pieces = overlay(pieces, layer, coverage, diagnostics);
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
    Piece {
        range,
        state: row.state,
        protection: row.protection,
        file: row.file,
        label: row.label,
        allocation: row.allocation,
        sources: Sources::of(row.source),
        mapping: 0,
    }
}

/// Lays a weaker layer under the pieces: it fills what is not covered, and names files where the pieces have none.
fn overlay(base: Vec<Piece>, layer: Vec<Piece>, coverage: &Coverage, diagnostics: &mut Diagnostics) -> Vec<Piece> {
    if base.is_empty() {
        return layer;
    }
    let mut out = Vec::with_capacity(base.len() + layer.len());
    let mut under = layer.into_iter().peekable();
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
    out.push(Piece { file: low.file, sources: common.sources.union(low.sources), ..common });
    (after, low_rest)
}

/// Cuts a piece at `at`, which must be above its start; the second half is `None` if `at` is at or above its end.
pub(super) fn split(piece: Piece, at: Addr) -> (Piece, Option<Piece>) {
    let lower = AddrRange::new(piece.range.start(), at.min(piece.range.end())).unwrap_or(piece.range);
    let upper = AddrRange::new(at, piece.range.end());
    (Piece { range: lower, ..piece }, upper.map(|range| Piece { range, ..piece }))
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn row(start: u64, end: u64, source: Source) -> Row {
        Row::new(AddrRange::new(Addr(start), Addr(end)).unwrap(), State::Committed, source)
    }

    fn pieces(rows: &[Row], coverage: &Coverage) -> (Vec<Piece>, Diagnostics) {
        let mut diagnostics = Diagnostics::default();
        let pieces = partition(rows.to_vec(), coverage, &mut diagnostics);
        (pieces, diagnostics)
    }

    fn ranges(pieces: &[Piece]) -> Vec<(u64, u64)> {
        pieces.iter().map(|p| (p.range.start().0, p.range.end().0)).collect()
    }

    //   PT_LOAD   |--------|
    //   NT_FILE       |--------|
    //   result    |---|====|---|     the common part gets the file's name, the rest of it is added
    #[test]
    fn a_file_note_names_and_extends() {
        let file = Row { file: Some(7), ..row(0x40, 0xc0, Source::NtFile) };
        let (found, _) = pieces(&[row(0, 0x80, Source::PtLoad), file], &Coverage::Nothing);
        assert_eq!(ranges(&found), [(0, 0x40), (0x40, 0x80), (0x80, 0xc0)]);
        assert_eq!(found.iter().map(|p| p.file).collect::<Vec<_>>(), [None, Some(7), Some(7)]);
        assert_eq!(found[0].mapping, found[1].mapping);
        assert_ne!(found[1].mapping, found[2].mapping);
    }

    //   maps      |--------|
    //   maps          |--|   |---|   inside, and apart
    #[test]
    fn of_overlapping_rows_the_lower_keeps_the_common_part() {
        let rows = [row(0, 0x80, Source::Maps), row(0x40, 0x60, Source::Maps), row(0x90, 0xa0, Source::Maps)];
        let (found, diagnostics) = pieces(&rows, &Coverage::Everything);
        assert_eq!(ranges(&found), [(0, 0x80), (0x90, 0xa0)]);
        assert!(diagnostics.has("overlap"));
    }

    // dbghelp's own memory in a full dump: the map calls it free.
    #[test]
    fn dumped_memory_does_not_contradict_a_complete_map() {
        let rows = [row(0, 0x10, Source::MemoryInfo), row(0x20, 0x30, Source::MemoryList)];
        let (found, diagnostics) = pieces(&rows, &Coverage::Everything);
        assert_eq!(ranges(&found), [(0, 0x10)]);
        assert!(diagnostics.has("map-disagreement"));
    }

    #[test]
    fn two_maps_that_disagree_make_the_range_occupied() {
        let rows = [row(0, 0x10, Source::LinuxMaps), row(0x20, 0x30, Source::MemoryInfo)];
        let (found, diagnostics) = pieces(&rows, &Coverage::Everything);
        assert_eq!(ranges(&found), [(0, 0x10), (0x20, 0x30)]);
        assert!(diagnostics.has("map-disagreement"));
    }

    fn any_rows() -> impl Strategy<Value = Vec<Row>> {
        let source = prop::sample::select(vec![
            Source::PtLoad,
            Source::NtFile,
            Source::Maps,
            Source::ModuleList,
            Source::MemoryList,
            Source::Assumed,
        ]);
        let one = (0u64..60, 1u64..20, source, prop::option::of(0u32..3))
            .prop_map(|(start, len, source, file)| Row { file, ..row(start, start + len, source) });
        prop::collection::vec(one, 0..24)
    }

    proptest! {
        #[test]
        fn pieces_are_disjoint_and_cover_what_any_row_covers(rows in any_rows()) {
            let (found, _) = pieces(&rows, &Coverage::Nothing);
            for (a, b) in found.iter().zip(found.iter().skip(1)) {
                prop_assert!(a.range.end() <= b.range.start());
            }
            for address in 0..100 {
                let listed = rows.iter().any(|r| r.range.contains(Addr(address)));
                let held = found.iter().any(|p| p.range.contains(Addr(address)));
                prop_assert_eq!(listed, held, "address {}", address);
            }
        }

        #[test]
        fn the_order_of_rows_does_not_matter_where_they_are_distinct(rows in any_rows(), seed in any::<u64>()) {
            // Rows that are equal in source, start and end differ only in attributes that no order can rank.
            let mut distinct = rows;
            distinct.sort_by_key(|r| (r.source as u16, r.range));
            distinct.dedup_by_key(|r| (r.source as u16, r.range));
            let mut shuffled = distinct.clone();
            shuffled.sort_by_key(|r| r.range.start().0.wrapping_mul(seed | 1).rotate_left(17));
            let plain = |rows: &[Row]| pieces(rows, &Coverage::Nothing).0;
            prop_assert_eq!(plain(&distinct), plain(&shuffled));
        }
    }
}
