//! Dumps that claim, or really hold, absurd numbers of things: a million threads, modules, ranges, notes, lines. What a
//! program does for each pair of them is not done in 2 s.

use std::time::Duration;

use fragscope::load::LoadOptions;

use super::examine::{Outcome, examine, is_long_run};
use super::watch::watched;
use crate::synth::elf_arch::{self, Arch};
use crate::synth::elf_core::{Core, Load};
use crate::synth::elf_notes::{MappedFile, at};
use crate::synth::elf_process::{Style, Thread};
use crate::synth::minidump::{Minidump, stream_type};
use crate::synth::minidump_context::{Context, Cpu};
use crate::synth::minidump_memory::{Memory64List, MemoryInfoList, MemoryList, Region, protect};
use crate::synth::minidump_modules::{Module, ModuleList, UnloadedModuleList};
use crate::synth::minidump_streams::{Thread as DumpThread, ThreadList, ThreadNames};
use crate::synth::minidump_system::{SystemInfo, platform};
use crate::synth::teb::Teb;

/// How many there are of a kind. In the long run, enough that work for each pair of them takes minutes.
fn many() -> u64 {
    if is_long_run() { 200_000 } else { 10_000 }
}

const PAGE: u64 = 0x1000;

fn survives(name: &str, bytes: &[u8]) {
    let _watched = watched(name.to_string());
    let (outcome, cost) = examine(bytes, &LoadOptions::default());
    println!("{name}: {} bytes, {outcome:?}, {:.0?}, {} KiB", bytes.len(), cost.time, cost.memory >> 10);
    assert_eq!(outcome, Outcome::Report, "{name}");
}

fn core(arch: Arch) -> Core {
    Core::new(arch).unmarked().program("synth", "synth").thread(Thread::new(7).sp(0x7fff_0000).pc(0x40_0000))
}

#[test]
fn a_segment_that_claims_half_the_address_space() {
    for size in [1 << 62, (1 << 63) - PAGE] {
        let core = core(elf_arch::X86_64).load(Load::new(0x1000_0000, size, "rw-"));
        survives("huge segment", &core.build().bytes);
    }
    let dumped = core(elf_arch::X86_64).load(Load::new(0, PAGE, "rw-").dumped());
    let image = dumped.load(Load::new(1 << 40, PAGE, "rw-").dumped());
    let image = core_with_marks(image);
    survives("huge p_filesz", &image);
}

/// A segment whose file size is falsified to petabytes.
fn core_with_marks(core: Core) -> Vec<u8> {
    let mut bytes = core.build().bytes;
    let phdr = 64 + 2 * 56;
    for field in [32, 40] {
        bytes[phdr + field..phdr + field + 8].copy_from_slice(&(1u64 << 60).to_le_bytes());
    }
    bytes
}

/// The first heap chunk begins 16 bytes into the heap: behind the last address.
#[test]
fn a_heap_at_the_last_addresses() {
    let exe = u64::MAX - 0x2009;
    let core = core(elf_arch::X86_64)
        .auxv(&[(at::PHDR, exe + 64)])
        .files([MappedFile::new(exe, exe + 0x1000, 0, "/bin/x")])
        .load(Load::new(exe, 0x1000, "r-x"))
        .load(Load::new(exe + 0x2000, 8, "rw-").dumped());
    survives("heap at the end", &core.build().bytes);
}

#[test]
fn many_threads_of_a_core() {
    let threads = (0..many() as u32).map(|tid| Thread::new(tid + 1).sp(0x2000_0800).tls(0x2000_0900));
    let stack = Load::new(0x2000_0000, PAGE, "rw-").dumped();
    let threaded = threads.fold(core(elf_arch::X86_64).load(stack.clone()), Core::thread);
    survives("threads with one TCB", &threaded.build().bytes);
    let searching = (0..many() as u32).map(|tid| Thread::new(tid + 1).sp(0x2000_0000));
    // Without a thread pointer, each thread's stack is searched for one.
    let stack = Load::new(0x2000_0000, 0x40_0000, "rw-").dumped();
    let threaded = searching.fold(core(elf_arch::X86).style(Style::Gdb13).load(stack), Core::thread);
    survives("threads to search a stack for", &threaded.build().bytes);
}

#[test]
fn many_segments_and_files() {
    let places = || (0..many()).map(|i| 0x1000_0000 + 2 * i * PAGE);
    let apart = places().map(|start| Load::new(start, PAGE, "rw-"));
    survives("segments apart", &core(elf_arch::X86_64).loads(apart).build().bytes);
    let nested = (0..many()).map(|i| Load::new(0x1000_0000 + i * PAGE, (2 * many() - 2 * i) * PAGE, "rw-"));
    survives("segments inside each other", &core(elf_arch::X86_64).loads(nested).build().bytes);
    let files = places().map(|start| MappedFile::new(start, start + PAGE, 0, "/lib/x.so"));
    let code = places().map(|start| Load::new(start, PAGE, "r-x"));
    survives("modules of one page", &core(elf_arch::X86_64).loads(code).files(files).build().bytes);
    let overlapping = (0..many()).map(|i| MappedFile::new(0x1000_0000 + i * PAGE, u64::MAX / 2, 0, "/lib/y.so"));
    let one = core(elf_arch::X86_64).load(Load::new(0x1000_0000, PAGE, "r-x"));
    survives("overlapping files", &one.files(overlapping).build().bytes);
}

fn windows() -> Minidump {
    Minidump::new().stream(SystemInfo::new(Cpu::Amd64, platform::WINDOWS_NT))
}

/// Regions of one page, all of one allocation: what a stack's reservation is made of.
fn one_allocation(count: u64) -> MemoryInfoList {
    let page =
        |i| Region::committed(0x1000_0000 + i * PAGE, PAGE, [protect::READWRITE, protect::READONLY][(i % 2) as usize]);
    MemoryInfoList::new((0..count).map(|i| page(i).allocation(0x1000_0000)))
}

#[test]
fn many_threads_of_a_minidump() {
    let context = |i: u64| Context::new(Cpu::Amd64, 0x1000_0800 + i * PAGE, 0x40_0000);
    let threads = || {
        (0..many() / 4)
            .map(|i| DumpThread::new(i as u32 + 1).context(context(i)).stack_range(0x1000_0000 + i * PAGE, 0x1000))
    };
    survives(
        "threads in one allocation",
        &windows().stream(ThreadList::new(threads())).stream(one_allocation(many())).build().bytes,
    );
    let names = (0..many() as u32).map(|id| (id % 100, "name".to_string())).collect();
    survives("names", &windows().stream(ThreadList::new(threads())).stream(ThreadNames(names)).build().bytes);
}

#[test]
fn many_threads_that_share_a_teb() {
    let teb = Teb::amd64(0x7ffd_e000, 1).stack(0x1000_0000, 0x1000_0000, 0x7000_0000);
    let thread = |i: u64| {
        DumpThread::new(i as u32 + 1).teb(0x7ffd_e000).context(Context::new(Cpu::Amd64, 0x1000_0800, 0x40_0000))
    };
    let dump = windows()
        .stream(ThreadList::new((0..many() / 4).map(thread)))
        .stream(one_allocation(many()))
        .stream(Memory64List::new().range(0x7ffd_e000, &teb.bytes()));
    survives("threads with one TEB", &dump.build().bytes);
    let apart = |i: u64| DumpThread::new(i as u32 + 1).teb(0x1000_0000 + i * PAGE);
    let dump = windows().stream(ThreadList::new((0..many() / 4).map(apart))).stream(MemoryInfoList::new(
        (0..many() / 4).map(|i| Region::committed(0x1000_0000 + i * PAGE, PAGE, protect::READWRITE)),
    ));
    survives("TEBs apart", &dump.build().bytes);
}

#[test]
fn many_modules_of_a_minidump() {
    let listed =
        |size: u32| ModuleList((0..many() / 4).map(|i| Module::new(0x1000_0000 + i * PAGE, size, "x.dll")).collect());
    survives("modules that overlap", &windows().stream(listed(u32::MAX)).stream(one_allocation(many())).build().bytes);
    survives("modules apart", &windows().stream(listed(0x1000)).build().bytes);
    let unloaded = (0..many()).map(|i| (0x1000_0000 + i * PAGE, 0x1000, "gone.dll".to_string())).collect();
    survives("unloaded modules", &windows().stream(listed(0x1000)).stream(UnloadedModuleList(unloaded)).build().bytes);
}

#[test]
fn many_ranges_of_a_minidump() {
    let ranges = (0..many()).fold(MemoryList::new(), |list, i| list.range(0x1000_0000 + i * 8, &[0; 16]));
    survives("memory ranges that overlap", &windows().stream(ranges).build().bytes);
    let overlapping = (0..many()).map(|i| Region::committed(0x1000_0000 + i * PAGE, 1 << 40, protect::READWRITE));
    survives("regions that overlap", &windows().stream(MemoryInfoList::new(overlapping)).build().bytes);
    let claims = (0..many()).map(|i| Region::committed(u64::MAX - 2 * i * PAGE, u64::MAX, protect::READWRITE));
    let _ = examine(&windows().stream(MemoryInfoList::new(claims)).build().bytes, &LoadOptions::default());
}

fn linux_maps(line: impl Fn(u64) -> String) -> String {
    (0..many()).map(line).collect()
}

#[test]
fn many_lines_of_maps() {
    let apart = |i: u64| format!("{:x}-{:x} rw-p 00000000 00:00 0\n", (2 * i + 16) * PAGE, (2 * i + 17) * PAGE);
    survives("lines", linux_maps(apart).as_bytes());
    let libraries =
        |i: u64| format!("{:x}-{:x} r-xp 00000000 00:00 1 /lib/l{i}.so\n", (i + 16) * PAGE, (i + 17) * PAGE);
    survives("libraries", linux_maps(libraries).as_bytes());
    let nested = |i: u64| format!("{:x}-7fffffff0000 rw-p 00000000 00:00 0 [stack:{i}]\n", (i + 16) * PAGE);
    survives("stacks over each other", linux_maps(nested).as_bytes());
    survives("a line without end", &[MAPS_LINE.as_bytes(), &vec![b'x'; 8 << 20]].concat());
    let stream = windows()
        .raw(stream_type::LINUX_MAPS, linux_maps(libraries))
        .stream(ModuleList((0..many() / 4).map(|i| Module::new((i + 16) * PAGE, 0x1000, "/lib/x.so")).collect()));
    survives("libraries and a module list", &stream.build().bytes);
}

const MAPS_LINE: &str = "08048000-0804c000 r-xp 00000000 fe:00 1234 /usr/bin/my program\n";

// 64 MiB apart, each might be a thread arena of glibc's, and there are as many modules to look for glibc in.
#[test]
fn places_of_arenas_and_a_module_list() {
    let linux = Minidump::new().stream(SystemInfo::new(Cpu::Amd64, platform::LINUX));
    let count = many().min(1 << 16);
    let regions = (1..=count).map(|i| Region::committed(i << 26, PAGE, protect::READWRITE));
    let modules = (0..count).map(|i| Module::new(0x1000 + i * PAGE, 0x1000, "/lib/x.so")).collect();
    survives("places of arenas", &linux.stream(ModuleList(modules)).stream(MemoryInfoList::new(regions)).build().bytes);
}

// With --deep, stacks are read until something else than zeros comes: all of them the same zeros, if they overlap.
#[test]
fn stacks_of_zeros_over_each_other() {
    let deep = LoadOptions { deep: true, ..LoadOptions::default() };
    let mut memory = vec![0u8; 8 << 20];
    let base = 0x2000_0000u64;
    let count = 6000;
    let threads = (0..count).map(|i| {
        let struct_pthread = 0x60_0000 + i * 0x100;
        let end = ((struct_pthread + 0x1000) & !0xfff) as u64;
        for (word, value) in [base, end, 0].into_iter().enumerate() {
            let at = struct_pthread + 0x40 + word * 8;
            memory[at..at + 8].copy_from_slice(&value.to_le_bytes());
        }
        Thread::new(i as u32 + 1).sp(base + 0x100).tls(base + struct_pthread as u64)
    });
    let threads: Vec<Thread> = threads.collect();
    let stack = Load::new(base, memory.len() as u64, "rw-").dumped().content(base, &memory);
    let threaded = threads.into_iter().fold(core(elf_arch::X86_64).load(stack), Core::thread);
    let _watched = watched("zeros".to_string());
    let (outcome, cost) = examine(&threaded.build().bytes, &deep);
    println!("stacks of zeros: {outcome:?}, {:.0?}", cost.time);
    assert_eq!(outcome, Outcome::Report);
    assert!(cost.time < Duration::from_secs(2), "{:?}", cost.time);
}
