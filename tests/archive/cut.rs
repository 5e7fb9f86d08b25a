//! Archives that were cut or damaged on their way.

use super::bytes::{Zipped, cab, gzip, tar, tar_header, zip};
use super::walk_bytes;

fn members() -> [(&'static str, &'static [u8]); 3] {
    [("a.dmp", b"first"), ("b.dmp", &[7; 3000]), ("c.dmp", b"third")]
}

#[test]
fn a_tar_that_ends_early() {
    let whole = tar(&members());
    // In the second member's bytes.
    let walked = walk_bytes(&whole[..2048]);
    assert_eq!(walked.names(), ["a.dmp", "b.dmp", ""]);
    assert_eq!(walked.rows[1].bytes().len(), 512);
    assert!(walked.rows[1].cut.as_ref().unwrap().contains("only 512 of its 3000 bytes"), "{:?}", walked.rows[1].cut);
    assert!(walked.rows[2].sentence().contains("cut at offset 2048"), "{}", walked.rows[2].sentence());
    // In a header.
    let walked = walk_bytes(&whole[..1200]);
    assert_eq!(walked.names(), ["a.dmp", ""]);
    assert!(walked.rows[1].sentence().contains("ends in the header at offset 1024"));
    // Without the blocks of zeros that end it, which some writers forget.
    assert_eq!(walk_bytes(&whole[..whole.len() - 1024]).names(), ["a.dmp", "b.dmp", "c.dmp"]);
}

#[test]
fn a_damaged_header_of_a_tar() {
    let mut bytes = tar(&members());
    bytes[1024 + 3] ^= 1;
    let walked = walk_bytes(&bytes);
    assert_eq!(walked.names(), ["a.dmp", ""]);
    assert!(walked.rows[1].sentence().contains("header at offset 1024 is damaged"));
    let no_number = [tar_header("a.dmp", b'0', b"99999999999"), vec![0; 1024]].concat();
    assert!(walk_bytes(&no_number).rows[0].sentence().contains("is no number"));
}

#[test]
fn a_compressed_tar_that_ends_early() {
    let noise: Vec<u8> = (0..400_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let packed = gzip(&tar(&[("a.dmp", b"first"), ("b.dmp", &noise), ("c.dmp", b"third")]));
    let walked = walk_bytes(&packed[..packed.len() / 2]);
    assert_eq!(walked.names(), ["a.dmp", "b.dmp", ""]);
    assert!(noise.starts_with(walked.rows[1].bytes()) && walked.rows[1].bytes().len() > 50_000);
    assert!(walked.rows[1].cut.as_ref().unwrap().starts_with("only its first "), "{:?}", walked.rows[1].cut);
    assert!(walked.rows[2].sentence().contains("cannot be read"), "{}", walked.rows[2].sentence());
}

/// The directory is at the end. What is before it can still be read.
#[test]
fn a_zip_that_ends_early() {
    let members = members().map(|(name, content)| Zipped::deflated(name, content));
    let whole = zip(&members);
    let first_two = members[0].local().len() + members[1].local().len();
    let walked = walk_bytes(&whole[..first_two + 10]);
    assert_eq!(walked.names(), ["a.dmp", "b.dmp", ""]);
    assert_eq!(walked.rows[1].bytes(), [7; 3000]);
    assert!(walked.rows[2].sentence().contains("directory is missing"));
    let walked = walk_bytes(&whole[..first_two - 3]);
    assert_eq!(walked.names(), ["a.dmp", "b.dmp", ""]);
    assert!(walked.rows[1].cut.is_some());
}

/// The same of one that was written to a pipe: how long members are stands behind them.
#[test]
fn a_piped_zip_that_ends_early() {
    let mut bytes = Vec::new();
    for (name, content) in members() {
        let member = Zipped::deflated(name, content);
        let header = Zipped { flags: 8, size: 0, crc: 0, packed: Vec::new(), ..member.clone() };
        bytes.extend([header.local(), member.packed.clone()].concat());
        bytes.extend([&b"PK\x07\x08"[..], &member.crc.to_le_bytes(), &[0; 8]].concat());
    }
    let walked = walk_bytes(&bytes);
    assert_eq!(walked.names(), ["a.dmp", "b.dmp", "c.dmp", ""]);
    assert_eq!(walked.rows[1].bytes(), [7; 3000]);
    assert_eq!((walked.rows[2].bytes(), walked.rows[2].size), (&b"third"[..], None));
}

#[test]
fn damaged_members_of_a_zip() {
    let mut wrong = Zipped::stored("a.dmp", b"first");
    wrong.crc ^= 1;
    let mut no_deflate = Zipped::deflated("b.dmp", &[7; 3000]);
    no_deflate.packed = vec![0xff; 40];
    let bytes = zip(&[wrong, no_deflate, Zipped::stored("c.dmp", b"third")]);
    let walked = walk_bytes(&bytes);
    assert_eq!(walked.names(), ["a.dmp", "b.dmp", "c.dmp"]);
    assert_eq!(walked.rows[0].bytes(), b"first");
    assert!(walked.rows[0].cut.as_ref().unwrap().contains("checksum is"), "{:?}", walked.rows[0].cut);
    assert!(walked.rows[1].sentence().contains("cannot be unpacked"));
    assert_eq!(walked.rows[2].bytes(), b"third");
}

#[test]
fn a_cab_that_is_cut_or_damaged() {
    let whole =
        cab(&[&[1; 32_768], &[2; 500]], 0, &[("a.dmp", 0, 100), ("b.dmp", 100, 33_000), ("c.dmp", 33_100, 168)]);
    let walked = walk_bytes(&whole);
    assert_eq!(walked.rows[1].bytes()[32_668..], [2; 332]);
    assert_eq!(walked.rows[2].bytes(), [2; 168]);
    let walked = walk_bytes(&whole[..whole.len() - 1]);
    assert_eq!(walked.rows[0].bytes(), [1; 100]);
    assert!(walked.rows[1].cut.as_ref().unwrap().contains("only its first 32668 bytes"), "{:?}", walked.rows[1].cut);
    assert!(walked.rows[2].sentence().contains("archive is cut in the block"), "{}", walked.rows[2].sentence());
    // In the list of files.
    let walked = walk_bytes(&whole[..44 + 30]);
    assert_eq!(walked.names(), ["a.dmp", ""]);
    assert!(walked.rows[1].sentence().contains("claims 3 files and has 1"), "{}", walked.rows[1].sentence());
    let lzx = cab(&[&[1; 100]], 0x1503, &[("a.dmp", 0, 100)]);
    assert!(walk_bytes(&lzx).rows[0].sentence().contains("LZX"));
}

#[test]
fn an_archive_without_files() {
    let empty = [zip(&[]), tar(&[("d/", b"")]), cab(&[], 0, &[]), gzip(&tar(&[("d/", b"")]))];
    for bytes in empty {
        let walked = walk_bytes(&bytes);
        assert_eq!(walked.names(), [""]);
        assert_eq!(walked.rows[0].sentence(), "the archive holds no file");
    }
}
