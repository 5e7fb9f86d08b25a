//! Rows as large runs have them, made one at a time: each number gives the same row every time.

use std::io;

use fragscope::triage::{Row, RowSplitter, RowStacks, Rows, Status};

const MIB: u64 = 1 << 20;

/// So many rows; none is kept.
pub struct Made(pub u64);

impl Rows for Made {
    fn each(&self, visit: &mut dyn FnMut(&Row) -> io::Result<()>) -> io::Result<()> {
        (0..self.0).try_for_each(|number| visit(&row(number)))
    }
}

/// Rows that are there.
pub struct Kept<'a>(pub &'a [Row]);

impl Rows for Kept<'_> {
    fn each(&self, visit: &mut dyn FnMut(&Row) -> io::Result<()>) -> io::Result<()> {
        self.0.each(visit)
    }
}

/// SplitMix64, which needs nothing but a seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A size between two, all magnitudes alike, in pages.
    fn size(&mut self, from: u64, to: u64) -> u64 {
        let share = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        let size = from as f64 * (to as f64 / from as f64).powf(share);
        size as u64 & !0xfff
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[(self.next() % words.len() as u64) as usize]
    }
}

/// The row of this number.
pub fn row(number: u64) -> Row {
    let mut random = Random(number.wrapping_mul(0xd134_2543_de82_ef95));
    let file = format!("uploads/2026-11-{:02}/{:08x}.dmp", 1 + number % 28, random.next() as u32);
    match random.next() % 100 {
        0..3 => failed(file, &mut random),
        3..45 => windows(file, &mut random),
        45..60 => commit(file, &mut random),
        60..70 => linux(file, &mut random),
        _ => fits(file, &mut random),
    }
}

fn failed(file: String, random: &mut Random) -> Row {
    let (status, message) = match random.next() % 5 {
        0 => (Status::Timeout, "reading it took longer than 30 s"),
        1 => (Status::OutOfMemory, "reading it needed more than 1 GiB"),
        2 => (Status::Crashed, "the process that read it ended with SIGSEGV"),
        _ => (Status::Unreadable, "no format that is known begins with these bytes: 00 00 00 00"),
    };
    Row { ms: (random.next() % 30_000) as f64, ..Row::failed(file, status, message.into()) }
}

/// What all that were read have.
fn read(file: String, random: &mut Random, verdict: &str, largest: u64, free: u64) -> Row {
    let gain = random.size(MIB, 512 * MIB);
    Row {
        status: Status::Ok,
        message: None,
        size: Some(random.size(MIB, 900 * MIB) + 77),
        mtime_ms: Some(1_790_000_000_000 + random.next() % 10_000_000_000),
        sha256: Some(format!(
            "{:016x}{:016x}{:016x}{:016x}",
            random.next(),
            random.next(),
            random.next(),
            random.next()
        )),
        verdict: Some(verdict.into()),
        largest: Some(largest),
        free: Some(free),
        fragmentation: Some((free - largest) as f64 / free.max(1) as f64 * 100.0),
        gaps: Some(random.next() % 4000),
        unusable: Some(random.size(4096, 64 * MIB)),
        reserved: Some(random.size(MIB, 700 * MIB)),
        committed: Some(random.size(200 * MIB, 1800 * MIB)),
        stacks: RowStacks { count: Some(random.next() % 300), bytes: Some(random.next() % 300 * MIB) },
        modules: Some(40 + random.next() % 200),
        evidence: Some("complete".into()),
        process: Some(random.pick(&["browser.exe", "renderd", "plugin-container.exe", "indexer"]).into()),
        pid: Some(random.next() % 65536),
        report: Some(format!("reports/{}.html", file.replace('/', "-"))),
        splitters: vec![RowSplitter {
            owner: random.pick(&["stacks of worker-*", "codec.dll", "arena 64 MiB"]).into(),
            gain,
        }],
        ms: (random.next() % 40_000) as f64 / 1000.0,
        file,
        ..Row::default()
    }
}

/// A process of 32 bits on Windows, whose request fits nowhere.
fn windows(file: String, random: &mut Random) -> Row {
    let free = random.size(90 * MIB, 1600 * MIB);
    let largest = random.size(MIB / 2, (free / 3).min(63 * MIB));
    let splitter = random.pick(&["stacks of worker-*", "codec.dll", "arena 64 MiB"]);
    Row {
        request: Some(64 * MIB),
        commit_left: Some(random.size(300 * MIB, 12_000 * MIB)),
        group: Some(format!("fragmented / 32 bits / {splitter}")),
        splitters: vec![RowSplitter { owner: splitter.into(), gain: random.size(MIB, 200 * MIB) }],
        bits: Some(32),
        os: Some("windows".into()),
        cpu: Some("x86".into()),
        format: Some("minidump".into()),
        writer: Some(random.pick(&["crashpad", "breakpad", "wine"]).into()),
        crash_reason: Some("0xe0000008".into()),
        advice: Some("stacks of 256 KiB".into()),
        ..read(file, random, "fragmented", largest, free)
    }
}

/// One that has room, on a system that has no memory left.
fn commit(file: String, random: &mut Random) -> Row {
    let free = random.size(900 * MIB, 3000 * MIB);
    let largest = random.size(128 * MIB, free);
    let left = if random.next().is_multiple_of(6) { 0 } else { random.size(4096, 60 * MIB) };
    Row {
        request: Some(64 * MIB),
        commit_left: Some(left),
        group: Some("commit-limit / 32 bits / –".into()),
        bits: Some(32),
        os: Some("windows".into()),
        cpu: Some("x86".into()),
        format: Some("minidump".into()),
        writer: Some("crashpad".into()),
        ..read(file, random, "commit-limit", largest, free)
    }
}

/// One on Linux with too many mappings: nobody knows there what could be committed.
fn linux(file: String, random: &mut Random) -> Row {
    let free = random.size(60_000_000 * MIB, 120_000_000 * MIB);
    let largest = random.size(free / 4, free);
    Row {
        vma_count: Some(65_400 + random.next() % 131),
        group: Some("mapping-limit / 64 bits / mappings of 8 KiB".into()),
        bits: Some(64),
        os: Some("linux".into()),
        cpu: Some("x86-64".into()),
        format: Some("elf-core".into()),
        writer: Some("kernel".into()),
        crash_reason: Some("SIGABRT".into()),
        ..read(file, random, "mapping-limit", largest, free)
    }
}

fn fits(file: String, random: &mut Random) -> Row {
    let free = random.size(500 * MIB, 3500 * MIB);
    let largest = random.size(70 * MIB, free);
    let is_whole = random.next() % 10 > 1;
    let verdict = if is_whole { "fits" } else { "cannot-tell" };
    let row = Row {
        request: is_whole.then_some(64 * MIB),
        commit_left: Some(random.size(200 * MIB, 14_000 * MIB)),
        group: Some(format!("{verdict} / 32 bits / –")),
        bits: Some(32),
        os: Some("windows".into()),
        cpu: Some("x86".into()),
        format: Some("minidump".into()),
        writer: Some("breakpad".into()),
        ..read(file, random, verdict, largest, free)
    };
    if is_whole {
        return row;
    }
    let message = "the dump has no memory information list, so that gaps are upper bounds".to_owned();
    Row { status: Status::Partial, message: Some(message), evidence: Some("partial".into()), ..row }
}
