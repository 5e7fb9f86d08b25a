//! Edits that do not overlap give the same in either order.

use fragscope::addr::AddrRange;
use fragscope::analyze::what_if::{Edit, Outcome, Target, apply};
use fragscope::model::*;
use proptest::prelude::*;

use super::process::{edit, plan, process};

/// All of a snapshot that edits change, but for the numbers of owners and mappings that were added.
fn shape(snapshot: &Snapshot) -> impl PartialEq + std::fmt::Debug {
    let pieces = snapshot.space.regions().iter().map(|r| {
        let owner = snapshot.owner(r.owner).unwrap();
        (r.range, r.state, owner.kind, owner.start, owner.name.clone())
    });
    let pieces: Vec<_> = pieces.collect();
    let modules: Vec<_> = snapshot.modules.iter().map(|m| (m.range, m.name.clone())).collect();
    let stacks: Vec<_> = snapshot.threads.iter().map(|t| (t.id, t.stack)).collect();
    (pieces, modules, stacks, *snapshot.space.bounds(), snapshot.space.coverage().clone(), snapshot.limits)
}

/// Where the edit's module stands and would stand.
fn ways(snapshot: &Snapshot, edit: &Edit) -> Vec<AddrRange> {
    let Edit::Rebase { module, to } = edit else { return Vec::new() };
    let found = snapshot.modules.iter().filter(|m| module.matches(&m.name)).map(|m| m.range);
    found.flat_map(|r| [Some(r), AddrRange::from_size(*to, r.size())]).flatten().collect()
}

/// Whether `second` is about something that `first` changes.
fn disturbs(snapshot: &Snapshot, first: &Edit, second: &Edit) -> bool {
    use Edit::*;
    let at = |edit: &Edit, target: &Target| match target {
        Target::Region(addr) => ways(snapshot, edit).iter().any(|r| r.contains(*addr)),
        _ => false,
    };
    match (first, second) {
        // Both set the same thing, or one sets the grain by which the other places and cuts.
        (Granularity(_), Granularity(_) | StackSize { .. } | PackModules | Rebase { .. }) => true,
        // The place for all modules is looked for among what is there.
        (PackModules, TopDown) => true,
        (PackModules, Without(Target::Thread(_) | Target::ThreadName(_))) => true,
        (PackModules, other) => !matches!(other, Granularity(_)),
        // What is added is private.
        (Without(Target::Kind(OwnerKind::Private)), Add(_)) => true,
        // Which arenas are kept depends on which there are, and on the layout, which tells who was made first.
        (ArenaMax(_), Without(Target::Region(_)) | TopDown) => true,
        (Rebase { module, .. }, Rebase { module: other, .. }) => module == other,
        (rebase @ Rebase { .. }, Without(target)) => at(rebase, target),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40_000, max_global_rejects: 400_000, ..ProptestConfig::default() })]

    #[test]
    fn edits_that_do_not_overlap_commute(plan in plan(), first in edit(), second in edit()) {
        let before = process(&plan);
        if disturbs(&before, &first, &second) || disturbs(&before, &second, &first) {
            return Ok(());
        }
        let (one, other) = (apply(&before, &[first.clone(), second.clone()]), apply(&before, &[second, first]));
        if let (Ok(a), Ok(b)) = (one, other) {
            prop_assert_eq!(shape(&a), shape(&b));
            prop_assert_eq!(Outcome::measure(&a), Outcome::measure(&b));
        }
    }

    #[test]
    fn a_list_of_edits_is_made_one_after_the_other(plan in plan(), first in edit(), second in edit()) {
        let before = process(&plan);
        let at_once = apply(&before, &[first.clone(), second.clone()]);
        let in_steps = apply(&before, &[first]).and_then(|middle| apply(&middle, &[second]));
        prop_assert_eq!(at_once, in_steps);
    }
}
