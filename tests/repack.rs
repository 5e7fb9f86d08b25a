//! `repack`: what edits freed inside of a run of neighbours lies in one piece, as after a fresh start.

use std::collections::BTreeMap;

use fragscope::addr::{Addr, AddrRange};
use fragscope::analyze::what_if::{Edit, Outcome, Target, apply};
use fragscope::model::*;
use proptest::prelude::*;

use crate::spaces::{FLOOR, KINDS, PAGE, pages, plan, snapshot, with_space};

/// Edits that free something.
fn freeing() -> impl Strategy<Value = Vec<Edit>> {
    let edit = prop_oneof![
        (0..KINDS.len()).prop_map(|i| Edit::Without(Target::Kind(KINDS[i]))),
        (FLOOR..150u64).prop_map(|page| Edit::Without(Target::Region(Addr(page * PAGE)))),
    ];
    proptest::collection::vec(edit, 0..3)
}

/// Both snapshots: after the edits that can be made, and after `repack` behind them.
fn with_and_without(before: &Snapshot, edits: &[Edit]) -> (Snapshot, Snapshot) {
    let mut possible: Vec<Edit> = Vec::new();
    for edit in edits {
        possible.push(edit.clone());
        if apply(before, &possible).is_err() {
            possible.pop();
        }
    }
    let edited = apply(before, &possible).unwrap();
    possible.push(Edit::Repack);
    (edited, apply(before, &possible).unwrap())
}

/// Sizes of each owner's regions, by address.
fn sizes(snapshot: &Snapshot) -> BTreeMap<OwnerId, Vec<(u64, State)>> {
    let mut sizes: BTreeMap<OwnerId, Vec<(u64, State)>> = BTreeMap::new();
    for region in snapshot.space.regions() {
        sizes.entry(region.owner).or_default().push((region.range.size(), region.state));
    }
    sizes
}

fn movable_only(mut snapshot: Snapshot, pinned: u8) -> Snapshot {
    for (number, owner) in snapshot.owners.iter_mut().enumerate() {
        owner.movable = pinned >> number & 1 == 0;
    }
    snapshot
}

/// What touches each other in the space as it was.
fn runs(snapshot: &Snapshot) -> Vec<AddrRange> {
    let mut runs: Vec<AddrRange> = Vec::new();
    for region in snapshot.space.regions() {
        match runs.last_mut() {
            Some(run) if run.end() == region.range.start() => *run = run.hull(region.range),
            _ => runs.push(region.range),
        }
    }
    runs
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn with_nothing_freed_it_changes_nothing(plan in plan()) {
        let snapshot = snapshot(&plan);
        prop_assert_eq!(apply(&snapshot, &[Edit::Repack]).unwrap(), snapshot);
    }

    #[test]
    fn nobody_grows_overlaps_leaves_its_run_or_overtakes(plan in plan(), edits in freeing(), pinned in any::<u8>()) {
        let before = movable_only(snapshot(&plan), pinned);
        let (edited, packed) = with_and_without(&before, &edits);
        prop_assert_eq!(packed.space.regions().len(), edited.space.regions().len());
        prop_assert!(packed.space.regions().iter().zip(packed.space.regions().iter().skip(1))
            .all(|(a, b)| a.range.end() <= b.range.start()));
        prop_assert_eq!(sizes(&packed), sizes(&edited));
        prop_assert_eq!(Outcome::measure(&packed).free, Outcome::measure(&edited).free);
        let runs = runs(&before);
        for (then, now) in edited.space.regions().iter().zip(packed.space.regions()) {
            prop_assert_eq!(then.owner, now.owner);
            let run = runs.iter().find(|run| run.covers(then.range)).unwrap();
            prop_assert!(run.covers(now.range), "{:?} left {:?}", now.range, run);
            if !before.owner(then.owner).unwrap().movable {
                prop_assert_eq!(then.range, now.range);
            }
        }
    }

    #[test]
    fn once_is_enough(plan in plan(), edits in freeing(), pinned in any::<u8>()) {
        let before = movable_only(snapshot(&plan), pinned);
        let (_, packed) = with_and_without(&before, &edits);
        let (_, again) = with_and_without(&before, &[edits, vec![Edit::Repack]].concat());
        prop_assert_eq!(again.space, packed.space);
    }

    // Holes at the end that things slide to are closed too, which takes from the gap beyond it; so only edits count
    // here that leave both ends of every run. Heaps keep an alignment, and are left out.
    #[test]
    fn the_largest_gap_does_not_shrink_where_the_ends_of_runs_stay(
        plan in plan(),
        edits in freeing(),
        pinned in any::<u8>(),
    ) {
        let mut before = movable_only(snapshot(&plan), pinned);
        before.owners.iter_mut().filter(|o| o.kind == OwnerKind::Heap).for_each(|o| o.kind = OwnerKind::Shared);
        let (edited, packed) = with_and_without(&before, &edits);
        let ends_stay = runs(&before).iter().all(|run| {
            let regions = || edited.space.regions().iter();
            regions().any(|r| r.range.start() == run.start()) && regions().any(|r| r.range.end() == run.end())
        });
        // About two in five; the others are passed over.
        if ends_stay && edited.space.bounds().mmap_layout.and_then(MmapLayout::unreachable).is_none() {
            prop_assert!(Outcome::measure(&packed).largest >= Outcome::measure(&edited).largest);
        }
    }
}

/// Stacks side by side from page 100 on, each of these pages.
fn stacks(each: &[u64], os: Os) -> Snapshot {
    let mut at = 100;
    let mut regions = Vec::new();
    let mut owners = Owners::default();
    let mut threads = Vec::new();
    for (number, size) in (0u32..).zip(each) {
        let range = pages(at, at + size);
        at += size;
        let owner = owners.add(Owner::anonymous(OwnerKind::Stack, range.start()));
        regions.push(region(range, number, owner));
        threads.push(thread(u64::from(number) + 1, range, owner));
    }
    let bounds = Bounds {
        range: pages(FLOOR, at + 50),
        ceiling_source: CeilingSource::User,
        page_size: PAGE,
        granularity: PAGE,
        mmap_layout: None,
    };
    let space = AddressSpace::new(bounds, Coverage::Everything, regions).unwrap();
    let mut snapshot = with_space(space, Evidence::Complete);
    snapshot.platform.os = Some(os);
    Snapshot { owners, threads, ..snapshot }
}

fn region(range: AddrRange, mapping: u32, owner: OwnerId) -> Region {
    Region {
        range,
        state: State::Committed,
        protection: Some(Protection::READ),
        owner,
        mapping: MappingId(mapping),
        backing: None,
        evidence: Sources::of(Source::Maps),
    }
}

fn thread(id: u64, range: AddrRange, owner: OwnerId) -> Thread {
    let stack = Stack {
        range,
        reserved: Some(range.size()),
        committed: None,
        used: None,
        guard: Some(0),
        source: StackSource::Pthread,
        owner,
    };
    Thread { id, name: None, crashed: false, sp: None, pc: None, stack: Some(stack) }
}

fn ranges(snapshot: &Snapshot) -> Vec<AddrRange> {
    snapshot.space.regions().iter().map(|r| r.range).collect()
}

const SMALLER: Edit = Edit::StackSize { bytes: 10 * PAGE, threads: None };

// 100: ..........XXXXXXXXXX ..........XXXXXXXXXX ..........XXXXXXXXXX :160
// top-down, each stack slides up by what is free above it:
// 100: .............................. XXXXXXXXXX XXXXXXXXXX XXXXXXXXXX :160
#[test]
fn three_shrunk_stacks_leave_one_hole_below_them() {
    let before = stacks(&[20, 20, 20], Os::Linux);
    let after = apply(&before, &[SMALLER, Edit::Repack]).unwrap();
    assert_eq!(ranges(&after), [pages(130, 140), pages(140, 150), pages(150, 160)]);
    let stacks: Vec<AddrRange> = after.threads.iter().map(|t| t.stack.unwrap().range).collect();
    assert_eq!(stacks, ranges(&after));
    assert_eq!(Outcome::measure(&after).largest, (130 - FLOOR) * PAGE);
}

// VirtualAlloc takes the lowest place: the same, mirrored.
#[test]
fn on_windows_they_slide_down() {
    let mut before = stacks(&[20, 20, 20], Os::Windows);
    before.threads.iter_mut().for_each(|t| t.stack.as_mut().unwrap().source = StackSource::Teb);
    let after = apply(&before, &[SMALLER, Edit::Repack]).unwrap();
    assert_eq!(ranges(&after), [pages(100, 110), pages(110, 120), pages(120, 130)]);
}

// The second one is pinned, and so is not shrunk either: the others above it close up, and their holes stay above it.
#[test]
fn one_that_is_pinned_between_them_stays_and_stops_the_slide() {
    let mut before = stacks(&[20, 20, 20, 20], Os::Linux);
    before.owners.get_mut(OwnerId(1)).unwrap().movable = false;
    let after = apply(&before, &[SMALLER, Edit::Repack]).unwrap();
    assert_eq!(ranges(&after), [pages(110, 120), pages(120, 140), pages(160, 170), pages(170, 180)]);
}

// Without the second, the first moves up to the third.
#[test]
fn what_is_below_slides_up_to_what_is_above() {
    let before = stacks(&[20, 7, 20], Os::Linux);
    let gone = Edit::Without(Target::Thread(2));
    assert_eq!(ranges(&apply(&before, &[gone, Edit::Repack]).unwrap()), [pages(107, 127), pages(127, 147)]);
}

// An owner of which a part stands elsewhere stays: 100..120 and 300..310 are one.
#[test]
fn an_owner_that_stands_elsewhere_too_stays() {
    let before = stacks(&[20, 20, 20], Os::Linux);
    let mut regions = before.space.regions().to_vec();
    regions.push(region(pages(300, 310), 9, OwnerId(0)));
    let bounds = Bounds { range: pages(FLOOR, 400), ..*before.space.bounds() };
    let before = Snapshot { space: AddressSpace::new(bounds, Coverage::Everything, regions).unwrap(), ..before };
    let gone = Edit::Without(Target::Thread(2));
    let after = apply(&before, &[gone, Edit::Repack]).unwrap();
    assert_eq!(ranges(&after), [pages(100, 120), pages(140, 160), pages(300, 310)]);
}

// A glibc arena's heap is aligned to 1 MiB on 32 bit: 256 pages. 300 pages are freed above it; it goes up by 256, and
// what is below it by as much.
#[test]
fn an_arenas_heap_keeps_its_alignment() {
    let mut before = stacks(&[156, 256, 300], Os::Linux);
    before.owners.get_mut(OwnerId(1)).unwrap().kind = OwnerKind::Heap;
    before.threads.remove(1);
    let gone = Edit::Without(Target::Thread(3));
    let after = apply(&before, &[gone, Edit::Repack]).unwrap();
    assert_eq!(ranges(&after), [pages(100 + 256, 256 + 256), pages(256 + 256, 512 + 256)]);
}
