//! Names that are made to harm: megabytes long, full of escape sequences and marks that turn the direction of writing,
//! in every place that is printed.

use fragscope::analyze::{advise, analyze};
use fragscope::heaps::NO_HEAPS;
use fragscope::load::{LoadOptions, from_bytes};
use fragscope::report::{self, Around, Context, MapOptions, OwnerIds, Report, TextOptions, ThreadsReport};

use super::cost;
use crate::synth::elf_arch;
use crate::synth::elf_core::{Core, Load};
use crate::synth::elf_notes::MappedFile;
use crate::synth::elf_process::Thread;
use crate::synth::minidump::Minidump;
use crate::synth::minidump_context::{Context as Registers, Cpu};
use crate::synth::minidump_modules::{Module, ModuleList, UnloadedModuleList};
use crate::synth::minidump_streams::{Thread as DumpThread, ThreadList, ThreadNames};
use crate::synth::minidump_system::{SystemInfo, platform};

const WIDTH: usize = 100;
/// The limit of an input's memory, which counts what is allocated at one time.
const MEMORY: u64 = 256 << 20;

/// All that is printed about a dump: the long report, the threads, JSON.
fn printed(bytes: &[u8]) -> (String, String) {
    let dump = from_bytes(bytes, &LoadOptions::default()).unwrap();
    let analysis = analyze(dump.snapshot());
    let counsel = advise(dump.snapshot(), &analysis);
    let ids = OwnerIds::new(&dump.snapshot().owners);
    let cx = Context { snapshot: dump.snapshot(), analysis: &analysis, counsel: &counsel, ids: &ids, heaps: &NO_HEAPS };
    let (mut text, mut json) = (Vec::new(), Vec::new());
    report::write_text(&mut text, cx, TextOptions { all: true, explain: true, color: false, unicode: false }).unwrap();
    report::write_threads(&mut text, cx, false).unwrap();
    for region in dump.snapshot().space.regions() {
        let focus = report::around(cx, &Around::Addr(region.range.start())).unwrap();
        let range = Some(focus.neighbourhood(dump.snapshot().space.bounds().range));
        report::write_map(&mut text, cx, &MapOptions { range, focus: Some(focus), ..MapOptions::default() }).unwrap();
        report::write_at(&mut text, cx, region.range.start(), false).unwrap();
    }
    report::write_json(&mut json, &Report::new(cx)).unwrap();
    report::write_json(&mut json, &ThreadsReport::new(cx)).unwrap();
    (String::from_utf8(text).unwrap(), String::from_utf8(json).unwrap())
}

fn check(name: &str, bytes: &[u8]) {
    let (text, json) = printed(bytes);
    let harmful = |c: char| {
        (c.is_control() && c != '\n')
            || ('\u{202a}'..='\u{202e}').contains(&c)
            || ('\u{2066}'..='\u{2069}').contains(&c)
    };
    for output in [&text, &json] {
        assert!(!output.chars().any(harmful), "{name}: {:?}", output.chars().find(|c| harmful(*c)));
    }
    let long = text.lines().find(|l| l.chars().count() > WIDTH);
    assert_eq!(long, None, "{name}");
    for document in json.lines() {
        serde_json::from_str::<serde_json::Value>(document).unwrap();
    }
}

const NASTY: [&str; 5] = [
    "\u{1b}[2J\u{1b}]0;owned\u{7}",
    "\u{9b}31m\u{90}q\u{9c}",
    "exe\u{202e}gpj.\u{2066}x\u{2069}",
    "a\r\nb\tc\u{7f}\u{8}",
    "\u{2028}\u{200b}\u{feff}\u{e0041}",
];

fn threads(count: u32) -> ThreadList {
    ThreadList::new((1..=count).map(|id| {
        let stack = 0x1000_0000 + u64::from(id) * 0x1_0000;
        DumpThread::new(id).context(Registers::new(Cpu::Amd64, stack + 0x800, 0x40_0000)).stack_range(stack, 0x1000)
    }))
}

fn minidump(name: &str) -> Vec<u8> {
    let module = |base, size| Module::new(base, size, name);
    // The last has no bytes, and is named in a diagnostic.
    let modules = vec![module(0x40_0000, 0x1000), module(0x50_0000, 0x1000), module(0x60_0000, 0)];
    Minidump::new()
        .stream(SystemInfo::new(Cpu::Amd64, platform::WINDOWS_NT))
        .stream(threads(2))
        .stream(ThreadNames((1..=2).map(|id| (id, name.to_string())).collect()))
        .stream(ModuleList(modules))
        .stream(UnloadedModuleList(vec![(0x70_0000, 0x1000, name.to_string())]))
        .build()
        .bytes
}

/// A core of this program with this file mapped.
pub fn core(program: &str, file: &str) -> Vec<u8> {
    Core::new(elf_arch::X86_64)
        .program(program, program)
        .thread(Thread::new(7).sp(0x7fff_0000).pc(0x40_0000))
        .load(Load::new(0x40_0000, 0x1000, "r-x"))
        .load(Load::new(0x7ffe_0000, 0x2_0000, "rw-"))
        .files([MappedFile::new(0x40_0000, 0x40_1000, 0, file)])
        .build()
        .bytes
}

#[test]
fn nothing_reaches_the_terminal() {
    for name in NASTY {
        let short: String = name.chars().take(4).collect();
        check(name, &core(&short, name));
        check(name, &minidump(name));
        let line = name.replace('\n', "");
        check(
            name,
            format!("00400000-00401000 r-xp 0 0:0 1 /{line}\n00402000-00403000 rw-p 0 0:0 0 [anon:{line}]\n")
                .as_bytes(),
        );
    }
}

#[test]
fn no_line_is_longer_than_the_page() {
    for name in [&"x".repeat(3000), &"\u{1b}".repeat(3000), &"y ".repeat(3000)] {
        check("long", &core("program", name));
        check("long", &minidump(name));
        check("long", format!("00400000-00401000 r-xp 00000000 00:00 1 /{name}\n").as_bytes());
    }
}

#[test]
fn a_name_of_megabytes_costs_no_memory() {
    for letter in ["a", "\u{1b}", "\u{202e}"] {
        let name = format!("/{}", letter.repeat((15 << 20) / letter.len()));
        let bytes = core("program", &name);
        let (_, cost) = cost::measure(|| printed(&bytes));
        assert!(cost.memory < MEMORY / 4, "{} MiB", cost.memory >> 20);
    }
}

// Each of these names is as long as a line may be, of a byte that is no UTF-8 and becomes three.
#[test]
fn many_long_names_cost_no_memory() {
    let mut maps = Vec::new();
    for i in 0..1200u64 {
        let start = 0x1000_0000 + i * 0x2000;
        maps.extend_from_slice(format!("{start:x}-{:x} r-xp 00000000 00:00 1 /", start + 0x1000).as_bytes());
        maps.extend(std::iter::repeat_n(0xff, 65_000));
        maps.push(b'\n');
    }
    let (_, cost) = cost::measure(|| {
        let dump = from_bytes(maps.as_slice(), &LoadOptions::default()).unwrap();
        assert_eq!(dump.snapshot().space.regions().len(), 1200);
    });
    assert!(cost.memory < MEMORY, "{} MiB", cost.memory >> 20);
}

// 16 KiB each, and one and the same in the file.
#[test]
fn one_name_of_many_modules_is_not_read_for_each() {
    let long = Module::new(0x40_0000, 0x1000, &"\u{202e}".repeat(20_000));
    let others = (1..30_000).map(|i| Module::new(0x40_0000 + i * 0x1000, 0x1000, "x"));
    let modules = ModuleList(std::iter::once(long).chain(others).collect());
    let system = SystemInfo::new(Cpu::Amd64, platform::WINDOWS_NT);
    let mut bytes = Minidump::new().stream(system).stream(modules).build().bytes;
    let word = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let slots = (0..word(&bytes, 8)).map(|i| word(&bytes, 12) + 12 * i);
    let list = slots.filter(|slot| word(&bytes, *slot) == 4).map(|slot| word(&bytes, slot + 8)).next().unwrap();
    // MINIDUMP_MODULE has 108 bytes; ModuleNameRva is at 20.
    let name: [u8; 4] = bytes[list + 24..list + 28].try_into().unwrap();
    for i in 0..30_000 {
        let at = list + 4 + 108 * i + 20;
        bytes[at..at + 4].copy_from_slice(&name);
    }
    let (_, cost) =
        cost::measure(|| from_bytes(bytes.as_slice(), &LoadOptions::default()).unwrap().snapshot().modules.len());
    assert!(cost.time.as_millis() < 1000, "{:?}", cost.time);
}
