//! All that the generators make, hundreds of megabytes: `FRAGSCOPE_RAW_DUMPS=/tmp/dumps cargo test raw_dumps -- --nocapture`
//! after `tests/generators/linux/make.sh /tmp/dumps`. Prints one line per dump.

use std::fs;
use std::path::{Path, PathBuf};

use fragscope::load::{self, LoadOptions};

use super::{linux, windows};
use crate::oracle::maps::Maps;
use crate::oracle::{linux_threads, windows as windows_truth};

/// The folder, or a sentence on why there is nothing to do.
fn folder() -> Option<PathBuf> {
    let path = std::env::var_os("FRAGSCOPE_RAW_DUMPS").map(PathBuf::from);
    if path.is_none() {
        println!("skipped: FRAGSCOPE_RAW_DUMPS names no folder that tests/generators/linux/make.sh filled");
    }
    path
}

fn sorted_entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    entries
}

fn text(path: PathBuf) -> Option<String> {
    fs::read_to_string(path).ok()
}

fn linux_ceiling(name: &str, maps: &Maps) -> u64 {
    match name {
        _ if name.contains("x86_64") || name.starts_with("pn-xnum/") || name.contains("bench") => 0x7fff_ffff_f000,
        _ if maps.named("[stack]").is_some_and(|row| row.end <= 0xc000_0000) => 0xc000_0000,
        _ => 0xffff_e000,
    }
}

fn compare_linux(name: &str, path: &Path, maps: &Maps, threads: &[linux_threads::Thread]) -> linux::Outcome {
    let exited = text(path.with_file_name("truth.info")).map_or(0, |info| linux_threads::exited(&info));
    let writer = match path.file_name().and_then(|n| n.to_str()).unwrap_or_default() {
        "core" => linux::Writer::Kernel,
        "dmp" => linux::Writer::MapsInside,
        _ => linux::Writer::Gcore,
    };
    let dump = load::open(path, &LoadOptions::default()).unwrap_or_else(|e| panic!("{name}: {e}"));
    linux::compare(&linux::Case {
        name,
        writer,
        dump: &dump,
        maps,
        threads,
        exited,
        ceiling: linux_ceiling(name, maps),
    })
}

#[test]
fn raw_dumps_of_linux_equal_their_truth() {
    let Some(folder) = folder() else { return };
    let mut problems = Vec::new();
    let mut sum = linux::Outcome::default();
    let mut dumps = 0;
    for flavour in
        sorted_entries(&folder).iter().filter(|f| !f.file_name().unwrap().to_string_lossy().starts_with("qemu"))
    {
        let (Some(maps), Some(threads)) = (text(flavour.join("truth.maps")), text(flavour.join("truth.threads.csv")))
        else {
            continue;
        };
        let (maps, threads) = (Maps::parse(&maps), linux_threads::parse(&threads));
        let is_dump = |p: &&PathBuf| {
            p.extension().is_none()
                && p.file_name().is_some_and(|n| ["core", "gcore", "gcore-excluded", "dmp"].iter().any(|d| n == *d))
        };
        for path in sorted_entries(flavour).iter().filter(is_dump) {
            let name = path.strip_prefix(&folder).unwrap().display().to_string();
            let outcome = compare_linux(&name, path, &maps, &threads);
            println!(
                "{name}: mappings {}/{}, threads {}, exact stacks {}/{}, by map {}, {} differences",
                outcome.rows_found,
                outcome.rows,
                outcome.threads,
                outcome.exact,
                outcome.exact_possible,
                outcome.by_map,
                outcome.problems.len()
            );
            dumps += 1;
            sum.rows += outcome.rows;
            sum.rows_found += outcome.rows_found;
            sum.threads += outcome.threads;
            sum.exact += outcome.exact;
            sum.exact_possible += outcome.exact_possible;
            sum.by_map += outcome.by_map;
            problems.extend(outcome.problems);
        }
    }
    println!(
        "{dumps} dumps: mappings {}/{}, threads {}, exact stacks {}/{}, by map {}",
        sum.rows_found, sum.rows, sum.threads, sum.exact, sum.exact_possible, sum.by_map
    );
    assert!(dumps > 0, "{} holds no dump with truth.maps beside it", folder.display());
    assert!(problems.is_empty(), "{} differences:\n{}", problems.len(), problems.join("\n"));
}

/// qemu-user merges neighbouring mappings, and its guests have no glibc here: occupied addresses, threads and SPs.
#[test]
fn raw_dumps_of_qemu_have_the_addresses_and_threads_of_their_guests() {
    let Some(folder) = folder() else { return };
    let mut problems = Vec::new();
    let of_qemu = |f: &&PathBuf| f.file_name().unwrap().to_string_lossy().starts_with("qemu-");
    for flavour in sorted_entries(&folder).iter().filter(of_qemu) {
        let name = flavour.file_name().unwrap().to_string_lossy().into_owned();
        let (Some(maps), Some(threads)) = (text(flavour.join("truth.maps")), text(flavour.join("truth.threads.csv")))
        else {
            continue;
        };
        let dump = load::open(&flavour.join("core"), &LoadOptions::default()).unwrap_or_else(|e| panic!("{name}: {e}"));
        let space = &dump.snapshot().space;
        let found: Vec<(u64, u64)> = space.holes().map(|h| (h.range.start().0, h.range.end().0)).collect();
        let gaps = Maps::parse(&maps).gaps(space.bounds().range.end().0);
        if found != gaps {
            problems.push(format!("{name}: {} gaps, in truth {}", found.len(), gaps.len()));
        }
        let threads = linux_threads::parse(&threads);
        let near = |t: &&linux_threads::Thread| {
            let thread = dump.snapshot().threads.iter().find(|found| found.id == t.tid);
            thread.and_then(|found| found.sp).is_some_and(|sp| sp.0.abs_diff(t.sp) <= t.sp_slack)
        };
        let right = threads.iter().filter(near).count();
        println!(
            "{name}: {} gaps, SP of {right} of {} threads, ceiling {}",
            gaps.len(),
            threads.len(),
            space.bounds().range.end()
        );
        if right != threads.len() || dump.snapshot().threads.len() != threads.len() {
            problems.push(format!("{name}: SP of {right} of {} threads", threads.len()));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn raw_dumps_of_windows_equal_their_truth() {
    let Some(folder) = folder().map(|f| f.join("windows")).filter(|f| f.exists()) else { return };
    let mut problems = Vec::new();
    for path in sorted_entries(&folder).iter().filter(|p| p.extension().is_some_and(|e| e == "dmp")) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let Some((truth, kind)) = name.strip_suffix(".dmp").and_then(|n| n.split_once('.')) else { continue };
        if kind == "normal" {
            continue; // no map: of_samples checks its bounds
        }
        let read = |suffix: &str| fs::read_to_string(folder.join(format!("{truth}.{suffix}"))).unwrap();
        let dump = load::open(path, &LoadOptions::default()).unwrap_or_else(|e| panic!("{name}: {e}"));
        let outcome = windows::compare(&windows::Case {
            name,
            dump: &dump,
            regions: &windows_truth::regions(&read("virtualquery.csv")),
            threads: &windows_truth::threads(&read("threads.csv")),
            modules: &windows_truth::modules(&read("modules.csv")),
            ceiling: match truth {
                "windows-laa" => 0xffff_0000,
                "windows-x64" => 0x7fff_ffff_0000,
                _ => 0x7fff_0000,
            },
            crashed: dump.snapshot().dump.reason.as_ref().and_then(|r| r.thread_id),
        });
        println!(
            "{name}: regions {}, threads {} (TEB {}, allocation {}), {} differences",
            outcome.regions,
            outcome.threads,
            outcome.by_teb,
            outcome.by_allocation,
            outcome.problems.len()
        );
        problems.extend(outcome.problems);
    }
    assert!(problems.is_empty(), "{} differences:\n{}", problems.len(), problems.join("\n"));
}
