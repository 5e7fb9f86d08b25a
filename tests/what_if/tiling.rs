//! Whatever is edited, the sums cover floor to ceiling, and what is taken or given back is what the edit says.

use std::collections::BTreeSet;

use fragscope::analyze::analyze;
use fragscope::analyze::fit::{self, Placement};
use fragscope::analyze::what_if::{Edit, Outcome, Target, Trial, apply};
use fragscope::model::*;
use proptest::prelude::*;

use super::process::{bytes_of, edit, plan, process};
use crate::spaces::PAGE;

fn occupied(snapshot: &Snapshot) -> u64 {
    bytes_of(snapshot, |_| true)
}

/// Owners that have a region.
fn standing(snapshot: &Snapshot) -> BTreeSet<u32> {
    snapshot.space.regions().iter().map(|r| r.owner.0).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6_000))]

    #[test]
    fn sums_tile_the_space_and_owners_go_whole(plan in plan(), edit in edit()) {
        let before = process(&plan);
        let Ok(after) = apply(&before, std::slice::from_ref(&edit)) else { return Ok(()) };
        let totals = analyze(&after).totals;
        let span = after.space.bounds().range.size();
        prop_assert_eq!(totals.committed + totals.reserved + totals.free + totals.unknown, span);
        let (old, new) = (occupied(&before), occupied(&after));
        let gone: BTreeSet<u32> = standing(&before).difference(&standing(&after)).copied().collect();
        match edit {
            Edit::Add(range) => prop_assert_eq!(new, old + range.size()),
            Edit::Without(_) | Edit::ArenaMax(_) => {
                // Whoever is left has all that it had.
                let lost = bytes_of(&before, |id| gone.contains(&id.0));
                prop_assert_eq!(new, old - lost);
                prop_assert!(lost > 0 || matches!(edit, Edit::ArenaMax(_)));
                prop_assert!(after.threads.iter().filter_map(|t| t.stack.as_ref()).all(|s| !gone.contains(&s.owner.0)));
                prop_assert!(after.modules.iter().all(|m| !gone.contains(&m.owner.0)));
            }
            Edit::StackSize { .. } => prop_assert!(new < old && gone.is_empty()),
            _ => prop_assert!(new == old && gone.is_empty()),
        }
        prop_assert!(after.limits.vma_count.unwrap() <= before.limits.vma_count.unwrap() + 1);
    }

    #[test]
    fn a_larger_space_and_a_smaller_grain_never_shrink_the_largest_gap(plan in plan(), power in 0u32..5) {
        let before = process(&plan);
        let largest = |s: &Snapshot| Outcome::measure(s).largest;
        let grain = PAGE << power;
        for edit in [Edit::Granularity(PAGE), Edit::LargeAddressAware, Edit::UserVa(3 << 30), Edit::TopDown] {
            let coarse = apply(&before, &[Edit::Granularity(grain)]).unwrap();
            if let Ok(after) = apply(&coarse, std::slice::from_ref(&edit)) {
                prop_assert!(largest(&after) >= largest(&coarse), "{}", edit);
            }
        }
    }

    #[test]
    fn without_the_first_windows_owners_the_request_fits(plan in plan(), pages in 1u64..40) {
        let before = process(&plan);
        let placement = Placement { size: pages * PAGE, align: None };
        let reach = analyze(&before).reach;
        let found = fit::find(&before, reach, placement);
        let Some(first) = found.candidates.first().filter(|c| !c.owners.is_empty()) else { return Ok(()) };
        let place = |id: &OwnerId| before.space.regions().iter().find(|r| r.owner == *id).unwrap().range.start();
        let edits: Vec<Edit> = first.owners.iter().map(|id| Edit::Without(Target::Region(place(id)))).collect();
        let after = apply(&before, &edits).unwrap();
        prop_assert!(fit::find(&after, reach, placement).fits_now);
        prop_assert_eq!(Outcome::measure(&after).largest, first.largest_after);
        // With something new in that place it is no window any more, for nobody can move what is there.
        let blocked = apply(&after, &[Edit::Add(first.window)]).unwrap();
        let again = fit::find(&blocked, reach, placement);
        prop_assert!(again.candidates.iter().all(|c| c.window.intersect(first.window).is_none()));
    }

    #[test]
    fn pinned_owners_that_would_be_gone_are_counted(plan in plan(), edit in edit()) {
        let before = process(&plan);
        let Ok(after) = apply(&before, std::slice::from_ref(&edit)) else { return Ok(()) };
        let trial = Trial::of(&before, Outcome::measure(&before), &after);
        let left = standing(&after);
        let gone = standing(&before).into_iter().filter(|id| !left.contains(id));
        let pinned = gone.filter(|id| !before.owner(OwnerId(*id)).unwrap().movable).count() as u64;
        prop_assert_eq!(trial.pinned_gone, pinned);
        prop_assert_eq!(trial.after, Outcome::measure(&after));
    }
}
