//! What holds of any two snapshots.

use fragscope::addr::{Addr, AddrRange};
use fragscope::analyze::diff::{Culprit, Diff, LikeGrowth, Outcome, Side};
use fragscope::analyze::{analyze, diff};
use fragscope::model::*;
use proptest::prelude::*;

use crate::spaces::{PAGE, plan, snapshot};

fn compare(old: &Snapshot, new: &Snapshot) -> Diff {
    let (a, b) = (analyze(old), analyze(new));
    diff(&[Side { snapshot: old, analysis: &a }, Side { snapshot: new, analysis: &b }]).unwrap()
}

/// The same snapshot with its owners numbered the other way round.
fn renumbered(snapshot: &Snapshot) -> Snapshot {
    let count = u32::try_from(snapshot.owners.len()).unwrap();
    let mut owners = Owners::default();
    for number in (0..count).rev() {
        owners.add(snapshot.owner(OwnerId(number)).unwrap().clone());
    }
    let turned = |r: &Region| Region { owner: OwnerId(count - 1 - r.owner.0), ..*r };
    let regions = snapshot.space.regions().iter().map(turned).collect();
    let space = AddressSpace::new(*snapshot.space.bounds(), snapshot.space.coverage().clone(), regions).unwrap();
    Snapshot { owners, space, ..snapshot.clone() }
}

/// Everything so many pages further up, floor and ceiling too.
fn slid(snapshot: &Snapshot, pages: u64) -> Snapshot {
    let up = |a: Addr| Addr(a.0 + pages * PAGE);
    let range = |r: AddrRange| AddrRange::new(up(r.start()), up(r.end())).unwrap();
    let bounds = Bounds { range: range(snapshot.space.bounds().range), mmap_layout: None, ..*snapshot.space.bounds() };
    let regions = snapshot.space.regions().iter().map(|r| Region { range: range(r.range), ..*r }).collect();
    let mut owners = Owners::default();
    for (_, owner) in snapshot.owners.iter() {
        owners.add(Owner { start: up(owner.start), ..owner.clone() });
    }
    let space = AddressSpace::new(bounds, Coverage::Everything, regions).unwrap();
    Snapshot { space, owners, ..snapshot.clone() }
}

/// What can be compared of a culprit whatever the numbers of owners.
fn told(culprit: &Culprit) -> (String, &'static str, u64, u64, u64, usize) {
    let c = culprit;
    (format!("{:?}", c.like), c.change.name(), c.bytes, c.mappings, c.largest_without, c.members.len())
}

/// The same of a row of growth, as often as new stands above old.
fn grown(row: &LikeGrowth) -> (String, i128, i128, i128) {
    let by = |old: u64, new: u64| i128::from(new) - i128::from(old);
    let (old, new) = (row.old, row.new);
    (format!("{:?}", row.like), by(old.count, new.count), by(old.bytes, new.bytes), by(old.mappings, new.mappings))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn of_itself_nothing_is_new(plan in plan()) {
        let snapshot = snapshot(&plan);
        let diff = compare(&snapshot, &snapshot);
        prop_assert_eq!(diff.outcome, Outcome::Same);
        prop_assert!(diff.culprits.is_empty() && diff.growth.is_empty() && diff.mismatches.is_empty());
        prop_assert!(diff.figures.iter().all(|row| row.delta().is_none_or(|delta| delta == 0)));
        prop_assert!(diff.old_gap.is_none_or(|gap| gap.standing.is_empty() && gap.now == Some(gap.then)));
    }

    #[test]
    fn a_slid_copy_has_nothing_new(plan in plan(), pages in 1u64..5_000) {
        let snapshot = slid(&snapshot(&plan), 0);
        let diff = compare(&slid(&snapshot, pages), &snapshot);
        prop_assert!(diff.culprits.is_empty(), "{:?}", diff.culprits);
        prop_assert!(diff.growth.is_empty());
        prop_assert!(diff.old_gap.is_none_or(|gap| gap.standing.is_empty()));
    }

    #[test]
    fn the_other_way_round_signs_turn(first in plan(), second in plan()) {
        let (first, second) = (snapshot(&first), snapshot(&second));
        let (there, back) = (compare(&first, &second), compare(&second, &first));
        let turned = |diff: &Diff| -> Vec<_> { diff.figures.iter().map(|row| (row.figure, row.delta().map(|d| -d))).collect() };
        let deltas: Vec<_> = there.figures.iter().map(|row| (row.figure, row.delta())).collect();
        prop_assert_eq!(deltas, turned(&back));
        let mut rows: Vec<_> = there.growth.iter().map(grown).collect();
        let mut others: Vec<_> =
            back.growth.iter().map(grown).map(|(like, a, b, c)| (like, -a, -b, -c)).collect();
        rows.sort();
        others.sort();
        prop_assert_eq!(rows, others);
        prop_assert_eq!(there.modules.came.len(), back.modules.went.len());
        prop_assert_eq!(there.mismatches, back.mismatches);
    }

    #[test]
    fn the_numbers_of_owners_do_not_matter(first in plan(), second in plan()) {
        let (first, second) = (snapshot(&first), snapshot(&second));
        let (plain, other) = (compare(&first, &second), compare(&renumbered(&first), &renumbered(&second)));
        prop_assert_eq!(plain.outcome, other.outcome);
        let told = |diff: &Diff| -> Vec<_> { diff.culprits.iter().map(told).collect() };
        prop_assert_eq!(told(&plain), told(&other));
    }

    // What is said of a culprit's going is what its going gives.
    #[test]
    fn no_culprit_takes_more_than_there_is(first in plan(), second in plan()) {
        let (first, second) = (snapshot(&first), snapshot(&second));
        let diff = compare(&first, &second);
        let span = second.space.bounds().range.size();
        let analysis = analyze(&second);
        let today = analysis.figures.largest_reachable_size();
        for culprit in &diff.culprits {
            prop_assert!(culprit.bytes <= analysis.totals.committed + analysis.totals.reserved);
            prop_assert_eq!(culprit.largest_without, today + culprit.gain);
            prop_assert!(culprit.after_restart || culprit.largest_without <= span);
            prop_assert!(culprit.members.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }
}
