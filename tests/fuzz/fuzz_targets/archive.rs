//! Archives of every kind: a whole walk, and one that goes on behind some members.
#![no_main]

use std::io::Write;

use fragscope::load::archive::{ArchiveLimits, Start, walk};
use fragscope::load::{LoadOptions, of_input};
use libfuzzer_sys::fuzz_target;

/// Names and sentences of the members.
fn members(path: &std::path::Path, start: &Start) -> Option<(u64, Vec<String>)> {
    let limits = ArchiveLimits { members: 200, depth: 3, member_bytes: 1 << 20, total_bytes: 8 << 20 };
    let mut found = Vec::new();
    let count = walk(path, &limits, start, &mut |_| {}, &mut |member| {
        let dump =
            member.content.and_then(|input| of_input(input, member.extra.as_deref(), &[], &LoadOptions::default()));
        // Passing over a member meets damage in the stream at another place than unpacking it.
        let sentence = dump.err().map(|e| e.to_string().split(" behind offset ").next().map(str::to_owned));
        found.push(format!("{} {:?} {:?} {sentence:?} {:?}", member.name, member.size, member.cut, member.modified));
    });
    count.ok().map(|count| (count, found))
}

fuzz_target!(|data: &[u8]| {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(data).expect("room for it");
    let Some((count, whole)) = members(file.path(), &Start::default()) else { return };
    assert_eq!(count, whole.len() as u64);
    let skip = whole.len() / 2;
    let start = Start { skip: skip as u64, ..Start::default() };
    let rest = members(file.path(), &start).expect("it is an archive");
    assert_eq!((rest.0, &rest.1[..]), (count, &whole[skip..]));
});
