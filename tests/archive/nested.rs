//! Archives inside of archives, and packed dumps inside of archives.

use fragscope::load::archive::{ArchiveLimits, Start};
use fragscope::load::{LoadOptions, of_input};
use tempfile::TempDir;

use super::bytes::{Zipped, cab, gzip, tar, zip};
use super::{file, walk_bytes, walk_with};

#[test]
fn names_tell_where_a_member_lies() {
    let inner = tar(&[("c.dmp", b"deep"), ("d.dmp", b"deeper")]);
    let outer = zip(&[
        Zipped::stored("a.dmp", b"first"),
        Zipped::deflated("b.tar", &inner),
        Zipped::deflated("b.tgz", &gzip(&inner)),
        Zipped::stored("e.cab", &cab(&[b"cab"], 0, &[("f.dmp", 0, 3)])),
        Zipped::stored("z.dmp", b"last"),
    ]);
    let walked = walk_bytes(&outer);
    let names = ["a.dmp", "b.tar!c.dmp", "b.tar!d.dmp", "b.tgz!c.dmp", "b.tgz!d.dmp", "e.cab!f.dmp", "z.dmp"];
    assert_eq!(walked.names(), names);
    assert_eq!(walked.rows[4].bytes(), b"deeper");
    // An archive inside is unpacked too: whoever dies of that is known.
    let begun = ["a.dmp", "b.tar", "b.tar!c.dmp", "b.tar!d.dmp", "b.tgz", "b.tgz!c.dmp"];
    assert_eq!(walked.begun[..6], begun);
}

#[test]
fn a_damaged_archive_inside_costs_only_itself() {
    let inner = tar(&[("c.dmp", &[1; 2000]), ("d.dmp", b"deeper")]);
    let outer = zip(&[Zipped::stored("b.tar", &inner[..1000]), Zipped::stored("z.dmp", b"last")]);
    let walked = walk_bytes(&outer);
    assert_eq!(walked.names(), ["b.tar!c.dmp", "b.tar", "z.dmp"]);
    assert!(walked.rows[1].sentence().contains("cut at offset 1000"));
    // Its checksum tells of damage that its own headers do not.
    let mut damaged = Zipped::stored("b.tar", &inner);
    damaged.packed[600] ^= 1;
    let walked = walk_bytes(&zip(&[damaged]));
    assert_eq!(walked.names(), ["b.tar!c.dmp", "b.tar!d.dmp", "b.tar"]);
    assert!(walked.rows[2].sentence().contains("checksum"));
}

fn onion(depth: u32) -> Vec<u8> {
    (0..depth).fold(b"dump".to_vec(), |inside, _| zip(&[Zipped::stored("a.zip", &inside)]))
}

#[test]
fn depth_has_a_limit() {
    assert_eq!(walk_bytes(&onion(3)).names(), ["a.zip!a.zip!a.zip"]);
    assert_eq!(walk_bytes(&onion(3)).rows[0].bytes(), b"dump");
    let walked = walk_bytes(&onion(4));
    assert_eq!(walked.names(), ["a.zip!a.zip!a.zip"]);
    assert!(
        walked.rows[0].sentence().contains("inside of 3 others, and 3 are opened"),
        "{}",
        walked.rows[0].sentence()
    );
    // No limit of the caller's lets the stack overflow.
    let folder = TempDir::new().unwrap();
    let limits = ArchiveLimits { depth: u32::MAX, ..ArchiveLimits::default() };
    let walked = walk_with(&file(&folder, "a", &onion(200)), &limits, &Start::default());
    assert!(walked.rows[0].sentence().contains("32 are opened"));
}

#[test]
fn packed_dumps_inside_are_unpacked_as_ever() {
    let folder = TempDir::new().unwrap();
    let core = std::fs::read(format!("{}/sample-dumps/i386-legacy.core.zst", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let path = file(&folder, "a.tar", &tar(&[("core.zst", &core)]));
    let mut found = None;
    let mut visit = |member: fragscope::load::archive::Member| {
        let dump = of_input(member.content.unwrap(), None, &[], &LoadOptions::default()).unwrap();
        found = Some((dump.input().compression(), dump.snapshot().space.regions().len()));
    };
    fragscope::load::archive::walk(&path, &ArchiveLimits::default(), &Start::default(), &mut |_| {}, &mut visit)
        .unwrap();
    let whole = fragscope::load::from_bytes(core, &LoadOptions::default()).unwrap();
    assert_eq!(found, Some((whole.input().compression(), whole.snapshot().space.regions().len())));
    assert!(whole.input().compression().is_some());
}

/// Larger than what is held in memory: the same bytes, from a temporary file.
#[test]
fn a_large_member() {
    let mut large = vec![0u8; 40 << 20];
    large[..4].copy_from_slice(b"MDMP");
    large[20 << 20] = 1;
    let folder = TempDir::new().unwrap();
    let path = file(&folder, "a.zip", &zip(&[Zipped::deflated("a.dmp", &large)]));
    let mut seen = 0;
    let mut visit = |member: fragscope::load::archive::Member| {
        let input = member.content.unwrap();
        assert_eq!((input.len(), member.cut), (Some(40 << 20), None));
        assert!(input.read_available(fragscope::addr::FileOffset(0), 40 << 20) == large);
        seen += 1;
    };
    fragscope::load::archive::walk(&path, &ArchiveLimits::default(), &Start::default(), &mut |_| {}, &mut visit)
        .unwrap();
    assert_eq!(seen, 1);
}
