//! The Pareto front between few owners and few committed bytes.

use super::sweep::Window;

/// Of all windows those that no other one beats in both costs, the fewest owners first.
pub(super) fn cheapest(mut windows: Vec<Window>) -> Vec<Window> {
    windows.sort_unstable_by_key(|w| (w.owners, w.committed, w.reserved, w.range.start()));
    let mut least = None;
    windows.retain(|w| {
        let better = least.is_none_or(|least| w.committed < least);
        if better {
            least = Some(w.committed);
        }
        better
    });
    windows
}
