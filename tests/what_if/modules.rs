//! Modules side by side, and at other addresses.

use std::collections::BTreeMap;

use fragscope::addr::{Addr, AddrRange};
use fragscope::analyze::what_if::{Edit, EditError, Pattern, apply};
use fragscope::model::*;
use proptest::prelude::*;

use super::process::{PAGES, plan, process, range};
use crate::spaces::PAGE;

/// Where the regions of each owner stand.
fn places(snapshot: &Snapshot) -> BTreeMap<u32, Vec<AddrRange>> {
    let mut places: BTreeMap<u32, Vec<AddrRange>> = BTreeMap::new();
    snapshot.space.regions().iter().for_each(|r| places.entry(r.owner.0).or_default().push(r.range));
    places
}

/// Sizes and distances of an owner's regions, wherever it stands.
fn form(ranges: &[AddrRange]) -> Vec<(u64, u64)> {
    ranges.iter().map(|r| (r.start().0 - ranges[0].start().0, r.size())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6_000))]

    #[test]
    fn packed_modules_stand_side_by_side_in_load_order(plan in plan()) {
        let before = process(&plan);
        let Ok(after) = apply(&before, &[Edit::PackModules]) else { return Ok(()) };
        let (was, is) = (places(&before), places(&after));
        let fixed = |m: &Module| m.relocatable == Some(false) || !before.owner(m.owner).unwrap().movable;
        let mut moved = Vec::new();
        for (owner, old) in &was {
            let module = before.modules.iter().find(|m| m.owner.0 == *owner);
            match module.filter(|m| !fixed(m)) {
                None => prop_assert_eq!(old, &is[owner]),
                Some(module) => {
                    prop_assert_eq!(form(old), form(&is[owner]));
                    let module = after.modules.iter().find(|m| m.owner == module.owner).unwrap();
                    prop_assert_eq!(module.range, is[owner][0].hull(*is[owner].last().unwrap()));
                    moved.push((module.clone(), old[0].start()));
                }
            }
        }
        // Highest first: each ends in the granule in which the one above it starts.
        moved.sort_by_key(|(m, _)| std::cmp::Reverse(m.range.start()));
        let grain = before.space.bounds().granularity;
        for pair in moved.windows(2) {
            prop_assert_eq!(pair[1].0.range.end().align_up(grain), Some(pair[0].0.range.start()));
        }
        let upwards = matches!(before.space.bounds().mmap_layout, Some(MmapLayout::BottomUp { .. }));
        let key = |(m, at): &(Module, Addr)| (m.load_order.unwrap_or(u32::MAX), if upwards { at.0 } else { u64::MAX - at.0 });
        prop_assert!(moved.iter().map(key).is_sorted());
        // What mmap never considers holds no packed module.
        let skipped = before.space.bounds().mmap_layout.and_then(MmapLayout::unreachable);
        prop_assert!(moved.iter().all(|(m, _)| skipped.is_none_or(|s| s.intersect(m.range).is_none())));
    }

    #[test]
    fn there_and_back_is_as_before(plan in plan(), page in 16..PAGES, number in 0usize..4) {
        let before = process(&plan);
        let Some(module) = before.modules.get(number) else { return Ok(()) };
        let move_to = |to| Edit::Rebase { module: Pattern::new(&module.name), to };
        let home = module.range.start();
        let Ok(away) = apply(&before, &[move_to(Addr(page * PAGE))]) else { return Ok(()) };
        prop_assert_eq!(away.modules.iter().find(|m| m.owner == module.owner).unwrap().range.start(), Addr(page * PAGE));
        let back = apply(&away, &[move_to(home)]).unwrap();
        prop_assert_eq!(&back.space.regions(), &before.space.regions());
        prop_assert_eq!(back.modules, before.modules);
        prop_assert_eq!(back.space.bounds(), before.space.bounds());
    }

    #[test]
    fn nothing_is_moved_onto_others(plan in plan(), page in 16..PAGES) {
        let before = process(&plan);
        let Some(module) = before.modules.first() else { return Ok(()) };
        let to = Addr(page * PAGE);
        let edit = Edit::Rebase { module: Pattern::new(&module.name), to };
        let target = range(page, page + module.range.size() / PAGE);
        let others = before.space.regions().iter().filter(|r| r.owner != module.owner);
        let taken = others.filter(|r| r.range.intersect(target).is_some()).count();
        let inside = before.space.bounds().range.covers(target);
        let aligned = to.0.is_multiple_of(before.space.bounds().granularity);
        match apply(&before, &[edit]) {
            Ok(_) => prop_assert!(taken == 0 && inside && aligned),
            Err(EditError::Unaligned { .. }) => prop_assert!(!aligned),
            Err(EditError::Occupied { .. }) => prop_assert!(taken > 0 || !inside),
            Err(other) => prop_assert!(false, "{}", other),
        }
    }
}
