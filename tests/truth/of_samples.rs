//! The bundled samples against their truth.

use fragscope::addr::Addr;
use fragscope::analyze::{VerdictKind, analyze};
use fragscope::load::{Dump, LoadOptions};
use fragscope::model::{Certainty, Evidence, MmapLayout, Request, RequestSource};

use super::{linux, windows};
use crate::oracle::maps::Maps;
use crate::oracle::raw_minidump::RawMinidump;
use crate::oracle::windows as windows_truth;
use crate::oracle::{csv, linux_threads, maps};
use crate::samples::{self, Origin, Sample};

const I386_CEILING: u64 = 0xffff_e000;
const X86_64_CEILING: u64 = 0x7fff_ffff_f000;

fn linux_ceiling(sample: &Sample) -> u64 {
    match sample.file {
        file if file.contains("x86_64") => X86_64_CEILING,
        file if file.starts_with("arm") => 0xffff_f000,
        _ => I386_CEILING,
    }
}

fn compare_linux(sample: &Sample, writer: linux::Writer) -> (Dump<'static>, linux::Outcome) {
    let dump = sample.load();
    let maps = Maps::parse(&sample.truth("maps"));
    let threads = linux_threads::parse(&sample.truth("threads.csv"));
    let ceiling = linux_ceiling(sample);
    let exited = sample.find_truth("info").map_or(0, |info| linux_threads::exited(&info));
    let outcome = linux::compare(&linux::Case {
        name: sample.file,
        writer,
        dump: &dump,
        maps: &maps,
        threads: &threads,
        exited,
        ceiling,
    });
    (dump, outcome)
}

fn assert_linux_sample(sample: &Sample, writer: linux::Writer, evidence: Evidence) -> linux::Outcome {
    let (dump, outcome) = compare_linux(sample, writer);
    outcome.assert_equal();
    assert_eq!(dump.snapshot().evidence, evidence, "{}", sample.file);
    assert_eq!(outcome.exact, sample.exact_stacks, "{}: threads with exact stacks", sample.file);
    outcome
}

#[test]
fn kernel_cores_equal_their_maps_and_stacks() {
    for sample in samples::of(Origin::Kernel) {
        let outcome = assert_linux_sample(sample, linux::Writer::Kernel, Evidence::Complete);
        assert_eq!(outcome.rows_found, outcome.rows, "{}: mappings equal", sample.file);
    }
}

#[test]
fn minidumps_with_linux_maps_equal_their_maps() {
    for sample in samples::of(Origin::LinuxMinidump) {
        let outcome = assert_linux_sample(sample, linux::Writer::MapsInside, Evidence::Complete);
        assert_eq!(outcome.rows_found, outcome.rows, "{}: mappings equal", sample.file);
    }
}

#[test]
fn a_gcore_lacks_what_gdb_leaves_out_and_says_so() {
    for sample in samples::of(Origin::Gcore) {
        let outcome = assert_linux_sample(sample, linux::Writer::Gcore, Evidence::NearlyComplete);
        // sample-dumps/README.md: three MADV_DONTDUMP blocks, [vvar], [vvar_vclock]
        assert_eq!(outcome.rows - outcome.rows_found, 5, "{}: mappings that gdb left out", sample.file);
        let notes = sample.load().snapshot().evidence_notes.join("\n");
        for missing in ["DONTDUMP", "vvar"] {
            assert!(notes.contains(missing), "{}: the evidence does not name {missing}: {notes}", sample.file);
        }
    }
}

#[test]
fn a_qemu_core_equals_its_guests_maps() {
    for sample in samples::of(Origin::Qemu) {
        let (_, outcome) = compare_linux(sample, linux::Writer::Kernel);
        assert_eq!(outcome.rows_found, outcome.rows, "{}: {:#?}", sample.file, outcome.problems);
    }
}

/// mmap does not look below its base (legacy), or between its base and the fallback's (`ulimit -s unlimited`):
/// README.md of sample-dumps has the figures.
#[test]
fn gaps_that_mmap_cannot_reach_are_told_apart() {
    for (file, free_run, reachable_from) in [
        ("i386-legacy.core.zst", (0x1_0000, 0x5555_5000), 0x5555_5000),
        ("i386-stack-unlimited.core.zst", (0x2aaa_b000, 0x5655_5000), 0x5555_5000),
    ] {
        let sample = samples::named(file);
        let dump = sample.load();
        let space = &dump.snapshot().space;
        let hole =
            space.holes().find(|h| h.range.start() == Addr(free_run.0)).unwrap_or_else(|| panic!("{file}: no gap"));
        assert_eq!(hole.range.end(), Addr(free_run.1), "{file}");
        let skipped = space.bounds().mmap_layout.and_then(MmapLayout::unreachable);
        let skipped = skipped.unwrap_or_else(|| panic!("{file}: everything is called reachable"));
        assert_eq!(skipped.end(), Addr(reachable_from), "{file}: mmap considers what lies above");
        assert!(skipped.start() <= Addr(free_run.0), "{file}: mmap considers {skipped} in part");
        let request = 200 << 20;
        let reachable = maps::largest(&reachable_parts(&dump));
        assert!(reachable < request, "{file}: {reachable} bytes are called reachable, yet malloc failed");
        assert!(hole.range.size() >= request, "{file}: the unreachable gap would have been enough");
    }
}

/// The holes without what mmap skips.
fn reachable_parts(dump: &Dump<'_>) -> Vec<(u64, u64)> {
    let space = &dump.snapshot().space;
    let skipped = space.bounds().mmap_layout.and_then(MmapLayout::unreachable);
    let holes = space.holes().map(|h| (h.range.start().0, h.range.end().0));
    match skipped.map(|s| (s.start().0, s.end().0)) {
        None => holes.collect(),
        Some((start, end)) => {
            holes.flat_map(|(a, b)| [(a, b.min(start)), (a.max(end), b)]).filter(|(a, b)| a < b).collect()
        }
    }
}

#[test]
fn the_usual_layout_reaches_every_gap() {
    for file in ["i386-fragmented.core.zst", "x86_64-mapping-limit.core.zst", "linux-x86_64.dmp", "linux-i386.dmp.zst"]
    {
        let sample = samples::named(file);
        let dump = sample.load();
        let bounds = *dump.snapshot().space.bounds();
        assert_eq!(bounds.mmap_layout.map(MmapLayout::name), Some("top-down"), "{file}");
        assert_eq!(bounds.mmap_layout.and_then(MmapLayout::unreachable), None, "{file}");
    }
}

/// Every sample's process failed a request, which its truth tells: its dump must never say that the request fits.
#[test]
fn no_request_that_failed_is_said_to_fit() {
    for (file, kind) in [
        ("i386-fragmented.core.zst", VerdictKind::Fragmented),
        ("i386-fragmented.gcore.zst", VerdictKind::Fragmented),
        ("i386-legacy.core.zst", VerdictKind::Fragmented),
        ("i386-remedy-arenas.core.zst", VerdictKind::Fragmented),
        ("i386-remedy-library.core.zst", VerdictKind::Fragmented),
        ("i386-remedy-stacks.core.zst", VerdictKind::Fragmented),
        ("i386-stack-unlimited.core.zst", VerdictKind::Fragmented),
        ("i386-truncated.core", VerdictKind::Fragmented),
        ("linux-i386.dmp.zst", VerdictKind::Fragmented),
        ("linux-x86_64.dmp", VerdictKind::Fragmented),
        ("x86_64-mapping-limit.core.zst", VerdictKind::MappingLimit),
        ("x86_64-shared-stack-vma.core.zst", VerdictKind::Fragmented),
        ("windows-2gb.dmp.zst", VerdictKind::Fragmented),
        ("windows-laa.dmp.zst", VerdictKind::Fragmented),
        ("windows-no-map.dmp.zst", VerdictKind::CannotTell),
    ] {
        let sample = samples::named(file);
        let request = sample.find_truth("info").map(|info| failed_request(&info));
        let verdict =
            analyze(sample.load_with(&LoadOptions { request, deep: true, ..LoadOptions::default() }).snapshot())
                .verdict;
        assert!(verdict.request.is_some(), "{file}: the dump tells of no request");
        assert_eq!(verdict.kind, kind, "{file}: {}", verdict.sentence);
    }
}

/// `request=` of PREFIX.info, which must have failed for want of memory.
fn failed_request(info: &str) -> Request {
    let value = |key: &str| info.lines().find_map(|line| line.strip_prefix(key)).map(csv::number);
    assert_eq!(value("errno="), Some(12), "the process's malloc did not fail with ENOMEM");
    Request { size: value("request=").unwrap(), align: None, source: RequestSource::User }
}

// ---- Windows --------------------------------------------------------------------------------------------------------

fn windows_ceiling(sample: &Sample) -> u64 {
    match sample.truth {
        "windows-2gb" | "windows-heaps-x86" => 0x7fff_0000,
        "windows-laa" => 0xffff_0000,
        "windows-x64" | "windows-heaps-x64" => 0x7fff_ffff_0000,
        other => panic!("no ceiling for {other}"),
    }
}

#[test]
fn windows_dumps_equal_virtual_query_the_tebs_and_the_module_list() {
    for sample in samples::of(Origin::WindowsWithMap) {
        let dump = sample.load();
        let outcome = windows::compare(&windows::Case {
            name: sample.file,
            dump: &dump,
            regions: &windows_truth::regions(&sample.truth("virtualquery.csv")),
            threads: &windows_truth::threads(&sample.truth("threads.csv")),
            modules: &windows_truth::modules(&sample.truth("modules.csv")),
            ceiling: windows_ceiling(sample),
            crashed: dump.snapshot().dump.reason.as_ref().and_then(|r| r.thread_id),
        });
        outcome.assert_equal();
        assert_eq!(dump.snapshot().evidence, Evidence::Complete, "{}", sample.file);
        let bytes = sample.bytes();
        let raw = RawMinidump::new(&bytes);
        let truth = windows_truth::threads(&sample.truth("threads.csv"));
        let tebs = truth.iter().filter(|t| raw.holds(t.teb, 0x1000)).count();
        assert_eq!(outcome.by_teb, tebs, "{}: threads whose TEB is in the dump", sample.file);
    }
}

/// Without a map, what is listed is occupied, and all else may be free: no free byte of the truth may be called used.
#[test]
fn without_a_map_the_gaps_are_upper_bounds() {
    for sample in samples::of(Origin::WindowsWithoutMap) {
        let dump = sample.load();
        let snapshot = dump.snapshot();
        assert_eq!(snapshot.evidence, Evidence::Partial, "{}", sample.file);
        let space = &snapshot.space;
        let bounds = space.bounds().range;
        let truth = windows_truth::regions(&sample.truth("virtualquery.csv"));
        let holes: Vec<(u64, u64)> = space.holes().map(|h| (h.range.start().0, h.range.end().0)).collect();
        for (start, end) in windows_truth::gaps(&truth, bounds.start().0, windows_ceiling(sample)) {
            let inside = holes.iter().any(|hole| hole.0 <= start && end <= hole.1);
            assert!(inside, "{}: {start:x}-{end:x} is free in truth, and no gap contains it", sample.file);
        }
        let known = space.holes().filter(|h| space.coverage().certainty(h.range) == Certainty::Free).count();
        assert_eq!(known, 0, "{}: gaps that are called free for sure", sample.file);
    }
}
