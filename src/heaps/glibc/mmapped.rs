//! Chunks with a mapping of their own. Each begins at a page of anonymous memory with a header that says how far it is from
//! there; the kernel joins neighbours to one mapping, so that they are found one behind the other.

use super::chunks::FLAGS;
use super::layout::Shape;
use super::main_runs::without;
use crate::addr::{Addr, AddrRange};
use crate::heaps::memory::Words;
use crate::heaps::{Candidates, Effort, Tally};
use crate::model::Snapshot;

/// IS_MMAPPED and no other flag.
const MMAPPED: u64 = 2;
/// Memory that is looked through page by page also for a report.
const QUICK_PAGES: u64 = 1 << 14;

/// One of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Mapped {
    /// Its header.
    pub chunk: u64,
    /// Size as the header has it.
    pub size: u64,
    /// The mapping.
    pub range: AddrRange,
}

/// Finds them in anonymous memory outside of `taken` (sorted): at starts of mappings and behind each other, and where that
/// gives fewer than `expected`, at every page as far as `effort` allows.
pub(super) fn find(
    words: &mut Words<'_>,
    snapshot: &Snapshot,
    candidates: &Candidates,
    shape: Shape,
    taken: &[AddrRange],
    expected: Option<Tally>,
    effort: Effort,
) -> Vec<Mapped> {
    let ranges: Vec<AddrRange> = candidates.anonymous().flat_map(|range| without(range, taken)).collect();
    let mut found = Vec::new();
    for range in &ranges {
        let regions = snapshot.space.regions();
        let first = regions.partition_point(|region| region.range.start() < range.start());
        let inside = regions.get(first..).unwrap_or_default().iter().map(|region| region.range.start());
        let starts = [range.start()].into_iter().chain(inside.take_while(|start| *start < range.end()));
        let mut known_to = range.start();
        for start in starts {
            if start >= known_to {
                known_to = row(words, shape, start, range.end(), &mut found).max(known_to);
            }
        }
    }
    let pages: u64 = ranges.iter().map(|range| range.size() / shape.page).sum();
    let affordable = effort == Effort::Full || pages <= QUICK_PAGES;
    if affordable && expected.is_none_or(|expected| tally(&found).bytes < expected.bytes) {
        everywhere(words, shape, &ranges, expected, &mut found);
    }
    found
}

/// How many, and how many bytes of mappings.
pub(super) fn tally(found: &[Mapped]) -> Tally {
    let mut tally = Tally::default();
    for mapped in found {
        tally.add(mapped.range.size());
    }
    tally
}

/// One behind the other from `at` on. Returns where they end.
fn row(words: &mut Words<'_>, shape: Shape, at: Addr, limit: Addr, found: &mut Vec<Mapped>) -> Addr {
    let mut at = at;
    while let Some(mapped) = at_page(words, shape, at, limit) {
        at = mapped.range.end();
        found.push(mapped);
    }
    at
}

/// At every page between those that are known.
fn everywhere(
    words: &mut Words<'_>,
    shape: Shape,
    ranges: &[AddrRange],
    expected: Option<Tally>,
    found: &mut Vec<Mapped>,
) {
    let mut known: Vec<AddrRange> = found.iter().map(|mapped| mapped.range).collect();
    known.sort_unstable();
    let mut bytes = tally(found).bytes;
    for range in ranges.iter().flat_map(|range| without(*range, &known)) {
        let mut page = range.start().align_up(shape.page);
        while let Some(at) = page.filter(|at| *at < range.end()) {
            let next = row(words, shape, at, range.end(), found);
            // Rows fill what they cover.
            bytes += next.distance_from(at);
            if next > at && expected.is_some_and(|expected| bytes >= expected.bytes) {
                return;
            }
            page = if next > at { Some(next) } else { at.checked_add(shape.page) };
        }
    }
}

/// The one whose mapping begins at `base`.
fn at_page(words: &mut Words<'_>, shape: Shape, base: Addr, limit: Addr) -> Option<Mapped> {
    let first = shape.first_chunk(base.0)?;
    let oldest = header_at(words, shape, base, first, limit)?;
    // memalign() leaves the header it found behind: of several for one mapping the highest is in use.
    let mut best = oldest;
    let user = first + shape.header();
    for align in (5..48).map(|power| 1_u64 << power) {
        let aligned = user.checked_next_multiple_of(align)?;
        for place in [aligned, aligned.saturating_add(align)] {
            let chunk = place.saturating_sub(shape.header());
            if chunk > best.chunk && chunk < oldest.range.end().0 {
                best = header_at(words, shape, base, chunk, limit).unwrap_or(best);
            }
        }
        if aligned >= oldest.range.end().0 {
            break;
        }
    }
    Some(best)
}

fn header_at(words: &mut Words<'_>, shape: Shape, base: Addr, chunk: u64, limit: Addr) -> Option<Mapped> {
    let mut bytes = [0; 16];
    let width = usize::try_from(shape.word).ok()?;
    // Read for itself: most pages hold none.
    if !words.memory().read_exact(Addr(chunk), bytes.get_mut(..2 * width)?) {
        return None;
    }
    let (before, raw) = bytes.get(..2 * width)?.split_at_checked(width)?;
    let (before, raw) = (words.memory().decode_word(before), words.memory().decode_word(raw));
    let size = raw & !FLAGS;
    if raw & FLAGS != MMAPPED || base.0.checked_add(before)? != chunk || size < shape.min_size() {
        return None;
    }
    let header = if shape.layout.mapped_without_header { shape.header() } else { 0 };
    let total = before.checked_add(size)?.checked_add(header)?;
    let range = AddrRange::from_size(base, total)?;
    (total.is_multiple_of(shape.page) && range.end() <= limit).then_some(Mapped { chunk, size, range })
}
