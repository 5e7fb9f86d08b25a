//! The bundled logs, which speak of processes whose dumps are bundled too: both must say the same.

use std::fs;

use fragscope::load::{self, Dump, LoadOptions};
use fragscope::model::Evidence;

use super::{figures, holes, read};
use crate::samples;

fn open(name: &str) -> Dump<'static> {
    load::open(&samples::folder().join("transcripts").join(name), &LoadOptions::default()).unwrap()
}

fn text(name: &str) -> String {
    String::from_utf8(samples::unpacked(&samples::folder().join("transcripts").join(name))).unwrap()
}

#[test]
fn windbgs_logs_say_what_the_minidump_says() {
    let sample = samples::named("windows-2gb.dmp.zst").load();
    let logs = ["windbg-address.txt.zst", "windbg-lm.txt", "windbg-threads.txt"].map(text);
    let dump = read(&logs.each_ref().map(String::as_str));
    let (theirs, ours) = (sample.snapshot(), dump.snapshot());
    assert_eq!(ours.evidence, Evidence::Complete, "{:?}", ours.evidence_notes);
    assert_eq!(holes(ours), holes(theirs));
    let stacks = |d: &Dump<'_>| {
        // The first thread raised the exception, and went on to write its own tables before the dump was made.
        let sp = |t: &fragscope::model::Thread| t.sp.filter(|_| t.id != 88);
        let of = |t: &fragscope::model::Thread| (t.id, t.name.clone(), sp(t), t.stack.map(|s| s.range));
        d.snapshot().threads.iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(stacks(&dump), stacks(&sample));
    let modules = |d: &Dump<'_>| d.snapshot().modules.iter().map(|m| m.range).collect::<Vec<_>>();
    assert_eq!(modules(&dump), modules(&sample));
}

#[test]
fn windbgs_summary_says_what_the_minidump_says() {
    let theirs = figures(samples::named("windows-2gb.dmp.zst").load().snapshot()).figures;
    let dump = open("windbg-summary.txt");
    let stated = dump.snapshot().stated.clone().unwrap();
    // The walk has the first 64 KiB too, which no process can have.
    assert_eq!(stated.free, Some(theirs.total + 0x1_0000));
    assert_eq!(stated.largest, theirs.socorro.largest_free_vm_block);
    assert_eq!(dump.snapshot().evidence, Evidence::None);
}

#[test]
fn gdbs_log_says_what_the_core_says() {
    let sample = samples::named("i386-fragmented.core.zst").load();
    let dump = open("gdb13-core.txt");
    assert_eq!(holes(dump.snapshot()), holes(sample.snapshot()));
    let pointers = |d: &Dump<'_>| {
        let mut found: Vec<_> = d.snapshot().threads.iter().map(|t| (t.id, t.sp)).collect();
        found.sort_unstable();
        found
    };
    assert_eq!(pointers(&dump), pointers(&sample));
}

#[test]
fn the_folder_tells_where_they_come_from() {
    let readme = fs::read_to_string(samples::folder().join("transcripts/README.md")).unwrap();
    for entry in fs::read_dir(samples::folder().join("transcripts")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            name == "README.md" || readme.contains(name.trim_end_matches(".zst")),
            "README.md does not speak of {name}"
        );
    }
}
