//! The tick boxes compute in the page what the program computed: the largest gap without the chosen splitters.

use fragscope::analyze::{analyze, splitters};
use fragscope::load::LoadOptions;
use fragscope::model::{OwnerId, Snapshot};
use serde_json::{Value, json};

use super::page::{Page, key};
use super::report::Report;
use crate::samples;

/// Ticks each set of boxes alone, and tells what stands in #without then. A page may draw the figure a frame later, so
/// it is asked again for a while before it counts as wrong.
const TICK: &str = include_str!("scripts/tick.js");

fn tick(page: &Page, sets: &[Vec<String>], expected: &[u64]) -> Value {
    let expected: Vec<String> = expected.iter().map(u64::to_string).collect();
    page.run_async(TICK, &[json!(sets), json!(expected)])
}

/// Groups of owners that a page has at most.
const MOST_GROUPS: usize = 20;

fn of_owner(id: &str) -> String {
    format!("#splitters input[type=checkbox][data-owner={}]", json!(id))
}

fn of_group(name: &str) -> String {
    format!("input[type=checkbox][data-group={}]", json!(name))
}

fn entries<'r>(report: &'r Report, list: &str, of: impl Fn(&'r Value) -> String) -> (Vec<Vec<String>>, Vec<u64>) {
    let figures = report.list(list).iter().map(|s| s["largest_gap_without"].as_u64().unwrap());
    (report.list(list).iter().map(|s| vec![of(s)]).collect(), figures.collect())
}

pub fn each_splitter_gives_the_reports_figure(page: &Page, name: &str, report: &Report) {
    let (boxes, figures) = entries(report, "splitters", |s| of_owner(s["owner"]["id"].as_str().unwrap()));
    assert!(!boxes.is_empty(), "{name} has no splitter");
    assert_eq!(tick(page, &boxes, &figures), json!([]), "{name}: [boxes, shown, meant]");
}

pub fn each_group_gives_the_reports_figure(page: &Page, name: &str, report: &Report) {
    let (boxes, figures) = entries(report, "splitter_groups", |g| of_group(g["group"].as_str().unwrap()));
    assert_eq!(boxes.len(), 3, "{name}");
    assert_eq!(tick(page, &boxes, &figures), json!([]), "{name}: [boxes, shown, meant]");
    let set = |g: &Value| of_group(&format!("{}:{}", g["by"].as_str().unwrap(), g["name"].as_str().unwrap()));
    let (mut boxes, figures) = entries(report, "owner_groups", set);
    boxes.truncate(MOST_GROUPS);
    assert_eq!(tick(page, &boxes, &figures), json!([]), "{name}: [boxes, shown, meant]");
}

/// The panel of a chosen splitter ticks the same box, says which way its button goes, and keeps the focus.
#[test]
fn the_details_follow_the_tick_boxes() {
    let page = page_or_skip!();
    Report::of_sample(samples::named("windows-2gb.dmp.zst")).open(&page);
    page.click("#splitters tbody tr:nth-of-type(1) td:nth-of-type(2)");
    let words = || page.run("return document.querySelector('#details .actions button:last-child').textContent", &[]);
    assert_eq!(words(), json!("Try without it"));
    page.run("document.querySelector('#splitters input[type=checkbox]').click()", &[]);
    assert_eq!(words(), json!("Keep it"));
    page.focus("#details .actions button:last-child");
    page.keys(key::ENTER);
    let box_and_focus = "const e = document.activeElement; \
        return [document.querySelector('#splitters input[type=checkbox]').checked, e.textContent]";
    assert_eq!(page.run(box_and_focus, &[]), json!([false, "Try without it"]));
}

/// Sets of two, three and all: the library counts them again.
#[test]
fn sets_of_splitters_give_the_librarys_figures() {
    let page = page_or_skip!();
    for name in ["i386-fragmented.core.zst", "windows-2gb.dmp.zst", "windows-laa.dmp.zst", "windows-no-map.dmp.zst"] {
        let sample = samples::named(name);
        let report = Report::of_sample(sample);
        report.open(&page);
        let dump = sample.load_with(&LoadOptions::default());
        let sets = sets_of(report.list("splitters").len());
        let figures: Vec<u64> = sets.iter().map(|set| largest_without(dump.snapshot(), set)).collect();
        let id = |index: &usize| of_owner(report.list("splitters")[*index]["owner"]["id"].as_str().unwrap());
        let boxes: Vec<Vec<String>> = sets.iter().map(|set| set.iter().map(id).collect()).collect();
        assert_eq!(tick(&page, &boxes, &figures), json!([]), "{name}: [boxes, shown, meant]");
    }
}

/// Neighbours in the ranking, the first with others further down, threes, and all.
fn sets_of(count: usize) -> Vec<Vec<usize>> {
    let all: Vec<usize> = (0..count).collect();
    let pairs = all.windows(2).map(<[usize]>::to_vec);
    let with_first = (2..count).step_by(5).map(|index| vec![0, index]);
    let threes = all.chunks_exact(3).map(<[usize]>::to_vec);
    pairs.chain(with_first).chain(threes).chain([all.clone()]).collect()
}

/// The report lists the splitters in the library's order.
fn largest_without(snapshot: &Snapshot, set: &[usize]) -> u64 {
    let analysis = analyze(snapshot);
    let gone: Vec<OwnerId> = set.iter().map(|index| analysis.splitters[*index].owner).collect();
    splitters::largest_without(&snapshot.space, analysis.reach, |region| gone.contains(&region.owner))
}
