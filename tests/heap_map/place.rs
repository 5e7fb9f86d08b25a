//! Parts of heaps as owners on the map.

use std::collections::HashMap;

use fragscope::addr::Addr;
use fragscope::analyze::what_if::{Edit, Pattern, Target, apply};
use fragscope::heaps::{Allocator, Heaps, Role, place, tiles};
use fragscope::model::*;
use fragscope::report::OwnerIds;
use proptest::prelude::*;

use super::made::{any_heaps, heap, heaps, part};
use crate::spaces::{self, FLOOR, PAGE, pages, plan};

/// A space of stretches `(start, end, owner, state)`, in pages, each a mapping by itself.
pub fn made(owners: Vec<Owner>, stretches: &[(u64, u64, u32, State)]) -> Snapshot {
    let region = |(number, (start, end, owner, state)): (u32, &(u64, u64, u32, State))| Region {
        range: pages(*start, *end),
        state: *state,
        protection: Some(Protection::READ.with(Protection::WRITE)),
        owner: OwnerId(*owner),
        mapping: MappingId(number),
        backing: None,
        evidence: Sources::of(Source::Maps),
    };
    let bounds = Bounds {
        range: pages(FLOOR, 1_000),
        ceiling_source: CeilingSource::User,
        page_size: PAGE,
        granularity: PAGE,
        mmap_layout: None,
    };
    let regions = (0..).zip(stretches).map(region).collect();
    let space = AddressSpace::new(bounds, Coverage::Everything, regions).unwrap();
    let mut list = Owners::default();
    owners.into_iter().for_each(|owner| {
        list.add(owner);
    });
    Snapshot { owners: list, ..spaces::with_space(space, Evidence::Complete) }
}

fn private(start: u64) -> Owner {
    Owner::anonymous(OwnerKind::Private, Addr(start * PAGE))
}

fn class(class: HeapClass, start: u64) -> Owner {
    Owner::named(OwnerKind::Heap, Addr(start * PAGE), class.name())
}

/// Regions in pages: start, end, kind, class or name, place, and whether the owner is called by its first region.
fn rows(snapshot: &Snapshot) -> Vec<(u64, u64, String)> {
    let row = |r: &Region| {
        let owner = snapshot.owner(r.owner).unwrap();
        let name = owner.name.as_deref().unwrap_or("-");
        let text = format!("{} {name}: {} @{}", owner.kind.name(), owner.shown().unwrap_or("-"), owner.start.0 / PAGE);
        (r.range.start().0 / PAGE, r.range.end().0 / PAGE, text)
    };
    snapshot.space.regions().iter().map(row).collect()
}

#[track_caller]
fn assert_rows(snapshot: &Snapshot, expected: &[(u64, u64, &str)]) {
    let expected: Vec<(u64, u64, String)> = expected.iter().map(|(a, b, text)| (*a, *b, (*text).to_owned())).collect();
    assert_eq!(rows(snapshot), expected);
}

const COMMITTED: State = State::Committed;

#[test]
fn what_load_claimed_is_refined() {
    let owners =
        vec![class(HeapClass::Brk, 20), class(HeapClass::ThreadArena, 100), class(HeapClass::ThreadArena, 200)];
    let stretches =
        [(20, 40, 0, COMMITTED), (100, 110, 1, COMMITTED), (110, 150, 1, State::Reserved), (200, 250, 2, COMMITTED)];
    let mut snapshot = made(owners, &stretches);
    let found = vec![
        part(21, 30, Role::MainBrk),
        part(32, 39, Role::MainBrk),
        part(100, 150, Role::ThreadHeap { arena: 3, heap: 1 }),
    ];
    place(&mut snapshot, &heaps(vec![heap(Allocator::Glibc, &[7, 8, 9, 0x6_4030], found)]));
    assert_rows(
        &snapshot,
        &[
            (20, 40, "heap [heap]: main heap @20"),
            (100, 110, "heap glibc thread arena: arena 3 heap 2 @100"),
            (110, 150, "heap glibc thread arena: arena 3 heap 2 @100"),
            (200, 250, "heap glibc thread arena: glibc thread arena @200"),
        ],
    );
    assert_eq!(snapshot.owners.len(), 3);
    assert_eq!(snapshot.owner(OwnerId(1)).unwrap().arena, Some(Addr(0x6_4030)));
    assert!(snapshot.owner(OwnerId(0)).unwrap().is_brk_heap());
}

#[test]
fn a_chunk_inside_a_mapping_leaves_two_owners_beside_it() {
    let mut snapshot = made(vec![private(20)], &[(20, 60, 0, COMMITTED)]);
    let found = vec![part(25, 30, Role::Mmapped), part(30, 35, Role::Mmapped), part(50, 55, Role::Mmapped)];
    place(&mut snapshot, &heaps(vec![heap(Allocator::Glibc, &[7], found)]));
    assert_rows(
        &snapshot,
        &[
            (20, 25, "private -: - @20"),
            (25, 30, "heap mmapped chunk: mmapped chunk @25"),
            (30, 35, "heap mmapped chunk: mmapped chunk @30"),
            (35, 50, "private -: - @35"),
            (50, 55, "heap mmapped chunk: mmapped chunk @50"),
            (55, 60, "private -: - @55"),
        ],
    );
    assert!(snapshot.space.regions().iter().all(|r| r.mapping == MappingId(0)), "it is one mapping still");
}

#[test]
fn what_is_left_above_a_chunk_is_called_by_its_own_start() {
    let mut snapshot = made(vec![private(20)], &[(20, 60, 0, COMMITTED)]);
    place(&mut snapshot, &heaps(vec![heap(Allocator::Glibc, &[7], vec![part(10, 30, Role::Mmapped)])]));
    assert_rows(&snapshot, &[(20, 30, "heap mmapped chunk: mmapped chunk @20"), (30, 60, "private -: - @30")]);
}

#[test]
fn stacks_and_modules_stay_whose_they_are() {
    let owners = vec![Owner::anonymous(OwnerKind::Stack, Addr(20 * PAGE)), private(30), {
        Owner::named(OwnerKind::Module, Addr(40 * PAGE), "libc.so.6")
    }];
    let mut snapshot = made(owners, &[(20, 30, 0, COMMITTED), (30, 40, 1, COMMITTED), (40, 50, 2, COMMITTED)]);
    place(&mut snapshot, &heaps(vec![heap(Allocator::Glibc, &[7], vec![part(20, 45, Role::MainMapped)])]));
    assert_rows(
        &snapshot,
        &[
            (20, 30, "stack -: - @20"),
            (30, 40, "heap main heap piece: main heap piece 1 @30"),
            (40, 50, "module libc.so.6: libc.so.6 @40"),
        ],
    );
}

#[test]
fn the_inner_of_two_heaps_is_shown() {
    let mut snapshot = made(vec![private(20)], &[(20, 60, 0, COMMITTED)]);
    let glibc = heap(Allocator::Glibc, &[7], vec![part(20, 60, Role::Mmapped)]);
    let python = heap(Allocator::Cpython, &[], vec![part(32, 40, Role::PythonArena)]);
    place(&mut snapshot, &heaps(vec![glibc, python]));
    assert_rows(
        &snapshot,
        &[
            (20, 32, "heap mmapped chunk: mmapped chunk @20"),
            (32, 40, "heap CPython arena: CPython arena @32"),
            (40, 60, "heap mmapped chunk: mmapped chunk @20"),
        ],
    );
}

#[test]
fn segments_of_windows_heaps_are_counted_by_heap() {
    let mut snapshot = made(
        vec![private(20), private(40), private(60)],
        &[(20, 30, 0, COMMITTED), (40, 50, 1, COMMITTED), (60, 70, 2, COMMITTED)],
    );
    let found = vec![
        part(20, 30, Role::Segment { heap: 2 }),
        part(40, 50, Role::Segment { heap: 2 }),
        part(60, 70, Role::LargeBlock { heap: 2 }),
    ];
    place(&mut snapshot, &heaps(vec![heap(Allocator::Wine, &[1, 2, 3], found)]));
    assert_rows(
        &snapshot,
        &[
            (20, 30, "heap Wine heap: Wine heap 2 segment 1 @20"),
            (40, 50, "heap Wine heap: Wine heap 2 segment 2 @40"),
            (60, 70, "heap Wine heap large block: Wine heap 2 large block @60"),
        ],
    );
}

#[test]
fn heaps_can_be_taken_out_by_their_name_or_that_of_their_class() {
    let mut snapshot = made(
        vec![class(HeapClass::ThreadArena, 100), private(200)],
        &[(100, 150, 0, COMMITTED), (200, 250, 1, COMMITTED)],
    );
    let found = vec![part(100, 150, Role::ThreadHeap { arena: 1, heap: 0 }), part(200, 250, Role::Mmapped)];
    place(&mut snapshot, &heaps(vec![heap(Allocator::Glibc, &[1, 2], found)]));
    for (name, left) in [("arena 1*", 200), ("glibc thread arena", 200), ("MMAPPED chunk", 100)] {
        let edited = apply(&snapshot, &[Edit::Without(Target::Heap(Pattern::new(name)))]).unwrap();
        let starts: Vec<u64> = edited.space.regions().iter().map(|r| r.range.start().0 / PAGE).collect();
        assert_eq!(starts, [left], "{name}");
    }
    let error = apply(&snapshot, &[Edit::Without(Target::Heap(Pattern::new("arena 2*")))]).unwrap_err();
    assert!(error.to_string().contains("no piece of a heap"), "{error}");
}

/// The tile of a page, if any: by the slow way.
fn has_part(heaps: &Heaps, addr: Addr) -> bool {
    heaps.list.iter().flat_map(|h| &h.parts).any(|part| part.range.contains(addr))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn nothing_but_owners_changes(plan in plan(), heaps in any_heaps()) {
        let before = spaces::snapshot(&plan);
        let mut after = before.clone();
        place(&mut after, &heaps);
        let attributes = |r: &Region| (r.state, r.protection, r.mapping, r.backing, r.evidence);
        for page in before.space.bounds().range.start().0 / PAGE..before.space.bounds().range.end().0 / PAGE {
            let addr = Addr(page * PAGE);
            let (old, new) = (before.space.region_at(addr), after.space.region_at(addr));
            prop_assert_eq!(old.map(attributes), new.map(attributes));
            let (Some(old), Some(new)) = (old, new) else { continue };
            let (old, new) = (before.owner(old.owner).unwrap(), after.owner(new.owner).unwrap());
            let open = matches!(old.kind, OwnerKind::Private | OwnerKind::Heap);
            match open && has_part(&heaps, addr) {
                true => prop_assert!(new.kind == OwnerKind::Heap && new.place.is_some() && new.heap_class().is_some()),
                // A heap that load had found is called by its place as a whole.
                false => prop_assert!(new.kind == old.kind && (new.name == old.name || old.kind == OwnerKind::Heap)),
            }
        }
    }

    #[test]
    fn owners_are_called_by_where_they_begin(plan in plan(), heaps in any_heaps()) {
        let mut snapshot = spaces::snapshot(&plan);
        place(&mut snapshot, &heaps);
        let mut first: HashMap<OwnerId, Addr> = HashMap::new();
        for region in snapshot.space.regions() {
            first.entry(region.owner).or_insert(region.range.start());
        }
        let ids = OwnerIds::new(&snapshot.owners);
        for (id, start) in first {
            let owner = snapshot.owner(id).unwrap();
            prop_assert!(owner.start == start || owner.kind == OwnerKind::Heap && owner.place.is_none(), "{owner:?}");
            prop_assert_eq!(ids.repeat(id), None, "{:?}", owner);
        }
    }

    #[test]
    fn tiles_are_disjoint_and_cover_all_parts(heaps in any_heaps()) {
        let tiles = tiles(&heaps);
        prop_assert!(tiles.windows(2).all(|pair| pair[0].range.end() <= pair[1].range.start()));
        for page in 0..400 {
            let addr = Addr(page * PAGE);
            let tile = tiles.iter().find(|tile| tile.range.contains(addr));
            prop_assert_eq!(tile.is_some(), has_part(&heaps, addr));
            prop_assert!(tile.is_none_or(|tile| tile.part.range.contains(addr)));
        }
    }
}
