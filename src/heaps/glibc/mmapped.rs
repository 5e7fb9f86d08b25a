//! Chunks with a mapping of their own. Each begins at a page of anonymous memory with a header that says how far it is from
//! there; the kernel joins neighbours to one mapping, so that they are found one behind the other.

use super::chunks::FLAGS;
use super::layout::Shape;
use super::main_runs::{anonymous, without};
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
    let ranges: Vec<AddrRange> = anonymous(candidates).flat_map(|range| without(range, taken)).collect();
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
    if affordable && expected.is_none_or(|expected| tally(&found).count < expected.count) {
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
    for range in ranges.iter().flat_map(|range| without(*range, &known)) {
        let mut page = range.start().align_up(shape.page);
        while let Some(at) = page.filter(|at| *at < range.end()) {
            let next = row(words, shape, at, range.end(), found);
            if next > at && expected.is_some_and(|expected| found.len() as u64 >= expected.count) {
                return;
            }
            page = if next > at { Some(next) } else { at.checked_add(shape.page) };
        }
    }
}

/// The one whose mapping begins at `base`.
fn at_page(words: &mut Words<'_>, shape: Shape, base: Addr, limit: Addr) -> Option<Mapped> {
    let first = shape.first_chunk(base.0)?;
    let (oldest, whole) = header_at(words, shape, base, first)?;
    let fits = |mapped: &Mapped| mapped.range.end() <= limit && mapped.range.size().is_multiple_of(shape.page);
    let mut best = Some(oldest).filter(|_| whole).filter(fits);
    // memalign() leaves the header it found behind, and realloc() changes that in use only: the highest is.
    let user = first + shape.header();
    let end = oldest.range.end().min(limit).0;
    for align in (5..48).map(|power| 1_u64 << power) {
        let Some(aligned) = user.checked_next_multiple_of(align).filter(|aligned| *aligned < end) else { break };
        for place in [aligned, aligned.saturating_add(align)] {
            let chunk = place.saturating_sub(shape.header());
            if chunk > best.map_or(first, |best| best.chunk) && chunk < end {
                let other = header_at(words, shape, base, chunk).filter(|(_, whole)| *whole).map(|(mapped, _)| mapped);
                best = other.filter(fits).or(best);
            }
        }
    }
    best
}

/// A header that says that its mapping begins at `base`, and whether that has whole pages.
fn header_at(words: &mut Words<'_>, shape: Shape, base: Addr, chunk: u64) -> Option<(Mapped, bool)> {
    let mut bytes = [0; 16];
    let width = usize::try_from(shape.word).ok()?;
    // Read for itself: most pages hold none.
    let bytes = bytes.get_mut(..2 * width)?;
    if !words.memory().read_exact(Addr(chunk), bytes) {
        return None;
    }
    let (before, raw) = bytes.split_at_checked(width)?;
    let (before, raw) = (words.memory().decode_word(before), words.memory().decode_word(raw));
    let size = raw & !FLAGS;
    if raw & FLAGS != MMAPPED || base.0.checked_add(before)? != chunk || size < shape.min_size() {
        return None;
    }
    let header = if shape.layout.mapped_without_header { shape.header() } else { 0 };
    let range = AddrRange::from_size(base, before.checked_add(size)?.checked_add(header)?)?;
    Some((Mapped { chunk, size, range }, range.size().is_multiple_of(shape.page)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heaps::glibc::image::{Image, WIDTHS, shape};

    const BASE: u64 = 0x7000_0000;

    fn rows(image: &Image, shape: Shape, limit: u64) -> Vec<(u64, u64)> {
        let mut found = Vec::new();
        row(&mut image.words(), shape, Addr(BASE), Addr(limit), &mut found);
        found.iter().map(|mapped| (mapped.chunk, mapped.range.size())).collect()
    }

    /// Size with flag of a chunk whose mapping has so many bytes.
    fn raw(shape: Shape, total: u64, before: u64) -> u64 {
        let header = if shape.layout.mapped_without_header { shape.header() } else { 0 };
        (total - before - header) | MMAPPED
    }

    #[test]
    fn neighbours_in_one_mapping_are_told_apart_in_both_forms() {
        for width in WIDTHS {
            for version in [25, 36, 43] {
                let shape = shape(width, version);
                let image = Image::new(width, &[(BASE, BASE + 0x6000)]);
                let before = shape.first_chunk(BASE).unwrap() - BASE;
                let at = [BASE + before, BASE + 0x2000 + before];
                image.put(at[0], &[before, raw(shape, 0x2000, before)]);
                image.put(at[1], &[before, raw(shape, 0x3000, before)]);
                assert_eq!(rows(&image, shape, BASE + 0x6000), [(at[0], 0x2000), (at[1], 0x3000)]);
            }
        }
    }

    #[test]
    fn the_other_form_is_no_chunk() {
        for width in WIDTHS {
            let (old, new) = (shape(width, 36), shape(width, 43));
            for (written, read) in [(old, new), (new, old)] {
                let image = Image::new(width, &[(BASE, BASE + 0x6000)]);
                let before = written.first_chunk(BASE).unwrap() - BASE;
                image.put(BASE + before, &[before, raw(written, 0x2000, before)]);
                assert_eq!(rows(&image, read, BASE + 0x6000), []);
            }
        }
    }

    #[test]
    fn of_two_headers_the_higher_is_in_use() {
        for width in WIDTHS {
            let shape = shape(width, 36);
            let image = Image::new(width, &[(BASE, BASE + 0x8000)]);
            let before = shape.first_chunk(BASE).unwrap() - BASE;
            image.put(BASE + before, &[before, raw(shape, 0x8000, before)]);
            let lead = 0x1000 - shape.header();
            image.put(BASE + lead, &[lead, raw(shape, 0x8000, lead)]);
            assert_eq!(rows(&image, shape, BASE + 0x8000), [(BASE + lead, 0x8000)]);
            // realloc() gave most of it back: the old header says more than there is.
            image.put(BASE + lead, &[lead, raw(shape, 0x2000, lead)]);
            assert_eq!(rows(&image, shape, BASE + 0x2000), [(BASE + lead, 0x2000)]);
        }
    }
}
