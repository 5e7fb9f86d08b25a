//! Names from a dump never become script or markup, whatever one does with the page.

use std::fs;
use std::path::PathBuf;

use serde_json::json;

use super::page::Page;
use super::report::Report;
use crate::nasty::{NAMES, WRITERS};

fn report_of(name: &str, bytes: &[u8]) -> Report {
    let dump = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.dump"));
    fs::write(&dump, bytes).unwrap();
    Report::of(name, &dump, &["--need", "256M"])
}

/// Nothing ran, nothing was asked of a network, and no element is in the page that the program did not put there.
fn unharmed(page: &Page, report: &Report, what: &str) {
    assert_eq!(page.run("return String(window.pwned)", &[]), json!("undefined"), "{what}: a name ran as script");
    assert_eq!(page.console(), [""; 0], "{what}");
    assert_eq!(page.requests(&report.html), [""; 0], "{what}");
    let strange = page.run(
        "return [...document.querySelectorAll('img, svg, iframe, object, embed, base, form, h1 ~ h1, link, \
            [onerror], [onload], [onmouseover], [onclick], a[href]:not([href^=\"#\"])')] \
            .filter(e => !e.href || !e.href.startsWith('blob:')).map(e => e.outerHTML.slice(0, 200))",
        &[],
    );
    assert_eq!(strange, json!([]), "{what}");
    let scripts = page.run("return [...document.scripts].map(s => s.id || s.type || 'script')", &[]);
    assert_eq!(scripts, json!(["map-data", "report-json", "script"]), "{what}");
}

/// Points at the whole strip and the whole grid, and chooses what is there.
fn wander(page: &Page) {
    for canvas in ["#strip", "#grid"] {
        for step in 0..24 {
            page.hover(page.spot(canvas).at(0.01 + f64::from(step) * 0.042, 0.45));
        }
    }
    for step in [1, 4, 9] {
        page.click_at(page.spot("#strip").at(0.1 * f64::from(step), 0.5));
    }
}

/// Chooses each row that is there, and ticks what can be ticked: the handlers see every name of the tables.
fn use_tables(page: &Page) {
    page.run_async(
        "for (const row of document.querySelectorAll('tbody tr[data-start]')) { \
            row.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})); (row.cells[1] || row).click(); } \
         for (const box of document.querySelectorAll('input[type=checkbox]')) box.click(); \
         await new Promise(drawn => requestAnimationFrame(drawn));",
        &[],
    );
}

fn search_for(page: &Page, text: &str) {
    page.run(
        "const s = document.querySelector('#search'); s.focus(); s.value = arguments[0]; \
         s.dispatchEvent(new Event('input', {bubbles: true}))",
        &[json!(text)],
    );
    page.settle();
    page.run(
        "for (const b of document.querySelectorAll('#search-results button')) { \
            b.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})); } \
         const first = document.querySelector('#search-results button'); if (first) first.click()",
        &[],
    );
    page.settle();
}

#[test]
fn no_name_runs_whatever_one_does() {
    let page = page_or_skip!();
    let names: Vec<String> = NAMES.map(String::from).to_vec();
    for (kind, write) in WRITERS {
        let report = report_of(&format!("nasty-{kind}"), &write(&names));
        report.open(&page);
        unharmed(&page, &report, kind);
        let text = page.run("return document.body.innerText", &[]);
        assert!(text.as_str().unwrap().contains(NAMES[0]), "{kind}: the first name is nowhere to be read");
        wander(&page);
        use_tables(&page);
        for name in NAMES.iter().map(|n| n.chars().filter(|c| !c.is_control()).take(24).collect::<String>()) {
            search_for(&page, &name);
        }
        search_for(&page, "pwned");
        unharmed(&page, &report, kind);
    }
}

/// Where the program itself has the name: in the title, the head, the verdict.
#[test]
fn no_process_name_runs() {
    let page = page_or_skip!();
    for (index, name) in NAMES.iter().enumerate() {
        for (kind, write) in &WRITERS[..2] {
            let report = report_of(&format!("nasty-{kind}-{index}"), &write(&[(*name).to_owned()]));
            report.open(&page);
            unharmed(&page, &report, &format!("{kind} of {name:?}"));
            let visible = page.run("return document.title + document.body.innerText", &[]);
            let bad = |c: char| c != '\n' && c != '\t' && (c.is_control() || ('\u{2028}'..='\u{202e}').contains(&c));
            let found = visible.as_str().unwrap().chars().find(|c| bad(*c));
            assert_eq!(found, None, "{kind} of {name:?} shows a character that turns or hides text");
        }
    }
}
