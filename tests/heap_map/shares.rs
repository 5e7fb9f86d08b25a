//! The span, shared out to what is free, reserved, live, cached and free inside of heaps.

use fragscope::addr::Addr;
use fragscope::analyze::heaps::{Shares, shares};
use fragscope::analyze::{CellContent, Contents, analyze};
use fragscope::heaps::{Allocator, Free, Heap, Heaps, Role, Tally, place};
use fragscope::model::*;
use proptest::prelude::*;

use super::made::{any_heaps, filled, heap, heaps, part};
use super::place::made;
use crate::spaces::{self, PAGE, plan};

fn of(snapshot: &mut Snapshot, heaps: &Heaps) -> Shares {
    place(snapshot, heaps);
    shares(snapshot, &analyze(snapshot).totals, heaps)
}

fn sum(s: &Shares) -> u64 {
    s.gaps + s.reserved + s.others + s.in_use + s.cached + s.free + s.overhead + s.unwalked
}

fn tally(bytes: u64) -> Option<Tally> {
    Some(Tally { count: 1, bytes })
}

fn private(start: u64) -> Owner {
    Owner::anonymous(OwnerKind::Private, Addr(start * PAGE))
}

const COMMITTED: State = State::Committed;

#[test]
fn each_byte_is_of_one_share() {
    let arena = Owner::named(OwnerKind::Heap, Addr(40 * PAGE), HeapClass::ThreadArena.name());
    let stretches =
        [(20, 30, 0, COMMITTED), (40, 50, 1, COMMITTED), (50, 60, 1, State::Reserved), (70, 78, 2, COMMITTED)];
    let mut snapshot = made(vec![private(20), arena, private(70)], &stretches);
    let parts = vec![
        filled(20, 26, Role::MainBrk, 2 * PAGE, 100),
        part(40, 60, Role::ThreadHeap { arena: 1, heap: 0 }),
        part(70, 75, Role::Mmapped),
    ];
    let mut glibc = heap(Allocator::Glibc, &[1, 2], parts);
    glibc.arenas[0].live = tally(3 * PAGE);
    glibc.mmapped = tally(5 * PAGE);
    let found = of(&mut snapshot, &heaps(vec![glibc]));
    let expected = Shares {
        span: snapshot.space.bounds().range.size(),
        gaps: snapshot.space.bounds().range.size() - 38 * PAGE,
        reserved: 10 * PAGE,
        others: 7 * PAGE,
        in_use: 8 * PAGE,
        cached: 100,
        free: 2 * PAGE,
        overhead: PAGE - 100,
        unwalked: 10 * PAGE,
    };
    assert_eq!(found, expected);
    assert_eq!(found.gaps + found.reserved + found.live() + found.cached + found.free, found.span);
}

#[test]
fn an_arena_without_pages_counts_by_its_sums() {
    let mut snapshot = made(vec![private(20)], &[(20, 60, 0, COMMITTED)]);
    let parts = vec![filled(20, 30, Role::MainBrk, PAGE, 0), part(30, 60, Role::MainMapped)];
    let mut glibc = heap(Allocator::Glibc, &[1], parts);
    let arena = &mut glibc.arenas[0];
    (arena.live, arena.cached, arena.fast, arena.top) = (tally(7 * PAGE), tally(32), tally(64), Some(PAGE));
    arena.free = Some(Free { all: Tally { count: 3, bytes: 9 * PAGE }, ..Free::default() });
    let found = of(&mut snapshot, &heaps(vec![glibc]));
    assert_eq!([found.in_use, found.cached, found.free], [7 * PAGE, 32, 10 * PAGE + 64]);
    assert_eq!(sum(&found), found.span);
}

#[test]
fn a_heap_inside_of_another_counts_once() {
    let mut snapshot = made(vec![private(20)], &[(20, 60, 0, COMMITTED)]);
    let glibc = Heap { mmapped: tally(40 * PAGE), ..heap(Allocator::Glibc, &[1], vec![part(20, 60, Role::Mmapped)]) };
    let mut python = heap(Allocator::Cpython, &[1], vec![filled(30, 50, Role::PythonArena, 15 * PAGE, 0)]);
    python.arenas[0].live = tally(4 * PAGE);
    let found = of(&mut snapshot, &heaps(vec![glibc, python]));
    assert_eq!([found.in_use, found.free, found.overhead], [24 * PAGE, 15 * PAGE, PAGE]);
    assert_eq!(sum(&found), found.span);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn shares_add_up_to_the_span(plan in plan(), mut heaps in any_heaps(), live in 0u64..200, unread in any::<bool>()) {
        for (heap, bytes) in heaps.list.iter_mut().zip([live * PAGE, live * 100]) {
            heap.arenas.iter_mut().take(2).for_each(|arena| arena.live = tally(bytes));
            if unread {
                heap.parts.iter_mut().take(1).for_each(|part| part.fill = None);
            }
        }
        let mut snapshot = spaces::snapshot(&plan);
        let found = of(&mut snapshot, &heaps);
        let analysis = analyze(&snapshot);
        prop_assert_eq!(sum(&found), analysis.totals.span);
        prop_assert_eq!(found.gaps + found.reserved + found.live() + found.cached + found.free, found.span);
        let map = Contents::new(&snapshot, &analysis.gaps, analysis.reach, &heaps);
        let drawn = map.sum(snapshot.space.bounds().range).get(CellContent::HeapFree);
        if !unread {
            prop_assert_eq!(found.free, drawn);
        }
    }
}
