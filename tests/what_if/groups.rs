//! Without a group the largest gap is what the report says of it.

use fragscope::analyze::what_if::{Edit, Outcome, Pattern, Target, apply};
use fragscope::analyze::{By, analyze, groups};
use fragscope::model::*;
use proptest::prelude::*;

use super::process::{plan, process};

/// The edit that takes a group out, where one can and means nobody else: a pattern of thread names, a folder.
fn without(snapshot: &Snapshot, by: By, name: &str) -> Option<Edit> {
    match by {
        By::ThreadName => {
            let names = Pattern::new(name);
            let exact = |t: &Thread| t.name.as_deref().is_none_or(|n| !names.matches(n) || groups::pattern(n) == name);
            let edit = Edit::Without(Target::ThreadName(names.clone()));
            snapshot.threads.iter().all(exact).then_some(edit)
        }
        By::Folder => {
            let pattern = Pattern::new(&format!("{name}/*"));
            let pinned = |m: &Module| snapshot.owner(m.owner).is_some_and(|o| !o.movable);
            let exact = snapshot.modules.iter().all(|m| !pinned(m) || !pattern.matches(&m.path));
            exact.then_some(Edit::Without(Target::Module(pattern)))
        }
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6_000))]

    #[test]
    fn without_a_kind_it_is_the_kinds_counterfactual(plan in plan()) {
        let before = process(&plan);
        for group in analyze(&before).groups.iter().filter(|g| g.owners > 0) {
            let after = apply(&before, &[Edit::Without(Target::Kind(group.group.kind()))]).unwrap();
            prop_assert_eq!(Outcome::measure(&after).largest, group.largest_without);
        }
    }

    #[test]
    fn without_a_group_it_is_the_groups_counterfactual(plan in plan()) {
        let before = process(&plan);
        for group in groups::rank(&before, analyze(&before).reach) {
            if let Some(edit) = without(&before, group.by, &group.name) {
                let after = apply(&before, &[edit]).unwrap();
                prop_assert_eq!(Outcome::measure(&after).largest, group.largest_without, "{}", group.name);
            }
        }
    }
}
