//! Archives that claim, repeat and promise: in bounded memory, and never more than the limits.

use std::path::Path;

use fragscope::load::archive::{ArchiveLimits, Start, walk};
use tempfile::TempDir;

use super::bytes::{Zipped, binary, cab, deflate, gzip, octal, seal, tar, tar_header, tarred, zip, zip_end};
use super::{file, walk_bytes, walk_with};

/// Walks without keeping anything; returns the sentences and the peak of memory in bytes.
fn measured(path: &Path, limits: &ArchiveLimits) -> (Vec<String>, u64) {
    let mut sentences = Vec::new();
    let info = allocation_counter::measure(|| {
        let mut visit = |member: fragscope::load::archive::Member| {
            sentences.extend(member.content.err().map(|e| e.to_string()));
            sentences.extend(member.cut);
        };
        walk(path, limits, &Start::default(), &mut |_| {}, &mut visit).unwrap();
    });
    (sentences, info.bytes_max)
}

fn measured_bytes(bytes: &[u8]) -> (Vec<String>, u64) {
    let folder = TempDir::new().unwrap();
    measured(&file(&folder, "a", bytes), &ArchiveLimits::default())
}

const LITTLE: u64 = 3 << 20;

#[test]
fn a_zip_that_claims_billions_of_entries() {
    let member = Zipped::stored("a", b"x");
    let (local, listed) = (member.local(), member.listed(0));
    let mut wide = b"PK\x06\x06\x2c\0\0\0\0\0\0\0\x2d\0\x2d\0\0\0\0\0\0\0\0\0".to_vec();
    for number in [4 << 30, 4 << 30, u64::MAX, local.len() as u64] {
        wide.extend(number.to_le_bytes());
    }
    let at = (local.len() + listed.len()) as u64;
    let locator = [&b"PK\x06\x07\0\0\0\0"[..], &at.to_le_bytes(), &[1, 0, 0, 0]].concat();
    let bytes = [local, listed, wide, locator, zip_end(0xffff, u32::MAX, u32::MAX)].concat();
    let (sentences, peak) = measured_bytes(&bytes);
    assert!(sentences[0].contains("claims 4294967296 entries and has 1"), "{sentences:?}");
    assert!(peak < LITTLE, "{peak} bytes");
}

#[test]
fn members_have_a_limit() {
    let folder = TempDir::new().unwrap();
    let many = zip(&vec![Zipped::stored("a", b"x"); 20_000]);
    let walked = walk_with(&file(&folder, "a", &many), &ArchiveLimits::default(), &Start::default());
    assert_eq!(walked.count, 10_001);
    let sentence = walked.rows[10_000].sentence();
    assert!(sentence.starts_with("the archive holds more than 10000 members, the most that are read"), "{sentence}");
    // Folders count, as it takes time to read them; archives inside count together.
    let folders = tarred("d/", b'5', b"").repeat(20_000);
    let walked = walk_bytes(&gzip(&folders));
    assert_eq!(walked.names(), [""]);
    let inner = zip(&vec![Zipped::stored("a", b""); 3]);
    let outer = zip(&vec![Zipped::stored("i.zip", &inner); 3]);
    let limits = ArchiveLimits { members: 6, ..ArchiveLimits::default() };
    let walked = walk_with(&file(&folder, "b", &outer), &limits, &Start::default());
    assert_eq!(walked.names(), ["i.zip!a", "i.zip!a", "i.zip!a", "i.zip!a", "i.zip"]);
}

#[test]
fn a_member_is_cut_at_the_limit() {
    let folder = TempDir::new().unwrap();
    let zeros = vec![0u8; 24 << 20];
    let limits = ArchiveLimits { member_bytes: 20 << 20, ..ArchiveLimits::default() };
    for (name, bytes) in [
        ("zip", zip(&[Zipped::deflated("a", &zeros), Zipped::stored("b", b"x")])),
        ("gz", gzip(&tar(&[("a", &zeros), ("b", b"x")]))),
    ] {
        let walked = walk_with(&file(&folder, name, &bytes), &limits, &Start::default());
        assert_eq!(walked.names(), ["a", "b"], "{name}");
        assert_eq!(walked.rows[0].content.as_ref().unwrap().1, 20 << 20);
        let cut = walked.rows[0].cut.as_deref();
        assert_eq!(cut, Some("only its first 20 MiB were unpacked, the most that a member of an archive may have"));
        assert_eq!(walked.rows[1].cut, None);
    }
}

/// Fifield's bomb: all members share their packed bytes. The sum ends it, and nothing but headers takes memory.
#[test]
fn overlapping_members_of_a_zip() {
    let zeros = vec![0u8; 8 << 20];
    let member = Zipped::deflated("a", &zeros);
    let local = member.local();
    let directory = member.listed(0).repeat(5000);
    let bytes = [&local[..], &directory, &zip_end(5000, local.len() as u32, directory.len() as u32)].concat();
    let folder = TempDir::new().unwrap();
    let limits = ArchiveLimits { total_bytes: 64 << 20, ..ArchiveLimits::default() };
    let (sentences, peak) = measured(&file(&folder, "a", &bytes), &limits);
    assert_eq!(sentences.len(), 1);
    assert!(sentences[0].starts_with("the archive unpacks to more than 64 MiB"), "{sentences:?}");
    assert!(peak < 40 << 20, "{peak} bytes");
    let walked = walk_with(&file(&folder, "a", &bytes), &limits, &Start::default());
    assert_eq!(walked.count, 10);
}

/// Skipping what is not wanted of a compressed tar unpacks it as well.
#[test]
fn a_bomb_of_a_compressed_tar() {
    let folder = TempDir::new().unwrap();
    let bytes = gzip(&tarred("a", b'0', &vec![0; 200 << 20]));
    let limits = ArchiveLimits { member_bytes: 1 << 20, total_bytes: 64 << 20, ..ArchiveLimits::default() };
    let (sentences, peak) = measured(&file(&folder, "a", &bytes), &limits);
    assert_eq!(sentences.len(), 2, "{sentences:?}");
    assert!(peak < 8 << 20, "{peak} bytes");
}

#[test]
fn a_quine_ends() {
    // What a zip that contains itself is to the walk: the same archive again and again.
    let inner = zip(&[Zipped::stored("r.zip", b"PK\x03\x04")]);
    let r = (0..6).fold(inner, |inside, _| zip(&[Zipped::deflated("r.zip", &inside)]));
    assert_eq!(walk_bytes(&r).count, 1);
}

#[test]
fn names_of_gigabytes_in_a_tar() {
    for (kind, size) in [(b'L', 8u64 << 30), (b'x', u64::MAX >> 1), (b'g', 1 << 40), (b'K', 2 << 20)] {
        let bytes = [tar_header("././@LongLink", kind, &binary(size)), vec![b'x'; 4096]].concat();
        let (sentences, peak) = measured_bytes(&bytes);
        assert!(sentences[0].contains(&format!("holds {size} bytes")), "{sentences:?}");
        assert!(peak < LITTLE, "{peak} bytes");
    }
    let headers = tarred("././@LongLink", b'L', b"x").repeat(1000);
    assert!(measured_bytes(&headers).0[0].contains("more than 16 headers"));
    // A whole mebibyte is read, and little of it is kept.
    let long = [tarred("././@LongLink", b'L', &vec![b'n'; 1 << 20]), tarred("a", b'0', b"x")].concat();
    assert_eq!(walk_bytes(&long).rows[0].name.len(), 4095);
}

#[test]
fn sizes_of_exabytes_in_a_tar() {
    for size in [u64::MAX, u64::MAX >> 1, 1 << 62] {
        let header = [tar_header("a", b'0', &binary(size)), b"dump".to_vec()].concat();
        let walked = walk_bytes(&header);
        assert!(walked.rows[0].bytes().starts_with(b"dump"), "{walked:?}", walked = walked.names());
        assert!(walked.rows[0].cut.is_some());
        assert_eq!(walked.count, 2);
    }
    let pax = tarred("x", b'x', b"29 size=18446744073709551615\n");
    assert_eq!(walk_bytes(&[pax, tarred("a", b'0', b"x")].concat()).rows[0].size, Some(u64::MAX));
}

/// Holes cost nothing in the archive, and are cut like all else.
#[test]
fn holes_of_exabytes_in_a_tar() {
    let folder = TempDir::new().unwrap();
    let limits = ArchiveLimits { member_bytes: 64 << 20, ..ArchiveLimits::default() };
    let mut header = tar_header("core", b'S', &octal(4));
    header[386..398].copy_from_slice(b"00000000000\0");
    header[398..410].copy_from_slice(b"00000000004\0");
    header[483..495].copy_from_slice(&binary(u64::MAX >> 1));
    seal(&mut header);
    let mut bytes = [header, b"core".to_vec()].concat();
    bytes.resize(2048, 0);
    let (sentences, peak) = measured(&file(&folder, "a", &bytes), &limits);
    assert!(sentences[0].contains("64 MiB"), "{sentences:?}");
    assert!(peak < 40 << 20, "{peak} bytes");
    // A list of holes without end.
    let pax = tarred("x", b'x', b"22 GNU.sparse.major=1\n37 GNU.sparse.realsize=1099511627776\n");
    let list = format!("99999999\n{}", "1\n".repeat(5000));
    let (sentences, peak) = measured_bytes(&[pax, tarred("core", b'0', list.as_bytes())].concat());
    assert!(sentences[0].contains("99999999 holes"), "{sentences:?}");
    assert!(peak < LITTLE, "{peak} bytes");
}

#[test]
fn forged_numbers_in_a_cab() {
    let mut files = cab(&[&[1; 100]], 0, &[("a", 0, u32::MAX), ("b", u32::MAX, u32::MAX), ("c", 0, 100)]);
    let walked = walk_bytes(&files);
    assert_eq!(walked.rows[0].bytes(), [1; 100]);
    assert!(walked.rows[0].cut.is_some());
    assert!(walked.rows[1].sentence().contains("cut before it begins"), "{}", walked.rows[1].sentence());
    assert_eq!(walked.rows[2].bytes(), [1; 100]);
    // 65,535 files, folders and blocks are claimed.
    files[26..30].fill(0xff);
    let (sentences, peak) = measured_bytes(&files);
    assert!(sentences.last().unwrap().contains("claims 65535 files"), "{sentences:?}");
    assert!(peak < LITTLE, "{peak} bytes");
    let none = cab(&[], 0, &[("a", 0, 10)]);
    assert!(walk_bytes(&none).rows[0].cut.is_some());
}

/// Each file of a folder, the last one first, has the folder unpacked anew: that counts.
#[test]
fn a_cab_whose_files_lie_backwards() {
    let folder = TempDir::new().unwrap();
    let block = [0u8; 32_768];
    let blocks: Vec<&[u8]> = vec![&block; 64];
    let files: Vec<(&str, u32, u32)> = (0..9000).map(|n| ("a", 2_000_000 - n * 100, 100)).collect();
    let limits = ArchiveLimits { total_bytes: 64 << 20, ..ArchiveLimits::default() };
    let walked = walk_with(&file(&folder, "a", &cab(&blocks, 0, &files)), &limits, &Start::default());
    assert!(walked.count < 40, "{}", walked.count);
    assert!(walked.rows.last().unwrap().sentence().contains("64 MiB"));
}

/// MSZIP blocks that hold more than they claim, nothing, or look back further than there is.
#[test]
fn blocks_of_a_cab_that_lie() {
    let blocks: [&[u8]; 4] = [b"CK", b"xx", &[b"CK", &deflate(&[0; 70_000])[..]].concat(), b"CK\x07\xff\xff"];
    for block in blocks {
        let walked = walk_bytes(&cab(&[block], 1, &[("a", 0, 10)]));
        assert!(walked.rows[0].sentence().contains("block at offset"), "{}", walked.rows[0].sentence());
    }
}

/// Whatever a member is called, nothing of that name comes to be, and nothing of it is read.
#[test]
fn names_are_never_paths() {
    let names = ["../../tmp/evil", "/etc/passwd", "C:\\evil", "a\nb", "\u{1b}[2J", ""];
    let walked = walk_bytes(&zip(&names.map(|name| Zipped::stored(name, b"content"))));
    assert_eq!(walked.names(), names);
    assert!(walked.rows.iter().all(|row| row.bytes() == b"content"));
}
