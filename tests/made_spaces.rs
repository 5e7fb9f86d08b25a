//! Each remedy on a small made space: listed where it helps, with the figure that its edits give, and not where not.

use fragscope::addr::Addr;
use fragscope::analyze::what_if::{Edit, Outcome, apply};
use fragscope::analyze::{Advice, By, Counsel, OwnerGroup, Remedy, advise, analyze};
use fragscope::model::*;

use crate::spaces::{FLOOR, PAGE, pages, with_space};

/// A space in the making, in pages.
struct Made {
    os: Os,
    granularity: u64,
    end: u64,
    regions: Vec<Region>,
    owners: Owners,
    files: Vec<Box<str>>,
    modules: Vec<Module>,
    threads: Vec<Thread>,
    limits: Limits,
}

impl Made {
    fn on(os: Os, end: u64) -> Made {
        Made {
            os,
            granularity: if os == Os::Windows { 16 * PAGE } else { PAGE },
            end,
            regions: Vec::new(),
            owners: Owners::default(),
            files: Vec::new(),
            modules: Vec::new(),
            threads: Vec::new(),
            limits: Limits::default(),
        }
    }

    fn put(&mut self, start: u64, end: u64, owner: Owner, state: State, backing: Option<FileId>) -> OwnerId {
        let id = self.owners.add(Owner { start: Addr(start * PAGE), ..owner });
        let access = if state == State::Reserved { Protection::NONE } else { Protection::READ.with(Protection::WRITE) };
        self.regions.push(Region {
            range: pages(start, end),
            state,
            protection: Some(access),
            owner: id,
            mapping: MappingId(id.0),
            backing,
            evidence: Sources::of(Source::Maps),
        });
        id
    }

    fn private(&mut self, start: u64, end: u64) {
        self.put(start, end, Owner::anonymous(OwnerKind::Private, Addr(0)), State::Committed, None);
    }

    fn reserved(&mut self, start: u64, end: u64) {
        self.put(start, end, Owner::anonymous(OwnerKind::Private, Addr(0)), State::Reserved, None);
    }

    fn pinned(&mut self, start: u64, end: u64) {
        self.put(start, end, Owner::anonymous(OwnerKind::Peb, Addr(0)), State::Committed, None);
    }

    fn file(&mut self, start: u64, end: u64, path: &str) {
        let number = FileId(u32::try_from(self.files.len()).unwrap());
        self.files.push(path.into());
        let name = path.rsplit('/').next().unwrap();
        self.put(start, end, Owner::named(OwnerKind::MappedFile, Addr(0), name), State::Committed, Some(number));
    }

    fn module(&mut self, start: u64, end: u64, path: &str) {
        let name = path.rsplit(['/', '\\']).next().unwrap();
        let owner = self.put(start, end, Owner::named(OwnerKind::Module, Addr(0), path), State::Committed, None);
        self.modules.push(Module {
            name: name.into(),
            path: path.into(),
            range: pages(start, end),
            id: None,
            preferred_base: None,
            load_order: None,
            relocatable: Some(true),
            owner,
        });
    }

    fn stack(&mut self, start: u64, end: u64, name: &str, used: Option<u64>) {
        let id = self.threads.len() as u64 + 1;
        let kind = Owner { thread_id: Some(id), ..Owner::named(OwnerKind::Stack, Addr(0), name) };
        let owner = self.put(start, end, kind, State::Committed, None);
        let range = pages(start, end);
        let stack = Stack {
            range,
            reserved: Some(range.size()),
            committed: None,
            used,
            guard: Some(0),
            source: StackSource::Pthread,
            owner,
        };
        let thread = Thread { id, name: Some(name.into()), crashed: false, sp: None, pc: None, stack: Some(stack) };
        self.threads.push(thread);
    }

    fn snapshot(self) -> Snapshot {
        let bounds = Bounds {
            range: pages(FLOOR, self.end),
            ceiling_source: CeilingSource::User,
            page_size: PAGE,
            granularity: self.granularity,
            mmap_layout: None,
        };
        let mut regions = self.regions;
        regions.sort_by_key(|r| r.range.start());
        let made = with_space(AddressSpace::new(bounds, Coverage::Everything, regions).unwrap(), Evidence::Complete);
        Snapshot {
            platform: Platform { os: Some(self.os), ..made.platform },
            owners: self.owners,
            files: self.files,
            modules: self.modules,
            threads: self.threads,
            limits: self.limits,
            ..made
        }
    }
}

fn counsel(snapshot: &Snapshot) -> Counsel {
    advise(snapshot, &analyze(snapshot))
}

/// The advice of one remedy; each must be what its edits give.
fn advice(snapshot: &Snapshot, remedy: Remedy) -> Vec<Advice> {
    let all = counsel(snapshot).advice;
    for advice in all.iter().filter(|a| !a.edits.is_empty()) {
        let after = Outcome::measure(&apply(snapshot, &advice.edits).unwrap());
        assert_eq!(after, advice.after, "{}", advice.what);
    }
    all.into_iter().filter(|a| a.remedy == remedy).collect()
}

fn edits(advice: &Advice) -> Vec<String> {
    advice.edits.iter().map(Edit::to_string).collect()
}

fn groups(snapshot: &Snapshot, by: By) -> Vec<(String, u64)> {
    let named = |g: OwnerGroup| (g.name.to_string(), g.owners());
    counsel(snapshot).groups.into_iter().filter(|g| g.by == by).map(named).collect()
}

#[test]
fn a_file_mapped_in_pieces_is_named_with_all_its_pieces() {
    let mut made = Made::on(Os::Linux, 1000);
    (0..9).for_each(|i| made.file(100 + 100 * i, 110 + 100 * i, "/data/cache.bin"));
    let snapshot = made.snapshot();
    assert_eq!(groups(&snapshot, By::File), [("/data/cache.bin".to_owned(), 9)]);
    let found = advice(&snapshot, Remedy::FileWindows);
    assert_eq!(found.len(), 1);
    assert_eq!(edits(&found[0]), ["without=file:/data/cache.bin"]);
    assert_eq!(found[0].after.largest, (1000 - FLOOR) * PAGE);
    assert!(found[0].what.contains("its 9 mappings (360 KiB)"), "{}", found[0].what);
}

#[test]
fn mappings_of_one_size_are_named_with_their_shape() {
    let mut made = Made::on(Os::Linux, 1000);
    (0..9).for_each(|i| made.private(100 + 100 * i, 107 + 100 * i));
    let snapshot = made.snapshot();
    let found = advice(&snapshot, Remedy::OnePiece);
    assert_eq!(edits(&found[0]), ["without=shape:private of 28 KiB"]);
    assert_eq!(found[0].after.largest, (1000 - FLOOR) * PAGE);
}

// Four times: 2 pages, 1 page of guard, 2 pages, 1 page of guard, each a mapping of its own.
#[test]
fn stripes_over_neighbouring_mappings_are_one_shape() {
    let mut made = Made::on(Os::Linux, 1000);
    for start in [100, 300, 500, 700] {
        made.private(start, start + 2);
        made.reserved(start + 2, start + 3);
        made.private(start + 3, start + 5);
        made.reserved(start + 5, start + 6);
    }
    let snapshot = made.snapshot();
    assert_eq!(groups(&snapshot, By::Shape)[0], ("private in stripes, pieces of at most 8 KiB".to_owned(), 16));
    let found = advice(&snapshot, Remedy::OnePiece);
    assert_eq!(found[0].after.largest, (1000 - FLOOR) * PAGE);
}

#[test]
fn memory_with_a_guard_is_told_from_stripes() {
    let mut made = Made::on(Os::Linux, 1000);
    for start in [100, 300, 500, 700] {
        made.reserved(start, start + 1);
        made.private(start + 1, start + 17);
    }
    let snapshot = made.snapshot();
    assert_eq!(groups(&snapshot, By::Shape)[0], ("private with guards, pieces of at most 64 KiB".to_owned(), 8));
}

#[test]
fn on_windows_neighbours_are_allocations_of_their_own() {
    let mut made = Made::on(Os::Windows, 1600);
    for start in [160, 480, 800, 1120] {
        made.private(start, start + 16);
        made.reserved(start + 16, start + 32);
    }
    let snapshot = made.snapshot();
    assert!(groups(&snapshot, By::Shape).iter().all(|(name, _)| !name.contains("pieces")));
}

#[test]
fn what_is_only_reserved_can_be_reserved_less() {
    let mut made = Made::on(Os::Linux, 1000);
    made.reserved(400, 410);
    made.pinned(700, 710);
    let found = advice(&made.snapshot(), Remedy::LessReserved);
    assert_eq!(edits(&found[0]), ["without=state:reserved"]);
    assert_eq!(found[0].after.largest, (700 - FLOOR) * PAGE);
    assert!(found[0].what.contains("40 KiB"), "{}", found[0].what);
}

/// A brk heap with room above it, and 200 KiB that malloc may have mapped in the middle of free space.
fn with_a_chunk(heap_end: u64, next_to_it: u64) -> Snapshot {
    let mut made = Made::on(Os::Linux, 2000);
    made.put(100, heap_end, Owner::named(OwnerKind::Heap, Addr(0), "[heap]"), State::Committed, None);
    made.pinned(next_to_it, next_to_it + 1);
    made.private(1000, 1050);
    made.module(1990, 2000, "/lib/libc.so.6");
    made.snapshot()
}

#[test]
fn what_malloc_may_have_mapped_goes_to_the_heap() {
    let snapshot = with_a_chunk(120, 300);
    let found = advice(&snapshot, Remedy::MmapThreshold);
    assert_eq!(edits(&found[0]), ["mmap-threshold=512K"]);
    assert_eq!(found[0].after.largest, (1990 - 301) * PAGE);
    assert_eq!(found[0].after.free, analyze(&snapshot).figures.total, "nothing is gained but order");
    let after = apply(&snapshot, &found[0].edits).unwrap();
    assert_eq!(after.space.regions()[0].range, pages(100, 170));
}

#[test]
fn a_heap_without_room_cannot_take_it() {
    let snapshot = with_a_chunk(120, 160);
    assert!(advice(&snapshot, Remedy::MmapThreshold).is_empty());
    let error = apply(&snapshot, &[Edit::MmapThreshold(512 << 10)]).unwrap_err().to_string();
    assert!(error.contains("no room to grow"), "{error}");
}

#[test]
fn what_is_not_malloc_sized_or_has_neighbours_is_not_taken_for_malloc() {
    let mut made = Made::on(Os::Linux, 2000);
    made.put(100, 120, Owner::named(OwnerKind::Heap, Addr(0), "[heap]"), State::Committed, None);
    made.private(400, 431);
    made.private(600, 600 + 130);
    made.private(1000, 1050);
    made.pinned(1050, 1051);
    let error = apply(&made.snapshot(), &[Edit::MmapThreshold(512 << 10)]).unwrap_err().to_string();
    assert!(error.contains("stands alone"), "{error}");
}

// 20 pages of 4 KiB, each alone in a granule of 64 KiB: in between is nothing that could be allocated.
#[test]
fn granules_used_in_part_are_named_with_who_uses_them() {
    let mut made = Made::on(Os::Windows, 640);
    (1..40).for_each(|i| made.pinned(16 * i, 16 * i + 1));
    let snapshot = made.snapshot();
    let found = advice(&snapshot, Remedy::Granules);
    assert_eq!(found.len(), 1, "a granule's rest is 60 KiB; the largest gap is none");
    assert_eq!(edits(&found[0]), ["granularity=4K"]);
    assert!(found[0].how[1].contains("peb of 4 KiB (2.29 MiB in 39 places)"), "{:?}", found[0].how);
}

#[test]
fn a_few_lost_pages_are_no_advice() {
    let mut made = Made::on(Os::Windows, 16_000);
    made.pinned(1600, 1601);
    assert!(advice(&made.snapshot(), Remedy::Granules).is_empty());
}

// plugin.dll stands in the middle of free space; the smallest gap that holds it lies below one.dll.
#[test]
fn a_dll_alone_in_free_space_is_rebased_next_to_others() {
    let mut made = Made::on(Os::Windows, 16_000);
    made.module(160, 320, r"C:\app\one.dll");
    made.module(640, 800, r"C:\app\two.dll");
    made.module(8_000, 8_100, r"C:\app\plugin.dll");
    let snapshot = made.snapshot();
    let found: Vec<Advice> =
        advice(&snapshot, Remedy::Rebase).into_iter().filter(|a| a.what.starts_with("plugin.dll")).collect();
    assert_eq!(found.len(), 1);
    assert_eq!(edits(&found[0]), [r"rebase=C:\app\plugin.dll:0x30000"], "right below one.dll");
    assert!(found[0].how[0].contains("/REBASE:BASE=0x30000"), "{:?}", found[0].how);
    assert!(found[0].how[1].contains("/DELAYLOAD:plugin.dll"));
    assert_eq!(found[0].after.largest, (16_000 - 800) * PAGE);
}

fn with_threads(worker: u64, other: u64) -> Snapshot {
    let mut made = Made::on(Os::Linux, 4000);
    made.stack(1000, 1000 + worker, "worker-1", Some(10 * PAGE));
    made.stack(1000 + worker, 1000 + 2 * worker, "worker-2", Some(20 * PAGE));
    made.stack(3000, 3000 + other, "main-loop", Some(300 * PAGE));
    made.snapshot()
}

#[test]
fn stacks_are_advised_by_what_the_deepest_known_one_uses() {
    let found = advice(&with_threads(500, 900), Remedy::SmallerStacks);
    let all = found.iter().find(|a| edits(a)[0].starts_with("stack-size=2496K")).unwrap();
    assert_eq!(edits(all), ["stack-size=2496K", "repack"], "twice 300 pages and 64 KiB, in whole 64 KiB");
    assert!(all.what.contains("the deepest of 3 known used 1.17 MiB"), "{}", all.what);
    assert!(all.what.starts_with("after a restart"));
}

// Twice 20 pages and 64 KiB are 224 KiB, so 256 KiB or 64 of 500 pages each. By the deepest of all it would be 2496 KiB.
#[test]
fn one_pool_that_gives_most_is_named_alone() {
    let snapshot = with_threads(500, 60);
    let found = advice(&snapshot, Remedy::SmallerStacks);
    let pool = found.iter().find(|a| edits(a)[0] == "stack-size=256K:worker-*").unwrap();
    assert!(pool.what.contains("for the 2 threads named worker-* alone"), "{}", pool.what);
    assert_eq!(edits(pool)[1], "repack");
    assert_eq!(pool.after.largest, (2000 - 2 * 64 - FLOOR) * PAGE);
}

#[test]
fn modules_of_one_vendor_in_several_folders_are_one_group() {
    let mut made = Made::on(Os::Windows, 16_000);
    made.module(3_200, 3_300, r"C:\Program Files\Acme\Shell\a.dll");
    made.module(6_400, 6_500, r"C:\Program Files\Acme\Tools\b.dll");
    made.module(9_600, 9_700, r"C:\Windows\System32\c.dll");
    assert_eq!(groups(&made.snapshot(), By::Folder), [(r"C:\Program Files\Acme".to_owned(), 2)]);
}

#[test]
fn the_bit_names_what_is_known_of_this_windows() {
    let mut made = Made::on(Os::Windows, 0x7_fff0);
    made.limits.large_address_aware = Some(false);
    made.module(160, 320, r"C:\Windows\System32\wow64.dll");
    let found = advice(&made.snapshot(), Remedy::LargeAddressAware);
    assert!(found[0].what.contains("is not set: 4 GiB on this 64-bit Windows"), "{}", found[0].what);
    assert_eq!(found[0].how.len(), 1);

    let mut made = Made::on(Os::Windows, 0x7_fff0);
    made.limits.large_address_aware = Some(true);
    made.pinned(160, 320);
    let snapshot = made.snapshot();
    assert!(advice(&snapshot, Remedy::LargeAddressAware).is_empty());
    assert_eq!(edits(&advice(&snapshot, Remedy::UserVa)[0]), ["user-va=3G"]);
}

#[test]
fn at_the_mapping_limit_the_producers_are_named() {
    let mut made = Made::on(Os::Linux, 1000);
    for start in [100, 300, 500, 700] {
        made.private(start, start + 2);
        made.reserved(start + 2, start + 3);
    }
    made.private(800, 801);
    made.private(801, 802);
    made.limits.vma_count = Some(10);
    made.limits.vma_limit = Some(10);
    let found = advice(&made.snapshot(), Remedy::MappingLimit);
    assert_eq!(found[0].how[0], "`sysctl -w vm.max_map_count=20`");
    assert_eq!(
        found[0].how[2],
        "private with guards, pieces of at most 8 KiB: 8 mappings that could be 4, which would leave 6 in all"
    );
    assert!(found[0].how[3].starts_with("1 mappings touch one from which"), "{:?}", found[0].how);
}

#[test]
fn a_gain_that_nobody_notices_is_no_advice() {
    let mut made = Made::on(Os::Linux, 100_000);
    made.file(100, 101, "/a");
    made.file(103, 104, "/a");
    assert!(counsel(&made.snapshot()).advice.is_empty());
}
