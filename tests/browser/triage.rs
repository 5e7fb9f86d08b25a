//! The page of a triage: what it sorts, filters and draws is what the rows say, and no name in them runs.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};

use fragscope::triage::{Column, Row, Rows, Value};
use fragscope::units::Bytes;
use serde_json::json;

use super::page::{Page, key};
use crate::triage_page::made::{Kept, Made};
use crate::triage_page::names;
use crate::triage_page::page::{file, gates, summary};

/// As a user would get it: groups by the usual column, and gates.
fn made(name: &str, rows: &dyn Rows) -> PathBuf {
    let summary = fragscope::triage::Summary { gates: gates(), ..summary(rows, &["group"]) };
    file(name, rows, &summary)
}

fn collected(count: u64) -> Vec<Row> {
    let mut rows = Vec::new();
    Made(count)
        .each(&mut |row| {
            rows.push(row.clone());
            Ok(())
        })
        .unwrap();
    rows
}

fn open(page: &Page, file: &Path) {
    page.open(file);
    page.wait_for("document.documentElement.dataset.ready === '1' && window.fragscope && window.fragscope.ready");
    page.settle();
}

/// The files of the rows that are in the table, in its order.
fn shown(page: &Page) -> Vec<String> {
    let files = page.run("return [...document.querySelectorAll('#rows tbody td.file')].map(c => c.title)", &[]);
    files.as_array().unwrap().iter().map(|file| file.as_str().unwrap().to_owned()).collect()
}

/// As many rows on the page as there can be.
fn show_a_thousand(page: &Page) {
    page.run(
        "const s = document.querySelector('#rows').closest('section').querySelector('.pager select'); \
         s.value = '1000'; s.dispatchEvent(new Event('change'))",
        &[],
    );
}

fn files<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Vec<String> {
    rows.into_iter().map(|row| row.file.clone()).collect()
}

/// Compares as the page should: words without regard to case, numbers by size, what is unknown last either way.
fn compare(column: &Column, down: bool, a: &Row, b: &Row) -> Ordering {
    let way = |order: Ordering| if down { order.reverse() } else { order };
    match ((column.get)(a), (column.get)(b)) {
        (None, None) => Ordering::Equal,
        (None, _) => Ordering::Greater,
        (_, None) => Ordering::Less,
        (Some(Value::Text(a)), Some(Value::Text(b))) => way(a.to_lowercase().cmp(&b.to_lowercase())),
        (Some(Value::Whole(a)), Some(Value::Whole(b))) => way(a.cmp(&b)),
        (Some(Value::Real(a)), Some(Value::Real(b))) => {
            let thousandths = |n: f64| (n * 1000.0).round();
            way(thousandths(a).partial_cmp(&thousandths(b)).unwrap())
        }
        _ => unreachable!("a column has one kind"),
    }
}

/// Types into the search, and waits until it is followed.
fn search(page: &Page, text: &str, matches: usize) {
    page.run(
        "const s = document.querySelector('#search'); s.value = arguments[0]; s.dispatchEvent(new Event('input'))",
        &[json!(text)],
    );
    page.wait_for(&format!("document.querySelector('#rows').dataset.matches === '{matches}'"));
    page.settle();
}

#[test]
fn it_opens_quietly() {
    let page = page_or_skip!();
    for (name, rows) in [("none", 0), ("one", 1), ("few", 14), ("thousand", 1000)] {
        let file = made(name, &Made(rows));
        open(&page, &file);
        assert_eq!(page.console(), [""; 0], "{name}");
        assert_eq!(page.requests(&file), [""; 0], "{name}");
        for width in [1280, 768, 400, 320] {
            page.resize(width, 900);
            page.settle();
            let wide = page.run("return document.documentElement.scrollWidth", &[]).as_u64().unwrap();
            assert!(wide <= u64::from(width), "{name}: {wide} pixels at {width}");
        }
        page.resize(1280, 900);
    }
}

#[test]
fn every_column_sorts_as_rust_does() {
    let page = page_or_skip!();
    let rows = collected(99);
    open(&page, &made("sorted", &Kept(&rows)));
    show_a_thousand(&page);
    // All columns that the rows have something in.
    page.run("for (const box of document.querySelectorAll('#columns input')) if (!box.checked) box.click()", &[]);
    let names = page.run("return [...document.querySelectorAll('#rows th')].map(h => h.dataset.column)", &[]);
    let names: Vec<&str> = names.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert!(names.len() > 30, "{names:?}");
    for name in names {
        let column = Column::named(name).unwrap();
        for _ in 0..2 {
            page.run(&format!("document.querySelector('#rows th[data-column=\"{name}\"] button').click()"), &[]);
            let way = page.attribute(&format!("#rows th[data-column=\"{name}\"]"), "aria-sort");
            let mut expected: Vec<&Row> = rows.iter().collect();
            expected.sort_by(|a, b| compare(column, way.as_deref() == Some("descending"), a, b));
            assert_eq!(shown(&page), files(expected), "{name} {way:?}");
        }
    }
    assert_eq!(page.console(), [""; 0]);
}

/// What is typed, and what it should leave.
type Wanted = (&'static str, fn(&Row) -> bool);

#[test]
fn the_search_finds_what_rust_finds() {
    let page = page_or_skip!();
    let rows = collected(900);
    open(&page, &made("searched", &Kept(&rows)));
    show_a_thousand(&page);
    const MIB: u64 = 1 << 20;
    let wanted: [Wanted; 9] = [
        ("largest<64M", |row| row.largest.is_some_and(|size| size < 64 * MIB)),
        ("largest<64m commit_left>=1G", |row| {
            row.largest.is_some_and(|size| size < 64 * MIB) && row.commit_left.is_some_and(|left| left >= 1024 * MIB)
        }),
        ("verdict=Fragmented", |row| row.verdict.as_deref() == Some("fragmented")),
        ("verdict!=fragmented", |row| row.verdict.as_deref().is_some_and(|verdict| verdict != "fragmented")),
        ("commit_left=0", |row| row.commit_left == Some(0)),
        ("fragmentation>=90%", |row| row.fragmentation.is_some_and(|share| (share * 1000.0).round() >= 90_000.0)),
        ("\"longer than 30 s\"", |row| row.message.as_deref().is_some_and(|text| text.contains("longer than 30 s"))),
        ("CODEC.dll", |row| {
            row.splitters.iter().any(|one| one.owner.contains("codec.dll"))
                || row.group.as_deref().is_some_and(|group| group.contains("codec.dll"))
        }),
        ("nothing has this", |_| false),
    ];
    for (text, holds) in wanted {
        let expected: Vec<&Row> = rows.iter().filter(|row| holds(row)).collect();
        search(&page, text, expected.len());
        assert_eq!(shown(&page), files(expected), "{text}");
    }
    page.click("#show-all");
    assert_eq!(shown(&page).len(), 900);
    assert_eq!(page.attribute("#search", "value").unwrap_or_default(), "");
}

#[test]
fn lists_and_groups_filter_rows_and_dots() {
    let page = page_or_skip!();
    let rows = collected(600);
    open(&page, &made("filtered", &Kept(&rows)));
    show_a_thousand(&page);
    page.run(
        "const s = document.querySelector('[data-facet=status]'); \
         s.value = [...s.options].find(o => o.text.startsWith('partial')).value; s.dispatchEvent(new Event('change'))",
        &[],
    );
    assert_eq!(shown(&page), files(rows.iter().filter(|row| row.status.name() == "partial")));
    page.click("#show-all");
    page.click("#legend [data-verdict='commit-limit']");
    assert_eq!(shown(&page), files(rows.iter().filter(|row| row.verdict.as_deref() == Some("commit-limit"))));
    page.click("#show-all");
    let groups = summary(&Kept(&rows), &["group"]).groups;
    for (index, group) in groups.iter().take(4).enumerate() {
        page.click(&format!("#groups tr[data-group='{index}'] td:nth-child(2)"));
        let of_group: Vec<&Row> = rows.iter().filter(|row| row.group == group.key[0]).collect();
        assert_eq!(of_group.len() as u64, group.count);
        assert_eq!(page.count(&format!("#groups tr[data-group='{index}'][aria-selected=true]")), 1);
        assert_eq!(shown(&page), files(of_group));
        page.click(&format!("#groups tr[data-group='{index}'] td:nth-child(2)"));
        assert_eq!(shown(&page).len(), 600);
    }
}

/// Whatever they are grouped by, a group's rows are as many as it says.
#[test]
fn groups_by_any_column_find_their_rows() {
    let page = page_or_skip!();
    let rows = Made(300);
    let by = ["bits", "status", "commit_left", "fragmentation"];
    let summary = summary(&rows, &by);
    open(&page, &file("by", &rows, &summary));
    for (index, group) in summary.groups.iter().take(20).enumerate() {
        page.run(&format!("document.querySelector('#groups tr[data-group=\"{index}\"]').click()"), &[]);
        assert_eq!(page.attribute("#rows", "data-matches").unwrap(), group.count.to_string(), "{:?}", group.key);
        let left = group.key[2].as_ref().map_or("–".into(), |bytes| Bytes(bytes.parse().unwrap()).to_string());
        let cell =
            format!("return document.querySelector('#groups tr[data-group=\"{index}\"] td:nth-child(4)').innerText");
        assert_eq!(page.run(&cell, &[]), left, "a size with its unit");
    }
}

/// The rows that have a dot, from left to right.
fn from_left(rows: &[Row]) -> Vec<&Row> {
    let mut with: Vec<&Row> = rows.iter().filter(|row| row.commit_left.is_some() && row.largest.is_some()).collect();
    with.sort_by_key(|row| (row.commit_left, row.largest));
    with
}

#[test]
fn each_dot_is_a_row_and_leads_to_its_report() {
    let page = page_or_skip!();
    let rows = collected(60);
    open(&page, &made("dots", &Kept(&rows)));
    let expected = from_left(&rows);
    assert_eq!(page.attribute("#plot", "data-dots").unwrap(), expected.len().to_string());
    page.focus("#plot");
    for row in &expected {
        page.keys(key::RIGHT);
        let link = page.attribute("#dot", "href").unwrap();
        assert_eq!(link, format!("./{}", row.report.as_ref().unwrap()));
        let label = page.attribute("#dot", "aria-label").unwrap();
        assert_eq!(label, format!("Report of {}", row.file));
        let tip = page.run("return document.querySelector('#tip').innerText", &[]);
        assert!(tip.as_str().unwrap().contains(&row.file), "{tip}");
    }
    // The link stands where the dot does, and the pointer finds the same there.
    let spot = page.spot("#dot");
    page.hover(page.spot("#plot").at(0.005, 0.995));
    assert_eq!(page.count("#dot:not([hidden])"), 0);
    page.hover(spot.at(0.5, 0.5));
    let file = page.run("return document.querySelector('#tip strong').textContent", &[]);
    assert_eq!(file, json!(expected.last().unwrap().file));
    assert_eq!(page.console(), [""; 0]);
}

/// A rectangle over the lower half of the plot leaves the rows whose dots lie there.
#[test]
fn a_rectangle_leaves_the_rows_in_it() {
    let page = page_or_skip!();
    let rows = collected(500);
    open(&page, &made("brushed", &Kept(&rows)));
    show_a_thousand(&page);
    let spot = page.spot("#plot");
    page.drag(spot.at(0.3, 0.4), spot.at(0.999, 0.97));
    let left = shown(&page);
    let of: Vec<&Row> = rows.iter().filter(|row| left.contains(&row.file)).collect();
    assert!(left.len() > 20 && left.len() < 400, "{}", left.len());
    // Whatever the scale, a rectangle in a corner is a bound on both sizes.
    let most = of.iter().map(|row| row.largest.unwrap()).max().unwrap();
    let least = of.iter().map(|row| row.commit_left.unwrap()).min().unwrap();
    let inside = rows.iter().filter(|row| {
        row.largest.is_some_and(|size| size <= most) && row.commit_left.is_some_and(|commit| commit >= least)
    });
    assert_eq!(left, files(inside));
    page.focus("#plot");
    page.keys("\u{e00c}");
    assert_eq!(shown(&page).len(), 500);
}

/// Without a mouse: sort, go through the rows, see one.
#[test]
fn rows_are_reached_by_keys() {
    let page = page_or_skip!();
    let rows = collected(50);
    open(&page, &made("keys", &Kept(&rows)));
    page.focus("#rows th[data-column=largest] button");
    page.keys(key::ENTER);
    let focused = page.run("return document.activeElement.closest('th').getAttribute('aria-sort')", &[]);
    assert_eq!(focused, json!("descending"));
    page.focus("#rows tbody tr");
    page.keys("\u{e015}\u{e015}");
    page.keys(key::ENTER);
    let mut expected: Vec<&Row> = rows.iter().collect();
    expected.sort_by(|a, b| compare(Column::named("largest").unwrap(), true, a, b));
    let title = page.run("return document.querySelector('#details h2').textContent", &[]);
    assert_eq!(title, json!(expected[2].file));
    let facts = page.run("return document.querySelector('#details').innerText", &[]);
    assert!(facts.as_str().unwrap().contains(expected[2].sha256.as_deref().unwrap()), "{facts}");
}

/// Nothing ran, nothing was asked of a network, and links lead beside the page.
fn unharmed(page: &Page, file: &Path) {
    assert_eq!(page.run("return String(window.pwned)", &[]), json!("undefined"), "a name ran as script");
    assert_eq!(page.console(), [""; 0]);
    assert_eq!(page.requests(file), [""; 0]);
    let strange = page.run(
        "return [...document.querySelectorAll('img, iframe, object, embed, base, form, h1 ~ h1, link, svg:not(.shares), \
            [onerror], [onload], [onmouseover], [onclick]')].map(e => e.outerHTML.slice(0, 200))",
        &[],
    );
    assert_eq!(strange, json!([]));
    let links = page.run(
        "return [...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href')) \
            .filter(h => !/^(#|\\.\\/)[A-Za-z0-9._~%/-]*$/.test(h))",
        &[],
    );
    assert_eq!(links, json!([]));
}

#[test]
fn no_name_runs_whatever_one_does() {
    let page = page_or_skip!();
    let rows = names::rows();
    let file = file("nasty", &Kept(&rows), &names::hostile_summary(&rows));
    open(&page, &file);
    unharmed(&page, &file);
    page.run_async(
        "for (const box of document.querySelectorAll('#columns input')) if (!box.checked) box.click(); \
         document.querySelector('#plot').focus(); \
         for (const row of document.querySelectorAll('tbody tr')) { \
            row.dispatchEvent(new MouseEvent('mouseenter')); row.cells[1].click(); } \
         for (const chip of document.querySelectorAll('#legend button')) chip.click(); \
         for (const list of document.querySelectorAll('#facets select')) for (const option of list.options) { \
            list.value = option.value; list.dispatchEvent(new Event('change')); } \
         await new Promise(drawn => requestAnimationFrame(drawn));",
        &[],
    );
    unharmed(&page, &file);
    page.run("document.querySelector('#show-all').click()", &[]);
    page.focus("#plot");
    for _ in 0..rows.len() {
        page.keys(key::RIGHT);
    }
    search(&page, "pwned", rows.iter().filter(|row| row.file.contains("pwned")).count());
    unharmed(&page, &file);
}

#[test]
fn without_script_the_first_rows_and_groups_are_there() {
    let page = page_or_skip!();
    let file = made("no-script", &Made(300));
    page.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true}));
    page.open(&file);
    page.devtools("Emulation.setScriptExecutionDisabled", json!({"value": false}));
    let text = page.run("return document.body.innerText", &[]);
    for words in ["300 dumps", "fragmented", "64 MiB", "largest < 64M", "… 200 more of 300 dumps", "median largest gap"]
    {
        assert!(text.as_str().unwrap().contains(words), "{words} is not there without script");
    }
    assert_eq!(page.count("#rows tbody tr"), 100);
    assert!(page.count("#rows a[href^='./reports/']") > 90);
}

const FAINT: &str = include_str!("scripts/faint_text.js");

#[test]
fn text_can_be_read_in_light_and_dark_and_everything_has_a_name() {
    let page = page_or_skip!();
    let file = made("looks", &Made(200));
    for scheme in ["light", "dark"] {
        page.media(&[("prefers-color-scheme", scheme)]);
        open(&page, &file);
        page.click("#rows tbody tr td:nth-child(2)");
        page.click("#legend [data-verdict=fragmented]");
        assert_eq!(page.run(FAINT, &[]), json!([]), "{scheme}: [element, [contrast, text]]");
    }
    let tree = page.devtools("Accessibility.getFullAXTree", json!({}));
    for node in tree["nodes"].as_array().unwrap().iter().filter(|node| node["ignored"] == false) {
        let role = node["role"]["value"].as_str().unwrap_or_default();
        let needs = ["button", "checkbox", "searchbox", "combobox", "link", "table", "grid", "application", "region"];
        let named = node["name"]["value"].as_str().is_some_and(|name| !name.trim().is_empty());
        assert!(!needs.contains(&role) || named, "a {role} has no name: {node}");
    }
}

/// A hundred thousand rows: how large the page is and what it costs. Times are printed; only ten times the goal fails,
/// for a busy machine is slow.
#[test]
fn a_hundred_thousand_rows_stay_usable() {
    let page = page_or_skip!();
    let started = std::time::Instant::now();
    let file = made("100000", &Made(100_000));
    let size = std::fs::metadata(&file).unwrap().len();
    println!("100,000 rows: {size} bytes, written with its summary in {:.1} s", started.elapsed().as_secs_f64());
    assert!(size < 26 << 20, "{size} bytes");
    page.main_thread();
    let started = std::time::Instant::now();
    open(&page, &file);
    println!("  ready after {:.1} s", started.elapsed().as_secs_f64());
    let opening = page.main_thread();
    let cost = |action: &dyn Fn()| {
        let before = page.main_thread();
        action();
        page.main_thread() - before
    };
    let sorting = cost(&|| page.click("#rows th[data-column=file] button"));
    let spot = page.spot("#plot");
    let hovering = cost(&|| page.hover(spot.at(0.6, 0.5)));
    let brushing = cost(&|| page.drag(spot.at(0.3, 0.4), spot.at(0.9, 0.9)));
    let grouping = cost(&|| page.click("#groups tbody tr td:nth-child(2)"));
    let searching = cost(&|| {
        page.focus("#search");
        page.keys("codec");
        page.run_async("await new Promise(later => setTimeout(later, 400))", &[]);
    });
    for (what, work, goal) in [
        ("open", opening, 3.0),
        ("sort by file", sorting, 1.0),
        ("hover", hovering, 0.1),
        ("brush", brushing, 1.0),
        ("group", grouping, 1.0),
        ("search", searching, 1.0),
    ] {
        println!("  {what}: {work}");
        assert!(work.cpu < 10.0 * goal, "{what} takes {work}");
    }
    assert_eq!(page.console(), [""; 0]);
}
