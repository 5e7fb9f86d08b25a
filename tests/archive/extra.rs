//! `.extra` files beside minidumps in archives.

use super::bytes::{Zipped, gzip, tar, zip};
use super::walk_bytes;

#[test]
fn belongs_to_the_dump_wherever_it_stands() {
    let files: [(&str, &[u8]); 5] =
        [("d/a.extra", b"{}"), ("d/a.dmp", b"A"), ("b.dmp.zst", b"B"), ("b.extra", b"{1}"), ("c.extra", b"{2}")];
    let zipped = zip(&files.map(|(name, content)| Zipped::deflated(name, content)));
    for bytes in [zipped, tar(&files)] {
        let walked = walk_bytes(&bytes);
        assert_eq!(walked.names(), ["d/a.dmp", "b.dmp.zst", "c.extra"]);
        let extras: Vec<Option<&[u8]>> = walked.rows.iter().map(|row| row.extra.as_deref()).collect();
        assert_eq!(extras, [Some(&b"{}"[..]), Some(b"{1}"), None]);
    }
    // A compressed tar is unpacked once, from its beginning to its end: nothing is known of what comes.
    let walked = walk_bytes(&gzip(&tar(&files)));
    assert_eq!(walked.rows.len(), 5);
}

#[test]
fn a_damaged_or_huge_one_is_a_member() {
    let mut damaged = Zipped::stored("a.extra", b"{}");
    damaged.crc ^= 1;
    let huge = Zipped::deflated("b.extra", &vec![b' '; 9 << 20]);
    let dumps = [Zipped::stored("a.dmp", b"A"), Zipped::stored("b.dmp", b"B")];
    let walked = walk_bytes(&zip(&[&dumps[..], &[damaged, huge]].concat()));
    assert_eq!(walked.names(), ["a.dmp", "b.dmp", "a.extra", "b.extra"]);
    assert!(walked.rows.iter().all(|row| row.extra.is_none()));
}
