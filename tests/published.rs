//! Dumps that nobody on this project made (FRAGSCOPE_DUMPS, or ../shared/dumps beside the checkout), against
//! independent readings of the same bytes. Without that folder every test here says so and passes.

use std::collections::BTreeMap;
use std::path::Path;

use fragscope::addr::Addr;
use fragscope::load::{self, Dump, LoadOptions};
use fragscope::model::Evidence;

use crate::oracle::maps::{Maps, largest, total};
use crate::oracle::raw_minidump::RawMinidump;
use crate::oracle::windows::FREE;
use crate::samples::{self, published};
use crate::synth::elf_core::{Core, Load};
use crate::synth::elf_process::Thread;
use crate::synth::{elf_arch, elf_notes};

fn open(path: &Path) -> Dump<'static> {
    load::open(path, &LoadOptions::default()).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn holes(dump: &Dump<'_>) -> Vec<(u64, u64)> {
    dump.snapshot().space.holes().map(|h| (h.range.start().0, h.range.end().0)).collect()
}

// ---- minidumps with a map -------------------------------------------------------------------------------------------

/// The raw MemoryInfoList, with addresses brought to the process's width: 32-bit writers sign-extend them.
fn raw_free(raw: &RawMinidump<'_>, narrow: bool) -> Vec<(u64, u64)> {
    let masked = |address: u64| if narrow { address & 0xffff_ffff } else { address };
    let infos = raw.memory_info().expect("this dump has a MemoryInfoList");
    let free = infos.iter().filter(|i| u64::from(i.state) == FREE && i.size > 0);
    let mut ranges: Vec<(u64, u64)> = free.map(|i| (masked(i.base), masked(i.base) + i.size)).collect();
    ranges.sort_unstable();
    let mut joined: Vec<(u64, u64)> = Vec::new();
    for (start, end) in ranges {
        match joined.last_mut().filter(|last| last.1 >= start) {
            Some(last) => last.1 = last.1.max(end),
            None => joined.push((start, end)),
        }
    }
    joined
}

fn clipped(ranges: &[(u64, u64)], from: u64, to: u64) -> Vec<(u64, u64)> {
    ranges.iter().map(|(start, end)| (*start.max(&from), *end.min(&to))).filter(|(a, b)| a < b).collect()
}

#[test]
fn windows_minidumps_have_the_free_space_of_their_raw_memory_info() {
    for (name, narrow) in [
        ("mozilla/windows-x86_64.dmp", false),
        ("breakpad/tiny-exe-with-cet-xsave.dmp", false),
        ("llvm/fizzbuzz_wow64.dmp.zst", true),
        ("wine/i686-laa.us-info.dmp.zst", true),
    ] {
        let Some(path) = published(name) else { continue };
        let bytes = samples::unpacked(&path);
        let raw = RawMinidump::new(&bytes);
        let dump = open(&path);
        let bounds = dump.snapshot().space.bounds().range;
        let expected = clipped(&raw_free(&raw, narrow), bounds.start().0, bounds.end().0);
        assert_eq!(holes(&dump), expected, "{name}: free ranges");
        assert_eq!(total(&holes(&dump)), total(&expected), "{name}: free sum");
        assert_eq!(dump.snapshot().evidence, Evidence::Complete, "{name}");
        assert_counts(name, &dump, &raw);
    }
}

#[test]
fn linux_minidumps_have_the_free_space_of_their_raw_maps() {
    for (name, ceiling) in [
        ("mozilla/linux-x86.dmp", 0xffff_e000),
        // Its stack ends at 0xbe9fe000: a kernel of 3 GB user space, whose vectors page lies far above.
        ("mozilla/android-arm.dmp", 0xbf00_0000),
        ("breakpad/linux_jmp_to_0.dmp", 0x7fff_ffff_f000),
        ("breakpad/linux_overflow.dmp", 0x7fff_ffff_f000),
        ("rust-minidump/linux-mini.dmp", 0x7fff_ffff_f000),
    ] {
        let Some(path) = published(name) else { continue };
        let bytes = samples::unpacked(&path);
        let raw = RawMinidump::new(&bytes);
        let dump = open(&path);
        let maps = Maps::parse(&raw.linux_maps().expect("this dump has LinuxMaps"));
        let expected = maps.gaps(ceiling);
        assert_eq!(total(&holes(&dump)), total(&expected), "{name}: free sum");
        assert_eq!(largest(&holes(&dump)), largest(&expected), "{name}: largest gap");
        assert_eq!(holes(&dump), expected, "{name}: free ranges");
        // The kernel shows arm's vectors page in every process's maps, and counts it in none.
        let counted = maps.rows.iter().filter(|row| row.path != "[vectors]").count();
        assert_eq!(dump.snapshot().limits.vma_count, Some(counted as u64), "{name}: mappings");
        assert_counts(name, &dump, &raw);
    }
}

/// Threads and modules as the raw lists count them; what each thread's descriptor says of its stack lies in the stack.
fn assert_counts(name: &str, dump: &Dump<'_>, raw: &RawMinidump<'_>) {
    let snapshot = dump.snapshot();
    let mut ids: Vec<u64> = snapshot.threads.iter().map(|t| t.id).collect();
    let mut raw_ids = raw.thread_ids();
    ids.sort_unstable();
    raw_ids.sort_unstable();
    assert_eq!(ids, raw_ids, "{name}: threads");
    let missing: Vec<u64> = raw
        .modules()
        .into_iter()
        .map(|(base, _)| base)
        .filter(|base| !snapshot.modules.iter().any(|m| m.range.contains(Addr(*base))))
        .collect();
    assert!(missing.is_empty(), "{name}: modules at {missing:x?} are missing");
}

/// inputs.md: AvailableVirtualMemory of the .extra file is 138,531,179,151,360, the map's free sum 138,531,177,635,840.
#[test]
fn a_firefox_dumps_free_sum_is_that_of_its_annotation_but_for_the_reporter() {
    let Some(path) = published("mozilla/windows-x86_64.dmp") else { return };
    let free = total(&holes(&open(&path)));
    assert!(free.abs_diff(138_531_177_635_840) <= 0x1_0000, "{free} bytes are free");
}

/// Without a map nothing is known to be free.
#[test]
fn dumps_without_a_map_give_bounds_only() {
    for name in [
        "breakpad/minidump2.dmp",
        "breakpad/stack_exhaustion.dmp",
        "breakpad/thread_name_list.dmp",
        "rust-minidump/invalid-parameter.dmp",
        "wine/i686-laa.normal.dmp.zst",
    ] {
        let Some(path) = published(name) else { continue };
        let dump = open(&path);
        assert_eq!(dump.snapshot().evidence, Evidence::Partial, "{name}");
        let bytes = samples::unpacked(&path);
        let raw = RawMinidump::new(&bytes);
        for (start, end) in raw.memory() {
            let covered = holes(&dump).iter().all(|hole| end <= hole.0 || hole.1 <= start);
            assert!(covered, "{name}: the dumped memory {start:x}-{end:x} is called free");
        }
        assert_counts(name, &dump, &raw);
    }
}

// ---- LLVM's cores ---------------------------------------------------------------------------------------------------

/// (tid, SP, PC) by `eu-readelf -n` of elfutils 0.188; for aarch64 and riscv64 `sp` and `pc` of its register list.
#[test]
fn registers_of_published_cores_are_those_that_readelf_prints() {
    for (name, threads) in READELF {
        let Some(path) = published(name) else { continue };
        let dump = open(&path);
        let found: BTreeMap<u64, (u64, u64)> = dump
            .snapshot()
            .threads
            .iter()
            .map(|t| (t.id, (t.sp.map_or(0, |a| a.0), t.pc.map_or(0, |a| a.0))))
            .collect();
        let expected: BTreeMap<u64, (u64, u64)> = threads.iter().map(|(id, sp, pc)| (*id, (*sp, *pc))).collect();
        assert_eq!(found, expected, "{name}: SP and PC by thread");
    }
}

type Registers = (u64, u64, u64);

const READELF: [(&str, &[Registers]); 13] = [
    ("llvm/linux-aarch64.core", &[(37_688, 0xffff_e262_0120, 0x40_0124)]),
    ("llvm/linux-arm.core", &[(4_660, 0xd, 0xf)]),
    ("llvm/linux-i386.core", &[(32_306, 0xffe0_a30c, 0x804_80c5)]),
    ("llvm/linux-ppc64le.core", &[(28_147, 0x3fff_ffff_f050, 0x1000_0130)]),
    ("llvm/linux-riscv64.core", &[(89_328, 0x3f_ffd1_32a0, 0x1_015e)]),
    ("llvm/linux-s390x.core", &[(1_045, 0x3ff_ffff_f2c0, 0x8000_0130)]),
    ("llvm/linux-x86_64.core", &[(32_259, 0x7ffc_240b_15e8, 0x40_011c)]),
    (
        "llvm/x86-32-linux-multithread.core",
        &[
            (330_633, 0xf7ae_5240, 0x804_92d2),
            (330_634, 0xf72e_4240, 0x804_92dd),
            (330_635, 0xf6ae_3240, 0x804_92dd),
            (330_632, 0xffb9_80d0, 0xf7f5_9549),
        ],
    ),
    ("llvm/x86-32-linux.core", &[(180_355, 0x2726_2524, 0x804_92ab)]),
    (
        "llvm/x86-64-linux-multithread.core",
        &[
            (329_384, 0x7fcf_5562_ad80, 0x40_1262),
            (329_385, 0x7fcf_54e2_9d90, 0x40_126d),
            (329_386, 0x7fcf_5462_8d90, 0x40_126d),
            (329_383, 0x7ffd_d07f_3e60, 0x7fcf_5582_f762),
        ],
    ),
    ("llvm/x86-64-linux.core", &[(178_790, 0x2b2a_2928_2726_2524, 0x40_12db)]),
    ("pyelftools/core_linux32.elf", &[(11_038, 0xffda_d160, 0xf7f3_8079)]),
    ("pyelftools/core_linux64.elf", &[(23_395, 0x7ffe_2e5a_0358, 0x7fa4_593e_3428)]),
];

// ---- the i386 process of text/ --------------------------------------------------------------------------------------

/// One LOAD line of `readelf -l`: `LOAD 0x006000 0x10000000 0x00000000 0x00000 0x10000 RW 0x1000`.
fn load_line(line: &str) -> Option<Load> {
    let rest = line.trim().strip_prefix("LOAD")?;
    let words: Vec<&str> = rest.split_ascii_whitespace().collect();
    let hex = |text: &str| u64::from_str_radix(text.trim_start_matches("0x"), 16).unwrap();
    let flags: String = words[5..words.len() - 1].concat().to_lowercase().replace('e', "x");
    Some(Load::new(hex(words[1]), hex(words[4]), &flags))
}

fn is_text_of(name: &str) -> Option<String> {
    published(name).map(|path| std::fs::read_to_string(path).unwrap())
}

/// The listing of a kernel core of that process, as a core of its own; its threads as gdb printed them.
fn core_of_listing(listing: &str) -> Vec<u8> {
    let threads = [6845, 6850, 6847, 6848, 6849, 6851].map(|tid| Thread::new(tid).sp(0xff8f_b5f0));
    let core = Core::new(elf_arch::X86).program("frag32", "frag32").signal(6, 0, 0);
    let core = threads.into_iter().fold(core, Core::thread);
    core.auxv(&[(elf_notes::at::PAGESZ, 0x1000)]).loads(listing.lines().filter_map(load_line)).build().bytes
}

/// gdb's `info proc mappings` on this core says 2583 MiB, a map of dumped segments only 2392 MiB.
#[test]
fn the_largest_gap_of_the_i386_process_is_570_8_mib() {
    let Some(listing) = is_text_of("text/readelf_l_core_i386.txt") else { return };
    let dump = load::from_bytes(core_of_listing(&listing), &LoadOptions::default()).unwrap();
    assert_eq!(dump.snapshot().space.regions().len(), 67, "mappings");
    assert_eq!(dump.snapshot().evidence, Evidence::Complete);
    let gap = largest(&holes(&dump));
    assert_eq!(gap, 0xedae_5000 - 0xca01_0000, "largest gap");
    assert_eq!(format!("{:.1} MiB", gap as f64 / f64::from(1 << 20)), "570.8 MiB");
}

/// The maps were taken just before the last malloc: the core has one mapping more, 0xedae5000-0xf42e6000.
#[test]
fn its_maps_and_its_core_differ_by_the_last_malloc_only() {
    let (Some(listing), Some(truth)) =
        (is_text_of("text/readelf_l_core_i386.txt"), is_text_of("text/ground_truth_live_maps_i386.txt"))
    else {
        return;
    };
    let core = load::from_bytes(core_of_listing(&listing), &LoadOptions::default()).unwrap();
    let maps = load::from_bytes(truth.into_bytes(), &LoadOptions::default()).unwrap();
    let ranges = |dump: &Dump<'_>| -> Vec<(u64, u64)> {
        dump.snapshot().space.regions().iter().map(|r| (r.range.start().0, r.range.end().0)).collect()
    };
    let before = ranges(&maps);
    let added: Vec<_> = ranges(&core).into_iter().filter(|range| !before.contains(range)).collect();
    assert_eq!(added, [(0xedae_5000, 0xf42e_6000)]);
    assert_eq!(before.len() + 1, ranges(&core).len());
}
