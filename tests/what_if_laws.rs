//! Laws of what-if, on small random spaces.

use fragscope::addr::{Addr, AddrRange};
use fragscope::analyze::analyze;
use fragscope::analyze::what_if::{Edit, Target, apply};
use fragscope::model::*;
use proptest::prelude::*;

use crate::spaces::{FLOOR, KINDS, PAGE, plan, snapshot};

/// An edit of any random space.
fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (0..KINDS.len()).prop_map(|i| Edit::Without(Target::Kind(KINDS[i]))),
        (FLOOR..150u64).prop_map(|page| Edit::Without(Target::Region(Addr(page * PAGE)))),
        (FLOOR..150u64, 1u64..4)
            .prop_map(|(page, pages)| { Edit::Add(AddrRange::from_size(Addr(page * PAGE), pages * PAGE).unwrap()) }),
        (0u32..5).prop_map(|power| Edit::Granularity(PAGE << power)),
    ]
}

/// Where, in which state, of what kind.
type Piece = (AddrRange, State, OwnerKind);

/// What can be compared of two snapshots that were made in different order: everything but the numbers of owners and
/// mappings that were added.
fn shape(snapshot: &Snapshot) -> (Vec<Piece>, Bounds, Coverage, Option<u64>) {
    let kind = |r: &Region| snapshot.owner(r.owner).unwrap().kind;
    let regions = snapshot.space.regions().iter().map(|r| (r.range, r.state, kind(r))).collect();
    (regions, *snapshot.space.bounds(), snapshot.space.coverage().clone(), snapshot.limits.vma_count)
}

/// Whether the order of two edits matters: both set the same thing, or one takes out what the other puts in.
fn overlap(first: &Edit, second: &Edit) -> bool {
    match (first, second) {
        (Edit::Granularity(_), Edit::Granularity(_)) => true,
        // What is added is private.
        (Edit::Without(Target::Kind(OwnerKind::Private)), Edit::Add(_)) => true,
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_edit_changes_nothing(plan in plan()) {
        let snapshot = snapshot(&plan);
        prop_assert_eq!(apply(&snapshot, &[]).unwrap(), snapshot);
    }

    #[test]
    fn without_a_splitter_the_largest_gap_is_what_the_report_said(plan in plan()) {
        let snapshot = snapshot(&plan);
        for splitter in analyze(&snapshot).splitters {
            let region = snapshot.space.regions().iter().find(|r| r.owner == splitter.owner).unwrap();
            let edit = Edit::Without(Target::Region(region.range.start()));
            let after = analyze(&apply(&snapshot, &[edit]).unwrap());
            prop_assert_eq!(after.figures.largest_reachable_size(), splitter.largest_without);
        }
    }

    #[test]
    fn edits_that_can_be_made_in_either_order_give_the_same(plan in plan(), first in edit(), second in edit()) {
        prop_assume!(!overlap(&first, &second) && !overlap(&second, &first));
        let snapshot = snapshot(&plan);
        let (one, other) = ([first.clone(), second.clone()], [second, first]);
        if let (Ok(a), Ok(b)) = (apply(&snapshot, &one), apply(&snapshot, &other)) {
            prop_assert_eq!(shape(&a), shape(&b));
        }
    }

    #[test]
    fn what_was_added_can_be_taken_out_again(plan in plan(), page in FLOOR..150u64, pages in 1u64..6) {
        let snapshot = snapshot(&plan);
        let range = AddrRange::from_size(Addr(page * PAGE), pages * PAGE).unwrap();
        if let Ok(more) = apply(&snapshot, &[Edit::Add(range)]) {
            let before = analyze(&snapshot).totals;
            prop_assert_eq!(analyze(&more).totals.committed, before.committed + range.size());
            let again = apply(&more, &[Edit::Without(Target::Region(range.start()))]).unwrap();
            prop_assert_eq!(shape(&again), shape(&snapshot));
        }
    }
}
