//! Laws of the analysis, on small random address spaces against brute force.

use fragscope::addr::{Addr, AddrRange};
use fragscope::analyze::{Analysis, Reach, VerdictKind, analyze, figures, locate, splitters};
use fragscope::model::*;
use proptest::prelude::*;

use crate::spaces::{self, PAGE, Plan, plan, snapshot};

/// Which pages of the space are free, the slow way; `gone` owners do not count.
fn free_pages(snapshot: &Snapshot, gone: impl Fn(OwnerId) -> bool) -> Vec<bool> {
    let bounds = snapshot.space.bounds().range;
    let taken = |page: u64| {
        let addr = Addr(page * PAGE);
        snapshot.space.regions().iter().any(|r| r.range.contains(addr) && !gone(r.owner))
    };
    (bounds.start().0 / PAGE..bounds.end().0 / PAGE).map(|p| !taken(p)).collect()
}

/// The largest run of whole granules that are free and not in the skipped range, in bytes.
fn largest_run(snapshot: &Snapshot, free: &[bool], skipped: Option<AddrRange>) -> u64 {
    let granule = snapshot.space.bounds().granularity / PAGE;
    let first = snapshot.space.bounds().range.start().0 / PAGE;
    let allowed = |page: u64| skipped.is_none_or(|s| !s.contains(Addr(page * PAGE)));
    let is_free = |page: u64| page >= first && allowed(page) && free.get((page - first) as usize) == Some(&true);
    let end = first + free.len() as u64;
    let whole = |g: &u64| (g * granule..(g + 1) * granule).all(is_free);
    let granules: Vec<bool> = (0..end / granule + 1).map(|g| whole(&g)).collect();
    let longest = granules.split(|free| !free).map(<[bool]>::len).max().unwrap_or(0);
    longest as u64 * granule * PAGE
}

fn skipped(plan: &Plan) -> Option<AddrRange> {
    plan.layout.and_then(MmapLayout::unreachable)
}

fn with_request(plan: &Plan, size: u64, align: Option<u64>) -> Analysis {
    let request = Some(Request { size, align, source: RequestSource::User });
    analyze(&Snapshot { request, ..snapshot(plan) })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn regions_and_gaps_tile_the_space(plan in plan()) {
        let snapshot = snapshot(&plan);
        let analysis = analyze(&snapshot);
        let mut all: Vec<AddrRange> = snapshot.space.regions().iter().map(|r| r.range).collect();
        all.extend(analysis.gaps.iter().map(|g| g.range));
        all.sort_unstable();
        let bounds = snapshot.space.bounds().range;
        prop_assert_eq!(all.first().unwrap().start(), bounds.start());
        prop_assert_eq!(all.last().unwrap().end(), bounds.end());
        for pair in all.windows(2) {
            prop_assert_eq!(pair[0].end(), pair[1].start());
        }
        for (i, gap) in analysis.gaps.iter().enumerate() {
            prop_assert!(gap.region_below(&snapshot.space).is_none_or(|r| r.range.end() == gap.range.start()));
            prop_assert!(gap.region_above(&snapshot.space).is_none_or(|r| r.range.start() == gap.range.end()));
            prop_assert!(analysis.gaps.get(i + 1).is_none_or(|next| gap.range.end() < next.range.start()));
        }
    }

    #[test]
    fn totals_add_up_to_the_span(plan in plan(), listed in 0u64..120) {
        let bounds = spaces::space(&plan, Coverage::Nothing).bounds().range;
        let known = AddrRange::new(bounds.start(), Addr(bounds.start().0 + (listed + 1) * PAGE)).unwrap();
        for coverage in [Coverage::Everything, Coverage::Nothing, Coverage::Within(vec![known])] {
            let snapshot = spaces::with_space(spaces::space(&plan, coverage), Evidence::Partial);
            let totals = analyze(&snapshot).totals;
            prop_assert_eq!(totals.committed + totals.reserved + totals.free + totals.unknown, totals.span);
            let by_kind: u64 = totals.by_kind.iter().map(|k| k.bytes).sum();
            prop_assert_eq!(by_kind, totals.committed + totals.reserved);
        }
    }

    #[test]
    fn free_figures_equal_a_count_of_pages(plan in plan()) {
        let snapshot = snapshot(&plan);
        let figures = analyze(&snapshot).figures;
        let free = free_pages(&snapshot, |_| false);
        prop_assert_eq!(figures.total, free.iter().filter(|f| **f).count() as u64 * PAGE);
        prop_assert_eq!(figures.largest_size(), largest_run(&snapshot, &free, None));
        prop_assert_eq!(figures.largest_reachable_size(), largest_run(&snapshot, &free, skipped(&plan)));
        prop_assert_eq!(figures.largest_known, figures.largest_reachable_size());
        prop_assert!(figures.usable <= figures.total);
    }

    #[test]
    fn histogram_sums_to_the_gaps(plan in plan()) {
        let analysis = analyze(&snapshot(&plan));
        let histogram = &analysis.figures.histogram;
        prop_assert_eq!(histogram.iter().map(|b| b.count).sum::<u64>(), analysis.gaps.len() as u64);
        prop_assert_eq!(histogram.iter().map(|b| b.bytes).sum::<u64>(), analysis.figures.total);
        for bucket in histogram {
            prop_assert!(bucket.from * bucket.count <= bucket.bytes && bucket.bytes < bucket.to * bucket.count);
        }
    }

    #[test]
    fn counterfactuals_equal_the_map_without_the_owner(plan in plan()) {
        let snapshot = snapshot(&plan);
        let analysis = analyze(&snapshot);
        let today = analysis.figures.largest_reachable_size();
        for (owner, _) in snapshot.owners.iter() {
            let without = largest_run(&snapshot, &free_pages(&snapshot, |o| o == owner), skipped(&plan));
            let found = analysis.splitters.iter().find(|s| s.owner == owner);
            prop_assert_eq!(found.map_or(0, |s| s.gain), without - today);
            prop_assert!(found.is_none_or(|s| s.largest_without == without && s.gain > 0));
        }
        prop_assert!(analysis.splitters.is_sorted_by_key(|s| std::cmp::Reverse(s.gain)));
    }

    #[test]
    fn groups_equal_the_map_without_the_kind(plan in plan()) {
        let snapshot = snapshot(&plan);
        let analysis = analyze(&snapshot);
        prop_assert_eq!(analysis.groups.len(), splitters::Group::ALL.len());
        for group in &analysis.groups {
            let gone = |o: OwnerId| snapshot.owner(o).unwrap().kind == group.group.kind();
            let without = largest_run(&snapshot, &free_pages(&snapshot, gone), skipped(&plan));
            prop_assert_eq!(group.largest_without, without);
            prop_assert_eq!(group.gain, without - analysis.figures.largest_reachable_size());
        }
    }

    #[test]
    fn barriers_stand_between_two_gaps(plan in plan()) {
        let snapshot = snapshot(&plan);
        let analysis = analyze(&snapshot);
        prop_assert_eq!(analysis.barriers.len(), analysis.gaps.len().saturating_sub(1));
        for barrier in &analysis.barriers {
            let (left, right) = (analysis.gaps[barrier.left_gap()], analysis.gaps[barrier.left_gap() + 1]);
            let span = barrier.span(&analysis.gaps);
            prop_assert_eq!(span.size(), left.range.size() + barrier.range.size() + right.range.size());
            prop_assert_eq!(barrier.regained, span.size() - left.range.size().max(right.range.size()));
            let regions = barrier.regions(&analysis.gaps, &snapshot.space);
            prop_assert_eq!(regions.iter().map(|r| r.range.size()).sum::<u64>(), barrier.range.size());
            let owners = barrier.owners(&analysis.gaps, &snapshot.space);
            prop_assert!(regions.iter().all(|r| owners.contains(&r.owner)));
            prop_assert!((1..owners.len()).all(|i| !owners[..i].contains(&owners[i])));
        }
        prop_assert!(analysis.barriers.is_sorted_by_key(|b| std::cmp::Reverse(b.regained)));
    }

    #[test]
    fn slots_equal_placing_one_after_the_other(plan in plan(), size in 1u64..20_000, align in 0u32..15) {
        let snapshot = snapshot(&plan);
        let analysis = analyze(&snapshot);
        let align = 1 << align;
        let placed = |range: AddrRange| {
            let (mut at, mut count) = (range.start().0.next_multiple_of(align), 0);
            while at + size <= range.end().0 {
                at = (at + size).next_multiple_of(align);
                count += 1;
            }
            count
        };
        let free = || analysis.gaps.iter().map(|g| g.range);
        prop_assert_eq!(figures::slots(free(), size, align), free().map(placed).sum::<u64>());
    }

    #[test]
    fn verdicts_agree_with_the_figures(plan in plan(), size in 1u64..300_000) {
        let analysis = with_request(&plan, size, None);
        let (needed, figures) = (analysis.verdict.needed.unwrap(), &analysis.figures);
        let expected = match needed {
            n if n <= figures.largest_reachable_size() => VerdictKind::Fits,
            n if n <= figures.total => VerdictKind::Fragmented,
            _ => VerdictKind::Exhausted,
        };
        prop_assert_eq!(analysis.verdict.kind, expected);
        prop_assert_eq!(analysis.request_fit.unwrap().slots > 0, expected == VerdictKind::Fits);
    }

    #[test]
    fn the_largest_that_fits_is_the_last_that_fits(plan in plan(), align in proptest::option::of(12u32..16)) {
        let align = align.map(|a| 1 << a);
        let most = with_request(&plan, 1, align).verdict.largest_that_fits.unwrap();
        if most > 0 {
            prop_assert_eq!(with_request(&plan, most, align).verdict.kind, VerdictKind::Fits);
        }
        prop_assert_ne!(with_request(&plan, most + 1, align).verdict.kind, VerdictKind::Fits);
    }

    #[test]
    fn an_incomplete_map_never_says_fits(plan in plan(), size in 1u64..300_000) {
        let request = Some(Request { size, align: None, source: RequestSource::User });
        let space = spaces::space(&plan, Coverage::Nothing);
        let partial = analyze(&Snapshot { request, ..spaces::with_space(space, Evidence::Partial) });
        let complete = with_request(&plan, size, None);
        match complete.verdict.kind {
            VerdictKind::Fits => prop_assert_eq!(partial.verdict.kind, VerdictKind::CannotTell),
            proven => prop_assert_eq!(partial.verdict.kind, proven),
        }
        prop_assert_eq!(partial.figures.socorro.largest_free_vm_block, None);
    }

    #[test]
    fn every_address_is_located(plan in plan(), page in 0u64..200) {
        let snapshot = snapshot(&plan);
        let analysis = analyze(&snapshot);
        let addr = Addr(page * PAGE);
        let found = locate::locate(&snapshot.space, &analysis.gaps, addr);
        prop_assert_eq!(found.region(&snapshot.space), snapshot.space.region_at(addr));
        let gap = analysis.gaps.iter().position(|g| g.range.contains(addr));
        prop_assert_eq!(matches!(found.spot, locate::Spot::Gap(i) if Some(i) == gap), gap.is_some());
        let below = found.region_below.map(|i| snapshot.space.regions()[i].range.end());
        prop_assert!(below.is_none_or(|end| end <= addr));
        let above = found.region_above.map(|i| snapshot.space.regions()[i].range.start());
        prop_assert!(above.is_none_or(|start| addr < start));
    }

    #[test]
    fn limits_of_mmap_only_take_away(plan in plan()) {
        let snapshot = snapshot(&plan);
        let reach = Reach::of(snapshot.space.bounds());
        for gap in analyze(&snapshot).gaps {
            prop_assert!(reach.reachable_size(gap.range) <= reach.reachable_bytes(gap.range));
            prop_assert!(reach.reachable_bytes(gap.range) <= reach.usable_size(gap.range));
            for part in reach.reachable_parts(gap.range) {
                prop_assert!(gap.range.covers(part) && skipped(&plan).is_none_or(|s| !s.overlaps(part)));
            }
        }
    }
}

/// The order of owners does not matter to any figure but their ids.
#[test]
fn renumbering_owners_changes_nothing_but_ids() {
    let mut runner = proptest::test_runner::TestRunner::default();
    runner
        .run(&plan(), |plan| {
            let mut turned = plan.clone();
            turned.stretches.iter_mut().for_each(|s| s.2 = 5 - s.2);
            let (one, other) = (snapshot(&plan), snapshot(&turned));
            let (a, b) = (analyze(&one), analyze(&other));
            let gains = |x: &Analysis| x.splitters.iter().map(|s| (s.gain, s.bytes)).collect::<Vec<_>>();
            prop_assert_eq!(gains(&a), gains(&b));
            prop_assert_eq!(a.figures, b.figures);
            prop_assert_eq!(a.barriers, b.barriers);
            Ok(())
        })
        .unwrap();
}
