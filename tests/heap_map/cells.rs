//! What is free inside of heaps, on the map: as the pages say it, and the parts add up to the whole.

use fragscope::addr::{Addr, AddrRange};
use fragscope::analyze::{Analysis, ByContent, CellContent, Contents, Grid, analyze};
use fragscope::heaps::{Allocator, Heaps, NO_HEAPS, Role, place, tiles};
use fragscope::model::*;
use proptest::prelude::*;

use super::made::{any_heaps, filled, heap, heaps};
use super::place::made;
use crate::spaces::{self, FLOOR, PAGE, pages, plan};

fn contents<'a>(snapshot: &'a Snapshot, analysis: &'a Analysis, heaps: &'a Heaps) -> Contents<'a> {
    Contents::new(snapshot, &analysis.gaps, analysis.reach, heaps)
}

/// Free bytes of a page, in the slowest way.
fn free_in_page(snapshot: &Snapshot, heaps: &Heaps, addr: Addr) -> u64 {
    let Some(region) = snapshot.space.region_at(addr) else { return 0 };
    let is_heap = snapshot.owner(region.owner).unwrap().kind == OwnerKind::Heap && region.state == State::Committed;
    let tiles = tiles(heaps);
    let tile = tiles.iter().filter(|_| is_heap).find(|tile| tile.range.contains(addr));
    let fill = tile.and_then(|tile| tile.part.fill.as_ref());
    fill.map_or(0, |fill| fill.free_in(AddrRange::from_size(addr, PAGE).unwrap()))
}

/// The same cell with nothing known of what is inside of heaps.
fn folded(cell: &ByContent) -> Vec<(CellContent, u64)> {
    let own = |content| match content {
        CellContent::Heap => cell.get(CellContent::Heap) + cell.get(CellContent::HeapFree),
        CellContent::HeapFree => 0,
        content => cell.get(content),
    };
    CellContent::ALL.into_iter().map(|content| (content, own(content))).collect()
}

#[test]
fn a_cell_tells_free_from_used_inside_of_a_heap() {
    let brk = Owner::named(OwnerKind::Heap, Addr(20 * PAGE), HeapClass::Brk.name());
    let mut snapshot = made(vec![brk], &[(20, 30, 0, State::Committed)]);
    let part = filled(20, 28, Role::MainBrk, 5 * PAGE + 100, 64);
    let heaps = heaps(vec![heap(Allocator::Glibc, &[1], vec![part])]);
    place(&mut snapshot, &heaps);
    let analysis = analyze(&snapshot);
    let cells = contents(&snapshot, &analysis, &heaps).cells(Grid::new(pages(20, 32), 4 * PAGE, PAGE).unwrap());
    let of = |cell: &ByContent| [CellContent::Heap, CellContent::HeapFree, CellContent::Free].map(|c| cell.get(c));
    let expected = [[0, 4 * PAGE, 0], [3 * PAGE - 100, PAGE + 100, 0], [2 * PAGE, 0, 2 * PAGE]];
    assert_eq!(cells.iter().map(of).collect::<Vec<_>>(), expected);
    assert_eq!(cells[0].dominant(), Some(CellContent::HeapFree));
    assert!(cells[0].used() == cells[0].total(), "it is taken, whatever is free inside");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn free_bytes_are_those_of_the_pages(
        plan in plan(), heaps in any_heaps(), power in 7u32..17, skip in 0u64..80, length in 1u64..60,
    ) {
        let mut snapshot = spaces::snapshot(&plan);
        place(&mut snapshot, &heaps);
        let analysis = analyze(&snapshot);
        let Some(range) = pages(FLOOR + skip, FLOOR + skip + length).intersect(snapshot.space.bounds().range) else {
            return Ok(());
        };
        let grid = Grid::new(range, 1 << power, 1 << power).unwrap();
        let (known, blind) = (contents(&snapshot, &analysis, &heaps), contents(&snapshot, &analysis, &NO_HEAPS));
        let cells = known.cells(grid);
        for (cell, plain) in cells.iter().zip(blind.cells(grid)) {
            prop_assert_eq!(folded(cell), folded(&plain));
        }
        if power >= 12 {
            for (index, cell) in cells.iter().enumerate() {
                let inside = grid.cell_range(index).unwrap();
                let addrs = (inside.start().0 / PAGE..inside.end().0 / PAGE).map(|page| Addr(page * PAGE));
                let slow: u64 = addrs.map(|addr| free_in_page(&snapshot, &heaps, addr)).sum();
                prop_assert_eq!(cell.get(CellContent::HeapFree), slow);
            }
        }
        let sum = cells.iter().fold(ByContent::default(), |sum, cell| sum.plus(cell));
        prop_assert_eq!(known.sum(range), sum);
    }
}
