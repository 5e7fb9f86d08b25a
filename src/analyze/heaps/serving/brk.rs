//! The program break, and what stands in its way.

use crate::addr::Addr;
use crate::heaps::{Heap, Role};
use crate::model::{Os, Owner, OwnerId, OwnerKind, Snapshot};

/// Pages that the kernel keeps between a stack that grows and what is below it (`stack_guard_gap`).
const STACK_GUARD_PAGES: u64 = 256;

/// Where brk is, and how far it may grow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Brk {
    /// The page border above the break.
    pub at: Addr,
    /// By how many bytes it may grow: up to one page below the next mapping.
    pub room: u64,
    /// What stands there; `None` up to the ceiling.
    pub blocked: Option<Blocked>,
}

/// A mapping above the break.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Blocked {
    /// Whose.
    pub owner: OwnerId,
    /// Its first address.
    pub start: Addr,
    /// Bytes from the break to it.
    pub distance: u64,
}

impl Brk {
    /// Of a process with a brk heap; `None` where its end is not known.
    pub fn of(snapshot: &Snapshot, heap: &Heap) -> Option<Brk> {
        let linux = snapshot.platform.os.is_none_or(Os::is_linux);
        let at = end(snapshot, heap).filter(|_| linux)?;
        let (space, page) = (&snapshot.space, snapshot.space.bounds().page_size);
        let above = space.regions().get(space.regions().partition_point(|r| r.range.start() < at));
        let Some(region) = above else {
            let room = space.bounds().range.end().distance_from(at);
            return Some(Brk { at, room, blocked: None });
        };
        let start = region.range.start();
        let kept = if is_main_stack(snapshot, region.owner) { page * STACK_GUARD_PAGES } else { 0 };
        let distance = start.distance_from(at);
        let room = distance.saturating_sub(page).saturating_sub(kept);
        Some(Brk { at, room, blocked: Some(Blocked { owner: region.owner, start, distance }) })
    }
}

/// The end of the brk heap: of the part that was walked, or of what the map calls so, and of what else the same mapping
/// holds behind it, as memory from somebody else's sbrk.
fn end(snapshot: &Snapshot, heap: &Heap) -> Option<Addr> {
    let walked = heap.parts.iter().filter(|part| part.role == Role::MainBrk).map(|part| part.range.end()).max();
    let regions = snapshot.space.regions();
    let is_brk = |id| snapshot.owner(id).is_some_and(Owner::is_brk_heap);
    let listed = || regions.iter().rfind(|region| is_brk(region.owner)).map(|region| region.range.end());
    let mut end = walked.or_else(listed)?;
    let inside = regions.partition_point(|region| region.range.end() < end);
    let mapping = regions.get(inside)?.mapping;
    for region in regions.iter().skip(inside) {
        if region.mapping != mapping || region.range.start() > end {
            break;
        }
        end = end.max(region.range.end());
    }
    Some(end)
}

fn is_main_stack(snapshot: &Snapshot, owner: OwnerId) -> bool {
    snapshot.owner(owner).is_some_and(|owner| owner.kind == OwnerKind::Stack && !owner.movable)
}
