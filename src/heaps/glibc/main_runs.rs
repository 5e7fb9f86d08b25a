//! Where main's memory is: from brk, behind what others took from brk, and in mappings where brk could not grow.

use super::chunks::{Course, FLAGS};
use super::layout::{BINS, Shape};
use super::survey::{Place, Survey};
use crate::addr::{Addr, AddrRange};
use crate::heaps::memory::Words;
use crate::heaps::{Candidates, Content, Effort, Role};
use crate::model::{Snapshot, State as Commitment};

/// Chunks that must follow each other where a run is guessed to begin.
const PROBE: usize = 64;

/// What the search of main's runs goes by.
pub(super) struct Search<'s> {
    pub snapshot: &'s Snapshot,
    pub candidates: &'s Candidates,
    /// Heaps of thread arenas, by address.
    pub taken: &'s [AddrRange],
    /// Where brk began, as `mp_` has it.
    pub brk_start: Option<Addr>,
    pub effort: Effort,
}

/// What others took from brk between main's runs, as far as glibc counts it: the bytes of the first gap, of the first two,
/// and so on.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Gaps(Vec<u64>);

impl Search<'_> {
    /// Walks all runs of the main arena.
    pub(super) fn walk(&self, words: &mut Words<'_>, survey: &mut Survey<'_>) -> Gaps {
        let mut gaps = Gaps::default();
        let start = self.brk_start.or_else(|| self.brk_owner().map(|range| range.start()));
        if let Some(start) = start {
            self.walk_brk(words, survey, start.0, &mut gaps);
        }
        if !gaps.close(survey) {
            self.pieces(words, survey, &gaps);
        }
        gaps
    }

    /// The heap on the map.
    fn brk_owner(&self) -> Option<AddrRange> {
        let (id, _) = self.snapshot.owners.iter().find(|(_, owner)| owner.is_brk_heap())?;
        let ranges = self.snapshot.space.regions().iter().filter(|r| r.owner == id).map(|r| r.range);
        ranges.reduce(AddrRange::hull)
    }

    /// The end of what is mapped without a hole from `at` on, up to the next heap of a thread arena.
    fn limit(&self, at: u64) -> u64 {
        let regions = self.snapshot.space.regions();
        let first = regions.partition_point(|r| r.range.end().0 <= at);
        let mut end = at;
        for region in regions.get(first..).unwrap_or_default() {
            if region.range.start().0 > end.max(at) || region.state != Commitment::Committed || region.backing.is_some()
            {
                break;
            }
            end = region.range.end().0;
        }
        let next = self.taken.partition_point(|range| range.start().0 < at);
        self.taken.get(next).map_or(end, |range| end.min(range.start().0))
    }

    /// Without a heap on the map, `mp_` tells where it begins.
    fn brk(&self) -> Option<AddrRange> {
        let said = || self.brk_start.and_then(|start| AddrRange::new(start, Addr(self.limit(start.0))));
        self.brk_owner().or_else(said)
    }

    fn role(&self, at: u64) -> Role {
        match self.brk() {
            Some(range) if !range.contains(Addr(at)) => Role::MainMapped,
            _ => Role::MainBrk,
        }
    }

    /// Runs from where brk began, with gaps between them.
    fn walk_brk(&self, words: &mut Words<'_>, survey: &mut Survey<'_>, start: u64, gaps: &mut Gaps) {
        let limit = self.limit(start);
        let mut next = survey.shape.first_chunk(start).map(|first| (start, first));
        while let Some((start, first)) = next.filter(|(_, first)| *first < limit) {
            let course = Course { first, limit, top: survey.arena.top.map_or(0, |top| top.0), thread: false };
            let end = survey.run(words, Place { start, course, role: self.role(start) });
            if survey.top.is_some() || gaps.close(survey) || self.role(start) == Role::MainMapped {
                break;
            }
            // What broke a run would break another one in the same place. One that ended may have the next right behind it.
            let broken = survey.runs.last().is_some_and(|run| run.broken);
            let behind = self.behind_gap(words, survey, end, limit).filter(|first| !broken || *first > end);
            next = behind.map(|first| (start_of(survey.shape, first).max(end), first));
            if let Some((start, _)) = next {
                gaps.add(start - end);
            }
        }
    }

    /// The first chunk behind what someone else took from brk, which may end anywhere.
    fn behind_gap(&self, words: &mut Words<'_>, survey: &mut Survey<'_>, from: u64, limit: u64) -> Option<u64> {
        let top = survey.arena.top.map_or(0, |top| top.0);
        let step = usize::try_from(survey.shape.layout.align).ok()?;
        let last = if (from..limit).contains(&top) { top } else { limit.saturating_sub(survey.shape.min_size()) };
        let first = survey.shape.first_chunk(from)?;
        (first..=last).step_by(step).find(|at| {
            let Some(header) = survey.window.header(*at) else { return false };
            *at == top || may_begin(survey.shape, header.raw) && probe(words, survey.shape, *at, limit, top)
        })
    }

    /// Mapped pieces: they begin at a page with a chunk, and end at marks or at top. Looked for first in the mappings that
    /// lists and top lead to.
    fn pieces(&self, words: &mut Words<'_>, survey: &mut Survey<'_>, gaps: &Gaps) {
        let known = landmarks(words, survey);
        let is_hot = |range: &AddrRange| {
            let next = known.partition_point(|at| *at < range.start().0);
            known.get(next).is_some_and(|at| *at < range.end().0)
        };
        let (hot, cold): (Vec<AddrRange>, Vec<AddrRange>) = self.untaken(survey).partition(is_hot);
        for (range, every_page) in
            hot.into_iter().map(|range| (range, true)).chain(cold.into_iter().map(|r| (r, self.effort == Effort::Full)))
        {
            if gaps.close(survey) {
                return;
            }
            self.pieces_in(words, survey, range, every_page, gaps);
        }
    }

    fn pieces_in(
        &self,
        words: &mut Words<'_>,
        survey: &mut Survey<'_>,
        range: AddrRange,
        every_page: bool,
        gaps: &Gaps,
    ) {
        let (shape, top) = (survey.shape, survey.arena.top.map_or(0, |top| top.0));
        let mut start = range.start().align_up(shape.page);
        while let Some(at) = start.filter(|at| *at < range.end()) {
            let first = shape.first_chunk(at.0).unwrap_or(u64::MAX);
            let limit = range.end().0;
            // A piece in which nothing was allocated yet is all top, whose size need not be aligned.
            let may_begin = |raw| first == top || may_begin(shape, raw);
            let begins = first < limit && self.raw_at(words, first).is_some_and(may_begin);
            if begins && probe(words, shape, first, limit, top) {
                let course = Course { first, limit, top, thread: false };
                let end = survey.run(words, Place { start: at.0, course, role: self.role(at.0) });
                if gaps.close(survey) {
                    return;
                }
                start = Addr(end.max(at.0 + shape.page)).align_up(shape.page);
            } else if every_page {
                start = at.checked_add(shape.page);
            } else {
                return;
            }
        }
    }

    /// The size word of a chunk, read for itself: most pages hold none.
    fn raw_at(&self, words: &mut Words<'_>, first: u64) -> Option<u64> {
        let mut bytes = [0; 8];
        let part = bytes.get_mut(..usize::try_from(words.size()).ok()?)?;
        let memory = words.memory();
        let at = Addr(first).checked_add(words.size())?;
        memory.read_exact(at, part).then(|| memory.decode_word(part))
    }

    /// Anonymous memory that is no thread arena's, and in no run yet; a mapping that another touches begins a range.
    fn untaken(&self, survey: &Survey<'_>) -> impl Iterator<Item = AddrRange> + use<> {
        let mut taken: Vec<AddrRange> = self.taken.to_vec();
        taken.extend(survey.runs.iter().filter_map(|run| AddrRange::new(Addr(run.start), Addr(run.end))));
        taken.sort_unstable();
        let free: Vec<AddrRange> = anonymous(self.candidates).flat_map(|range| without(range, &taken)).collect();
        free.into_iter()
    }
}

/// Memory of no file. What lies between a module's segments counts as the module's, and may have been mapped by anyone.
pub(super) fn anonymous(candidates: &Candidates) -> impl Iterator<Item = AddrRange> + '_ {
    candidates.iter().filter(|candidate| candidate.content != Content::Data).map(|candidate| candidate.range)
}

/// What of `range` is in none of `taken`, which are sorted.
pub(super) fn without(range: AddrRange, taken: &[AddrRange]) -> Vec<AddrRange> {
    let first = taken.partition_point(|other| other.end() <= range.start());
    let mut rest = Vec::new();
    let mut at = range.start();
    for other in taken.get(first..).unwrap_or_default().iter().take_while(|other| other.start() < range.end()) {
        rest.extend(AddrRange::new(at, other.start()));
        at = at.max(other.end());
    }
    rest.extend(AddrRange::new(at, range.end()));
    rest
}

/// Addresses of chunks that are main's without doubt, sorted: the ends of all lists, and top.
fn landmarks(words: &mut Words<'_>, survey: &Survey<'_>) -> Vec<u64> {
    let mut known: Vec<u64> = survey.arena.top.iter().map(|top| top.0).collect();
    for head in (1..=BINS).filter_map(|index| survey.arena.bin(survey.shape, index)) {
        known.extend([0, 1].into_iter().filter_map(|index| words.word_at(head, index)));
    }
    known.sort_unstable();
    known
}

/// Where a run begins: at a page, if its first chunk is as near to it as alignment puts it (8 bytes on i386).
fn start_of(shape: Shape, first: u64) -> u64 {
    let page = first - first % shape.page;
    if first - page < shape.layout.align { page } else { first }
}

/// Whether a run may begin with a chunk of this size word: main's, and with no chunk before it.
fn may_begin(shape: Shape, raw: u64) -> bool {
    raw & FLAGS == 1 && shape.is_size(raw & !FLAGS)
}

/// Whether chunks follow each other from `at` on, until there are enough of them, or to top or a mark.
fn probe(words: &mut Words<'_>, shape: Shape, first: u64, limit: u64, top: u64) -> bool {
    let (mut at, mut before) = (first, 0);
    for _ in 0..PROBE {
        if at >= limit {
            return false;
        }
        let (Some(prev), Some(raw)) = (words.word(Addr(at)), words.word_at(Addr(at), 1)) else { return false };
        let size = raw & !FLAGS;
        if raw & 1 == 0 && prev != before {
            return false;
        }
        if at == top || size == shape.header() {
            return at == top || words.word_at(Addr(at + size), 1).is_some_and(|raw| raw & !FLAGS == shape.header());
        }
        if !shape.is_size(size) || raw & 6 != 0 || size > limit - at {
            return false;
        }
        before = size;
        at += size;
    }
    true
}

impl Gaps {
    /// Whether the runs, with gaps from brk as long as main's pieces had to lie behind each other, are all that main has.
    pub(super) fn close(&self, survey: &Survey<'_>) -> bool {
        let Some(system) = survey.arena.system.filter(|_| survey.top.is_some()) else { return false };
        match system.checked_sub(survey.run_bytes) {
            Some(rest) => rest == 0 || self.0.binary_search(&rest).is_ok(),
            None => false,
        }
    }

    fn add(&mut self, bytes: u64) {
        self.0.push(self.bytes() + bytes);
    }

    /// All of them.
    pub(super) fn bytes(&self) -> u64 {
        self.0.last().copied().unwrap_or(0)
    }
}
