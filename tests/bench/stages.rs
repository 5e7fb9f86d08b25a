//! How long each stage takes: reading a dump, analysing it, writing the report. `cargo bench` runs them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_possible_truncation,
    reason = "a benchmark that fails panics"
)]

use std::io;

use divan::Bencher;
use fragscope::analyze::fit::{self, Placement};
use fragscope::analyze::{Analysis, Reach, advise, analyze};
use fragscope::heaps::NO_HEAPS;
use fragscope::load::{self, Dump, LoadOptions};
use fragscope::report::{self, Context, OwnerIds, Report, TextOptions};
use fragscope::triage::{Row, RowFile};

/// The writer of ELF cores that the tests use.
#[allow(dead_code, clippy::indexing_slicing, clippy::panic, reason = "test code, of which little is used here")]
#[path = "../synth"]
mod synth {
    pub mod bytes;
    pub mod elf_arch;
    pub mod elf_core;
    pub mod elf_notes;
    pub mod elf_process;
    pub mod elf_sections;
}

use synth::elf_arch::X86_64;
use synth::elf_core::{Core, Load};
use synth::elf_process::Thread;

fn main() {
    divan::main();
}

/// A dump by the name that the table shows.
#[derive(Clone, Copy)]
struct Input(&'static str, fn() -> Vec<u8>);

impl std::fmt::Display for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

const INPUTS: [Input; 4] = [
    Input("i386-legacy.core.zst", || sample("i386-legacy.core.zst")),
    Input("windows-2gb.dmp.zst", || sample("windows-2gb.dmp.zst")),
    Input("x86_64-mapping-limit.core.zst", || sample("x86_64-mapping-limit.core.zst")),
    Input("a core of 60,000 regions", large_core),
];

/// What crash uploads are like: triage reads thousands of them.
const SMALL: [Input; 5] = [
    Input("linux-x86_64.dmp", || sample("linux-x86_64.dmp")),
    Input("i386-legacy.maps", || sample("i386-legacy.maps")),
    Input("i386-truncated.core", || sample("i386-truncated.core")),
    Input("linux-i386.dmp.zst", || sample("linux-i386.dmp.zst")),
    Input("windows-no-map.dmp.zst", || sample("windows-no-map.dmp.zst")),
];

fn sample(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/sample-dumps/");
    std::fs::read(format!("{folder}{name}")).unwrap()
}

/// 60,000 mappings of two kinds with gaps between most of them, and 1,000 threads on stacks among them.
fn large_core() -> Vec<u8> {
    const PAGE: u64 = 0x1000;
    let start = |i: u64| 0x1000_0000 + (8 * i + i % 3) * PAGE;
    let loads = (0..60_000).map(|i| Load::new(start(i), (1 + i % 5) * PAGE, if i % 7 == 0 { "---" } else { "rw-" }));
    let threads = (0..1_000u32).map(|i| Thread::new(i + 1).sp(start(u64::from(i) * 60 + 1) + 0x800));
    let core = Core::new(X86_64).unmarked().program("synth", "synth").loads(loads);
    threads.fold(core, Core::thread).build().bytes
}

fn load(bytes: &[u8]) -> Dump<'_> {
    load::from_bytes(bytes, &LoadOptions::default()).unwrap()
}

/// Runs `stage` on the dump's answers.
fn with_answers(bencher: Bencher<'_, '_>, input: Input, stage: impl Fn(Context<'_>) + Sync) {
    let bytes = input.1();
    let dump = load(&bytes);
    let snapshot = dump.snapshot();
    let analysis: Analysis = analyze(snapshot);
    let counsel = advise(snapshot, &analysis);
    let ids = OwnerIds::new(&snapshot.owners);
    bencher.bench_local(|| {
        stage(Context { snapshot, analysis: &analysis, counsel: &counsel, ids: &ids, heaps: &NO_HEAPS })
    });
}

#[divan::bench(args = SMALL.into_iter().chain(INPUTS))]
fn loading(bencher: Bencher<'_, '_>, input: Input) {
    let bytes = input.1();
    bencher.bench_local(|| load(&bytes).snapshot().space.regions().len());
}

#[divan::bench(args = SMALL.into_iter().chain(INPUTS))]
fn analysis(bencher: Bencher<'_, '_>, input: Input) {
    let bytes = input.1();
    let dump = load(&bytes);
    bencher.bench_local(|| analyze(dump.snapshot()));
}

#[divan::bench(args = INPUTS)]
fn fit(bencher: Bencher<'_, '_>, input: Input) {
    let bytes = input.1();
    let dump = load(&bytes);
    let reach = Reach::of(dump.snapshot().space.bounds());
    let placement = Placement { size: 64 << 20, align: None };
    bencher.bench_local(|| fit::find(dump.snapshot(), reach, placement));
}

#[divan::bench(args = SMALL.into_iter().chain(INPUTS))]
fn advice(bencher: Bencher<'_, '_>, input: Input) {
    let bytes = input.1();
    let dump = load(&bytes);
    let analysis = analyze(dump.snapshot());
    bencher.bench_local(|| advise(dump.snapshot(), &analysis));
}

/// All that triage does with a dump: from bytes to a row.
#[divan::bench(args = SMALL.into_iter().chain(INPUTS))]
fn row(bencher: Bencher<'_, '_>, input: Input) {
    let bytes = input.1();
    bencher.bench_local(|| {
        let dump = load(&bytes);
        let snapshot = dump.snapshot();
        let analysis = analyze(snapshot);
        let counsel = advise(snapshot, &analysis);
        let cx =
            Context { snapshot, analysis: &analysis, counsel: &counsel, ids: &OwnerIds::default(), heaps: &NO_HEAPS };
        Row::of(cx, RowFile::default())
    });
}

/// Of that, the row itself.
#[divan::bench(args = SMALL.into_iter().chain(INPUTS))]
fn row_of_answers(bencher: Bencher<'_, '_>, input: Input) {
    with_answers(bencher, input, |cx| drop(divan::black_box(Row::of(cx, RowFile::default()))));
}

#[divan::bench(args = INPUTS)]
fn text(bencher: Bencher<'_, '_>, input: Input) {
    let write = |cx: Context<'_>| report::write_text(&mut io::sink(), cx, TextOptions::default()).unwrap();
    with_answers(bencher, input, write);
}

#[divan::bench(args = INPUTS)]
fn json(bencher: Bencher<'_, '_>, input: Input) {
    with_answers(bencher, input, |cx| report::write_json(&mut io::sink(), &Report::new(cx)).unwrap());
}
