//! A range that is given back: exactly that, of whoever has it.

use fragscope::addr::{Addr, AddrRange};
use fragscope::analyze::what_if::{Edit, EditError, apply};
use fragscope::model::*;
use proptest::prelude::*;

use super::process::{plan, process};
use crate::spaces::{FLOOR, PAGE, pages};

fn taken(snapshot: &Snapshot, within: AddrRange) -> u64 {
    let regions = snapshot.space.regions().iter();
    regions.filter_map(|r| r.range.intersect(within)).map(AddrRange::size).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn what_was_there_goes_and_nothing_else(plan in plan(), start in FLOOR..300, size in 1u64..40) {
        let before = process(&plan);
        let range = pages(start, start + size);
        let Ok(after) = apply(&before, &[Edit::Unmap(range)]) else {
            prop_assert_eq!(taken(&before, range), 0);
            return Ok(());
        };
        let whole = before.space.bounds().range;
        prop_assert_eq!(taken(&after, range), 0);
        prop_assert_eq!(taken(&after, whole), taken(&before, whole) - taken(&before, range));
        for region in after.space.regions() {
            let old = before.space.region_at(region.range.start()).unwrap();
            prop_assert_eq!((old.owner, old.state, old.mapping), (region.owner, region.state, region.mapping));
        }
        prop_assert!(after.limits.vma_count.unwrap() <= before.limits.vma_count.unwrap() + 1);
        // Nothing is left to be given back.
        prop_assert!(apply(&after, &[Edit::Unmap(range)]).is_err());
    }

    #[test]
    fn what_was_added_can_be_given_back(plan in plan(), start in FLOOR..300, size in 1u64..6) {
        let before = process(&plan);
        let range = pages(start, start + size);
        if let Ok(after) = apply(&before, &[Edit::Add(range), Edit::Unmap(range)]) {
            prop_assert_eq!(after.space.regions(), before.space.regions());
            prop_assert_eq!(after.limits, before.limits);
        }
    }
}

#[test]
fn a_hole_inside_of_a_mapping_makes_two_of_it() {
    let mut made = crate::spaces::snapshot(&crate::spaces::Plan {
        stretches: vec![(1, 6, 3, false)],
        tail: 4,
        granularity: PAGE,
        layout: None,
    });
    made.limits.vma_count = Some(1);
    let count = |start, end| apply(&made, &[Edit::Unmap(pages(FLOOR + start, FLOOR + end))]).unwrap().limits.vma_count;
    assert_eq!([count(3, 4), count(1, 3), count(5, 7), count(1, 7)], [Some(2), Some(1), Some(1), Some(0)]);
    let odd = Edit::Unmap(AddrRange::from_size(Addr(FLOOR * PAGE + 1), PAGE).unwrap());
    assert!(matches!(apply(&made, &[odd]), Err(EditError::Unaligned { .. })));
}
