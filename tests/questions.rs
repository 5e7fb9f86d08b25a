//! `fit` and `what-if` on the bundled samples: against the report's own lists, and as users meet them.

use std::collections::BTreeSet;
use std::process::Command;

use fragscope::addr::Addr;
use fragscope::analyze::what_if::{Edit, Outcome, Target, apply};
use fragscope::analyze::{advise, analyze};
use serde_json::Value;

use crate::samples;

/// Splitters of one sample that are tried.
const MOST: usize = 40;

fn run(arguments: &[&str]) -> (i32, String, String) {
    let root = env!("CARGO_MANIFEST_DIR");
    let output = Command::new(env!("CARGO_BIN_EXE_fragscope")).args(arguments).current_dir(root).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn json(arguments: &[&str]) -> Value {
    let (code, out, err) = run(&[arguments, &["--format", "json"]].concat());
    assert_eq!(code, 0, "{arguments:?}: {err}");
    serde_json::from_str(&out).unwrap()
}

fn address(value: &Value) -> u64 {
    u64::from_str_radix(value.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

fn path(file: &str) -> String {
    format!("sample-dumps/{file}")
}

#[test]
fn without_a_splitter_the_largest_gap_is_what_the_report_says() {
    for sample in &samples::ALL {
        let dump = sample.load();
        let snapshot = dump.snapshot();
        for splitter in analyze(snapshot).splitters.iter().take(MOST) {
            let region = snapshot.space.regions().iter().find(|r| r.owner == splitter.owner).unwrap();
            let edit = Edit::Without(Target::Region(region.range.start()));
            let after = Outcome::measure(&apply(snapshot, &[edit]).unwrap());
            assert_eq!(after.largest, splitter.largest_without, "{} {:?}", sample.file, region.range);
        }
    }
}

#[test]
fn every_advice_is_what_its_edits_give() {
    for sample in &samples::ALL {
        let dump = sample.load();
        let analysis = analyze(dump.snapshot());
        for advice in advise(dump.snapshot(), &analysis).advice.iter().filter(|a| !a.edits.is_empty()) {
            let after = analyze(&apply(dump.snapshot(), &advice.edits).unwrap());
            assert_eq!(Outcome::of(&after), advice.after, "{}: {}", sample.file, advice.what);
            assert_eq!(after.figures.largest_reachable_size() - analysis.figures.largest_reachable_size(), advice.gain);
        }
    }
}

// As somebody would who copies the edits of a report.
#[test]
fn every_advice_can_be_typed() {
    for sample in &samples::ALL {
        let file = path(sample.file);
        for advice in json(&["report", &file])["advice"].as_array().unwrap() {
            let edits: Vec<&str> = advice["edits"].as_array().unwrap().iter().map(|e| e.as_str().unwrap()).collect();
            let what_if = json(&[&["what-if", &file], edits.as_slice()].concat());
            let came = &what_if["what_if"]["after"];
            assert_eq!(*came, advice["after"], "{file}: {}", advice["what"]);
            assert_eq!(what_if["what_if"]["edits"], advice["edits"], "{file}");
        }
    }
}

/// Owners by id that have a region in the window, by the report's own list of regions.
fn standing(report: &Value, start: u64, end: u64) -> BTreeSet<String> {
    let regions = report["regions"].as_array().unwrap();
    let inside = regions.iter().filter(|r| address(&r["start"]) < end && start < address(&r["end"]));
    inside.map(|r| r["owner"]["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn windows_hold_who_they_are_said_to_hold_and_nobody_pinned() {
    for (file, size) in [("windows-2gb.dmp.zst", 96 << 20), ("i386-fragmented.core.zst", 700u64 << 20)] {
        let report = json(&["report", &path(file)]);
        let fit = json(&["fit", &path(file), &size.to_string()]);
        let candidates = fit["fit"]["candidates"].as_array().unwrap();
        assert!(!candidates.is_empty(), "{file}");
        let counts: Vec<u64> = candidates.iter().map(|c| c["owner_count"].as_u64().unwrap()).collect();
        assert!(counts.is_sorted(), "{file}: {counts:?}");
        for candidate in candidates {
            let (start, end) = (address(&candidate["start"]), address(&candidate["end"]));
            assert_eq!(end - start, size);
            assert_eq!(start % report["address_space"]["granularity"].as_u64().unwrap(), 0);
            let owners = candidate["owners"].as_array().unwrap();
            let ids: BTreeSet<String> = owners.iter().map(|o| o["id"].as_str().unwrap().to_owned()).collect();
            assert_eq!(ids, standing(&report, start, end), "{file} {start:#x}");
            assert!(owners.iter().all(|o| o["movable"] == true));
            assert!(candidate["largest_gap_after"].as_u64().unwrap() >= size);
        }
    }
}

#[test]
fn taking_the_first_windows_owners_out_makes_room() {
    let file = path("windows-2gb.dmp.zst");
    let fit = json(&["fit", &file, "96M"]);
    let first = &fit["fit"]["candidates"][0];
    let report = json(&["report", &file]);
    let starts = first["owners"].as_array().unwrap().iter().map(|owner| {
        let regions = report["regions"].as_array().unwrap();
        let region = regions.iter().find(|r| r["owner"]["id"] == owner["id"]).unwrap();
        Edit::Without(Target::Region(Addr(address(&region["start"]))))
    });
    let edits: Vec<String> = starts.map(|e| e.to_string()).collect();
    let mut arguments = vec!["what-if", &file];
    arguments.extend(edits.iter().map(String::as_str));
    let after = json(&arguments);
    assert_eq!(after["what_if"]["after"]["largest"], first["largest_gap_after"]);
    assert_eq!(after["what_if"]["after"]["verdict"], "fits");
    assert_eq!(after["what_if"]["before"]["verdict"], "fragmented");
}

#[test]
fn no_edit_changes_nothing() {
    for sample in &samples::ALL {
        let what_if = json(&["what-if", &path(sample.file)]);
        assert_eq!(what_if["what_if"]["before"], what_if["what_if"]["after"], "{}", sample.file);
    }
}

#[test]
fn edits_that_mean_nothing_are_refused_with_a_sentence() {
    let file = path("windows-2gb.dmp.zst");
    for (edit, said) in [
        ("without=thread:999999", "no such thread"),
        ("without=module:nosuch*", "is called so"),
        ("without=kind:heap", "nothing of the kind heap"),
        ("without=region:0x30000000", "nothing stands at"),
        ("add=1G@0x10000000", "is occupied or outside"),
        ("rebase=winfrag.exe:0x1234", "no multiple"),
        ("arena-max=1", "no thread arena"),
        ("stack-size=64M", "is larger"),
        ("top-down", "in which direction"),
        ("stack-size=", "is no size"),
        ("stack-size=0", "is none"),
        ("without=cat:1", "nothing that can go"),
        ("without=state:committed", "no state that can go"),
        ("without=file:nosuch*", "is mapped and called so"),
        ("without=shape:nosuch", "no mappings of such a shape"),
        ("mmap-threshold=512K", "no brk heap"),
        ("repack=1", "is no edit"),
        ("frobnicate", "is no edit"),
        ("granularity=3K", "power of two"),
    ] {
        let (code, out, err) = run(&["what-if", &file, edit]);
        assert_eq!((code, out.as_str()), (2, ""), "{edit}");
        assert!(err.contains(said), "{edit}: {err}");
    }
}
