//! Thread stacks: exact where the process's memory says so, by the map else, and never guessed silently.
//!
//! The order is that of [`StackSource`]: struct pthread, TEB, the map's allocation or mapping, the dumped memory.

mod by_map;
mod cached;
mod effort;
mod labelled;
mod pthread;
mod teb;
mod tops;
mod touched;

pub(super) use effort::Effort;
pub(super) use pthread::PthreadLayout;
pub(super) use teb::rows as rows_by_teb;
pub(super) use touched::Zeros;

use super::Draft;
use super::claims::{Claim, Rank};
use crate::addr::{Addr, AddrRange};
use crate::diag::Place;
use crate::load::facts::{RowLabel, ThreadFacts};
use crate::model::{Os, Owner, OwnerId, OwnerKind, Stack, StackSource, State, Thread};

/// Bounds of one stack, before it has an owner.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Bounds {
    /// As [`Stack::range`].
    range: AddrRange,
    /// Bytes right below `range` that guard it; `None` where not known.
    guard: Option<u64>,
    source: StackSource,
}

impl Bounds {
    /// The address space that the stack takes, guard included.
    fn reserved(&self) -> AddrRange {
        let guard = self.guard.unwrap_or(0);
        let start = self.range.start().checked_sub(guard).unwrap_or(Addr(0));
        AddrRange::new(start, self.range.end()).unwrap_or(self.range)
    }
}

/// Finds the stack of every thread, claims their regions, and fills the draft's threads.
pub(super) fn claim(draft: &mut Draft<'_>) {
    let exact = exact_bounds(draft);
    let by_map = by_map::find(draft, &exact);
    let threads: Vec<Thread> = draft
        .facts
        .threads
        .iter()
        .zip(exact.iter().zip(by_map))
        .map(|(facts, (exact, by_map))| {
            let stack = match (exact, by_map) {
                (Some(bounds), _) => Some(own(draft, facts, *bounds)),
                (None, Some(by_map::Found::Alone(bounds))) => Some(own(draft, facts, bounds)),
                (None, Some(by_map::Found::Shared(bounds, owner))) => Some(stack(draft, facts, bounds, owner)),
                (None, None) => None,
            };
            thread(facts, stack)
        })
        .collect();
    draft.threads = threads;
    labelled::claim(draft);
    cached::claim(draft, &exact);
    if draft.effort.gave_up() {
        draft.diagnostics.warn(
            "stack-search",
            "the search for thread stacks was given up, as it took too long; some are known by the map only",
            None,
        );
    }
}

fn exact_bounds(draft: &mut Draft<'_>) -> Vec<Option<Bounds>> {
    match draft.platform.os {
        Some(Os::Windows) => draft.facts.threads.iter().map(|t| teb::find(draft, t)).collect(),
        _ => pthread::find_all(draft),
    }
}

fn thread(facts: &ThreadFacts, stack: Option<Stack>) -> Thread {
    Thread {
        id: facts.id,
        name: facts.name.as_deref().map(Into::into),
        crashed: facts.crashed,
        sp: facts.sp,
        pc: facts.pc,
        stack,
    }
}

/// Makes the stack's owner and claims its range with the guard.
fn own(draft: &mut Draft<'_>, facts: &ThreadFacts, bounds: Bounds) -> Stack {
    let owner = draft.owners.add(Owner {
        arena: None,
        place: None,
        kind: OwnerKind::Stack,
        start: bounds.reserved().start(),
        name: facts.name.as_deref().map(Into::into),
        thread_id: Some(facts.id),
        movable: !is_main_thread(draft, facts),
    });
    claim_stack(draft, &bounds, owner);
    stack(draft, facts, bounds, owner)
}

fn claim_stack(draft: &mut Draft<'_>, bounds: &Bounds, owner: OwnerId) {
    let rank = match bounds.source {
        StackSource::Pthread | StackSource::Teb => Rank::ExactStack,
        StackSource::Maps => Rank::Label,
        _ => Rank::StackRegion,
    };
    draft.claims.push(Claim::new(bounds.range, owner, rank));
    if let Some(guard) = AddrRange::new(bounds.reserved().start(), bounds.range.start()) {
        // gdb lists guards as readable; struct pthread knows better.
        let state = (bounds.source == StackSource::Pthread).then_some(State::Reserved);
        draft
            .claims
            .push(Claim { state: state.filter(|_| map_has_guard(draft, guard)), ..Claim::new(guard, owner, rank) });
    }
}

/// Whether the guard is a mapping of its own. glibc 2.42 and newer on Linux 6.13 and newer makes guards inside the
/// stack's mapping (MADV_GUARD_INSTALL): no memory is reserved there that the map would call so.
fn map_has_guard(draft: &Draft<'_>, guard: AddrRange) -> bool {
    draft.piece_at(guard.start()).is_some_and(|p| p.range.end() <= guard.end() || p.state == State::Reserved)
}

fn stack(draft: &mut Draft<'_>, facts: &ThreadFacts, bounds: Bounds, owner: OwnerId) -> Stack {
    report_foreign_sp(draft, facts, &bounds);
    let own_sp = facts.sp.filter(|sp| bounds.reserved().contains(*sp));
    let has_known_end = bounds.source != StackSource::SharedRegion;
    Stack {
        range: bounds.range,
        reserved: (bounds.source != StackSource::MemoryList).then(|| bounds.reserved().size()),
        committed: draft.index.committed(bounds.range),
        used: has_known_end.then(|| touched::used(draft, own_sp, bounds.range)).flatten(),
        guard: bounds.guard,
        source: bounds.source,
        owner,
    }
}

/// A thread may run on an alternate stack or a fiber, or its stack pointer is corrupt.
fn report_foreign_sp(draft: &mut Draft<'_>, facts: &ThreadFacts, bounds: &Bounds) {
    let Some(sp) = facts.sp.filter(|sp| !bounds.reserved().contains(*sp)) else { return };
    let message = format!(
        "thread {} has its stack at {}, but its stack pointer {sp} lies elsewhere (alternate stack, fiber or corrupt)",
        facts.id, bounds.range
    );
    draft.diagnostics.info("sp-outside-stack", message, Some(Place::Address(sp)));
}

/// Linux gives the main thread the process's id; Windows lists it first.
fn is_main_thread(draft: &Draft<'_>, facts: &ThreadFacts) -> bool {
    match draft.platform.os {
        Some(Os::Windows) => draft.facts.threads.first().is_some_and(|t| t.id == facts.id),
        _ => draft.facts.pid == Some(facts.id) || sp_label(draft, facts) == Some(RowLabel::MainStack),
    }
}

fn sp_label(draft: &Draft<'_>, facts: &ThreadFacts) -> Option<RowLabel> {
    draft.piece_at(facts.sp?).map(|p| p.label)
}

/// End of the main thread's stack, which tells where the address space ends.
pub(super) fn main_stack_end(draft: &Draft<'_>) -> Option<Addr> {
    let labelled = draft.pieces.iter().rev().find(|p| p.label == RowLabel::MainStack);
    let by_auxv = || draft.facts.auxv.in_main_stack.and_then(|a| draft.piece_at(a));
    let by_thread = || {
        let main = draft.threads.iter().find(|t| draft.facts.pid == Some(t.id))?;
        main.stack.as_ref().and_then(|s| draft.piece_at(s.range.start()))
    };
    labelled.or_else(by_auxv).or_else(by_thread).map(|p| p.range.end())
}
