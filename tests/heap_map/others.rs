//! Allocators that are recognised and not walked.

use std::path::Path;

use fragscope::addr::{Addr, FileOffset};
use fragscope::heaps::{Allocator, Effort, Grade, place, walk};
use fragscope::load::{self, LoadOptions};
use fragscope::model::*;

use super::place::made;
use crate::spaces::PAGE;

fn no_memory() -> Memory<'static> {
    Memory::new(&Nothing, &[], Endian::Little)
}

struct Nothing;

impl ReadAt for Nothing {
    fn read_at(&self, _offset: FileOffset, _buf: &mut [u8]) -> std::io::Result<usize> {
        Ok(0)
    }
}

/// Those that are recognised in a made snapshot, each with what it was recognised by.
fn recognised(snapshot: &Snapshot) -> Vec<(Allocator, String)> {
    let heaps = walk(snapshot, no_memory(), Effort::Full);
    assert!(heaps.list.iter().all(|heap| heap.grade == Grade::NotWalked));
    heaps.list.iter().map(|heap| (heap.allocator, heap.notes.join(" "))).collect()
}

fn with_modules(names: &[&str]) -> Snapshot {
    let module = |(number, name): (u64, &&str)| {
        let range = crate::spaces::pages(100 + number, 101 + number);
        let (name, path): (Box<str>, Box<str>) = ((*name).into(), format!("/usr/lib/{name}").into());
        let owner = OwnerId(0);
        Module { name, path, range, id: None, preferred_base: None, relocatable: None, load_order: None, owner }
    };
    let empty = made(vec![Owner::anonymous(OwnerKind::Private, Addr(20 * PAGE))], &[(20, 21, 0, State::Committed)]);
    Snapshot { modules: (0..).zip(names).map(module).collect(), ..empty }
}

#[test]
fn by_files_with_and_without_versions() {
    for (name, expected) in [
        ("libjemalloc.so.2", Allocator::Jemalloc),
        ("libjemalloc.so", Allocator::Jemalloc),
        ("mozglue.dll", Allocator::Jemalloc),
        ("libtcmalloc_minimal.so.4.5.10", Allocator::Tcmalloc),
        ("libmimalloc.so.2.0", Allocator::Mimalloc),
        ("MIMALLOC-REDIRECT.DLL", Allocator::Mimalloc),
        ("ld-musl-x86_64.so.1", Allocator::Musl),
        ("libjvm.so", Allocator::Java),
        ("jvm.dll", Allocator::Java),
        ("libcoreclr.so", Allocator::DotNet),
        ("clr.dll", Allocator::DotNet),
        ("chrome.dll", Allocator::PartitionAlloc),
    ] {
        let found = recognised(&with_modules(&["app", name]));
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!(found[0].0, expected, "{name}");
        assert!(found[0].1.starts_with("recognised by its file "), "{}", found[0].1);
    }
}

#[test]
fn by_paths_where_the_name_says_too_little() {
    let mut snapshot = with_modules(&["libc.so"]);
    assert_eq!(recognised(&snapshot), []);
    snapshot.modules[0].path = "/usr/lib/x86_64-linux-musl/libc.so".into();
    assert_eq!(recognised(&snapshot)[0].0, Allocator::Musl);
    snapshot.modules[0].path = "/apex/com.android.runtime/lib64/bionic/libc.so".into();
    assert_eq!(recognised(&snapshot)[0].0, Allocator::Bionic);
}

#[test]
fn not_by_files_that_are_called_alike() {
    let alike = [
        "libjemalloc.so.2.bak",
        "libjemalloc-helper.so",
        "myjemalloc.so",
        "libjemalloc.sox",
        "libjvmti.so",
        "chrome-wrapper",
        "libtcmalloc_tool.so",
        "ld-musl-x86_64.so.conf",
        "go",
        "java",
    ];
    assert_eq!(recognised(&with_modules(&alike)), []);
}

#[test]
fn by_the_names_of_memory() {
    for (name, expected) in [
        ("[anon:scudo:primary]", Some(Allocator::Scudo)),
        ("[anon:libc_malloc]", Some(Allocator::Bionic)),
        ("partition_alloc", Some(Allocator::PartitionAlloc)),
        ("[anon: Go: heap]", Some(Allocator::Go)),
        ("[anon:scudos]", None),
        ("[anon:dalvik-main space]", None),
    ] {
        let owner = Owner::named(OwnerKind::Private, Addr(20 * PAGE), name);
        let found = recognised(&made(vec![owner], &[(20, 30, 0, State::Committed)]));
        assert_eq!(found.first().map(|f| f.0), expected, "{name}");
    }
}

/// A 64-bit space with mappings at Go's address: pages and state, one behind the other.
fn at_go(stretches: &[(u64, State)]) -> Snapshot {
    let mut at = 0xc0_0000_0000 / PAGE;
    let mut list = Vec::new();
    let mut owners = Vec::new();
    for (number, (length, state)) in (0..).zip(stretches) {
        owners.push(Owner::anonymous(OwnerKind::Private, Addr(at * PAGE)));
        list.push((at, at + length, number, *state));
        at += length;
    }
    let small = made(vec![Owner::anonymous(OwnerKind::Private, Addr(0))], &[]);
    let range = crate::spaces::pages(16, 1 << 35);
    let bounds = Bounds { range, ..*small.space.bounds() };
    let region = |&(start, end, owner, state): &(u64, u64, u32, State)| Region {
        range: crate::spaces::pages(start, end),
        state,
        protection: Some(Protection::READ.with(Protection::WRITE)),
        owner: OwnerId(owner),
        mapping: MappingId(owner),
        backing: None,
        evidence: Sources::of(Source::Maps),
    };
    let space = AddressSpace::new(bounds, Coverage::Everything, list.iter().map(region).collect()).unwrap();
    let mut all = Owners::default();
    owners.into_iter().for_each(|owner| {
        all.add(owner);
    });
    let platform = Platform { width: PointerWidth::Bits64, ..small.platform };
    Snapshot { space, owners: all, platform, ..small }
}

#[test]
fn go_by_where_its_heap_begins() {
    const MIB: u64 = (1 << 20) / PAGE;
    let mut snapshot = at_go(&[(4 * MIB, State::Committed), (60 * MIB, State::Reserved)]);
    let heaps = walk(&snapshot, no_memory(), Effort::Quick);
    assert_eq!(heaps.list[0].notes, ["recognised by its heap at 0xc000000000"]);
    place(&mut snapshot, &heaps);
    let names: Vec<Option<&str>> =
        snapshot.space.regions().iter().map(|region| snapshot.owner(region.owner).unwrap().shown()).collect();
    assert_eq!(names, [Some("Go arena"); 2]);
    for other in [&[(4 * MIB, State::Committed)][..], &[(64 * MIB, State::Reserved)]] {
        assert_eq!(recognised(&at_go(other)), []);
    }
}

/// What of all that each sample has.
#[test]
fn samples_have_what_their_programs_have() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-dumps");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let Ok(dump) = load::open(&file, &LoadOptions::default()) else { continue };
        seen += 1;
        let heaps = walk(dump.snapshot(), dump.memory(), Effort::Quick);
        let others = heaps.list.iter().filter(|heap| OTHERS.contains(&heap.allocator));
        let found: Vec<&str> = others.map(|heap| heap.allocator.name()).collect();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let expected = EXPECTED.iter().find(|(file, _)| *file == name).map_or(&[][..], |(_, list)| list);
        assert_eq!(found, expected, "{name}");
    }
    assert!(seen > 10, "{seen} samples");
}

const OTHERS: [Allocator; 10] = [
    Allocator::Musl,
    Allocator::Bionic,
    Allocator::Jemalloc,
    Allocator::Tcmalloc,
    Allocator::Mimalloc,
    Allocator::PartitionAlloc,
    Allocator::Scudo,
    Allocator::Go,
    Allocator::Java,
    Allocator::DotNet,
];

/// Samples whose programs have another allocator.
const EXPECTED: [(&str, &[&str]); 0] = [];
