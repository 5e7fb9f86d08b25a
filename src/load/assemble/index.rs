//! Answers about the pieces that would be too slow to find by walking: a damaged dump may ask for each of 65,536 threads
//! what lies in a range of a million pieces.

use super::partition::Piece;
use crate::addr::{Addr, AddrRange};
use crate::model::State;

/// Running figures over the sorted pieces.
pub(super) struct Index<'a> {
    pieces: &'a [Piece],
    /// For each piece, the end of the run of pieces of the same allocation that it stands in.
    run_ends: Vec<Addr>,
    /// For each piece, the committed bytes of all below it; and once more for all.
    committed_below: Vec<u64>,
}

impl<'a> Index<'a> {
    /// Walks the pieces once.
    pub(super) fn new(pieces: &'a [Piece]) -> Index<'a> {
        let runs = pieces.chunk_by(|a, b| a.allocation == b.allocation);
        let run_ends = runs.flat_map(|run| run.iter().map(|_| run.last().map_or(Addr(0), |p| p.range.end()))).collect();
        let mut sum = 0;
        let running = pieces.iter().map(|p| {
            sum += committed_size(p);
            sum
        });
        Index { pieces, run_ends, committed_below: std::iter::once(0).chain(running).collect() }
    }

    /// From the first to the last piece of the allocation that begins at `base`.
    pub(super) fn allocation(&self, base: Addr) -> Option<AddrRange> {
        let first = self.pieces.partition_point(|p| p.range.end() <= base);
        let piece = self.pieces.get(first).filter(|p| p.allocation == Some(base))?;
        AddrRange::new(piece.range.start(), *self.run_ends.get(first)?)
    }

    /// Committed bytes in `range`, or `None` if no piece has an address in it.
    pub(super) fn committed(&self, range: AddrRange) -> Option<u64> {
        let first = self.pieces.partition_point(|p| p.range.end() <= range.start());
        let end = self.pieces.partition_point(|p| p.range.start() < range.end());
        let touched = self.pieces.get(first..end).filter(|touched| !touched.is_empty())?;
        let whole = self.committed_below.get(end)? - self.committed_below.get(first)?;
        let is_committed = |p: &&Piece| p.state == State::Committed;
        let below = touched.first().filter(is_committed).map_or(0, |p| range.start().distance_from(p.range.start()));
        let above = touched.last().filter(is_committed).map_or(0, |p| p.range.end().distance_from(range.end()));
        Some(whole - below - above)
    }
}

fn committed_size(piece: &Piece) -> u64 {
    if piece.state == State::Committed { piece.range.size() } else { 0 }
}

/// Many ranges that may overlap, asked whether any of them touches another.
pub(super) struct Spans {
    /// Starts in order, each with the highest end of its own and all earlier ranges.
    reach: Vec<(Addr, Addr)>,
}

impl Spans {
    /// Of ranges in any order.
    pub(super) fn new(ranges: impl Iterator<Item = AddrRange>) -> Spans {
        let mut reach: Vec<(Addr, Addr)> = ranges.map(|r| (r.start(), r.end())).collect();
        reach.sort_unstable();
        let mut highest = Addr(0);
        for (_, end) in &mut reach {
            highest = highest.max(*end);
            *end = highest;
        }
        Spans { reach }
    }

    /// Whether one of them has an address in `range`.
    pub(super) fn overlap(&self, range: AddrRange) -> bool {
        let next = self.reach.partition_point(|(start, _)| *start < range.end());
        self.highest_end(next) > range.start()
    }

    fn highest_end(&self, count: usize) -> Addr {
        count.checked_sub(1).and_then(|last| self.reach.get(last)).map_or(Addr(0), |(_, end)| *end)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::load::facts::{Row, RowLabel};
    use crate::model::{Source, Sources};

    fn range((start, size): (u64, u64)) -> AddrRange {
        AddrRange::from_size(Addr(start), size).unwrap()
    }

    fn any_range() -> impl Strategy<Value = AddrRange> {
        (0u64..60, 1u64..20).prop_map(range)
    }

    /// Pieces with holes and allocations from sizes: every third size is a hole.
    fn pieces(sizes: &[(u64, bool, Option<u64>)]) -> Vec<Piece> {
        let mut at = 1;
        let mut out = Vec::new();
        for (i, (size, committed, allocation)) in sizes.iter().enumerate() {
            if i % 3 != 2 {
                let state = if *committed { State::Committed } else { State::Reserved };
                let row = Row::new(range((at, *size)), state, Source::MemoryInfo);
                out.push(Piece {
                    range: row.range,
                    state,
                    protection: None,
                    file: None,
                    label: RowLabel::None,
                    allocation: allocation.map(Addr),
                    sources: Sources::of(row.source),
                    mapping: 0,
                });
            }
            at += size;
        }
        out
    }

    proptest! {
        #[test]
        fn spans_answer_as_a_walk_over_all_does(spans in prop::collection::vec(any_range(), 0..12), asked in any_range()) {
            let index = Spans::new(spans.iter().copied());
            prop_assert_eq!(index.overlap(asked), spans.iter().any(|s| s.overlaps(asked)));
        }

        #[test]
        fn the_index_answers_as_a_walk_over_all_does(
            sizes in prop::collection::vec((1u64..9, any::<bool>(), prop::option::of(1u64..6)), 0..12),
            asked in any_range(),
        ) {
            let pieces = pieces(&sizes);
            let index = Index::new(&pieces);
            let parts: Vec<(State, AddrRange)> =
                pieces.iter().filter_map(|p| Some((p.state, p.range.intersect(asked)?))).collect();
            let sum = parts.iter().filter(|(s, _)| *s == State::Committed).map(|(_, r)| r.size()).sum::<u64>();
            prop_assert_eq!(index.committed(asked), (!parts.is_empty()).then_some(sum));
            let base = asked.start();
            let above = pieces.iter().skip_while(|p| p.range.end() <= base);
            let own = above.take_while(|p| p.allocation == Some(base)).map(|p| p.range);
            prop_assert_eq!(index.allocation(base), own.reduce(AddrRange::hull));
        }
    }
}
