//! Without exact bounds: the mapping or allocation around the stack pointer, or the stack memory that the dump holds.

use std::collections::HashMap;

use super::Bounds;
use crate::addr::{Addr, AddrRange};
use crate::load::assemble::Draft;
use crate::load::assemble::claims::{Claim, Rank};
use crate::load::assemble::index::Spans;
use crate::load::assemble::partition::Piece;
use crate::load::facts::{RowLabel, ThreadFacts};
use crate::model::{Os, Owner, OwnerId, OwnerKind, Protection, Source, StackSource, State};

/// A larger inaccessible mapping below a stack is something else: glibc's guards are one page, and users ask for a
/// few more.
const LARGEST_GUARD: u64 = 1 << 20;

/// A stack that the map shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Found {
    /// One thread's alone.
    Alone(Bounds),
    /// A mapping with several threads' stack pointers in it, whose borders are not known.
    Shared(Bounds, OwnerId),
}

/// Finds bounds for the threads that have no exact ones. Returns one entry for each thread.
pub(super) fn find(draft: &mut Draft<'_>, exact: &[Option<Bounds>]) -> Vec<Option<Found>> {
    let modules = Spans::new(draft.modules.iter().map(|m| m.range));
    let mut taken: Vec<AddrRange> = exact.iter().flatten().map(Bounds::reserved).collect();
    taken.sort_unstable();
    let bounds: Vec<Option<Bounds>> = draft
        .facts
        .threads
        .iter()
        .zip(exact)
        .map(|(thread, own)| match own {
            Some(_) => None,
            None => between_exact(around_sp(draft, thread, &modules)?, thread, &taken),
        })
        .collect();
    share(draft, bounds)
}

/// What exact stacks leave of a mapping around the stack pointer; `None` if the pointer lies in one of them. Bounds
/// that do not hold the pointer were stated by the dump and stay.
fn between_exact(bounds: Bounds, thread: &ThreadFacts, taken: &[AddrRange]) -> Option<Bounds> {
    let Some(anchor) = anchor(thread).filter(|a| bounds.range.contains(*a)) else { return Some(bounds) };
    let next = taken.partition_point(|t| t.start() <= anchor);
    let below = next.checked_sub(1).and_then(|i| taken.get(i)).map_or(bounds.range.start(), |t| t.end());
    let above = taken.get(next).map_or(bounds.range.end(), |t| t.start());
    let range = AddrRange::new(bounds.range.start().max(below), bounds.range.end().min(above))?;
    let guard = bounds.guard.filter(|_| range.start() == bounds.range.start());
    range.contains(anchor).then_some(Bounds { range, guard, ..bounds })
}

/// The address that tells which mapping is the stack.
fn anchor(thread: &ThreadFacts) -> Option<Addr> {
    thread.sp.or(thread.stack_memory.map(AddrRange::start))
}

fn around_sp(draft: &Draft<'_>, thread: &ThreadFacts, modules: &Spans) -> Option<Bounds> {
    if let Some(range) = thread.stated_stack {
        return Some(Bounds { range, guard: None, source: StackSource::Maps });
    }
    let anchor = anchor(thread)?;
    let piece = draft.piece_at(anchor)?;
    if !may_be_stack(piece, modules) {
        return None;
    }
    match (piece.label, draft.platform.os) {
        (RowLabel::MainStack | RowLabel::ThreadStack(_), _) => Some(of_mapping(draft, piece, StackSource::Maps)),
        _ if only_dumped(piece) => {
            let dumped = thread.stack_memory.filter(|m| m.contains(anchor)).unwrap_or(piece.range);
            let range = dumped.grown_to(draft.facts.page_size.unwrap_or(0x1000));
            Some(Bounds { range, guard: None, source: StackSource::MemoryList })
        }
        (_, Some(Os::Windows)) => Some(of_allocation(draft, piece)),
        _ => Some(of_mapping(draft, piece, StackSource::Region)),
    }
}

/// Stacks are writable private memory. What lies in a module, a file or the heap is an alternate stack, a fiber, or
/// a corrupt stack pointer.
fn may_be_stack(piece: &Piece, modules: &Spans) -> bool {
    let writable = piece.protection.is_none_or(|p| p.has(Protection::WRITE) || p.has(Protection::GUARD));
    let private = piece.file.is_none() && !matches!(piece.label, RowLabel::Heap | RowLabel::Image | RowLabel::Mapped);
    writable && private && !modules.overlap(piece.range) && piece.state == State::Committed
}

fn only_dumped(piece: &Piece) -> bool {
    let map = [Source::PtLoad, Source::Maps, Source::LinuxMaps, Source::MemoryInfo, Source::NtFile, Source::Listing];
    !map.into_iter().any(|s| piece.sources.has(s))
}

/// The mapping, with the guard right below it if there is one.
pub(super) fn of_mapping(draft: &Draft<'_>, piece: &Piece, source: StackSource) -> Bounds {
    let below = piece.range.start().checked_sub(1).and_then(|a| draft.piece_at(a));
    let guard = below.filter(|p| {
        p.state == State::Reserved && p.file.is_none() && p.range.size() <= LARGEST_GUARD && p.label == RowLabel::None
    });
    Bounds { range: piece.range, guard: guard.map(|g| g.range.size()), source }
}

/// All pieces of one VirtualAlloc: the reservation, with what of it is committed.
fn of_allocation(draft: &Draft<'_>, piece: &Piece) -> Bounds {
    let Some(base) = piece.allocation else { return of_mapping(draft, piece, StackSource::Region) };
    let range = draft.allocation(base).unwrap_or(piece.range);
    Bounds { range, guard: None, source: StackSource::Allocation }
}

/// Threads whose bounds are the same mapping share an owner: where one stack ends and the next begins is not known.
fn share(draft: &mut Draft<'_>, bounds: Vec<Option<Bounds>>) -> Vec<Option<Found>> {
    let mut threads_in: HashMap<AddrRange, u64> = HashMap::new();
    for found in bounds.iter().flatten() {
        *threads_in.entry(found.range).or_default() += 1;
    }
    let mut shared: HashMap<AddrRange, OwnerId> = HashMap::new();
    bounds
        .into_iter()
        .map(|found| {
            let bounds = found?;
            let count = threads_in.get(&bounds.range).copied().unwrap_or(1);
            if count == 1 {
                return Some(Found::Alone(bounds));
            }
            let owner = *shared.entry(bounds.range).or_insert_with(|| shared_owner(draft, bounds.range, count));
            Some(Found::Shared(Bounds { guard: None, source: StackSource::SharedRegion, ..bounds }, owner))
        })
        .collect()
}

fn shared_owner(draft: &mut Draft<'_>, range: AddrRange, count: u64) -> OwnerId {
    let name = format!("{count} threads in one mapping");
    let owner = draft.owners.add(Owner::named(OwnerKind::Stack, range.start(), name));
    draft.claims.push(Claim::new(range, owner, Rank::StackRegion));
    draft.diagnostics.warn(
        "shared-stack-mapping",
        format!("the stacks of {count} threads lie in one mapping {range}; where one ends and the next begins is not in the dump"),
        Some(crate::diag::Place::Address(range.start())),
    );
    owner
}
