//! What malloc really does, asked after the answer: asked.c forks for each size, and each child calls malloc once.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use fragscope::addr::Addr;
use fragscope::analyze::analyze;
use fragscope::analyze::heaps::serving::{Fits, Source};
use fragscope::analyze::heaps::{Inside, Serving, arena_of, glibc};
use fragscope::heaps::{self, Effort, Heap, Role};
use fragscope::load::{self, Dump, LoadOptions};

/// Sizes that are asked for besides those at the edges of what is free.
const SIZES: [u64; 13] = [
    2000,
    5000,
    40_000,
    100_000,
    130_000,
    131_056,
    200_000,
    400_000,
    700_000,
    1_500_000,
    3_000_000,
    40_000_000,
    100_000_000,
];

/// A running asked.c.
struct Asked {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// The lines before it was ready.
    said: Vec<String>,
}

impl Asked {
    /// `None` where there is no compiler for that width.
    fn run(bits: &str, mode: &str) -> Option<Asked> {
        let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/heap_ask/asked.c");
        let program = std::env::temp_dir().join(format!("fragscope-asked-{}{bits}-{mode}", std::process::id()));
        let built = Command::new("gcc").args([bits, "-O1", "-pthread", "-o"]).arg(&program).arg(source).output();
        if !built.is_ok_and(|built| built.status.success()) {
            eprintln!("not checked: no gcc {bits}");
            return None;
        }
        let spawned = Command::new(&program).arg(mode).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = spawned.unwrap();
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut asked = Asked { child, input, output, said: Vec::new() };
        loop {
            match asked.line().as_str() {
                "ready" => break,
                "" => panic!("asked.c ended: {:?}", asked.child.wait()),
                line => asked.said.push(line.to_owned()),
            }
        }
        std::fs::remove_file(program).unwrap();
        Some(asked)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    fn malloc(&mut self, size: u64) -> String {
        writeln!(self.input, "{size}").unwrap();
        self.line()
    }

    fn dump(&self) -> Dump<'static> {
        load::live(u64::from(self.child.id()), load::Detail::Full, &LoadOptions::default()).unwrap()
    }

    /// The addresses behind a word.
    fn said(&self, word: &str) -> Vec<Vec<&str>> {
        let lines = self.said.iter().map(|line| line.split(' ').collect::<Vec<_>>());
        lines.filter(|words| words[0] == word).collect()
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn hex(text: &str) -> u64 {
    u64::from_str_radix(text.trim_start_matches("0x"), 16).unwrap()
}

/// The word that asked.c would say; `None` where the answer is not certain.
fn predicted(serving: &Serving, heap: &Heap) -> Option<&'static str> {
    let main = heap.arenas.iter().position(|a| a.main).unwrap();
    let uncertain = matches!(serving.arenas[main].inside, Inside::PerhapsMerged(_) | Inside::PerhapsCached);
    match serving.source(heap, main) {
        _ if uncertain => None,
        Source::Inside(_) => Some("inside"),
        Source::Step(step) if step.fits == Fits::Yes => Some(step.kind.name()),
        Source::OtherArena => None,
        Source::Refused => Some("nothing"),
        other => panic!("{other:?}"),
    }
}

/// All sizes of interest: those above, and to the byte what the largest chunk and top hold.
fn sizes(heap: &Heap, word: u64) -> Vec<u64> {
    let main = heap.arenas.iter().find(|a| a.main).unwrap();
    let (largest, top) = (main.free.as_ref().unwrap().largest, main.top.unwrap());
    let edges = [largest - word, largest - word + 1, top - 4 * word - word, top - 4 * word];
    SIZES.into_iter().chain(edges).collect()
}

fn check(bits: &str, mode: &str) -> Option<Vec<String>> {
    let mut asked = Asked::run(bits, mode)?;
    let dump = asked.dump();
    let snapshot = dump.snapshot();
    let heaps = heaps::walk(snapshot, dump.memory(), Effort::Full);
    let heap = glibc(&heaps).expect("a glibc heap");
    let analysis = analyze(snapshot);
    let mut seen = Vec::new();
    for size in sizes(heap, u64::from(snapshot.platform.width.bytes())) {
        let serving = Serving::of(snapshot, &analysis, &heaps, size).unwrap();
        let truth = asked.malloc(size);
        if let Some(predicted) = predicted(&serving, heap) {
            assert_eq!(predicted, truth, "{bits} {mode}: malloc({size}): {serving:#?}");
            seen.push(truth);
        }
    }
    if let [blocker] = asked.said("blocker").as_slice() {
        let brk = Serving::of(snapshot, &analysis, &heaps, 1).unwrap().brk.unwrap();
        assert_eq!(brk.blocked.unwrap().start, Addr(hex(blocker[1])));
    }
    threads(&asked, &dump, heap);
    Some(seen)
}

/// Each thread's arena is the one that its allocation lies in.
fn threads(asked: &Asked, dump: &Dump<'_>, heap: &Heap) {
    let told = asked.said("thread");
    assert_eq!(told.len(), 2);
    for words in told {
        let (id, pointer) = (words[1].parse::<u64>().unwrap(), Addr(hex(words[2])));
        let part = heap.parts.iter().find(|part| part.range.contains(pointer)).unwrap();
        let Role::ThreadHeap { arena, .. } = part.role else { panic!("{:?}", part.role) };
        let thread = dump.snapshot().threads.iter().find(|thread| thread.id == id).unwrap();
        assert_eq!(arena_of(dump.snapshot(), dump.memory(), heap, thread), Some(arena as usize));
    }
    let main = dump.snapshot().threads.iter().find(|thread| thread.id == u64::from(asked.child.id())).unwrap();
    assert_eq!(arena_of(dump.snapshot(), dump.memory(), heap, main), Some(0));
}

fn both(mode: &str, expected: &[&str]) {
    for bits in ["-m64", "-m32"] {
        if let Some(seen) = check(bits, mode) {
            assert!(seen.len() >= 8, "{seen:?}");
            expected.iter().for_each(|word| assert!(seen.iter().any(|s| s == word), "{bits} {word}: {seen:?}"));
        }
    }
}

#[test]
fn a_plain_process_serves_what_was_predicted() {
    both("plain", &["inside", "mmap", "brk"]);
}

#[test]
fn what_blocks_brk_is_named_and_pieces_come_from_elsewhere() {
    both("blocked", &["inside", "mmap", "main-piece"]);
}

#[test]
fn a_limit_refuses_what_was_predicted() {
    both("limited", &["inside", "nothing"]);
}
