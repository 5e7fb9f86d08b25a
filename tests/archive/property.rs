//! Any archive: going on behind k members gives the rest of a whole walk, and damage never more than sentences.

use fragscope::load::archive::{ArchiveLimits, Start};
use proptest::prelude::*;
use tempfile::TempDir;

use super::bytes::{Zipped, cab, gzip, tar, zip};
use super::{Row, file, walk_with};

/// An archive with archives in it.
fn archives() -> impl Strategy<Value = Vec<u8>> {
    let leaf = prop_oneof![
        Just(b"dump".to_vec()),
        prop::collection::vec(any::<u8>(), 0..2000),
        Just(vec![0u8; 70_000]),
        Just(b"PK\x03\x04 is no archive".to_vec()),
    ];
    let nested = leaf.prop_recursive(4, 24, 4, |inner| {
        (prop::collection::vec(("[a-c]\\.(dmp|extra)", inner), 0..4), 0..4u8)
            .prop_map(|(members, kind)| pack(&members, kind))
    });
    (nested.clone(), nested, 0..4u8)
        .prop_map(|(a, b, kind)| pack(&[("a.dmp".to_owned(), a), ("b".to_owned(), b)], kind))
}

fn pack(members: &[(String, Vec<u8>)], kind: u8) -> Vec<u8> {
    let zipped: Vec<Zipped> = members.iter().map(|(name, content)| Zipped::deflated(name, content)).collect();
    let plain: Vec<(&str, &[u8])> = members.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    match kind {
        0 => zip(&zipped),
        1 => tar(&plain),
        2 => gzip(&tar(&plain)),
        _ => cabinet(&plain),
    }
}

fn cabinet(members: &[(&str, &[u8])]) -> Vec<u8> {
    let all: Vec<u8> = members.iter().flat_map(|(_, content)| *content).copied().collect();
    let starts = members.iter().scan(0, |at, (_, content)| {
        *at += content.len() as u32;
        Some(*at - content.len() as u32)
    });
    let files: Vec<(&str, u32, u32)> =
        members.iter().zip(starts).map(|((name, content), start)| (*name, start, content.len() as u32)).collect();
    cab(&all.chunks(32_768).collect::<Vec<_>>(), 0, &files)
}

fn limits() -> impl Strategy<Value = ArchiveLimits> {
    let small = ArchiveLimits { members: 5, depth: 2, member_bytes: 1500, total_bytes: 9000 };
    prop_oneof![Just(ArchiveLimits::default()), Just(small)]
}

/// A row without the place where a damaged stream broke off, and what the decompressor says of it there: passing over a
/// member reads larger pieces than unpacking it, and may be past a wrong checksum before it sees it.
fn placeless(row: &Row) -> Row {
    let content = row.content.clone().map_err(|sentence| match sentence.split_once("cannot be read behind offset ") {
        Some((before, _)) => before.to_owned() + "cannot be read",
        None => sentence,
    });
    Row { content, ..row.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn going_on_gives_the_rest(
        mut bytes in archives(),
        limits in limits(),
        damage in prop::option::of((any::<prop::sample::Index>(), any::<u8>())),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        if let Some((at, value)) = damage {
            let at = at.index(bytes.len().max(1));
            // What begins otherwise is no archive.
            if at >= 300 { bytes[at] = value; }
        }
        if let Some(cut) = cut {
            bytes.truncate(bytes.len() - cut.index(bytes.len() - 512.min(bytes.len()) + 1).min(bytes.len()));
        }
        let folder = TempDir::new().unwrap();
        let path = file(&folder, "a", &bytes);
        prop_assume!(fragscope::load::archive::recognise_file(&path).unwrap().is_some());
        let whole = walk_with(&path, &limits, &Start::default());
        prop_assert_eq!(whole.count, whole.rows.len() as u64);
        prop_assert!(whole.count > 0);
        for skip in 0..=whole.rows.len() {
            let rest = walk_with(&path, &limits, &Start { skip: skip as u64, ..Start::default() });
            prop_assert_eq!(rest.count, whole.count);
            let differs = rest.rows.iter().zip(&whole.rows[skip..]).find(|(a, b)| placeless(a) != placeless(b));
            prop_assert!(differs.is_none(), "skip {}: {:?}", skip, differs);
        }
    }

    /// A parent that lost a worker at a member closes that member, and goes on behind it.
    #[test]
    fn closing_what_was_begun_gives_one_member_less_or_the_same(bytes in archives(), at in any::<prop::sample::Index>()) {
        let folder = TempDir::new().unwrap();
        let path = file(&folder, "a", &bytes);
        prop_assume!(fragscope::load::archive::recognise_file(&path).unwrap().is_some());
        let limits = ArchiveLimits::default();
        let whole = walk_with(&path, &limits, &Start::default());
        prop_assume!(!whole.begun.is_empty());
        let name = whole.begun[at.index(whole.begun.len())].clone();
        let rest = walk_with(&path, &limits, &Start { closed: vec![name.clone()], ..Start::default() });
        prop_assert!(!rest.begun.contains(&name));
        prop_assert!(rest.rows.iter().any(|row| row.name == name && row.sentence().contains("not unpacked")));
        prop_assert!(rest.count <= whole.count);
    }
}
