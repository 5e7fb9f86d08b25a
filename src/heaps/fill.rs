//! How much of each page of a heap is free: what a map needs of chunks, in two counts a page.

use crate::addr::{Addr, AddrRange};

/// The unit of counts. Every page size is a multiple of it.
const PAGE: u64 = 4096;

/// Bytes of heap memory by page that are free (bins, fast bins, top), and that a thread's cache holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PageFill {
    start: Addr,
    free: Vec<u16>,
    cached: Vec<u16>,
    /// Pages that there may be.
    most: usize,
}

impl PageFill {
    /// Counts for a range of whole pages, all of them 0; the range is grown to pages.
    pub fn new(range: AddrRange) -> PageFill {
        let range = range.grown_to(PAGE);
        let pages = usize::try_from(range.size() / PAGE).unwrap_or(0);
        PageFill { start: range.start(), free: vec![0; pages], cached: vec![0; pages], most: pages }
    }

    /// Counts from the page of `start` on, for a range of which the end is not known yet: it grows with the chunks that
    /// are counted, up to so many pages. Chunks beyond these are left out.
    pub fn growing(start: Addr, most: u64) -> PageFill {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        PageFill { start: start.align_down(PAGE), free: Vec::new(), cached: Vec::new(), most }
    }

    /// The counts of a range that ends at `end`; `None` if that is farther than it may grow.
    pub fn ending(mut self, end: Addr) -> Option<PageFill> {
        let pages = usize::try_from(end.0.checked_sub(self.start.0)?.div_ceil(PAGE)).ok()?;
        (pages <= self.most).then_some(())?;
        self.most = pages;
        for counts in [&mut self.free, &mut self.cached] {
            counts.resize(pages, 0);
            counts.shrink_to_fit();
        }
        Some(self)
    }

    fn grow_to(&mut self, end: Addr) {
        let pages = end.0.saturating_sub(self.start.0).div_ceil(PAGE);
        let pages = usize::try_from(pages).unwrap_or(usize::MAX);
        if pages > self.free.len() && pages <= self.most {
            self.free.resize(pages, 0);
            self.cached.resize(pages, 0);
        }
    }

    /// Counts the bytes of a free chunk. Chunks must not overlap.
    pub fn add_free(&mut self, chunk: AddrRange) {
        self.grow_to(chunk.end());
        add(self.start, &mut self.free, chunk);
    }

    /// Counts the bytes of a cached chunk.
    pub fn add_cached(&mut self, chunk: AddrRange) {
        self.grow_to(chunk.end());
        add(self.start, &mut self.cached, chunk);
    }

    /// Free bytes in the pages of `range`, which has page borders. Linear in its pages.
    pub fn free_in(&self, range: AddrRange) -> u64 {
        sum(self.start, &self.free, range)
    }

    /// Cached bytes in the pages of `range`, which has page borders.
    pub fn cached_in(&self, range: AddrRange) -> u64 {
        sum(self.start, &self.cached, range)
    }

    /// The pages of which `range` holds something and in which bytes are free or cached. Linear in the range's pages.
    pub fn pages_in(&self, range: AddrRange) -> impl Iterator<Item = FilledPage> + '_ {
        let first = page_of(self.start, range.start());
        let counts = self.free.iter().zip(&self.cached).enumerate().skip(first);
        let pages = counts.map_while(move |(index, (free, cached))| {
            let page = AddrRange::from_size(self.start.checked_add(index as u64 * PAGE)?, PAGE)?;
            let part = page.intersect(range)?;
            Some(FilledPage { page, part, free: u64::from(*free), cached: u64::from((*cached).min(4096 - *free)) })
        });
        pages.filter(|page| page.free > 0 || page.cached > 0)
    }

    /// The pages that have any free bytes: address, and how many.
    pub fn free_pages(&self) -> impl Iterator<Item = (Addr, u64)> + '_ {
        let starts = (0..).map(|index| Addr(self.start.0.saturating_add(index * PAGE)));
        starts.zip(&self.free).filter(|(_, bytes)| **bytes > 0).map(|(at, bytes)| (at, u64::from(*bytes)))
    }
}

/// A page with free or cached bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FilledPage {
    /// The page.
    pub page: AddrRange,
    /// The part of it that was asked for.
    pub part: AddrRange,
    /// Free bytes in the page.
    pub free: u64,
    /// Cached bytes in it; with the free ones at most the page.
    pub cached: u64,
}

impl FilledPage {
    /// Of `bytes` in the page those that count for a part of it: as much of them as it has of the page. Parts that adjoin
    /// add up exactly.
    pub fn share(&self, bytes: u64, part: AddrRange) -> u64 {
        let before = |addr: Addr| bytes * addr.distance_from(self.page.start()).min(PAGE) / PAGE;
        before(part.end()) - before(part.start())
    }
}

/// The index of the page with `addr`.
fn page_of(start: Addr, addr: Addr) -> usize {
    usize::try_from(addr.0.saturating_sub(start.0) / PAGE).unwrap_or(usize::MAX)
}

fn add(start: Addr, pages: &mut [u16], chunk: AddrRange) {
    let (first, last) = (page_of(start, chunk.start()), page_of(start, Addr(chunk.end().0 - 1)));
    if chunk.start() < start {
        return;
    }
    for (index, page) in pages.iter_mut().enumerate().take(last.saturating_add(1)).skip(first) {
        let at = Addr(start.0 + index as u64 * PAGE);
        let within = AddrRange::from_size(at, PAGE).and_then(|whole| whole.intersect(chunk)).map_or(0, AddrRange::size);
        // At most 4096 even if a damaged heap's chunks overlap.
        *page = page.saturating_add(u16::try_from(within).unwrap_or(u16::MAX)).min(4096);
    }
}

fn sum(start: Addr, pages: &[u16], range: AddrRange) -> u64 {
    let Some(end) = range.end().0.checked_sub(start.0) else { return 0 };
    let last = usize::try_from(end.div_ceil(PAGE)).unwrap_or(usize::MAX).min(pages.len());
    let first = page_of(start, range.start()).min(last);
    pages.get(first..last).unwrap_or_default().iter().map(|bytes| u64::from(*bytes)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: u64, end: u64) -> AddrRange {
        AddrRange::new(Addr(start), Addr(end)).unwrap()
    }

    #[test]
    fn a_chunk_is_counted_in_each_page_it_touches() {
        let mut fill = PageFill::new(range(0x10010, 0x13000));
        fill.add_free(range(0x10ff0, 0x12010));
        fill.add_cached(range(0x12010, 0x12030));
        assert_eq!(
            fill.free_pages().collect::<Vec<_>>(),
            [(Addr(0x10000), 16), (Addr(0x11000), 4096), (Addr(0x12000), 16)]
        );
        assert_eq!(fill.free_in(range(0x11000, 0x13000)), 4112);
        assert_eq!(fill.cached_in(range(0x10000, 0x13000)), 32);
        assert_eq!(fill.free_in(range(0x20000, 0x30000)), 0);
        assert_eq!(fill.free_in(range(0x1000, 0x2000)), 0);
    }

    #[test]
    fn a_range_without_an_end_grows_as_far_as_it_may() {
        let growing = || {
            let mut fill = PageFill::growing(Addr(0x10010), 8);
            fill.add_free(range(0x10ff0, 0x12010));
            fill
        };
        let mut known = PageFill::new(range(0x10000, 0x14000));
        known.add_free(range(0x10ff0, 0x12010));
        assert_eq!(growing().ending(Addr(0x13ff0)), Some(known));
        let mut far = growing();
        far.add_free(range(0x13000, u64::MAX));
        assert_eq!(far.free_in(range(0x10000, 0x20000)), 0x1020);
        assert_eq!(far.ending(Addr(u64::MAX)), None);
    }

    #[test]
    fn pages_are_asked_in_parts() {
        let mut fill = PageFill::new(range(0x10000, 0x13000));
        fill.add_free(range(0x10ff0, 0x12010));
        fill.add_cached(range(0x11800, 0x12030));
        let found: Vec<_> = fill.pages_in(range(0x10800, 0x12400)).map(|p| (p.part, p.free, p.cached)).collect();
        // Chunks that overlap are damage; a page is never fuller than full.
        let expected =
            [(range(0x10800, 0x11000), 16, 0), (range(0x11000, 0x12000), 4096, 0), (range(0x12000, 0x12400), 16, 48)];
        assert_eq!(found, expected);
        assert_eq!(fill.pages_in(range(0x20000, 0x21000)).count(), 0);
        assert_eq!(fill.pages_in(range(0x1000, 0x2000)).count(), 0);
    }

    #[test]
    fn shares_of_a_page_add_up() {
        let page = FilledPage { page: range(0x1000, 0x2000), part: range(0x1000, 0x2000), free: 1001, cached: 0 };
        let cuts = [0x1000, 0x1001, 0x1003, 0x1400, 0x1401, 0x1fff, 0x2000];
        let sum: u64 = cuts.windows(2).map(|w| page.share(page.free, range(w[0], w[1]))).sum();
        assert_eq!(sum, 1001);
        assert!(page.share(4096, range(0x1001, 0x1003)) == 2);
    }
}
