//! Smaller stacks.

use fragscope::addr::AddrRange;
use fragscope::analyze::what_if::{Edit, Pattern, apply};
use fragscope::model::*;
use proptest::prelude::*;

use super::process::{NAMES, plan, process};
use crate::spaces::PAGE;

/// All that an owner takes: its regions in order.
fn ranges(snapshot: &Snapshot, owner: OwnerId) -> Vec<(AddrRange, State)> {
    snapshot.space.regions().iter().filter(|r| r.owner == owner).map(|r| (r.range, r.state)).collect()
}

/// Whether the edit is about this thread, by the definition.
fn meant(snapshot: &Snapshot, thread: &Thread, pattern: Option<&str>, bytes: u64) -> bool {
    let stack = thread.stack.unwrap();
    let named = pattern.is_none_or(|p| Pattern::new(p).matches(thread.name.as_deref().unwrap()));
    let grain = snapshot.space.bounds().granularity;
    let room = (stack.range.end().0 - bytes.min(stack.range.end().0)) / grain * grain > stack.range.start().0;
    named && room && stack.source == StackSource::Pthread && snapshot.owner(stack.owner).unwrap().movable
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6_000))]

    #[test]
    fn stacks_shrink_from_below_and_the_others_stay(
        plan in plan(),
        pages in 1u64..12,
        pattern in prop::option::of(prop::sample::select(NAMES.to_vec())),
    ) {
        let before = process(&plan);
        let bytes = pages * PAGE;
        let edit = Edit::StackSize { bytes, threads: pattern.map(Pattern::new) };
        let wanted = before.threads.iter().filter(|t| meant(&before, t, pattern, bytes)).count();
        let Ok(after) = apply(&before, &[edit]) else {
            prop_assert_eq!(wanted, 0);
            return Ok(());
        };
        prop_assert!(wanted > 0);
        for (old, new) in before.threads.iter().zip(&after.threads) {
            let (was, is) = (old.stack.unwrap(), new.stack.unwrap());
            if !meant(&before, old, pattern, bytes) {
                prop_assert_eq!(was, is);
                prop_assert_eq!(ranges(&before, was.owner), ranges(&after, is.owner));
                continue;
            }
            prop_assert_eq!(is.range.end(), was.range.end());
            prop_assert!(is.range.size() >= bytes && is.range.size() < was.range.size());
            prop_assert!(is.range.size() < bytes + before.space.bounds().granularity);
            prop_assert_eq!(is.guard, was.guard);
            // On the map: a guard of the same size right below the stack, and nothing else.
            let on_map = ranges(&after, is.owner);
            let taken: u64 = on_map.iter().map(|(range, _)| range.size()).sum();
            prop_assert_eq!(taken, is.range.size() + was.guard.unwrap());
            prop_assert_eq!(on_map.last().unwrap().0.end(), was.range.end());
            let guard: u64 = on_map.iter().filter(|(_, s)| *s == State::Reserved).map(|(r, _)| r.size()).sum();
            prop_assert_eq!(guard, was.guard.unwrap());
        }
        for region in before.space.regions() {
            let kind = before.owner(region.owner).unwrap().kind;
            prop_assert!(kind == OwnerKind::Stack || after.space.regions().contains(region));
        }
    }

    #[test]
    fn smaller_stacks_never_shrink_a_gap(plan in plan(), small in 1u64..6, more in 0u64..6) {
        let before = process(&plan);
        let largest = |pages: u64| {
            let edit = Edit::StackSize { bytes: pages * PAGE, threads: None };
            let after = apply(&before, &[edit]).ok();
            fragscope::analyze::what_if::Outcome::measure(after.as_ref().unwrap_or(&before)).largest
        };
        prop_assert!(largest(small) >= largest(small + more));
    }
}
