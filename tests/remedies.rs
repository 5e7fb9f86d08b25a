//! Advice, proven: a process failed a request; the same process, started again with the first advice of its report
//! applied, got it; and its largest gap then is what the report had predicted.
//!
//! The processes are tests/generators/linux/remedy.c's, run by remedies.sh. Their second runs are described by
//! /proc/self/maps of the moment before the request, which is read here by code that shares nothing with the program.
//! The bundled ones are always checked; where gcc -m32 is there, all of it is made anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::oracle::csv;
use crate::oracle::maps::{Maps, largest, total};
use crate::oracle::windows as windows_truth;
use crate::samples;

/// Where user addresses of an i386 process end under a 64-bit kernel.
const CEILING: u64 = 0xffff_e000;

/// How far a prediction may be off, in percent of what came true.
const TOLERANCE: u64 = 5;

/// How many lines of the text report make one screen.
const SCREEN: usize = 40;

/// A process, and what a report must advise first.
struct Scenario {
    name: &'static str,
    remedy: &'static str,
    /// An edit of the same kind that nobody applied: too little, or something else.
    wrong: &'static [&'static str],
}

const SCENARIOS: [Scenario; 3] = [
    Scenario { name: "stacks", remedy: "smaller-stacks", wrong: &["stack-size=4M"] },
    Scenario { name: "arenas", remedy: "fewer-arenas", wrong: &["arena-max=12"] },
    Scenario { name: "library", remedy: "without-module", wrong: &["pack-modules"] },
];

// ---- both runs of a process -----------------------------------------------------------------------------------------

/// What a scenario left: the dump of the run that failed, and the truth of both runs.
struct Proof {
    dump: PathBuf,
    info: String,
    maps: Maps,
    after_info: String,
    after_maps: Maps,
}

impl Proof {
    fn bundled(scenario: &Scenario) -> Proof {
        let prefix = format!("i386-remedy-{}", scenario.name);
        let sample = samples::named(&format!("{prefix}.core.zst"));
        Proof {
            dump: sample.path(),
            info: sample.truth("info"),
            maps: Maps::parse(&sample.truth("maps")),
            after_info: sample.truth("after.info"),
            after_maps: Maps::parse(&sample.truth("after.maps")),
        }
    }

    fn made(folder: &Path) -> Proof {
        let text = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        Proof {
            dump: folder.join("before/core"),
            info: text("before/truth.info"),
            maps: Maps::parse(&text("before/truth.maps")),
            after_info: text("after/truth.info"),
            after_maps: Maps::parse(&text("after/truth.maps")),
        }
    }

    fn request(&self) -> u64 {
        csv::number(value(&self.info, "request"))
    }

    fn ask(&self, command: &str, arguments: &[&str]) -> String {
        let request = self.request().to_string();
        let mut program = Command::new(env!("CARGO_BIN_EXE_fragscope"));
        program.arg(command).arg(&self.dump).args(["--need", &request]).args(arguments);
        let output = program.output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn report(&self) -> Value {
        serde_json::from_str(&self.ask("report", &["--format", "json"])).unwrap()
    }

    /// The largest gap that was there when the second run made its request.
    fn came_true(&self) -> u64 {
        largest(&self.after_maps.gaps(CEILING))
    }
}

/// A line of an .info file.
fn value<'a>(info: &'a str, key: &str) -> &'a str {
    let line = info.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    line.unwrap_or_else(|| panic!("no {key} in {info:?}"))
}

fn is_close(predicted: u64, came_true: u64) -> bool {
    predicted.abs_diff(came_true) * 100 <= came_true * TOLERANCE
}

fn edits(advice: &Value) -> Vec<&str> {
    advice["edits"].as_array().unwrap().iter().map(|edit| edit.as_str().unwrap()).collect()
}

// ---- what is checked ------------------------------------------------------------------------------------------------

/// The first run failed, and not for want of bytes.
fn check_failure(proof: &Proof, report: &Value) {
    assert_eq!(value(&proof.info, "errno"), "12", "malloc did not fail with ENOMEM");
    let (gaps, request) = (proof.maps.gaps(CEILING), proof.request());
    assert!(largest(&gaps) < request && request < total(&gaps), "the free space is not what was in the way");
    assert_eq!(report["verdict"]["kind"], "fragmented");
}

/// The second run did what the report advises now, says so itself, and got its memory in a place that was free before.
fn check_success(scenario: &Scenario, proof: &Proof, advice: &Value) {
    assert_eq!(advice["remedy"], scenario.remedy, "{}: the first advice", scenario.name);
    assert_eq!(value(&proof.after_info, "edits"), edits(advice).join(" "), "{}: what was applied", scenario.name);
    let own_word = format!(".{}", value(&proof.after_info, "applied"));
    assert!(proof.after_info.lines().any(|l| l.ends_with(&own_word)), "{}: {own_word} was not applied", scenario.name);
    assert!(!proof.info.lines().any(|l| l.ends_with(&own_word)), "{}: the first run had {own_word} too", scenario.name);
    assert_eq!(value(&proof.after_info, "errno"), "0", "{}: malloc failed again", scenario.name);
    assert_eq!(csv::number(value(&proof.after_info, "request")), proof.request());
    let start = csv::number(value(&proof.after_info, "address"));
    let place = (start, start + proof.request());
    let was_free = proof.after_maps.gaps(CEILING).iter().any(|gap| gap.0 <= place.0 && place.1 <= gap.1);
    assert!(was_free, "{}: {place:x?} was in no gap", scenario.name);
}

fn check_prediction(scenario: &Scenario, proof: &Proof, advice: &Value) {
    let (predicted, came_true) = (advice["after"]["largest"].as_u64().unwrap(), proof.came_true());
    println!("{}: predicted {predicted}, came true {came_true} ({:?})", scenario.name, edits(advice));
    assert!(
        is_close(predicted, came_true),
        "{}: a largest gap of {predicted} bytes was predicted, and {came_true} came true",
        scenario.name
    );
    assert_eq!(advice["after"]["verdict"], "fits", "{}: the verdict predicted", scenario.name);
}

/// Advice and what to do stand on the first screen.
fn check_text(scenario: &Scenario, proof: &Proof, advice: &Value) {
    let text = proof.ask("report", &[]);
    let screen: Vec<&str> = text.lines().take(SCREEN).flat_map(str::split_whitespace).collect();
    let screen = screen.join(" ");
    let how = advice["how"].as_array().unwrap().iter();
    for sentence in std::iter::once(&advice["what"]).chain(how).map(|s| s.as_str().unwrap()) {
        assert!(screen.contains(sentence), "{}: not among the first {SCREEN} lines: {sentence}", scenario.name);
    }
}

fn check(scenario: &Scenario, proof: &Proof) {
    let report = proof.report();
    let advice = &report["advice"][0];
    check_failure(proof, &report);
    check_success(scenario, proof, advice);
    check_prediction(scenario, proof, advice);
    check_text(scenario, proof, advice);
}

// ---- the tests ------------------------------------------------------------------------------------------------------

#[test]
fn the_first_advice_for_the_stacks_came_true() {
    check(&SCENARIOS[0], &Proof::bundled(&SCENARIOS[0]));
}

#[test]
fn the_first_advice_for_the_arenas_came_true() {
    check(&SCENARIOS[1], &Proof::bundled(&SCENARIOS[1]));
}

#[test]
fn the_first_advice_for_the_library_came_true() {
    check(&SCENARIOS[2], &Proof::bundled(&SCENARIOS[2]));
}

/// What is checked above can fail: another edit, or none, predicts something else than what came true.
#[test]
fn a_wrong_edit_would_be_noticed() {
    for scenario in &SCENARIOS {
        let proof = Proof::bundled(scenario);
        let what_if = [scenario.wrong, &["--format", "json"]].concat();
        let answer: Value = serde_json::from_str(&proof.ask("what-if", &what_if)).unwrap();
        for side in ["before", "after"] {
            let predicted = answer["what_if"][side]["largest"].as_u64().unwrap();
            assert!(!is_close(predicted, proof.came_true()), "{}: {side} {:?}", scenario.name, scenario.wrong);
        }
    }
}

/// Builds and runs all of it here, so that a mistake in the bundled files cannot hide.
#[test]
fn advice_comes_true_here_and_now() {
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/generators/linux/remedies.sh");
    let mut run = Command::new("sh");
    run.arg(script).arg(folder.path()).env("FRAGSCOPE", env!("CARGO_BIN_EXE_fragscope"));
    let output = run.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(77) {
        println!("advice here and now skipped: {said}");
        return;
    }
    assert!(output.status.success(), "{said}");
    for scenario in &SCENARIOS {
        check(scenario, &Proof::made(&folder.path().join(scenario.name)));
    }
}

/// The two bundled Windows processes are no pair of one run before and after: the second was made to map more, until a larger
/// request failed in 4 GiB. What they share is what the bit alone decides, where the address space ends.
#[test]
fn a_large_address_aware_process_ends_where_the_advice_says() {
    let end = |truth: &str| {
        let sample = samples::ALL.iter().find(|s| s.truth == truth).unwrap();
        windows_truth::regions(&sample.truth("virtualquery.csv")).last().unwrap().end
    };
    let added = end("windows-laa") - end("windows-2gb");
    let sample = samples::named("windows-2gb.dmp.zst");
    let mut program = Command::new(env!("CARGO_BIN_EXE_fragscope"));
    let output =
        program.arg("what-if").arg(sample.path()).args(["large-address-aware", "--format", "json"]).output().unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let free = |side: &str| answer["what_if"][side]["free"].as_u64().unwrap();
    assert_eq!(free("after") - free("before"), added);
}
