//! NT heaps as images: a heap of each era and width is laid out by the documents' offsets, which stand here a second time, and the
//! walk must find the figures that the model was made of.

use std::collections::BTreeMap;

use fragscope::heaps::{self, Allocator, Effort, Grade, Heap, Tally};
use fragscope::load::{self, LoadOptions};

use crate::synth::minidump::Minidump;
use crate::synth::minidump_context::Cpu;
use crate::synth::minidump_memory::Memory64List;
use crate::synth::minidump_streams::{Thread, ThreadList};
use crate::synth::minidump_system::{SystemInfo, platform};

const PAGE: u64 = 4096;
const TEB: u64 = 0x7ef0_0000;
const PEB: u64 = 0x7efd_0000;
/// Subsegments lie beside the heap here: no block of it is theirs.
const SUBSEGMENTS: u64 = 0x0060_0000;
const LOOKASIDE: u64 = 0x0061_0000;

/// Which heap to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Era {
    Xp,
    Vista,
    Eight,
}

/// One image's choices.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub era: Era,
    pub wide: bool,
    pub encoded: bool,
    pub seed: u32,
}

/// What the model knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub live: Tally,
    pub fast: Tally,
    pub free: Tally,
    pub largest: u64,
    pub mapped: Tally,
    pub committed: u64,
    pub reserved: u64,
    pub segments: u64,
}

/// Offsets in _HEAP and _HEAP_SEGMENT.
struct Offsets {
    segment_signature: u64,
    segment_node: u64,
    segment_heap: u64,
    base: u64,
    pages: u64,
    first: u64,
    last: u64,
    uncommitted: u64,
    ranges: u64,
    encode_mask: u64,
    encoding: u64,
    signature: u64,
    total_free: u64,
    virtual_blocks: u64,
    segments: u64,
    free_lists: u64,
    head: u64,
}

const VISTA_32: Offsets = Offsets {
    segment_signature: 0x08,
    segment_node: 0x10,
    segment_heap: 0x18,
    base: 0x1c,
    pages: 0x20,
    first: 0x24,
    last: 0x28,
    uncommitted: 0x2c,
    ranges: 0x38,
    encode_mask: 0x4c,
    encoding: 0x50,
    signature: 0x64,
    total_free: 0x78,
    virtual_blocks: 0xa0,
    segments: 0xa8,
    free_lists: 0xc4,
    head: 0x588,
};

const VISTA_64: Offsets = Offsets {
    segment_signature: 0x10,
    segment_node: 0x18,
    segment_heap: 0x28,
    base: 0x30,
    pages: 0x38,
    first: 0x40,
    last: 0x48,
    uncommitted: 0x50,
    ranges: 0x60,
    encode_mask: 0x7c,
    encoding: 0x88,
    signature: 0xa0,
    total_free: 0xc8,
    virtual_blocks: 0x118,
    segments: 0x128,
    free_lists: 0x158,
    head: 0xa80,
};

const EIGHT_32: Offsets =
    Offsets { signature: 0x60, total_free: 0x74, virtual_blocks: 0x9c, segments: 0xa4, free_lists: 0xc0, ..VISTA_32 };

const EIGHT_64: Offsets = Offsets {
    signature: 0x98,
    total_free: 0xc0,
    virtual_blocks: 0x110,
    segments: 0x120,
    free_lists: 0x150,
    ..VISTA_64
};

const XP: Offsets = Offsets {
    segment_signature: 0x08,
    segment_node: 0,
    segment_heap: 0x10,
    base: 0x18,
    pages: 0x1c,
    first: 0x20,
    last: 0x24,
    uncommitted: 0x28,
    ranges: 0x30,
    encode_mask: 0,
    encoding: 0,
    signature: 0x08,
    total_free: 0x28,
    virtual_blocks: 0x50,
    segments: 0x58,
    free_lists: 0x178,
    head: 0x640,
};

/// A heap in the making.
pub struct Maker {
    plan: Plan,
    at: Offsets,
    key: [u8; 8],
    /// Pages by address.
    pages: BTreeMap<u64, Vec<u8>>,
    handle: u64,
    seed: u32,
    free: Vec<u64>,
    lookaside: Vec<u64>,
    subsegments: u64,
    pub figures: Figures,
}

impl Maker {
    fn new(plan: Plan) -> Maker {
        let at = match (plan.era, plan.wide) {
            (Era::Xp, _) => XP,
            (Era::Vista, false) => VISTA_32,
            (Era::Vista, true) => VISTA_64,
            (Era::Eight, false) => EIGHT_32,
            (Era::Eight, true) => EIGHT_64,
        };
        let handle = if plan.wide { 0x0215_0040_0000 } else { 0x0040_0000 };
        let key = if plan.encoded { [0x31, 0x14, 0xbf, 0x2c, 0x70, 0x5f, 0, 0] } else { [0; 8] };
        let mut maker = Maker {
            plan,
            at,
            key,
            pages: BTreeMap::new(),
            handle,
            seed: plan.seed,
            free: Vec::new(),
            lookaside: Vec::new(),
            subsegments: SUBSEGMENTS,
            figures: Figures::default(),
        };
        maker.make();
        maker
    }

    fn word(&self) -> u64 {
        if self.plan.wide { 8 } else { 4 }
    }

    fn unit(&self) -> u64 {
        2 * self.word()
    }

    fn random(&mut self, below: u32) -> u64 {
        self.seed = self.seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        u64::from((self.seed >> 8) % below)
    }

    fn put(&mut self, at: u64, bytes: &[u8]) {
        for (i, byte) in bytes.iter().enumerate() {
            let at = at + i as u64;
            let page = self.pages.entry(at / PAGE).or_insert_with(|| vec![0; PAGE as usize]);
            page[(at % PAGE) as usize] = *byte;
        }
    }

    fn put_word(&mut self, at: u64, value: u64) {
        let size = self.word() as usize;
        self.put(at, &value.to_le_bytes()[..size]);
    }

    fn put_u32(&mut self, at: u64, value: u32) {
        self.put(at, &value.to_le_bytes());
    }

    fn put_u16(&mut self, at: u64, value: u64) {
        self.put(at, &(value as u16).to_le_bytes());
    }

    /// A ring of list entries through `head`.
    fn link(&mut self, head: u64, nodes: &[u64]) {
        let ring: Vec<u64> = [head].iter().chain(nodes).copied().collect();
        for (i, node) in ring.iter().enumerate() {
            self.put_word(*node, ring[(i + 1) % ring.len()]);
            self.put_word(node + self.word(), ring[(i + ring.len() - 1) % ring.len()]);
        }
    }

    /// A block's header. x64 puts PreviousBlockPrivateData before it.
    fn entry(&mut self, at: u64, units: u64, flags: u8, previous: u64, unused: u8) {
        let [a, b] = (units as u16).to_le_bytes();
        let [e, f] = (previous as u16).to_le_bytes();
        let mut bytes = match self.plan.era {
            Era::Xp => [a, b, e, f, 0x5a, flags, unused, 0],
            _ => [a, b, flags, a ^ b ^ flags, e, f, 0, unused],
        };
        bytes.iter_mut().zip(self.key).for_each(|(byte, key)| *byte ^= key);
        let header = if self.plan.wide { 8 } else { 0 };
        self.put(at + header, &bytes);
    }

    fn make(&mut self) {
        self.head();
        let second = self.handle + 0x10_0000;
        let first_of_second = second + if self.plan.wide { 0x70 } else { 0x40 };
        // 40 pages with two holes and a reserved tail; 16 pages, all of them committed.
        self.segment(self.handle, self.handle + self.at.head + 0x40, 64, &[(0, 11), (15, 29), (30, 40)]);
        self.segment(second, first_of_second, 16, &[(0, 16)]);
        self.segment_list(second);
        self.virtual_block();
        self.finish_lists();
        self.process();
    }

    fn head(&mut self) {
        let (handle, at) = (self.handle, self.at.signature);
        self.put_u32(handle + at, 0xeeff_eeff);
        if self.plan.era != Era::Xp {
            let mask = if self.plan.encoded { 0x10_0000 } else { 0 };
            self.put_u32(handle + self.at.encode_mask, mask);
            let key = self.key;
            self.put(handle + self.at.encoding, &key);
        }
    }

    /// XP's first segment has its data behind the heap's; later ones share it.
    fn data_of(&self, base: u64) -> u64 {
        if self.plan.era == Era::Xp && base == self.handle { base + self.at.head } else { base }
    }

    /// A segment of `pages` pages with blocks in `runs`, which are committed.
    fn segment(&mut self, base: u64, first: u64, pages: u64, runs: &[(u64, u64)]) {
        let data = self.data_of(base);
        let committed: u64 = runs.iter().map(|(from, to)| to - from).sum();
        self.put_u32(data + self.at.segment_signature, 0xffee_ffee);
        self.put_word(data + self.at.segment_heap, self.handle);
        self.put_word(data + self.at.base, base);
        self.put_u32(data + self.at.pages, pages as u32);
        self.put_word(data + self.at.first, first);
        self.put_word(data + self.at.last, base + pages * PAGE);
        self.put_u32(data + self.at.uncommitted, (pages - committed) as u32);
        let mut descriptors = Vec::new();
        for (i, (from, to)) in runs.iter().enumerate() {
            for page in *from..*to {
                self.put(base + page * PAGE, &[]);
                self.pages.entry(base / PAGE + page).or_insert_with(|| vec![0; PAGE as usize]);
            }
            let next = runs.get(i + 1).map_or(pages, |run| run.0);
            let start = if *from == 0 { first } else { base + from * PAGE };
            descriptors.push(self.run(start, base + to * PAGE, (next - to) * PAGE));
        }
        self.ranges(data, &descriptors);
        self.figures.committed += committed * PAGE;
        self.figures.reserved += pages * PAGE;
        self.figures.segments += 1;
    }

    /// Blocks from `start` to `end`; behind them `hole` uncommitted bytes. Says where those are described.
    fn run(&mut self, start: u64, end: u64, hole: u64) -> (u64, u64, u64) {
        let own = if self.plan.era == Era::Xp { 0 } else { 4 };
        let mut left = (end - start) / self.unit() - own;
        let (mut at, mut previous) = (start, 0);
        while left > 0 {
            let units = self.block(at, left, previous);
            left -= units;
            at += units * self.unit();
            previous = units;
        }
        if own > 0 {
            self.entry(at, own, 1, previous, self.unit() as u8);
        }
        (at + self.unit(), end, hole)
    }

    /// Makes one block of at most `left` units.
    fn block(&mut self, at: u64, left: u64, previous: u64) -> u64 {
        let kind = self.random(10);
        let wanted = 2 + self.random(if kind == 0 { 300 } else { 40 });
        let group = 12 * 5 + 8;
        let units = match (kind, left) {
            (9, _) if self.plan.era != Era::Xp && left > 80 => return self.group(at, previous, group),
            (_, left) if left < wanted + 2 => left,
            _ => wanted,
        };
        let bytes = units * self.unit();
        match kind {
            0..3 => {
                self.entry(at, units, 0, previous, 0);
                self.free.push(at + self.unit());
                self.figures.free.add(bytes);
                self.figures.largest = self.figures.largest.max(bytes);
            }
            3 if self.plan.era == Era::Xp => {
                self.entry(at, units, 1, previous, self.unit() as u8);
                self.lookaside.push(at + self.unit());
                self.figures.fast.add(bytes);
            }
            _ => {
                let unused = self.unit() + self.random(self.unit() as u32);
                self.entry(at, units, 1, previous, unused as u8);
                self.figures.live.add(bytes);
            }
        }
        units
    }

    /// A busy, internal block with twelve blocks of five units.
    fn group(&mut self, at: u64, previous: u64, units: u64) -> u64 {
        let (count, block_units) = (12, 5);
        self.entry(at, units, 9, previous, self.unit() as u8);
        let header = at + self.unit();
        let stride = block_units * self.unit();
        let busy: Vec<bool> = (0..count).map(|_| self.random(3) > 0).collect();
        let first = match (self.plan.era, self.plan.wide) {
            (Era::Eight, false) => 0x20,
            (Era::Eight, true) => 0x40,
            (_, false) => 0x10,
            (_, true) => 0x20,
        };
        self.subsegment(header, block_units, count, busy.iter().filter(|busy| !**busy).count() as u64);
        let signature = match (self.plan.era, self.plan.wide) {
            (_, false) => 0x0c,
            (Era::Eight, true) => 0x14,
            (_, true) => 0x18,
        };
        self.put_u32(header + signature, 0xf0e0_d0c0);
        if self.plan.era == Era::Eight {
            self.bitmap(header, first | stride << 16, &busy);
        }
        for (number, busy) in busy.into_iter().enumerate() {
            let at = header + first + number as u64 * stride + if self.plan.wide { 8 } else { 0 };
            let unused = if busy { 0x80 | (self.unit() as u8 + 3) } else { 0x80 };
            self.put(at, &[0x8a, 0x60, 0x03, 0x7b, 0, 0, 0, unused]);
            let tally = if busy { &mut self.figures.live } else { &mut self.figures.fast };
            tally.add(stride);
        }
        units
    }

    fn subsegment(&mut self, header: u64, units: u64, count: u64, free: u64) {
        let at = self.subsegments;
        self.subsegments += 0x40;
        let (user_blocks, depth, size, number) = match (self.plan.era, self.plan.wide) {
            (Era::Eight, false) => (4, 0x10, 0x14, 0x18),
            (Era::Eight, true) => (8, 0x20, 0x24, 0x28),
            (_, false) => (4, 8, 0x10, 0x14),
            (_, true) => (8, 0x10, 0x18, 0x1c),
        };
        self.put_word(header, at);
        self.put_word(at + user_blocks, header);
        self.put_u16(at + depth, free);
        self.put_u16(at + size, units);
        self.put_u16(at + number, count);
    }

    /// EncodedOffsets and BusyBitmap. The key stands for the process's and the front end's address.
    fn bitmap(&mut self, header: u64, plain: u64, busy: &[bool]) {
        let (offsets, size, pointer, data) =
            if self.plan.wide { (0x18, 0x20, 0x28, 0x30) } else { (0x10, 0x14, 0x18, 0x1c) };
        self.put_u32(header + offsets, plain as u32 ^ header as u32 ^ 0x1234_abcd);
        self.put_u32(header + size, busy.len() as u32);
        self.put_word(header + pointer, header + data);
        let bits = busy.iter().enumerate().fold(0u32, |bits, (i, busy)| bits | u32::from(*busy) << i);
        self.put_u32(header + data, bits);
    }

    fn ranges(&mut self, data: u64, descriptors: &[(u64, u64, u64)]) {
        if self.plan.era == Era::Xp {
            let mut next = 0;
            for (i, (_, start, size)) in descriptors.iter().filter(|d| d.2 > 0).enumerate() {
                let node = LOOKASIDE + 0x8000 + (data & 0xff_0000) / 0x100 + i as u64 * 16;
                for (word, value) in [next, *start, *size].into_iter().enumerate() {
                    self.put_word(node + 4 * word as u64, value);
                }
                next = node;
            }
            return self.put_word(data + self.at.ranges, next);
        }
        let nodes: Vec<u64> = descriptors.iter().map(|(at, ..)| at + 2 * self.word()).collect();
        self.link(data + self.at.ranges, &nodes);
        for (at, start, size) in descriptors {
            self.put_word(at + 4 * self.word(), *start);
            self.put_word(at + 5 * self.word(), *size);
        }
    }

    fn segment_list(&mut self, second: u64) {
        let handle = self.handle;
        match self.plan.era {
            Era::Xp => {
                self.put_word(handle + self.at.segments, self.data_of(handle));
                self.put_word(handle + self.at.segments + 4, second);
            }
            _ => {
                let node = self.at.segment_node;
                self.link(handle + self.at.segments, &[handle + node, second + node]);
            }
        }
    }

    fn virtual_block(&mut self) {
        let (at, word) = (self.handle + 0x80_0000, self.word());
        self.link(self.handle + self.at.virtual_blocks, &[at]);
        self.put_word(at + 4 * word, 0x9_0000);
        self.put_word(at + 5 * word, 0xa_0000);
        self.entry(at + 6 * word, 0x123, 9, 0, 4);
        self.figures.mapped.add(0x9_0000);
    }

    fn finish_lists(&mut self) {
        let free = std::mem::take(&mut self.free);
        let lists = if self.plan.era == Era::Xp { 128 } else { 1 };
        for list in 0..lists {
            let nodes: Vec<u64> = free.iter().copied().skip(list).step_by(lists).collect();
            self.link(self.handle + self.at.free_lists + 8 * list as u64, &nodes);
        }
        self.put_word(self.handle + self.at.total_free, self.figures.free.bytes / self.unit());
        if self.plan.era == Era::Xp {
            self.put_word(self.handle + 0x580, LOOKASIDE);
            self.put(self.handle + 0x586, &[1]);
            self.put(LOOKASIDE + 128 * 0x30, &[0]);
            let blocks = std::mem::take(&mut self.lookaside);
            for (i, chunk) in blocks.chunks(4).enumerate() {
                let mut place = LOOKASIDE + (i as u64 % 128) * 0x30;
                for block in chunk {
                    self.put_word(place, *block);
                    place = *block;
                }
            }
        }
    }

    fn process(&mut self) {
        let (own, peb, heap, count, heaps) =
            if self.plan.wide { (0x30, 0x60, 0x30, 0xe8, 0xf0) } else { (0x18, 0x30, 0x18, 0x88, 0x90) };
        self.put_word(TEB + own, TEB);
        self.put_word(TEB + peb, PEB);
        self.put_word(PEB + heap, self.handle);
        self.put_u32(PEB + count, 1);
        self.put_word(PEB + heaps, PEB + 0x800);
        self.put_word(PEB + 0x800, self.handle);
    }

    /// The dump of a process with that heap.
    fn dump(&self) -> Vec<u8> {
        let cpu = if self.plan.wide { Cpu::Amd64 } else { Cpu::X86 };
        let mut memory = Memory64List::new();
        let mut run: Option<(u64, Vec<u8>)> = None;
        for (page, bytes) in &self.pages {
            match &mut run {
                Some((start, have)) if *start + have.len() as u64 == page * PAGE => have.extend(bytes),
                _ => {
                    memory = run.take().map_or(memory.clone(), |(start, have)| memory.range(start, &have));
                    run = Some((page * PAGE, bytes.clone()));
                }
            }
        }
        let memory = run.map_or(memory.clone(), |(start, have)| memory.range(start, &have));
        Minidump::new()
            .stream(SystemInfo::new(cpu, platform::WINDOWS_NT))
            .stream(ThreadList::new([Thread::new(1).teb(TEB)]))
            .stream(memory)
            .build()
            .bytes
    }
}

/// An image, and its figures.
pub fn image(plan: Plan) -> (Vec<u8>, Figures) {
    let maker = Maker::new(plan);
    (maker.dump(), maker.figures)
}

/// All plans: XP, and both later ones in both widths, encoded and not.
pub fn plans() -> Vec<Plan> {
    let mut all = vec![Plan { era: Era::Xp, wide: false, encoded: false, seed: 1 }];
    for era in [Era::Vista, Era::Eight] {
        for (wide, encoded) in [(false, true), (false, false), (true, true), (true, false)] {
            all.push(Plan { era, wide, encoded, seed: 2 });
        }
    }
    let again = all.clone();
    all.extend(again.into_iter().map(|plan| Plan { seed: plan.seed + 77, ..plan }));
    all
}

/// The one NT heap list of a dump, or none.
pub fn nt(bytes: &[u8]) -> Option<Heap> {
    let dump = load::from_bytes(bytes, &LoadOptions::default()).ok()?;
    let list = heaps::walk(dump.snapshot(), dump.memory(), Effort::Full).list;
    list.into_iter().find(|heap| heap.allocator == Allocator::Nt)
}

/// What a walk found, in the model's words.
fn figures(heap: &Heap) -> Figures {
    let arena = &heap.arenas[0];
    let free = arena.free.as_ref().unwrap();
    Figures {
        live: arena.live.unwrap(),
        fast: arena.fast.unwrap(),
        free: free.all,
        largest: free.largest,
        mapped: heap.mmapped.unwrap(),
        committed: arena.system.unwrap(),
        reserved: arena.reserved,
        segments: arena.subheaps,
    }
}

#[test]
fn every_era_is_walked_to_the_models_figures() {
    for plan in plans() {
        let (bytes, expected) = image(plan);
        let heap = nt(&bytes).unwrap_or_else(|| panic!("{plan:?}: no heap"));
        assert_eq!((heap.grade, &heap.troubles), (Grade::Experimental, &Vec::new()), "{plan:?}");
        assert_eq!(figures(&heap), expected, "{plan:?}");
        assert_eq!(heap.arenas.len(), 1, "{plan:?}");
        assert!(expected.fast.count > 3 && expected.free.count > 10 && expected.live.count > 100, "{expected:?}");
        let notes = heap.notes.join(" ");
        assert!(notes.contains("TotalFreeSize met in 1 of 1 heaps, free lists in 1 of 1"), "{plan:?}: {notes}");
        assert_eq!(notes.contains("checksums"), plan.encoded, "{plan:?}: {notes}");
    }
}

#[test]
fn layouts_are_told_by_the_signature() {
    let name = |era, wide, encoded| nt(&image(Plan { era, wide, encoded, seed: 5 }).0).unwrap().layout.unwrap();
    assert_eq!(name(Era::Xp, false, false), "Windows XP");
    assert_eq!(name(Era::Vista, true, true), "Windows Vista or 7, encoded headers");
    assert_eq!(name(Era::Eight, false, false), "Windows 8 to 11");
}

/// Without a TEB in the dump, heaps are found by their signature.
#[test]
fn without_a_peb_heaps_are_found_by_their_signature() {
    for plan in plans() {
        let mut maker = Maker::new(plan);
        maker.pages.remove(&(TEB / PAGE));
        let heap = nt(&maker.dump()).unwrap_or_else(|| panic!("{plan:?}: no heap"));
        assert_eq!(figures(&heap), maker.figures, "{plan:?}");
        assert!(!heap.arenas[0].main);
    }
}

/// A page that is missing is a trouble at its address, and nothing behind it counts as free or live.
#[test]
fn missing_pages_are_said() {
    for plan in plans() {
        let mut maker = Maker::new(plan);
        let lost = maker.handle / PAGE + 20;
        maker.pages.remove(&lost);
        let heap = nt(&maker.dump()).unwrap();
        assert_eq!(heap.grade, Grade::Partial, "{plan:?}");
        assert!(heap.troubles.iter().any(|t| t.code == "memory-missing" && t.at.is_some()), "{:?}", heap.troubles);
        let found = figures(&heap);
        assert!(found.live.bytes < maker.figures.live.bytes && found.committed == maker.figures.committed);
    }
}

/// A heap whose own sum is wrong says so.
#[test]
fn a_wrong_sum_is_a_trouble() {
    for plan in plans() {
        let mut maker = Maker::new(plan);
        let at = maker.handle + maker.at.total_free;
        maker.put_word(at, 5);
        let heap = nt(&maker.dump()).unwrap();
        assert_eq!(heap.grade, Grade::Partial, "{plan:?}");
        assert!(heap.troubles.iter().any(|t| t.code == "sum" && t.message.contains("TotalFreeSize is 5 units")));
    }
}

/// A segment heap is sized by the map, and not walked.
#[test]
fn segment_heaps_are_listed() {
    let mut maker = Maker::new(Plan { era: Era::Eight, wide: true, encoded: true, seed: 3 });
    let at = maker.handle + 0x10;
    maker.put_u32(at, 0xddee_ddee);
    let bytes = maker.dump();
    let dump = load::from_bytes(&bytes, &LoadOptions::default()).unwrap();
    let list = heaps::walk(dump.snapshot(), dump.memory(), Effort::Full).list;
    assert_eq!(list.len(), 1);
    assert_eq!((list[0].allocator, list[0].grade), (Allocator::SegmentHeap, Grade::NotWalked));
    let arena = &list[0].arenas[0];
    assert!(arena.main && arena.live.is_none() && arena.free.is_none() && arena.system.is_some_and(|s| s > 0));
}
