//! Laws of the map's cells and bands: the parts add up to the whole, exactly, whatever the size of a cell.

use fragscope::addr::{Addr, AddrRange};
use fragscope::analyze::bands::{self, Room};
use fragscope::analyze::{Analysis, ByContent, CellContent, Contents, Grid, analyze};
use fragscope::heaps::NO_HEAPS;
use fragscope::model::*;
use proptest::prelude::*;

use crate::spaces::{self, FLOOR, PAGE, Plan, plan};

fn contents<'a>(snapshot: &'a Snapshot, analysis: &'a Analysis) -> Contents<'a> {
    Contents::new(snapshot, &analysis.gaps, analysis.reach, &NO_HEAPS)
}

fn sum(cells: &[ByContent]) -> ByContent {
    cells.iter().fold(ByContent::default(), |sum, cell| sum.plus(cell))
}

fn parts_of(snapshot: &Snapshot, range: AddrRange, cell: u64) -> Vec<ByContent> {
    let analysis = analyze(snapshot);
    contents(snapshot, &analysis).cells(Grid::new(range, cell, cell).unwrap())
}

/// The three ways in which a dump may know what is free, the second of the first `listed` pages only.
fn coverages(plan: &Plan, listed: u64) -> [Coverage; 3] {
    let bounds = spaces::space(plan, Coverage::Nothing).bounds().range;
    let known = AddrRange::from_size(bounds.start(), (listed + 1) * PAGE).unwrap();
    [Coverage::Everything, Coverage::Nothing, Coverage::Within(vec![known])]
}

/// What one page is, asked in the slowest way.
fn page_content(snapshot: &Snapshot, analysis: &Analysis, addr: Addr) -> CellContent {
    if let Some(region) = snapshot.space.region_at(addr) {
        let kind = snapshot.owner(region.owner).unwrap().kind;
        return match kind {
            OwnerKind::Stack => CellContent::Stack,
            OwnerKind::Module => CellContent::Module,
            OwnerKind::Heap => CellContent::Heap,
            OwnerKind::MappedFile => CellContent::MappedFile,
            OwnerKind::Private if region.state == State::Reserved => CellContent::Reserved,
            OwnerKind::Private => CellContent::Private,
            other => panic!("{other:?} is in no plan"),
        };
    }
    let page = AddrRange::from_size(addr, PAGE).unwrap();
    let gap = analysis.gaps.iter().find(|g| g.range.contains(addr)).unwrap().range;
    if snapshot.space.coverage().certainty(page) == Certainty::NotListed {
        CellContent::NotListed
    } else if analysis.reach.reachable_parts(gap).any(|r| r.contains(addr)) {
        CellContent::Free
    } else if analysis.reach.usable(gap).is_some_and(|u| u.contains(addr)) {
        CellContent::Unreachable
    } else {
        CellContent::Unusable
    }
}

/// The same space with every page `1 << shift` times as large.
fn enlarged(plan: &Plan, shift: u32) -> Snapshot {
    let small = spaces::space(plan, Coverage::Everything);
    let grow = |r: AddrRange| AddrRange::new(Addr(r.start().0 << shift), Addr(r.end().0 << shift)).unwrap();
    let regions = small.regions().iter().map(|r| Region { range: grow(r.range), ..*r }).collect();
    let bounds = Bounds { range: grow(small.bounds().range), mmap_layout: None, ..*small.bounds() };
    let space = AddressSpace::new(bounds, Coverage::Everything, regions).unwrap();
    spaces::with_space(space, Evidence::Complete)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn cells_add_up_to_the_totals(plan in plan(), listed in 0u64..120, power in 10u32..22) {
        for coverage in coverages(&plan, listed) {
            let complete = coverage == Coverage::Everything;
            let snapshot = spaces::with_space(spaces::space(&plan, coverage), Evidence::Partial);
            let analysis = analyze(&snapshot);
            let all = sum(&parts_of(&snapshot, snapshot.space.bounds().range, 1 << power));
            let totals = &analysis.totals;
            let kind = |k: OwnerKind| totals.by_kind.iter().find(|t| t.kind == k);
            for (content, owner) in [
                (CellContent::Module, OwnerKind::Module),
                (CellContent::Stack, OwnerKind::Stack),
                (CellContent::Heap, OwnerKind::Heap),
                (CellContent::MappedFile, OwnerKind::MappedFile),
            ] {
                prop_assert_eq!(all.get(content), kind(owner).map_or(0, |t| t.bytes));
            }
            prop_assert_eq!(all.get(CellContent::Private), kind(OwnerKind::Private).map_or(0, |t| t.committed));
            prop_assert_eq!(all.get(CellContent::Reserved), kind(OwnerKind::Private).map_or(0, |t| t.reserved));
            prop_assert_eq!(all.used(), totals.committed + totals.reserved);
            prop_assert_eq!(all.get(CellContent::NotListed), totals.unknown);
            prop_assert_eq!(all.total(), totals.span);
            let free = [CellContent::Free, CellContent::Unusable, CellContent::Unreachable].map(|c| all.get(c));
            prop_assert_eq!(free.iter().sum::<u64>(), totals.free);
            if complete {
                let reachable: u64 = analysis.gaps.iter().map(|g| analysis.reach.reachable_bytes(g.range)).sum();
                prop_assert_eq!(free, [reachable, analysis.figures.unusable(), analysis.figures.usable - reachable]);
            }
        }
    }

    #[test]
    fn each_cell_equals_a_count_of_its_pages(
        plan in plan(), listed in 0u64..120, power in 12u32..18, skip in 0u64..80, pages in 1u64..60,
    ) {
        for coverage in coverages(&plan, listed) {
            let snapshot = spaces::with_space(spaces::space(&plan, coverage), Evidence::Partial);
            let analysis = analyze(&snapshot);
            let asked = spaces::pages(FLOOR + skip, FLOOR + skip + pages);
            let Some(range) = asked.intersect(snapshot.space.bounds().range) else { continue };
            let grid = Grid::new(range, 1 << power, 1 << power).unwrap();
            let cells = contents(&snapshot, &analysis).cells(grid);
            for (index, cell) in cells.iter().enumerate() {
                let in_cell = |addr: &Addr| grid.index_of(*addr) == Some(index);
                let addrs = (0..200).map(|page| Addr(page * PAGE)).filter(in_cell);
                let mut slow = [0u64; CellContent::ALL.len()];
                addrs.for_each(|addr| slow[page_content(&snapshot, &analysis, addr) as usize] += PAGE);
                prop_assert_eq!(CellContent::ALL.map(|c| cell.get(c)), slow);
            }
            prop_assert_eq!(contents(&snapshot, &analysis).sum(range), sum(&cells));
        }
    }

    #[test]
    fn bands_and_what_lies_between_are_the_whole(
        plan in plan(), shift in 0u32..34, bands in 1usize..13, rows in 1usize..30, power in 3u32..9,
    ) {
        let snapshot = enlarged(&plan, shift);
        let analysis = analyze(&snapshot);
        let range = snapshot.space.bounds().range;
        let room = Room { bands, rows, per_row: 1 << power };
        let grids = bands::fit(range, &analysis.gaps, room, PAGE);
        let between = bands::between(range, &grids);
        let mut tiles: Vec<AddrRange> = grids.iter().map(Grid::range).chain(between.iter().copied()).collect();
        tiles.sort_unstable();
        prop_assert!(tiles.first().unwrap().start() == range.start() && tiles.last().unwrap().end() == range.end());
        prop_assert!(tiles.windows(2).all(|pair| pair[0].end() == pair[1].start()));
        prop_assert!(grids.len() <= bands);
        let used = grids.iter().map(|g| g.len().div_ceil(room.per_row)).sum::<usize>();
        // A band that is grown to whole cells may begin one more row.
        prop_assert!(used <= rows.max(grids.len()) + grids.len(), "{used} rows");
        let contents = contents(&snapshot, &analysis);
        prop_assert!(between.iter().all(|gap| contents.sum(*gap).used() == 0));
        let cells = grids.iter().map(|g| sum(&contents.cells(*g))).chain(between.iter().map(|b| contents.sum(*b)));
        prop_assert_eq!(sum(&cells.collect::<Vec<_>>()), contents.sum(range));
    }

    #[test]
    fn cells_of_one_size_in_bands_are_the_whole(plan in plan(), shift in 0u32..34, power in 10u32..40) {
        let snapshot = enlarged(&plan, shift);
        let analysis = analyze(&snapshot);
        let range = snapshot.space.bounds().range;
        let contents = contents(&snapshot, &analysis);
        let Some(grids) = bands::fixed(range, &analysis.gaps, 12, 1 << power) else {
            prop_assert!(1 << power < Grid::smallest_cell(range));
            return Ok(());
        };
        let cells = grids.iter().map(|g| sum(&contents.cells(*g)));
        let between = bands::between(range, &grids).into_iter().map(|gap| contents.sum(gap));
        prop_assert_eq!(sum(&cells.chain(between).collect::<Vec<_>>()), contents.sum(range));
    }
}

const MIB: u64 = 1 << 20;

/// One private region in a space of 8 MiB, in cells of 1 MiB.
fn cells_around(start: u64, end: u64) -> Vec<(u64, Option<CellContent>)> {
    let bounds = Bounds {
        range: AddrRange::new(Addr(0), Addr(8 * MIB)).unwrap(),
        ceiling_source: CeilingSource::User,
        page_size: PAGE,
        granularity: PAGE,
        mmap_layout: None,
    };
    let region = Region {
        range: AddrRange::new(Addr(start), Addr(end)).unwrap(),
        state: State::Committed,
        protection: None,
        owner: OwnerId(3),
        mapping: MappingId(0),
        backing: None,
        evidence: Sources::of(Source::Maps),
    };
    let space = AddressSpace::new(bounds, Coverage::Everything, vec![region]).unwrap();
    let snapshot = spaces::with_space(space, Evidence::Complete);
    let cells = parts_of(&snapshot, bounds.range, MIB);
    assert_eq!(sum(&cells).total(), 8 * MIB);
    cells.iter().map(|cell| (cell.used(), cell.dominant())).collect()
}

#[test]
fn a_region_up_to_a_border_leaves_the_next_cell_free() {
    let cells = cells_around(2 * MIB, 4 * MIB);
    let (private, free) = (Some(CellContent::Private), Some(CellContent::Free));
    assert_eq!(cells[1..5], [(0, free), (MIB, private), (MIB, private), (0, free)]);
}

#[test]
fn one_byte_less_is_a_cell_that_is_not_full() {
    let cells = cells_around(2 * MIB, 4 * MIB - 1);
    assert_eq!((cells[3].0, cells[4].0), (MIB - 1, 0));
    // The byte's page is lost to the granularity, and no more than that byte.
    assert_eq!(cells[3].1, Some(CellContent::Private));
    let cells = cells_around(2 * MIB + 1, 4 * MIB);
    assert_eq!((cells[1].0, cells[2].0), (0, MIB - 1));
}

#[test]
fn one_page_more_is_seen_in_the_next_cell() {
    let cells = cells_around(2 * MIB, 4 * MIB + PAGE);
    assert_eq!((cells[3].0, cells[4]), (MIB, (PAGE, Some(CellContent::Private))));
    let cells = cells_around(2 * MIB - PAGE, 4 * MIB);
    assert_eq!((cells[1], cells[2].0), ((PAGE, Some(CellContent::Private)), MIB));
}

#[test]
fn grids_have_a_limit_and_name_the_smallest_cell() {
    let range = AddrRange::new(Addr(0x1_0000), Addr(0x7fff_ffff_f000)).unwrap();
    assert_eq!(Grid::new(range, 4096, 1), None);
    assert_eq!(Grid::new(range, 0, 1), None);
    assert_eq!(Grid::smallest_cell(range), 2 << 30);
    let top = AddrRange::new(Addr(1), Addr(u64::MAX)).unwrap();
    let grid = Grid::new(top, 1 << 63, 1).unwrap();
    assert_eq!((grid.len(), grid.cell_range(1).unwrap().end()), (2, Addr(u64::MAX)));
}
