//! The page's arithmetic (space.js) against the analysis, on random spaces, in node.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use fragscope::analyze::{Group, Reach, advise, analyze, figures, splitters};
use fragscope::model::{OwnerId, Request, RequestSource, Snapshot};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::page::Page;
use crate::spaces::{KINDS, PAGE, plan, snapshot};

const CASES: usize = 200;

/// Groups of owners that a page has at most.
const MOST_GROUPS: usize = 20;

/// Calls the page's functions on each case, and says what differs.
const HARNESS: &str = r#"
const plain = (value) => JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? v.toString() : v));
const cases = JSON.parse(require('fs').readFileSync(0, 'utf8'));
let compared = 0;
for (const { data, expected } of cases) {
  const map = unpack(data);
  const without = (pick) => { const gone = map.owners.map(pick); return (i) => gone[map.ownerOf[i]]; };
  const size = (isGone) => sizeOf(largestWithout(map, isGone));
  const gaps = findGaps(map);
  const got = {
    today: ((part) => part && [part.start, part.end])(largestWithout(map, () => false)),
    fits: placeWithout(map, () => false) !== null,
    gaps: gaps.map((g) => [g.start, g.end, sizeOf(usable(map, g)), reachableParts(map, g).reduce((s, p) => s + sizeOf(p), 0n), g.certainty]),
    barriers: findBarriers(gaps).map((b) => [b.start, b.end, b.regained, b.span]),
    owners: map.owners.map((o) => [o.id, size(without((other) => other.number === o.number))]),
    groups: map.groups.map((g) => size(without(g.has))),
    pairs: map.owners.map((o) => size(without((other) => other.number === o.number || other.number === 0))),
  };
  for (const [name, value] of Object.entries(expected)) {
    compared += 1;
    if (plain(got[name]) !== plain(value)) { console.log(`${name}: ${plain(got[name])}, expected ${plain(value)}, of ${plain(data)}`); process.exit(1); }
  }
}
console.log(`compared ${compared}`);
"#;

/// The files that know nothing of the page.
fn scripts() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/html/script");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    ["format.js", "data.js", "space.js"].map(read).concat()
}

fn text(number: u64) -> Value {
    json!(number.to_string())
}

/// What the analysis says of the same questions, owners in the page's order.
fn expected(snapshot: &Snapshot, ids: &[String]) -> Value {
    let analysis = analyze(snapshot);
    let (space, reach) = (&snapshot.space, Reach::of(snapshot.space.bounds()));
    let without = |gone: &dyn Fn(OwnerId) -> bool| text(splitters::largest_without(space, reach, |r| gone(r.owner)));
    let owners = in_page_order(snapshot);
    let needed = analysis.verdict.needed.unwrap();
    let align = snapshot.request.unwrap().align.unwrap_or(1).max(reach.granularity());
    let free = analysis.gaps.iter().flat_map(|g| reach.reachable_parts(g.range));
    let range = |r: fragscope::addr::AddrRange| json!([text(r.start().0), text(r.end().0)]);
    let kinds = Group::ALL.map(|g| without(&|o| snapshot.owner(o).unwrap().kind == g.kind()));
    let counsel = advise(snapshot, &analysis);
    let sets = counsel.groups.iter().take(MOST_GROUPS).map(|g| text(g.largest_without));
    json!({
        "today": analysis.figures.largest_reachable.map(|l| range(l.range)),
        "fits": figures::slots(free, needed, align) > 0,
        "gaps": analysis.gaps.iter().map(|g| json!([
            text(g.range.start().0), text(g.range.end().0), text(reach.usable_size(g.range)),
            text(reach.reachable_bytes(g.range)), g.certainty.name(),
        ])).collect::<Vec<_>>(),
        "barriers": analysis.barriers.iter().map(|b| json!([
            text(b.range.start().0), text(b.range.end().0), text(b.regained), text(b.span(&analysis.gaps).size()),
        ])).collect::<Vec<_>>(),
        "owners": owners.iter().zip(ids).map(|(o, id)| json!([id, without(&|owner| owner == *o)])).collect::<Vec<_>>(),
        "groups": kinds.into_iter().chain(sets).collect::<Vec<_>>(),
        "pairs": owners.iter().map(|o| without(&|owner| owner == *o || owner == owners[0])).collect::<Vec<_>>(),
    })
}

/// Owners in the order of their first region, as a page without threads and modules has them.
fn in_page_order(snapshot: &Snapshot) -> Vec<OwnerId> {
    let mut order: Vec<OwnerId> = Vec::new();
    for region in snapshot.space.regions() {
        if !order.contains(&region.owner) {
            order.push(region.owner);
        }
    }
    order
}

/// Owner ids as the JSON report has them.
fn ids(page: &Page, snapshot: &Snapshot) -> Vec<String> {
    let report: Value = serde_json::from_slice(&page.json).unwrap();
    let regions = report["regions"].as_array().unwrap();
    let first = |owner: OwnerId| snapshot.space.regions().iter().position(|r| r.owner == owner).unwrap();
    in_page_order(snapshot).into_iter().map(|o| regions[first(o)]["owner"]["id"].as_str().unwrap().into()).collect()
}

fn cases() -> Vec<Value> {
    let mut runner = TestRunner::deterministic();
    let draw = |_| {
        let plan = plan().new_tree(&mut runner).unwrap().current();
        let pages = (1u64..40, 0u32..4).new_tree(&mut runner).unwrap().current();
        let request = Request {
            size: pages.0 * PAGE,
            align: (pages.1 > 0).then_some(PAGE << pages.1),
            source: RequestSource::User,
        };
        let snapshot = Snapshot { request: Some(request), ..snapshot(&plan) };
        let page = Page::of(&snapshot);
        json!({"data": page.map_data(), "expected": expected(&snapshot, &ids(&page, &snapshot))})
    };
    (0..CASES).map(draw).collect()
}

#[test]
fn the_page_computes_what_the_program_computes() {
    assert_eq!(KINDS.len(), 6);
    let script = scripts() + HARNESS;
    let started = Command::new("node")
        .args(["-e", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut node) = started else {
        println!("skipped: there is no node to run the page's script in");
        return;
    };
    node.stdin.take().unwrap().write_all(json!(cases()).to_string().as_bytes()).unwrap();
    let output = node.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.trim(), format!("compared {}", CASES * 7));
}
