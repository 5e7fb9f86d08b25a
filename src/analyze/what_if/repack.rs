//! Holes that earlier edits left inside of what was one piece, closed as a fresh start would close them.

use super::draft::Draft;
use crate::addr::{Addr, AddrRange};
use crate::model::{AddressSpace, HeapClass, MmapLayout, Os, OwnerId, OwnerKind, PointerWidth, Region};

/// Slides what may move inside of each run of neighbours, so that what edits freed there lies in one piece.
///
/// A run is a stretch of `before` without a gap. mmap and VirtualAlloc take the first place that they find, so that
/// smaller pieces come to lie side by side: at the run's top where mmap searches downwards, at its bottom where the
/// search goes upwards. What cannot move, and what stands in other runs too, stays and stops what comes behind it.
/// The sum of free bytes and all sizes stay. The largest gap may become smaller where edits freed the end of a run
/// that things slide to, or where a heap's alignment leaves a hole above it.
pub(super) fn repack(draft: &mut Draft, before: &AddressSpace) {
    repack_over_holes(draft, before, 0);
}

/// The same of runs in which gaps of at most `hole` bytes count as none, such as alignment leaves.
pub(super) fn repack_over_holes(draft: &mut Draft, before: &AddressSpace, hole: u64) {
    draft.regions.sort_unstable_by_key(|r| r.range.start());
    let runs = runs(before, hole);
    let units = units(draft, before, &runs);
    let way = Way::of(draft);
    let mut moves: Vec<Option<Move>> = vec![None; draft.owners().len()];
    let mut first = 0;
    for run in &runs {
        first = next_index(&draft.regions, first, |r| r.range.end() <= run.start());
        let end = next_index(&draft.regions, first, |r| r.range.start() < run.end());
        let inside = draft.regions.get(first..end).unwrap_or_default();
        match way {
            Way::Up => slide(inside.iter().rev(), *run, way, &units, &mut moves),
            Way::Down => slide(inside.iter(), *run, way, &units, &mut moves),
        }
    }
    apply(draft, &moves);
}

/// Where a search for free space begins, and so to where things slide.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

impl Way {
    /// VirtualAlloc takes the lowest free address, mmap the highest, unless the process has the old layout.
    fn of(draft: &Draft) -> Way {
        match (draft.bounds.mmap_layout, draft.rest.platform.os) {
            (Some(MmapLayout::BottomUp { .. }), _) => Way::Down,
            (None, Some(Os::Windows | Os::MacOs | Os::Ios | Os::FreeBsd)) => Way::Down,
            _ => Way::Up,
        }
    }
}

/// An owner that slides as a whole.
#[derive(Clone, Copy)]
struct Unit {
    range: AddrRange,
    align: u64,
}

#[derive(Clone, Copy)]
struct Move {
    from: AddrRange,
    to: Addr,
}

impl Move {
    /// A range inside of what moves, where it is then.
    fn shifted(&self, range: AddrRange) -> AddrRange {
        let offset = range.start().distance_from(self.from.start());
        let start = self.to.checked_add(offset).filter(|_| self.from.covers(range));
        start.and_then(|start| AddrRange::from_size(start, range.size())).unwrap_or(range)
    }
}

/// What touches each other but for holes of so many bytes, from the first address to the last.
fn runs(space: &AddressSpace, hole: u64) -> Vec<AddrRange> {
    let mut runs: Vec<AddrRange> = Vec::new();
    for region in space.regions() {
        match runs.last_mut() {
            Some(run) if region.range.start().distance_from(run.end()) <= hole => *run = run.hull(region.range),
            _ => runs.push(region.range),
        }
    }
    runs
}

/// The first index from `from` on whose region is not `skipped`.
fn next_index(regions: &[Region], from: usize, skipped: impl Fn(&Region) -> bool) -> usize {
    from + regions.get(from..).map_or(0, |rest| rest.partition_point(skipped))
}

/// Where an owner's regions are, as one looks at them in order.
#[derive(Clone, Copy)]
struct Span {
    range: AddrRange,
    regions: usize,
    last: usize,
    /// Nobody else's region lies between.
    alone: bool,
}

impl Span {
    fn more(self, region: &Region, index: usize) -> Span {
        let alone = self.alone && self.last + 1 == index;
        Span { range: self.range.hull(region.range), regions: self.regions + 1, last: index, alone }
    }
}

fn spans(regions: &[Region], owners: usize) -> Vec<Option<Span>> {
    let mut spans: Vec<Option<Span>> = vec![None; owners];
    for (index, region) in regions.iter().enumerate() {
        if let Some(span) = spans.get_mut(region.owner.0 as usize) {
            let first = Span { range: region.range, regions: 1, last: index, alone: true };
            *span = Some(span.map_or(first, |span| span.more(region, index)));
        }
    }
    spans
}

/// The owners that slide, by their number: they can be moved, stood in one run before and stand in it now, with
/// nobody else between their regions.
fn units(draft: &Draft, before: &AddressSpace, runs: &[AddrRange]) -> Vec<Option<Unit>> {
    let count = draft.owners().len();
    let home = |span: Option<Span>| {
        let range = span?.range;
        let run = runs.get(runs.partition_point(|run| run.end() <= range.start()))?;
        run.covers(range).then_some(run)
    };
    let then = spans(before.regions(), count);
    let now = spans(&draft.regions, count);
    let both = (0u32..).map(OwnerId).zip(then).zip(now);
    both.map(|((owner, then), now)| {
        let range = now.filter(|span| span.alone && home(then).is_some() && home(then) == home(now))?.range;
        Some(Unit { range, align: alignment(draft, owner, range)? })
    })
    .collect()
}

/// On what a fresh start would align an owner; `None` for those that it would put where they are.
fn alignment(draft: &Draft, owner: OwnerId, range: AddrRange) -> Option<u64> {
    let owner = draft.owners().get(owner).filter(|o| o.movable)?;
    let windows = draft.rest.platform.os == Some(Os::Windows);
    let grain = draft.bounds.granularity.max(1);
    let wanted = match owner.kind {
        // A DLL keeps its address until the system starts anew, or has it from its header.
        OwnerKind::Module if windows => return None,
        // glibc aligns its arenas' heaps; the other heap is brk's, right behind the executable.
        OwnerKind::Heap if !windows && !owner.heap_class().is_some_and(HeapClass::is_told_by_size) => {
            heap_max(draft.rest.platform.width)
        }
        _ => grain,
    };
    // What starts inside of a granule is a part of something larger.
    range.start().0.is_multiple_of(wanted).then_some(wanted)
}

/// HEAP_MAX_SIZE of glibc's malloc.
pub(super) fn heap_max(width: PointerWidth) -> u64 {
    match width {
        PointerWidth::Bits32 => 1 << 20,
        PointerWidth::Bits64 => 64 << 20,
    }
}

/// One run: each unit goes as far as what is there before it allows.
fn slide<'a>(
    regions: impl Iterator<Item = &'a Region>,
    run: AddrRange,
    way: Way,
    units: &[Option<Unit>],
    moves: &mut [Option<Move>],
) {
    let mut limit = if way == Way::Up { run.end() } else { run.start() };
    for region in regions {
        let Some(entry) = moves.get_mut(region.owner.0 as usize).filter(|entry| entry.is_none()) else { continue };
        let unit = units.get(region.owner.0 as usize).copied().flatten();
        let goal = unit.and_then(|unit| Some(Move { from: unit.range, to: goal(unit, limit, way)? }));
        *entry = goal;
        let taken = goal.map_or(region.range, |goal| goal.shifted(goal.from));
        limit = if way == Way::Up { limit.min(taken.start()) } else { limit.max(taken.end()) };
    }
}

/// The place next to `limit`; `None` if there is none better than its own.
fn goal(unit: Unit, limit: Addr, way: Way) -> Option<Addr> {
    let start = unit.range.start();
    match way {
        Way::Up => limit.checked_sub(unit.range.size()).map(|a| a.align_down(unit.align)).filter(|a| *a >= start),
        Way::Down => limit.align_up(unit.align).filter(|a| *a <= start),
    }
}

fn apply(draft: &mut Draft, moves: &[Option<Move>]) {
    let moved = |owner: OwnerId| moves.get(owner.0 as usize).copied().flatten().filter(|m| m.to != m.from.start());
    let left: Vec<AddrRange> =
        draft.regions.iter().filter(|r| moved(r.owner).is_some()).map(|region| region.range).collect();
    draft.set_free(left.into_iter());
    let place = |owner: OwnerId, range: AddrRange| moved(owner).map_or(range, |m| m.shifted(range));
    draft.regions.iter_mut().for_each(|r| r.range = place(r.owner, r.range));
    draft.rest.modules.iter_mut().for_each(|m| m.range = place(m.owner, m.range));
    for stack in draft.rest.threads.iter_mut().filter_map(|t| t.stack.as_mut()) {
        stack.range = place(stack.owner, stack.range);
    }
    for (number, owner) in draft.rest.owners.iter_mut().enumerate() {
        if let Some(m) = u32::try_from(number).ok().and_then(|n| moved(OwnerId(n))) {
            owner.start = m.to;
        }
    }
}
