//! Maps files: random lines, half-right lines, bytes that are no text.

use fragscope::analyze::{VerdictKind, analyze};
use fragscope::load::{self, LoadOptions};
use fragscope::model::{Evidence, Request, RequestSource};

use super::examine::examine;
use super::random::Random;
use super::watch::watched;

const RUNS: u64 = 400;

fn number(random: &mut Random) -> String {
    let value = random.next() >> random.below(64);
    match random.below(12) {
        0 => "ffffffffffffffff".into(),
        1 => "10000000000000000".into(),
        2 => String::new(),
        3 => "-1".into(),
        4 => "0".into(),
        _ => format!("{value:x}"),
    }
}

fn line(random: &mut Random) -> String {
    let start = (random.next() >> random.below(64)) & !0xfff;
    let range = match random.below(6) {
        0 => format!("{}-{}", number(random), number(random)),
        _ => format!("{start:x}-{:x}", start.saturating_add(random.next() >> (20 + random.below(40)))),
    };
    let rights = random.pick(&["rw-p", "r-xp", "---p", "rw-s", "r--p", "rwxp", "????", "rw", ""]);
    let names = [
        "",
        "[heap]",
        "[stack]",
        "[stack:7]",
        "[vdso]",
        "[vsyscall]",
        "/lib/libc.so.6",
        "/lib/ld-linux.so.2",
        "[anon:x]",
        "/a b (deleted)",
        "\u{202e}evil\u{1b}[31m",
        "[stack:",
        "]",
    ];
    format!("{range} {rights} {} fe:00 {} {}", number(random), random.below(1000), random.pick(&names))
}

fn file(random: &mut Random) -> Vec<u8> {
    let mut bytes = b"00010000-00011000 r-xp 00000000 fe:00 1 /bin/x\n".to_vec();
    for _ in 0..random.below(60) {
        let end = random.pick(&["\n", "\n", "\n", "\r\n", "\0\n", ""]);
        bytes.extend_from_slice(line(random).as_bytes());
        bytes.extend_from_slice(end.as_bytes());
    }
    if random.once_in(4) {
        let at = random.below(bytes.len());
        bytes[at] = random.next() as u8;
    }
    bytes
}

#[test]
fn random_maps_files() {
    for seed in 0..RUNS {
        let _watched = watched(format!("maps file of seed {seed}"));
        examine(&file(&mut Random::new(seed)), &LoadOptions::default());
    }
}

fn verdict(maps: &[u8]) -> (Evidence, Option<u64>, VerdictKind) {
    let request = Request { size: 64 << 20, align: None, source: RequestSource::User };
    let options = LoadOptions { request: Some(request), ..LoadOptions::default() };
    let dump = load::from_bytes(maps, &options).unwrap();
    let snapshot = dump.snapshot();
    (snapshot.evidence, snapshot.limits.vma_count, analyze(snapshot).verdict.kind)
}

const ROWS: &str =
    "00400000-00401000 r-xp 00000000 fe:00 1 /bin/app\n7ffffffde000-7ffffffff000 rw-p 0 00:00 0 [stack]\n";

#[test]
fn a_map_that_lost_rows_is_not_complete() {
    assert_eq!(verdict(ROWS.as_bytes()), (Evidence::Complete, Some(2), VerdictKind::Fits));
    let (first, _) = ROWS.split_once('\n').unwrap();
    // A full disk leaves zeros where the other rows were.
    let zeroed = [first.as_bytes(), b"\n", &[0; 4096]].concat();
    assert_eq!(verdict(&zeroed), (Evidence::Partial, None, VerdictKind::CannotTell));
}

#[test]
fn two_readings_of_a_map_are_no_count_of_mappings() {
    let many: String =
        (1..40_000u64).map(|i| format!("{:x}-{:x} rw-p 0 00:00 0\n", i << 13, (i << 13) + 4096)).collect();
    assert_eq!(verdict(many.as_bytes()), (Evidence::Complete, Some(39_999), VerdictKind::Fits));
    assert_eq!(verdict(many.repeat(2).as_bytes()), (Evidence::Partial, None, VerdictKind::CannotTell));
}
