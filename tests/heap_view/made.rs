//! Heaps with known figures, and the process that they are in.

use fragscope::addr::{Addr, AddrRange};
use fragscope::analyze::heaps::Answers;
use fragscope::analyze::{Counsel, analyze};
use fragscope::heaps::{
    Allocator, Arena, Bin, BinKind, Blocker, ChunkState, Free, Grade, Heap, Heaps, PageFill, Part, Role, SizeClass,
    Tally, Trim, Trouble, Tuning,
};
use fragscope::load::{self, LoadOptions};
use fragscope::report::{self, Context, HeapOptions, MarkdownOptions, OwnerIds, TextOptions};

const MAPS_32: &str = "\
08048000-0804c000 r-xp 00000000 fe:00 1 /usr/bin/host
0804c000-0894c000 rw-p 00000000 00:00 0 [heap]
f6a00000-f6b00000 rw-p 00000000 00:00 0
f7d00000-f7f00000 r-xp 00000000 fe:00 2 /usr/lib/libc.so.6
fffd0000-ffffe000 rw-p 00000000 00:00 0 [stack]
";
const MAPS_64: &str = "\
555555554000-555555560000 r-xp 00000000 fe:00 1 /usr/bin/host
555555560000-555555e60000 rw-p 00000000 00:00 0 [heap]
7ffff0000000-7ffff0100000 rw-p 00000000 00:00 0
7ffff7d00000-7ffff7f00000 r-xp 00000000 fe:00 2 /usr/lib/libc.so.6
7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0 [stack]
";

/// A process with these heaps, and what is said of it.
pub struct Made {
    pub wide: bool,
    pub heaps: Heaps,
}

impl Made {
    pub fn narrow(list: Vec<Heap>) -> Made {
        Made { wide: false, heaps: Heaps { list } }
    }

    pub fn wide(list: Vec<Heap>) -> Made {
        Made { wide: true, heaps: Heaps { list } }
    }

    pub fn with<R>(&self, look: impl FnOnce(Context<'_>) -> R) -> R {
        let maps = if self.wide { MAPS_64 } else { MAPS_32 };
        let dump = load::from_bytes(maps.as_bytes().to_vec(), &LoadOptions::default()).unwrap();
        let (analysis, counsel) = (analyze(dump.snapshot()), Counsel::default());
        let ids = OwnerIds::new(&dump.snapshot().owners);
        let (snapshot, heaps) = (dump.snapshot(), &self.heaps);
        look(Context { snapshot, analysis: &analysis, counsel: &counsel, ids: &ids, heaps })
    }

    pub fn text(&self, options: HeapOptions<'_>) -> String {
        self.with(|cx| written(|out| report::write_heap(out, cx, options)))
    }

    pub fn markdown(&self, options: HeapOptions<'_>) -> String {
        self.with(|cx| written(|out| report::write_heap_markdown(out, cx, options)))
    }

    pub fn html(&self, options: HeapOptions<'_>) -> String {
        self.with(|cx| written(|out| report::write_heap_html(out, cx, options)))
    }

    pub fn json(&self) -> serde_json::Value {
        let text =
            self.with(|cx| written(|out| report::write_json(out, &report::HeapReport::new(cx, &Answers::default()))));
        serde_json::from_str(&text).unwrap()
    }

    /// The whole report: text, Markdown, HTML.
    pub fn reports(&self) -> [String; 3] {
        self.with(|cx| {
            [
                written(|out| report::write_text(out, cx, TextOptions::default())),
                written(|out| report::write_markdown(out, cx, MarkdownOptions::default())),
                written(|out| report::write_html(out, cx, report::HtmlOptions::default())),
            ]
        })
    }
}

fn written(write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

pub const MEMORY: HeapOptions<'static> = HeapOptions {
    all: false,
    explain: false,
    color: false,
    unicode: false,
    answers: None,
    has_memory: true,
    command: None,
};
pub const ALL: HeapOptions<'static> = HeapOptions { all: true, ..MEMORY };

fn tally(count: u64, bytes: u64) -> Option<Tally> {
    Some(Tally { count, bytes })
}

fn free(sizes: &[u64]) -> Option<Free> {
    let mut free = Free::default();
    sizes.iter().for_each(|size| free.add(*size));
    Some(free)
}

fn range(start: u64, end: u64) -> AddrRange {
    AddrRange::new(Addr(start), Addr(end)).unwrap()
}

/// Two arenas, of which the second has a blocker.
pub fn glibc() -> Heap {
    let bins = vec![
        Bin { kind: BinKind::Fast, from: 32, to: 32, tally: Tally { count: 2, bytes: 64 } },
        Bin { kind: BinKind::Regular, from: 64, to: 64, tally: Tally { count: 3, bytes: 192 } },
    ];
    let main = Arena {
        main: true,
        system: Some(9 << 20),
        max_system: Some(10 << 20),
        reserved: 9 << 20,
        subheaps: 1,
        live: tally(1200, 4 << 20),
        cached: tally(300, 300 << 10),
        fast: tally(2, 64),
        free: free(&[64, 64, 64, 3 << 20, 1 << 20]),
        top: Some(132 << 10),
        threads: Some(1),
        bins,
        ..Arena::new(Addr(0xf7ef_97c0))
    };
    let blocker = Blocker { address: Addr(0xf6a8_0000), size: 160, state: ChunkState::Cached, free_below: 500_000 };
    let second = Arena {
        system: Some(1 << 20),
        max_system: Some(1 << 20),
        reserved: 1 << 20,
        subheaps: 1,
        live: tally(10, 200 << 10),
        cached: tally(1, 160),
        fast: tally(0, 0),
        free: free(&[800 << 10]),
        top: Some(20 << 10),
        threads: Some(2),
        trim: Some(Trim { memory: 700 << 10, address_space: 16 << 10, blocker: Some(blocker) }),
        ..Arena::new(Addr(0xf6a0_0010))
    };
    let mut fill = PageFill::new(range(0xf6a0_0000, 0xf6b0_0000));
    fill.add_free(range(0xf6a0_1000, 0xf6a0_1000 + (800 << 10)));
    let parts = vec![
        Part { range: range(0x0804_c000, 0x0894_c000), role: Role::MainBrk, fill: None },
        Part { range: range(0xf6a0_0000, 0xf6b0_0000), role: Role::ThreadHeap { arena: 1, heap: 0 }, fill: Some(fill) },
    ];
    Heap {
        layout: Some("glibc 2.27 to 2.42, safe-linking".into()),
        mmapped: tally(9, 5_537_792),
        arenas: vec![main, second],
        parts,
        tuning: Some(Tuning { mmap_threshold: 128 << 10, mmap_max: 65_536, ..Tuning::default() }),
        ..Heap::new(Allocator::Glibc, Grade::Exact)
    }
}

/// Three arenas of CPython: hardly used, half full, full.
pub fn python() -> Heap {
    let arena = |number: u64, live: u64| Arena {
        system: Some(256 << 10),
        reserved: 256 << 10,
        subheaps: 1,
        live: tally(live / 512, live),
        free: free(&vec![4096; usize::try_from(((256 << 10) - live) / 4096).unwrap()]),
        ..Arena::new(Addr(0xf600_0000 + number * (256 << 10)))
    };
    Heap {
        layout: Some("CPython 3.10 or later".into()),
        arenas: vec![arena(0, 8 << 10), arena(1, 128 << 10), arena(2, 256 << 10)],
        size_classes: vec![SizeClass { size: 512, pools: 98, used: 784, free: 100 }],
        ..Heap::new(Allocator::Cpython, Grade::Exact)
    }
}

/// One that was recognised only.
pub fn jemalloc() -> Heap {
    Heap { notes: vec!["libjemalloc.so.2 is loaded".into()], ..Heap::new(Allocator::Jemalloc, Grade::NotWalked) }
}

/// The same as [`glibc`], with a second arena whose walk broke.
pub fn broken() -> Heap {
    let mut heap = glibc();
    heap.grade = Grade::Partial;
    let second = &mut heap.arenas[1];
    (second.live, second.cached, second.fast, second.free, second.top) = (None, None, None, None, None);
    heap.troubles = vec![Trouble {
        code: "chunk-size",
        message: "the size of a chunk leads out of its heap".into(),
        at: Some(Addr(0xf6a2_0000)),
        covered: Some((128 << 10, 1 << 20)),
    }];
    heap
}
