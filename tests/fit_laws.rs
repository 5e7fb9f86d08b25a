//! What must go, against a search that tries every page, on small random spaces.
//!
//! The search shares nothing with the program: it knows the space as a list of pages, each with who stands there, and
//! what mmap never considers as it was drawn at random.

use std::collections::BTreeSet;

use fragscope::addr::Addr;
use fragscope::analyze::Reach;
use fragscope::analyze::fit::{self, Fit, Placement};
use fragscope::model::*;
use proptest::prelude::*;

use crate::spaces::{PAGE, pages, with_space};

/// Random spaces that are tried.
const SPACES: u32 = 100_000;
/// Owners of a random space.
const OWNERS: u32 = 10;

/// Who stands at one page.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Page {
    owner: u32,
    reserved: bool,
    /// Number of the region: neighbours of one owner may be two.
    region: usize,
}

/// A space as a list of pages.
#[derive(Clone, Debug)]
struct Plan {
    floor: u64,
    pages: Vec<Option<Page>>,
    pinned: Vec<bool>,
    granularity: u64,
    /// Pages that mmap never considers.
    skipped: Option<(u64, u64)>,
    bottom_up: bool,
}

fn plan() -> impl Strategy<Value = Plan> {
    let stretch = (0u64..10, 1u64..7, 0u32..OWNERS, any::<bool>());
    let stretches = prop::collection::vec(stretch, 0..18);
    let skipped = prop_oneof![
        3 => Just((None, false)),
        1 => (0u64..120).prop_map(|base| (Some((0, base)), true)),
        1 => (0u64..100, 1u64..40).prop_map(|(start, size)| (Some((start, start + size)), false)),
    ];
    let pinned = prop::collection::vec(prop::bool::weighted(0.2), OWNERS as usize);
    (16u64..24, stretches, 0usize..10, 0u32..3, skipped, pinned).prop_map(
        |(floor, stretches, tail, power, (skipped, bottom_up), pinned)| {
            let mut pages = Vec::new();
            for (region, (gap, size, owner, reserved)) in stretches.into_iter().enumerate() {
                pages.extend((0..gap).map(|_| None));
                pages.extend((0..size).map(|_| Some(Page { owner, reserved, region })));
            }
            // The space may end with its last region, but it has a page.
            pages.extend((0..tail).map(|_| None));
            pages.extend(pages.is_empty().then_some(None));
            Plan { floor, pages, pinned, granularity: PAGE << (2 * power), skipped, bottom_up }
        },
    )
}

impl Plan {
    fn ceiling(&self) -> u64 {
        self.floor + self.pages.len() as u64
    }

    fn snapshot(&self) -> Snapshot {
        let mut regions: Vec<Region> = Vec::new();
        let mut last = None;
        for (at, page) in (self.floor..).zip(&self.pages) {
            let Some(page) = page else { continue };
            match regions.last_mut().filter(|_| last == Some(page.region)) {
                Some(region) => region.range = region.range.hull(pages(at, at + 1)),
                None => regions.push(Region {
                    range: pages(at, at + 1),
                    state: if page.reserved { State::Reserved } else { State::Committed },
                    protection: None,
                    owner: OwnerId(page.owner),
                    mapping: MappingId(page.region as u32),
                    backing: None,
                    evidence: Sources::of(Source::Maps),
                }),
            }
            last = Some(page.region);
        }
        let skipped = self.skipped.filter(|(start, end)| start < end);
        let layout = match (self.bottom_up, skipped) {
            (_, None) => None,
            (true, Some((_, base))) => Some(MmapLayout::BottomUp { base: Addr(base * PAGE) }),
            (false, Some((start, end))) => Some(MmapLayout::TopDown { skipped: Some(pages(start, end)) }),
        };
        let bounds = Bounds {
            range: pages(self.floor, self.ceiling()),
            ceiling_source: CeilingSource::User,
            page_size: PAGE,
            granularity: self.granularity,
            mmap_layout: layout,
        };
        let space = AddressSpace::new(bounds, Coverage::Everything, regions).unwrap();
        let mut owners = Owners::default();
        for (pinned, number) in self.pinned.iter().zip(0u64..) {
            let owner = Owner::anonymous(OwnerKind::Private, Addr(number));
            owners.add(Owner { movable: !pinned, ..owner });
        }
        Snapshot { owners, ..with_space(space, Evidence::Complete) }
    }

    fn is_skipped(&self, page: u64) -> bool {
        self.skipped.is_some_and(|(start, end)| (start..end).contains(&page))
    }

    fn is_pinned(&self, owner: u32) -> bool {
        self.pinned[owner as usize]
    }

    /// Bytes of these owners' pages in one state.
    fn sum(&self, owners: &BTreeSet<u32>, reserved: bool) -> u64 {
        let theirs = self.pages.iter().flatten().filter(|p| p.reserved == reserved && owners.contains(&p.owner));
        theirs.count() as u64 * PAGE
    }

    /// The largest run of free pages, but for those of `gone`, that begins and ends at the granularity and that mmap
    /// considers all of.
    fn largest_without(&self, gone: &BTreeSet<u32>) -> u64 {
        let grain = self.granularity / PAGE;
        let free = |page: u64| {
            let standing = self.pages[(page - self.floor) as usize].is_some_and(|p| !gone.contains(&p.owner));
            !standing && !self.is_skipped(page)
        };
        let mut largest = 0;
        for start in (self.floor..self.ceiling()).filter(|page| page.is_multiple_of(grain)) {
            let run = (start..self.ceiling()).take_while(|page| free(*page)).count() as u64;
            largest = largest.max(run / grain * grain);
        }
        largest * PAGE
    }

    /// All starts, page by page: the slow way.
    fn tries(&self, placement: Placement) -> Vec<Try> {
        let align = placement.align.unwrap_or(1).max(self.granularity) / PAGE;
        let size = placement.size.div_ceil(PAGE);
        let starts = (self.floor..self.ceiling()).filter(|start| start.is_multiple_of(align));
        let inside = starts.filter(|start| start + size <= self.ceiling());
        let allowed = inside.filter(|start| !(*start..start + size).any(|page| self.is_skipped(page)));
        allowed
            .map(|start| {
                let window = &self.pages[(start - self.floor) as usize..(start - self.floor + size) as usize];
                let owners: BTreeSet<u32> = window.iter().flatten().map(|p| p.owner).collect();
                let (committed, reserved) = (self.sum(&owners, false), self.sum(&owners, true));
                Try { start: start * PAGE, owners, committed, reserved }
            })
            .collect()
    }
}

/// Everything that stands at one start.
struct Try {
    start: u64,
    owners: BTreeSet<u32>,
    committed: u64,
    reserved: u64,
}

/// The front by its definition: those that no other one beats or equals in both costs while being cheaper in order.
fn front(tries: &[Try]) -> Vec<(usize, u64, u64, u64)> {
    let mut all: Vec<(usize, u64, u64, u64)> =
        tries.iter().map(|t| (t.owners.len(), t.committed, t.reserved, t.start)).collect();
    all.sort_unstable();
    let beaten = |c: &(usize, u64, u64, u64)| all.iter().any(|o| o < c && o.0 <= c.0 && o.1 <= c.1);
    all.iter().copied().filter(|c| !beaten(c)).collect()
}

fn found(fit: &Fit) -> Vec<(usize, u64, u64, u64)> {
    fit.candidates.iter().map(|c| (c.owners.len(), c.committed, c.reserved, c.window.start().0)).collect()
}

fn check(plan: &Plan, placement: Placement) -> Result<(), TestCaseError> {
    let snapshot = plan.snapshot();
    let fit = fit::find(&snapshot, Reach::of(snapshot.space.bounds()), placement);
    let (possible, impossible): (Vec<Try>, Vec<Try>) =
        plan.tries(placement).into_iter().partition(|t| !t.owners.iter().any(|o| plan.is_pinned(*o)));
    prop_assert_eq!(found(&fit), front(&possible));
    prop_assert_eq!(fit.candidates.len(), fit.candidate_count);
    prop_assert_eq!(fit.fits_now, possible.iter().any(|t| t.owners.is_empty()));
    for candidate in &fit.candidates {
        let owners: BTreeSet<u32> = candidate.owners.iter().map(|o| o.0).collect();
        prop_assert_eq!(owners.len(), candidate.owners.len());
        prop_assert_eq!(candidate.window.size(), placement.size);
        let same = possible.iter().find(|t| t.start == candidate.window.start().0).unwrap();
        prop_assert_eq!(&same.owners, &owners);
        prop_assert_eq!(candidate.largest_after, plan.largest_without(&owners));
        prop_assert_eq!(candidate.certainty, Certainty::Free);
    }
    check_blame(plan, &fit, if possible.is_empty() { &impossible } else { &[] })
}

/// Whoever is blamed is pinned and stands in some window, and no window is without one of them.
fn check_blame(plan: &Plan, fit: &Fit, impossible: &[Try]) -> Result<(), TestCaseError> {
    let blamed: BTreeSet<u32> = fit.pinned.iter().map(|o| o.0).collect();
    prop_assert!(blamed.iter().all(|o| plan.is_pinned(*o)));
    prop_assert!(blamed.iter().all(|o| impossible.iter().any(|t| t.owners.contains(o))));
    prop_assert!(impossible.iter().all(|t| t.owners.intersection(&blamed).next().is_some()));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: SPACES, max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn the_cheapest_windows_are_those_that_a_search_of_all_pages_finds(
        plan in plan(),
        size in 1u64..60,
        odd in prop_oneof![4 => Just(0u64), 1 => Just(100u64), 1 => Just(PAGE - 1)],
        align in prop_oneof![2 => Just(None), 1 => (0u32..7).prop_map(|p| Some(PAGE << p))],
    ) {
        check(&plan, Placement { size: size * PAGE - odd, align })?;
    }
}

/// Whether everything in a window that nobody is listed in is known to be free.
#[test]
fn of_an_incomplete_map_a_window_may_hold_others() {
    let complete = Plan {
        floor: 16,
        pages: vec![None; 64],
        pinned: vec![false; OWNERS as usize],
        granularity: PAGE,
        skipped: None,
        bottom_up: false,
    };
    let snapshot = complete.snapshot();
    for (coverage, expected) in [
        (Coverage::Everything, Certainty::Free),
        (Coverage::Nothing, Certainty::NotListed),
        (Coverage::Within(vec![pages(16, 20)]), Certainty::Free),
        (Coverage::Within(vec![pages(17, 20)]), Certainty::NotListed),
    ] {
        let bounds = *snapshot.space.bounds();
        let space = AddressSpace::new(bounds, coverage.clone(), Vec::new()).unwrap();
        let partial = Snapshot { space, ..snapshot.clone() };
        let found = fit::find(&partial, Reach::of(&bounds), Placement { size: 4 * PAGE, align: None });
        assert_eq!(found.candidates[0].certainty, expected, "{coverage:?}");
    }
}
