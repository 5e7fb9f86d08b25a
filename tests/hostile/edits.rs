//! Questions to hostile dumps: random edits and sizes end in an answer or in one sentence, in bounded time.

use fragscope::addr::{Addr, AddrRange};
use fragscope::analyze::analyze;
use fragscope::analyze::fit::{self, Placement};
use fragscope::analyze::what_if::{Edit, Outcome, Pattern, Target, Trial, apply};
use fragscope::heaps::NO_HEAPS;
use fragscope::load::{LoadOptions, from_bytes};
use fragscope::model::{OwnerKind, Snapshot};
use fragscope::report::{self, Context, FitOptions, OwnerIds, WhatIfOptions};

use super::cost::measure;
use super::mutation::{Mutation, apply as mutate};
use super::random::Random;
use super::seeds;

/// A number with some liking for extremes.
fn number(random: &mut Random) -> u64 {
    let any = random.below(usize::MAX) as u64;
    match random.below(6) {
        0 => 0,
        1 => u64::MAX,
        2 => 1 << (any % 64),
        3 => (any % 0x10_0000) << 12,
        4 => any % 0x1_0000_0000,
        _ => any,
    }
}

/// An address, mostly where something begins or ends.
fn address(random: &mut Random, snapshot: &Snapshot) -> Addr {
    let regions = snapshot.space.regions();
    match regions.get(random.below(regions.len().max(1))) {
        Some(region) if random.below(4) > 0 => [region.range.start(), region.range.end()][random.below(2)],
        _ => Addr(number(random)),
    }
}

fn pattern(random: &mut Random, snapshot: &Snapshot) -> Pattern {
    let modules = &snapshot.modules;
    match modules.get(random.below(modules.len().max(1))) {
        Some(module) if random.below(2) == 0 => Pattern::new(&module.name),
        _ => Pattern::new(["*", "?*", "", "*a*", "\n*", "*\u{1b}*:"][random.below(6)]),
    }
}

fn edit(random: &mut Random, snapshot: &Snapshot) -> Edit {
    let thread = snapshot.threads.get(random.below(snapshot.threads.len().max(1))).map_or(0, |t| t.id);
    match random.below(14) {
        0 => Edit::StackSize { bytes: number(random), threads: None },
        1 => Edit::StackSize { bytes: number(random), threads: Some(pattern(random, snapshot)) },
        2 => Edit::Without(Target::Thread(thread)),
        3 => Edit::Without(Target::ThreadName(pattern(random, snapshot))),
        4 => Edit::Without(Target::Module(pattern(random, snapshot))),
        5 => Edit::Without(Target::Kind(OwnerKind::ALL[random.below(OwnerKind::ALL.len())])),
        6 => Edit::Without(Target::Region(address(random, snapshot))),
        7 => [Edit::LargeAddressAware, Edit::TopDown][random.below(2)].clone(),
        8 => Edit::UserVa(number(random)),
        9 => Edit::PackModules,
        10 => Edit::Rebase { module: pattern(random, snapshot), to: address(random, snapshot) },
        11 => Edit::Granularity(number(random)),
        12 => Edit::ArenaMax(number(random)),
        _ => match AddrRange::from_size(address(random, snapshot), number(random)) {
            Some(range) if random.below(2) == 0 => Edit::Unmap(range.grown_to(4096)),
            Some(range) => Edit::Add(range),
            None => Edit::PackModules,
        },
    }
}

/// Bytes that an answer may have.
const LONGEST: usize = 64 << 10;

/// Asks everything, and checks that the answers are bounded.
fn ask(snapshot: &Snapshot, random: &mut Random) {
    let analysis = analyze(snapshot);
    let (counsel, ids) = (fragscope::analyze::advise(snapshot, &analysis), OwnerIds::new(&snapshot.owners));
    let cx = Context { snapshot, analysis: &analysis, counsel: &counsel, ids: &ids, heaps: &NO_HEAPS };
    for _ in 0..3 {
        let align = (random.below(2) == 0).then(|| 1 << random.below(64));
        let found = fit::find(snapshot, analysis.reach, Placement { size: number(random).max(1), align });
        let options = FitOptions { explain: true, ..FitOptions::default() };
        bounded(|out| report::write_fit(out, cx, &found, options));
        bounded(|out| report::write_fit_html(out, cx, &found, options));
        report::write_json(&mut std::io::sink(), &report::FitReport::new(cx, &found)).unwrap();
        let edits: Vec<Edit> = (0..random.below(5)).map(|_| edit(random, snapshot)).collect();
        match apply(snapshot, &edits) {
            Ok(edited) => {
                let totals = analyze(&edited).totals;
                let span = edited.space.bounds().range.size();
                assert_eq!(totals.committed + totals.reserved + totals.free + totals.unknown, span, "{edits:?}");
                let trial = Trial::of(snapshot, Outcome::of(&analysis), &edited);
                let options = WhatIfOptions { explain: true, color: false };
                bounded(|out| report::write_what_if(out, cx, &edits, &trial, options));
                bounded(|out| report::write_what_if_html(out, cx, &edits, &trial, options));
            }
            Err(error) => {
                let sentence = error.to_string();
                assert!(edits.iter().any(|e| sentence.starts_with(&e.to_string())), "{sentence} names no edit");
            }
        }
    }
}

fn bounded(write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) {
    let mut text = Vec::new();
    write(&mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.len() < LONGEST, "{} bytes", text.len());
    assert!(!text.chars().any(|c| c != '\n' && c.is_control()), "{text:?}");
}

#[test]
fn questions_to_damaged_dumps() {
    let mut random = Random::new(4);
    for seed in seeds::synthetic() {
        for number in 0..6u64 {
            let mutation = if number == 0 { Mutation::None } else { Mutation::Random(number) };
            let bytes = mutate(&seed.image, &mutation, &seed.image.bytes);
            if let Ok(dump) = from_bytes(bytes.as_slice(), &LoadOptions::default()) {
                ask(dump.snapshot(), &mut random);
            }
        }
    }
}

#[test]
fn questions_to_truncated_samples() {
    let mut random = Random::new(5);
    for sample in crate::samples::ALL {
        let bytes =
            std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-dumps").join(sample.file));
        let bytes = bytes.unwrap();
        for part in [1, 2, 3] {
            let cut = bytes.get(..bytes.len() * part / 3).unwrap();
            if let Ok(dump) = from_bytes(cut, &LoadOptions::default()) {
                ask(dump.snapshot(), &mut random);
            }
        }
    }
}

/// Mappings of a process that has never been.
const MANY: u64 = 1_000_000;

#[test]
fn a_million_mappings() {
    let mut maps = String::new();
    for i in 0..MANY {
        let start = 0x10_0000 + i * 0x3000;
        maps.push_str(&format!("{start:x}-{:x} rw-p 0 0:0 0\n", start + 0x1000 * (1 + i % 2)));
    }
    let dump = from_bytes(maps.as_bytes(), &LoadOptions::default()).unwrap();
    let snapshot = dump.snapshot();
    assert!(snapshot.space.regions().len() as u64 >= MANY / 2);
    let reach = fragscope::analyze::Reach::of(snapshot.space.bounds());
    for size in [1 << 20, 1 << 30, 1 << 40] {
        let (found, cost) = measure(|| fit::find(snapshot, reach, Placement { size, align: None }));
        assert!(found.candidates.len() <= fit::MOST_CANDIDATES);
        // In a release build a tenth of it.
        assert!(cost.time.as_secs() < 5, "{:?} for {size}", cost.time);
    }
    let edits = [
        Edit::Granularity(1 << 16),
        Edit::Without(Target::Region(snapshot.space.regions()[MANY as usize / 4].range.start())),
        Edit::Without(Target::Kind(OwnerKind::Private)),
    ];
    let (edited, cost) = measure(|| apply(snapshot, &edits).unwrap());
    assert!(edited.space.regions().len() < 10);
    assert!(cost.time.as_secs() < 10, "{:?}", cost.time);
}
