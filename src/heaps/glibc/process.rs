//! All arenas of a process, one after the other.

use super::arena::{self, State};
use super::figures::{self, Walked};
use super::heap_info::{self, ThreadHeap};
use super::layout::Shape;
use super::linking::{self, Linking};
use super::main_runs::{Search, anonymous};
use super::mmapped::{self, Mapped};
use super::reach::Reach;
use super::ring::Ring;
use super::spans::Spans;
use super::survey::{Place, Survey};
use super::tcache::{self, Caches};
use super::visit::{self, Chunk, Seen};
use super::{chunks::Course, mp, result, versions};
use crate::addr::{Addr, AddrRange};
use crate::heaps::memory::Words;
use crate::heaps::{Allocator, Candidates, Effort, Grade, Heap, Role, Trouble, Tuning};
use crate::model::Snapshot;

/// What is known before chunks are walked.
pub(super) struct Process<'p, 'a> {
    snapshot: &'p Snapshot,
    candidates: &'p Candidates,
    words: &'p mut Words<'a>,
    effort: Effort,
    shape: Shape,
    arenas: Vec<State>,
    /// Heaps of each thread arena; none of main.
    heaps: Vec<Vec<ThreadHeap>>,
    heap_max: u64,
    /// All of them, by address.
    taken: Vec<AddrRange>,
    tuning: Option<Tuning>,
    linking: Option<Linking>,
    troubles: Vec<Trouble>,
    reach: Reach,
    visitor: Option<&'p mut dyn FnMut(Chunk)>,
}

impl<'p, 'a> Process<'p, 'a> {
    /// Reads what all arenas say of themselves.
    pub(super) fn new(
        snapshot: &'p Snapshot,
        candidates: &'p Candidates,
        words: &'p mut Words<'a>,
        mut ring: Ring,
        effort: Effort,
    ) -> Process<'p, 'a> {
        let arenas = arena::states(words, &mut ring);
        let shape = ring.shape;
        let heap_max = heap_info::heap_max(words, shape, &arenas);
        let linking = linking::of_fast_lists(words, shape, &arenas);
        let mut process = Process {
            snapshot,
            candidates,
            words,
            effort,
            shape,
            arenas,
            heaps: Vec::new(),
            heap_max,
            taken: Vec::new(),
            tuning: None,
            linking,
            troubles: Vec::new(),
            reach: Reach::default(),
            visitor: None,
        };
        process.open_ring(&ring);
        process.find_heaps();
        process.find_settings();
        process
    }

    fn open_ring(&mut self, ring: &Ring) {
        if let Some(at) = ring.open_at {
            let known = ring.arenas.len();
            let message = format!("The ring of arenas does not close behind that at {at}; {known} are known");
            self.troubles.push(Trouble { code: "ring", message, at: Some(at), covered: None });
        }
    }

    fn find_heaps(&mut self) {
        for arena in &self.arenas {
            let chain = heap_info::chain(self.words, self.shape, arena, self.heap_max);
            let whole = arena.main || chain.is_some();
            let heaps = match chain {
                _ if arena.main => Vec::new(),
                Some(heaps) => heaps,
                None => heap_info::from_map(self.snapshot, self.words, self.shape, arena, self.heap_max),
            };
            if !whole {
                let message = format!("The heaps of the arena at {} do not lead to each other", arena.at);
                self.troubles.push(Trouble { code: "heap-info", message, at: Some(arena.at), covered: None });
            }
            self.taken.extend(heaps.iter().filter_map(|heap| AddrRange::from_size(heap.base, self.heap_max)));
            self.heaps.push(heaps);
        }
        self.taken.sort_unstable();
    }

    /// `mp_` is in the same mapping as main.
    fn find_settings(&mut self) {
        let Some(main) = self.arenas.first() else { return };
        let near = self.candidates.of_modules().find(|range| range.contains(main.at));
        let range = near.or_else(|| self.candidates.at(main.at).map(|candidate| candidate.range));
        let mut heap = self.snapshot.owners.iter().filter(|(_, owner)| owner.is_brk_heap());
        let brk = heap.next().map(|(_, owner)| owner.start);
        self.tuning = range.and_then(|range| mp::find(self.snapshot, self.words, range, brk));
    }

    /// Hands every chunk to `visitor` when they are walked.
    pub(super) fn with_visitor(self, visitor: &'p mut dyn FnMut(Chunk)) -> Self {
        Process { visitor: Some(visitor), ..self }
    }

    /// Walks all of it, if that is affordable.
    pub(super) fn walk(mut self) -> Heap {
        let system = self.arenas.iter().filter_map(|arena| arena.system).fold(0, u64::saturating_add);
        let mut heap = Heap::new(Allocator::Glibc, Grade::NotWalked);
        heap.tuning = self.tuning;
        if self.effort.walks(system) {
            self.walk_all(&mut heap);
        } else {
            self.only_describe(&mut heap);
        }
        heap.parts = result::disjoint(std::mem::take(&mut heap.parts));
        heap
    }

    fn only_describe(&mut self, heap: &mut Heap) {
        heap.layout = Some(self.layout_name(None));
        heap.notes.push("too large to be walked for a report; `fragscope heap` walks it".to_owned());
        for (index, (state, heaps)) in (0..).zip(self.arenas.iter().zip(&self.heaps)) {
            let mut arena = result::unwalked(state, heaps, self.heap_max);
            arena.top = self.top_size(state);
            heap.arenas.push(arena);
            heap.parts.extend(result::parts_of_heaps(index, heaps, self.heap_max));
        }
        self.main_on_map(heap);
        heap.troubles = std::mem::take(&mut self.troubles);
    }

    /// The size in top's header.
    fn top_size(&self, state: &State) -> Option<u64> {
        let width = self.snapshot.width();
        let at = state.top?.checked_add(self.shape.word)?;
        self.words.memory().word(at, width).map(|raw| raw & !super::chunks::FLAGS)
    }

    /// Main's place where it was not walked: from where brk began to top, as far as one mapping goes.
    fn main_on_map(&self, heap: &mut Heap) {
        let (Some(main), Some(arena)) = (self.arenas.first(), heap.arenas.first_mut()) else { return };
        let (Some(top), Some(size)) = (main.top, arena.top) else { return };
        let start = self.tuning.and_then(|tuning| tuning.brk_start);
        let end = top.checked_add(size);
        let range = start.zip(end).and_then(|(start, end)| AddrRange::new(start, end));
        let Some(range) = range.filter(|range| main.system.is_some_and(|system| range.size() <= system)) else {
            return;
        };
        let range = range.grown_to(self.shape.page);
        arena.reserved = range.size();
        arena.subheaps = 1;
        heap.parts.push(crate::heaps::Part { range, role: Role::MainBrk, fill: None });
    }

    fn layout_name(&mut self, caches: Option<&Caches>) -> String {
        let thread = self.arenas.iter().find(|arena| !arena.main).map(|arena| arena.at);
        let info = thread.and_then(|arena| heap_info::info_size(self.words, arena));
        versions::name(self.shape, info, self.linking, caches.and_then(|caches| caches.form))
    }

    fn walk_all(&mut self, heap: &mut Heap) {
        let mut walked: Vec<Walked> = Vec::new();
        for index in 0..self.arenas.len() {
            walked.extend(self.walk_arena(index));
        }
        let caches = self.find_caches(&walked);
        heap.layout = Some(self.layout_name(Some(&caches)));
        let mapped = self.find_mapped(&walked);
        heap.mmapped = Some(mmapped::tally(&mapped));
        if let Some(take) = &mut self.visitor {
            visit::all(&walked, &caches, &mapped, *take);
        }
        for (walked, heaps) in walked.into_iter().zip(std::mem::take(&mut self.heaps)) {
            self.report(heap, walked, &heaps, &caches);
        }
        heap.parts.extend(result::parts_of_mapped(&mapped));
        self.check_mapped(&mapped);
        self.check_caches(&caches);
        heap.troubles.append(&mut self.troubles);
        heap.grade = if heap.troubles.is_empty() { Grade::Exact } else { Grade::Partial };
        if heap.grade == Grade::Partial {
            result::forget_zeros(heap);
        }
    }

    fn walk_arena(&mut self, index: usize) -> Option<Walked> {
        let arena = *self.arenas.get(index)?;
        let heaps = self.heaps.get(index).cloned().unwrap_or_default();
        let heads = (arena.bin(self.shape, 1)?.0, arena.bin(self.shape, super::layout::BINS + 1)?.0);
        let heads = (heads.0.saturating_sub(self.shape.header()), heads.1);
        let spans = match arena.main {
            true => Spans::new(self.shape, anonymous(self.candidates), heads),
            false => {
                let mut ranges: Vec<AddrRange> = heaps.iter().filter_map(ThreadHeap::range).collect();
                ranges.sort_unstable();
                Spans::new(self.shape, ranges.into_iter(), heads)
            }
        };
        let mut survey = Survey::new(self.words, self.shape, arena, self.linking, spans);
        survey.seen = self.visitor.is_some().then(Seen::default);
        survey.reach = self.reach;
        if arena.system == Some(0) {
            return Some(figures::of_survey(self.words, survey, 0, true));
        }
        let (gaps, closes) = match arena.main {
            true => self.walk_main(&mut survey),
            false => self.walk_heaps(&mut survey, u32::try_from(index).ok()?, &heaps),
        };
        self.reach = survey.reach;
        Some(figures::of_survey(self.words, survey, gaps, closes))
    }

    fn walk_main(&mut self, survey: &mut Survey<'a>) -> (u64, bool) {
        let search = Search {
            snapshot: self.snapshot,
            candidates: self.candidates,
            taken: &self.taken,
            brk_start: self.tuning.and_then(|tuning| tuning.brk_start),
            effort: self.effort,
        };
        let gaps = search.walk(self.words, survey);
        (gaps.bytes(), gaps.close(survey))
    }

    fn walk_heaps(&mut self, survey: &mut Survey<'a>, arena: u32, heaps: &[ThreadHeap]) -> (u64, bool) {
        let top = survey.arena.top.map_or(0, |top| top.0);
        for (number, heap) in (0..).zip(heaps) {
            let Some(range) = heap.range().filter(|range| heap.first < range.end()) else { continue };
            let course = Course { first: heap.first.0, limit: range.end().0, top, thread: true };
            let place = Place { start: range.start().0, course, role: Role::ThreadHeap { arena, heap: number } };
            survey.run(self.words, place);
        }
        let sum: u64 = heaps.iter().map(|heap| heap.size).sum();
        (0, survey.arena.system == Some(sum) && survey.top.is_some())
    }

    fn find_caches(&mut self, walked: &[Walked]) -> Caches {
        let mut candidates: Vec<u64> = walked.iter().flat_map(|walked| walked.caches.iter().copied()).collect();
        candidates.sort_unstable();
        let mut runs: Vec<&super::survey::Run> = walked.iter().flat_map(|walked| &walked.runs).collect();
        runs.sort_by_key(|run| run.first);
        let is_chunk = |at: u64| {
            let next = runs.partition_point(|run| run.first <= at);
            next.checked_sub(1).and_then(|index| runs.get(index)).is_some_and(|run| run.met.has(at))
        };
        tcache::find(self.words, self.shape, &candidates, self.linking, &is_chunk)
    }

    fn check_caches(&mut self, caches: &Caches) {
        for at in caches.broken.iter().take(4) {
            let message = format!("A thread's cache has a list that leads to what is no chunk of its size: {at:#x}");
            let trouble = Trouble { code: "cache-list", message, at: Some(Addr(*at)), covered: None };
            if !self.troubles.contains(&trouble) {
                self.troubles.push(trouble);
            }
        }
    }

    fn find_mapped(&mut self, walked: &[Walked]) -> Vec<Mapped> {
        let runs = walked.iter().flat_map(|walked| &walked.runs).filter(|run| !run.thread);
        let mut taken: Vec<AddrRange> = runs.filter_map(|run| AddrRange::new(Addr(run.start), Addr(run.end))).collect();
        taken.extend(&self.taken);
        taken.sort_unstable();
        let expected = self.tuning.map(|tuning| tuning.mmapped);
        mmapped::find(self.words, self.snapshot, self.candidates, self.shape, &taken, expected, self.effort)
    }

    fn check_mapped(&mut self, mapped: &[Mapped]) {
        let found = mmapped::tally(mapped);
        let Some(said) = self.tuning.map(|tuning| tuning.mmapped) else { return };
        // From 2.43 on glibc subtracts less than it added: a header for each of them that was freed or grown.
        let drift = said.bytes.checked_sub(found.bytes).filter(|drift| drift.is_multiple_of(self.shape.header()));
        let drifts = self.shape.layout.mapped_without_header && drift.is_some();
        if said.count == found.count && (said.bytes == found.bytes || drifts) {
            return;
        }
        let message = format!(
            "{} chunks with a mapping of their own were found, of {} bytes; glibc counts {} of {} bytes",
            found.count, found.bytes, said.count, said.bytes
        );
        self.troubles.push(Trouble { code: "mmapped-count", message, at: None, covered: None });
    }

    /// Says where missing memory may be read after all.
    fn with_hint(&self, mut troubles: Vec<Trouble>) -> Vec<Trouble> {
        if !self.snapshot.deep_would_add.is_empty() {
            let missing = troubles.iter_mut().filter(|trouble| trouble.code == "memory-missing");
            missing.for_each(|trouble| trouble.message.push_str("; --deep may reach it"));
        }
        troubles
    }

    /// Adds an arena's figures, parts and troubles.
    fn report(&self, heap: &mut Heap, mut walked: Walked, heaps: &[ThreadHeap], caches: &Caches) {
        let mut cached = Vec::new();
        for run in &mut walked.runs {
            // A chunk whose size was overwritten after it went into a cache may reach beyond the run.
            let entries = caches.entries.range(run.first..run.end);
            for (at, size) in entries.filter(|(at, size)| **size <= run.end - **at) {
                cached.push((*at, *size));
                if let (Some(fill), Some(range)) = (&mut run.fill, AddrRange::from_size(Addr(*at), *size)) {
                    fill.add_cached(range);
                }
            }
        }
        let mut arena = result::unwalked(&walked.state, heaps, self.heap_max);
        result::fill(&mut arena, self.snapshot, self.shape, &walked, &cached);
        let covered = walked.state.system.map(|system| (walked.walked.min(system), system));
        let troubles = std::mem::take(&mut walked.troubles).finish(covered);
        if !troubles.is_empty() {
            arena.unreached = covered.map_or(0, |(walked, all)| all - walked);
        }
        heap.troubles.extend(self.with_hint(troubles));
        let parts = result::parts_of(self.shape, walked, self.heap_max);
        if arena.main {
            // A walk that broke ends before the arena does.
            let least = arena.system.filter(|_| arena.unreached > 0).unwrap_or(0);
            arena.reserved = parts.iter().map(|part| part.range.size()).sum::<u64>().max(least);
        }
        heap.parts.extend(parts);
        heap.arenas.push(arena);
    }
}
