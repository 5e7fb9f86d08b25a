//! What must go, against a search that tries every page, on small random spaces.

use std::collections::BTreeSet;

use fragscope::addr::{Addr, AddrRange};
use fragscope::analyze::fit::{self, Fit, Placement};
use fragscope::analyze::{Reach, splitters};
use fragscope::model::*;
use proptest::prelude::*;

use crate::spaces::{PAGE, plan, snapshot};

/// Random spaces that are tried.
const SPACES: u32 = 100_000;

/// The same space with some owners pinned, as `pinned` has their bits.
fn with_pinned(mut snapshot: Snapshot, pinned: u8) -> Snapshot {
    for bit in 0..snapshot.owners.len() as u32 {
        snapshot.owners.get_mut(OwnerId(bit)).unwrap().movable = pinned >> bit & 1 == 0;
    }
    snapshot
}

/// Everything that stands at one start.
struct Try {
    start: u64,
    owners: BTreeSet<u32>,
    committed: u64,
    reserved: u64,
}

fn sum(snapshot: &Snapshot, owners: &BTreeSet<u32>, state: State) -> u64 {
    let theirs = snapshot.space.regions().iter().filter(|r| owners.contains(&r.owner.0) && r.state == state);
    theirs.map(|r| r.range.size()).sum()
}

/// All starts, page by page: the slow way.
fn tries(snapshot: &Snapshot, placement: Placement) -> Vec<Try> {
    let bounds = snapshot.space.bounds();
    let align = placement.align.unwrap_or(1).max(bounds.granularity);
    let skipped = bounds.mmap_layout.and_then(MmapLayout::unreachable);
    let starts = (bounds.range.start().0..bounds.range.end().0).step_by(PAGE as usize).filter(|s| s % align == 0);
    let windows = starts.filter_map(|s| AddrRange::from_size(Addr(s), placement.size));
    let allowed = windows.filter(|w| bounds.range.covers(*w) && skipped.is_none_or(|s| s.intersect(*w).is_none()));
    let tried = allowed.map(|window| {
        let inside = snapshot.space.regions().iter().filter(|r| r.range.intersect(window).is_some());
        let owners: BTreeSet<u32> = inside.map(|r| r.owner.0).collect();
        let (committed, reserved) = (sum(snapshot, &owners, State::Committed), sum(snapshot, &owners, State::Reserved));
        Try { start: window.start().0, owners, committed, reserved }
    });
    tried.collect()
}

fn is_pinned(snapshot: &Snapshot, owner: u32) -> bool {
    !snapshot.owner(OwnerId(owner)).unwrap().movable
}

/// The front by its definition: those that no other one beats or equals in both costs while being cheaper in order.
fn front(tries: &[Try]) -> Vec<(usize, u64, u64, u64)> {
    let mut all: Vec<(usize, u64, u64, u64)> =
        tries.iter().map(|t| (t.owners.len(), t.committed, t.reserved, t.start)).collect();
    all.sort_unstable();
    let beaten = |c: &(usize, u64, u64, u64)| all.iter().any(|o| o < c && o.0 <= c.0 && o.1 <= c.1);
    all.iter().copied().filter(|c| !beaten(c)).collect()
}

fn found(fit: &Fit) -> Vec<(usize, u64, u64, u64)> {
    fit.candidates.iter().map(|c| (c.owners.len(), c.committed, c.reserved, c.window.start().0)).collect()
}

fn check(snapshot: &Snapshot, placement: Placement) -> Result<(), TestCaseError> {
    let reach = Reach::of(snapshot.space.bounds());
    let fit = fit::find(snapshot, reach, placement);
    let (possible, impossible): (Vec<Try>, Vec<Try>) =
        tries(snapshot, placement).into_iter().partition(|t| !t.owners.iter().any(|o| is_pinned(snapshot, *o)));
    prop_assert_eq!(found(&fit), front(&possible));
    prop_assert_eq!(fit.candidates.len(), fit.candidate_count);
    prop_assert_eq!(fit.fits_now, possible.iter().any(|t| t.owners.is_empty()));
    for candidate in &fit.candidates {
        let owners: BTreeSet<u32> = candidate.owners.iter().map(|o| o.0).collect();
        prop_assert_eq!(owners.len(), candidate.owners.len());
        let same = possible.iter().find(|t| t.start == candidate.window.start().0).unwrap();
        prop_assert_eq!(&same.owners, &owners);
        let without = splitters::largest_without(&snapshot.space, reach, |r| owners.contains(&r.owner.0));
        prop_assert_eq!(candidate.largest_after, without);
    }
    check_blame(snapshot, &fit, if possible.is_empty() { &impossible } else { &[] })
}

/// Whoever is blamed is pinned and stands in some window, and no window is without one of them.
fn check_blame(snapshot: &Snapshot, fit: &Fit, impossible: &[Try]) -> Result<(), TestCaseError> {
    let blamed: BTreeSet<u32> = fit.pinned.iter().map(|o| o.0).collect();
    prop_assert!(blamed.iter().all(|o| is_pinned(snapshot, *o)));
    prop_assert!(blamed.iter().all(|o| impossible.iter().any(|t| t.owners.contains(o))));
    prop_assert!(impossible.iter().all(|t| t.owners.intersection(&blamed).next().is_some()));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: SPACES, max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn the_cheapest_windows_are_those_that_a_search_of_all_pages_finds(
        plan in plan(),
        pinned in any::<u8>(),
        size in 1u64..60,
        odd in prop_oneof![4 => Just(0u64), 1 => Just(100u64)],
        align in prop_oneof![2 => Just(None), 1 => (0u32..5).prop_map(|p| Some(PAGE << p))],
    ) {
        let snapshot = with_pinned(snapshot(&plan), pinned & pinned.rotate_left(3));
        check(&snapshot, Placement { size: size * PAGE - odd, align })?;
    }
}
