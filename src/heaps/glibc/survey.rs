//! One walk over all runs of an arena: sums, pages, and what lists and caches are looked up in later.

use super::arena::State;
use super::chunks::{self, Chunk, Course, FLAGS, Stop};
use super::layout::{BINS, Shape};
use super::linking::{Linking, Wanted};
use super::reach::Reach;
use super::records::{Found, Met, Record, Records};
use super::spans::Spans;
use super::troubles::Troubles;
use super::visit::{ChunkUse, Seen};
use super::window::Window;
use crate::addr::{Addr, AddrRange};
use crate::heaps::memory::Words;
use crate::heaps::{Free, PageFill, Role, Tally};

/// One piece of an arena.
pub(super) struct Run {
    /// Where it begins, with what stands before its first chunk.
    pub start: u64,
    /// Its first chunk.
    pub first: u64,
    /// Its end, with marks; where it broke if it did not end in any known way.
    pub end: u64,
    /// The end of the last chunk before marks.
    pub chunks_end: u64,
    /// Whether it is a heap of a thread arena.
    pub thread: bool,
    /// What it is on the map.
    pub role: Role,
    /// Whether something of it was not walked.
    pub broken: bool,
    /// Its chunks.
    pub met: Met,
    /// What of its pages is free.
    pub fill: Option<PageFill>,
}

/// Where a run is, before it is walked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    /// Where it begins.
    pub start: u64,
    /// Where to walk.
    pub course: Course,
    /// What it is on the map.
    pub role: Role,
}

/// Sums of an arena while it is walked.
pub(super) struct Survey<'a> {
    pub shape: Shape,
    pub arena: State,
    pub linking: Linking,
    pub wanted: Wanted,
    pub spans: Spans,
    /// Sizes of chunks that may be a thread's cache.
    pub cache_sizes: Vec<u64>,
    pub window: Window<'a>,
    pub runs: Vec<Run>,
    /// Bytes of them all, from their starts to their ends.
    pub run_bytes: u64,
    pub records: Records,
    /// Chunks that look in use.
    pub in_use: Tally,
    /// Chunks in bins, as the chunks behind them say.
    pub free: Free,
    /// Address and size.
    pub top: Option<(u64, u64)>,
    /// Bytes of which it is known what they are.
    pub walked: u64,
    /// Addresses of chunks that may be a thread's cache.
    pub caches: Vec<u64>,
    pub troubles: Troubles,
    /// How far runs may go.
    pub reach: Reach,
    /// Every chunk, for a visitor.
    pub seen: Option<Seen>,
    /// Chunks in bins by address, followed only when a run broke.
    binned: Option<Vec<u64>>,
}

impl<'a> Survey<'a> {
    /// Of an arena of which nothing is walked yet.
    pub(super) fn new(
        words: &mut Words<'a>,
        shape: Shape,
        arena: State,
        linking: Option<Linking>,
        spans: Spans,
    ) -> Survey<'a> {
        let newest = if shape.layout.versions.0 >= 27 { Linking::Safe } else { Linking::Plain };
        Survey {
            shape,
            arena,
            linking: linking.unwrap_or(newest),
            wanted: super::linking::wanted(words, shape, linking, &arena),
            spans,
            cache_sizes: super::tcache::sizes(shape),
            window: Window::new(words.memory(), shape.word),
            runs: Vec::new(),
            run_bytes: 0,
            records: Records::default(),
            in_use: Tally::default(),
            free: Free::default(),
            top: None,
            walked: 0,
            caches: Vec::new(),
            troubles: Troubles::default(),
            reach: Reach::default(),
            seen: None,
            binned: None,
        }
    }

    /// Walks one run, past what is broken or missing in it as far as anything tells where it goes on. Returns its end.
    pub(super) fn run(&mut self, words: &mut Words<'_>, place: Place) -> u64 {
        let course = self.reach.shortened(words.memory(), place.course);
        let mut run = Run {
            start: place.start,
            first: course.first,
            end: course.limit,
            chunks_end: course.first,
            thread: course.thread,
            role: place.role,
            broken: false,
            met: Met::new(self.shape, course.first, self.records.len()),
            fill: Some(PageFill::growing(Addr(place.start), self.reach.pages())),
        };
        run.end = self.whole_run(words, course, &mut run);
        if run.chunks_end > run.first || self.top.is_some_and(|(top, _)| top == run.first) {
            self.walked += run.first - run.start;
        }
        run.met.finish();
        run.fill = run.fill.and_then(|fill| fill.ending(Addr(run.end)));
        let end = run.end;
        self.reach.walked(end - run.start);
        self.run_bytes += end - run.start;
        self.runs.push(run);
        end
    }

    fn whole_run(&mut self, words: &mut Words<'_>, course: Course, run: &mut Run) -> u64 {
        let mut from = course;
        loop {
            let stop = self.stretch(from, run);
            let (at, what) = match stop {
                Stop::Top(size) => return self.reach_top(course, run, size),
                Stop::Fence(end) => {
                    self.walked += end - run.chunks_end;
                    return end;
                }
                Stop::Broken(at) => (at, "chunk-size"),
                Stop::Missing(at) => (at, "memory-missing"),
            };
            run.broken = true;
            let message = match what {
                "chunk-size" => {
                    format!("What is at {at:#x} is no chunk of the heap, or the one before it is overwritten")
                }
                _ => format!("The dump does not hold the heap's memory at {at:#x}"),
            };
            self.troubles.add(what, Some(at), message);
            match self.resync(words, course, at) {
                Some(next) => from.first = next,
                None => return if course.thread { course.limit } else { at.min(course.limit).max(run.start + 1) },
            }
        }
    }

    /// Walks until anything stops it.
    fn stretch(&mut self, course: Course, run: &mut Run) -> Stop {
        let shape = self.shape;
        let Survey { window, in_use, free, records, wanted, spans, linking, caches, cache_sizes, walked, seen, .. } =
            self;
        let (largest_cache, smallest_cache) =
            (cache_sizes.iter().copied().max().unwrap_or(0), cache_sizes.iter().copied().min().unwrap_or(u64::MAX));
        let mut hints = (0, 0);
        chunks::walk(window, shape, course, |chunk| {
            let fast = !chunk.free && wanted.has(chunk.at, chunk.size);
            run.met.add(chunk.at, chunk.free || fast);
            run.chunks_end = chunk.at + chunk.size;
            *walked += chunk.size;
            if let Some(seen) = seen {
                let state = if chunk.free { ChunkUse::Free } else { ChunkUse::Live };
                seen.insert(chunk.at, (chunk.size, state));
            }
            if chunk.free {
                free.add(chunk.size);
                add_free(&mut run.fill, chunk);
                let (fd, bk) = (spans.unit(chunk.fd, &mut hints.0), spans.unit(chunk.bk, &mut hints.1));
                records.push(Record { fd, bk, size: units(shape, chunk.size) }, Found::Free);
                return;
            }
            in_use.add(chunk.size);
            if fast {
                let next = linking.reveal(chunk.at + shape.header(), chunk.fd);
                let fd = spans.unit(next, &mut hints.0);
                records.push(Record { fd, bk: 0, size: units(shape, chunk.size) }, Found::MayBeFast);
            }
            if (smallest_cache..=largest_cache).contains(&chunk.size) && cache_sizes.contains(&chunk.size) {
                caches.push(chunk.at);
            }
        })
    }

    fn reach_top(&mut self, course: Course, run: &mut Run, size: u64) -> u64 {
        self.top = Some((course.top, size));
        self.walked += size;
        run.chunks_end = course.top;
        let end = course.top + size;
        if let (Some(fill), Some(range)) = (&mut run.fill, AddrRange::new(Addr(course.top), Addr(end))) {
            fill.add_free(range);
        }
        if course.thread { course.limit } else { end }
    }

    /// The next chunk above `at` of which a list tells, or top.
    fn resync(&mut self, words: &mut Words<'_>, course: Course, at: u64) -> Option<u64> {
        if self.binned.is_none() {
            self.binned = Some(binned(words, self.shape, &self.arena));
        }
        let binned = self.binned.as_deref().unwrap_or_default();
        let above = binned.get(binned.partition_point(|chunk| *chunk <= at)..).unwrap_or_default();
        let window = &mut self.window;
        let shape = self.shape;
        let mut present = |chunk: &u64| {
            window.header(*chunk).is_some_and(|h| {
                let size = h.raw & !FLAGS;
                shape.is_size(size) && size <= course.limit - *chunk
            })
        };
        let next = above.iter().copied().take_while(|chunk| *chunk < course.limit).find(|chunk| present(chunk));
        let top = Some(course.top).filter(|top| *top > at && *top < course.limit && present(top));
        match (next, top) {
            (Some(next), Some(top)) => Some(next.min(top)),
            (next, top) => next.or(top),
        }
    }
}

fn units(shape: Shape, size: u64) -> u32 {
    u32::try_from(size / shape.layout.align).unwrap_or(u32::MAX)
}

fn add_free(fill: &mut Option<PageFill>, chunk: Chunk) {
    if let (Some(fill), Some(range)) = (fill, AddrRange::from_size(Addr(chunk.at), chunk.size)) {
        fill.add_free(range);
    }
}

/// Steps along lists, all together.
const MAX_STEPS: usize = 1 << 20;

/// Chunks of all bins, sorted, from both ends of each list as far as it is whole.
fn binned(words: &mut Words<'_>, shape: Shape, arena: &State) -> Vec<u64> {
    let mut chunks = Vec::new();
    for head in (1..=BINS).filter_map(|index| arena.bin(shape, index)) {
        for direction in [0, 1] {
            let back = 3 - direction;
            let mut before = head.0.wrapping_sub(shape.header());
            let own = before;
            let Some(mut at) = words.word_at(head, direction) else { continue };
            while at != own && chunks.len() < MAX_STEPS && shape.is_aligned(at) {
                if words.word_at(Addr(at), back) != Some(before) {
                    break;
                }
                chunks.push(at);
                before = at;
                let Some(next) = words.word_at(Addr(at), 2 + direction) else { break };
                at = next;
            }
        }
    }
    chunks.sort_unstable();
    chunks.dedup();
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heaps::glibc::image::{Image, shape};
    use crate::heaps::glibc::{arena, ring::Ring};
    use crate::model::PointerWidth;

    const DATA: u64 = 0x40_0000;
    const RUN: u64 = 0x80_0000;
    const FAR: u64 = RUN + (1 << 45);

    #[test]
    fn a_chunk_that_reaches_far_takes_no_memory() {
        let shape = shape(PointerWidth::Bits64, 36);
        for free in [0, 1] {
            let parts = [(DATA, DATA + 0x2000), (RUN, RUN + 0x1000), (FAR, FAR + 0x1000)];
            let image = Image::new(PointerWidth::Bits64, &parts);
            image.put_arena(shape, DATA, DATA, 0x21000);
            let far = image.put_chunks(RUN, &[0x41, (FAR - RUN - 0x40) | 1]);
            image.put(far, &[FAR - RUN - 0x40, 0x20 | free]);
            let mut words = image.words();
            let state = arena::states(&mut words, &mut Ring::of_one(shape, Addr(DATA)))[0];
            let spans = Spans::new(shape, std::iter::empty(), (0, 0));
            let mut survey = Survey::new(&mut words, shape, state, None, spans);
            let course = Course { first: RUN, limit: FAR + 0x1000, top: 0, thread: false };
            survey.run(&mut words, Place { start: RUN, course, role: Role::MainBrk });
            assert!(survey.runs[0].broken && survey.walked == 0x40, "{:#x}", survey.walked);
        }
    }
}
