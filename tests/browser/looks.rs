//! For everybody: by keyboard alone, with a screen reader, in the dark, on a phone, on paper.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::page::{Page, key};
use super::report::Report;
use crate::samples;

/// What has the focus, and whether one sees that: an outline or a shadow that is not there without the focus.
const WATCH_FOCUS: &str = include_str!("scripts/watch_focus.js");

#[test]
fn the_tab_key_reaches_everything_and_one_sees_where_one_is() {
    let page = page_or_skip!();
    Report::of_sample(samples::named("windows-2gb.dmp.zst")).open(&page);
    page.run(WATCH_FOCUS, &[]);
    for _ in 0..10 {
        page.keys(&key::TAB.repeat(60));
    }
    let seen = page.run("return focused", &[]);
    let names: BTreeSet<&str> = seen.as_array().unwrap().iter().map(|s| s[0].as_str().unwrap()).collect();
    let mut wanted = vec!["#search", "#save-json", "#theme", "#strip", "tick box of an owner", "tick box of a group"];
    let lists = ["gaps", "barriers", "splitters", "threads", "modules", "regions"];
    let of_lists: Vec<String> =
        lists.iter().flat_map(|l| [format!("header of {l}"), format!("filter of {l}")]).collect();
    wanted.extend(of_lists.iter().map(String::as_str));
    for name in wanted {
        assert!(names.contains(name), "Tab does not reach {name}, only {names:?}");
    }
    let unseen: Vec<&Value> = seen.as_array().unwrap().iter().filter(|s| s[1] == false && s[0] != "body").collect();
    assert!(unseen.is_empty(), "nothing shows the focus on {unseen:?}");
}

/// From the keyboard alone: find something, see it, tick it, and know what that would bring.
#[test]
fn a_walk_with_nothing_but_keys() {
    let page = page_or_skip!();
    let report = Report::of_sample(samples::named("windows-2gb.dmp.zst"));
    report.open(&page);
    let active = || page.run("const e = document.activeElement; return e.id || e.className || e.tagName", &[]);
    let tab_to = |wanted: &str| {
        for _ in 0..400 {
            page.keys(key::TAB);
            if page.run("return document.activeElement.matches(arguments[0])", &[json!(wanted)]) == json!(true) {
                return;
            }
        }
        panic!("Tab does not lead to {wanted}; it is at {}", active());
    };
    tab_to("#search");
    page.keys("request-31");
    page.wait_for("document.querySelector('#search-results button')");
    page.keys(key::ENTER);
    let stack = page.attribute("#details", "data-owner").expect("the search chose something");
    assert!(stack.starts_with("stack:"), "{stack}");
    tab_to("#splitters input[type=checkbox][data-owner]");
    page.keys(key::SPACE);
    let owner = page.run("return document.activeElement.dataset.owner", &[]);
    let splitter = report.list("splitters").iter().find(|s| s["owner"]["id"] == owner).unwrap();
    let figure = page.attribute("#without", "data-bytes").unwrap();
    assert_eq!(figure, splitter["largest_gap_without"].to_string());
}

/// What a screen reader is told: everything that can be operated has a name, and so have pictures and tables.
pub fn everything_has_a_name(page: &Page, name: &str, _report: &Report) {
    let tree = page.devtools("Accessibility.getFullAXTree", json!({}));
    let nodes = tree["nodes"].as_array().unwrap().iter().filter(|n| n["ignored"] == false);
    let named = |node: &Value| node["name"]["value"].as_str().is_some_and(|n| !n.trim().is_empty());
    let mut roles = BTreeSet::new();
    for node in nodes {
        let role = node["role"]["value"].as_str().unwrap_or_default();
        roles.insert(role.to_owned());
        let needs = [
            "button",
            "checkbox",
            "textbox",
            "searchbox",
            "combobox",
            "link",
            "table",
            "image",
            "img",
            "application",
            "Canvas",
            "region",
            "complementary",
        ];
        assert!(!needs.contains(&role) || named(node), "{name}: a {role} has no name: {node}");
    }
    for role in ["button", "searchbox", "table", "checkbox"] {
        assert!(roles.contains(role), "{name}: there is no {role} among {roles:?}");
    }
    let canvases = page.run(
        "return [...document.querySelectorAll('canvas:not([aria-hidden=true])')] \
            .filter(c => !c.getAttribute('aria-label') && !c.getAttribute('aria-labelledby')).map(c => c.id)",
        &[],
    );
    assert_eq!(canvases, json!([]), "{name}: canvases without a name");
}

/// Contrast of text against what is behind it, as WCAG 2.1 defines it: 4.5, or 3 for large text.
const FAINT: &str = include_str!("scripts/faint_text.js");

#[test]
fn text_can_be_read_in_light_and_dark() {
    let page = page_or_skip!();
    let backgrounds: Vec<String> = ["light", "dark"]
        .into_iter()
        .map(|scheme| {
            page.media(&[("prefers-color-scheme", scheme)]);
            Report::of_sample(samples::named("windows-2gb.dmp.zst")).open(&page);
            assert_eq!(page.run(FAINT, &[]), json!([]), "{scheme}: [element, [contrast, text]]");
            page.run("return getComputedStyle(document.body).backgroundColor", &[]).to_string()
        })
        .collect();
    assert_ne!(backgrounds[0], backgrounds[1], "dark is not light");
}

#[test]
fn the_theme_button_turns_the_colours() {
    let page = page_or_skip!();
    Report::of_sample(samples::named("windows-2gb.dmp.zst")).open(&page);
    let background = || page.run("return getComputedStyle(document.body).backgroundColor", &[]);
    let before = background();
    page.click("#theme");
    assert_ne!(background(), before);
    assert_eq!(page.run(FAINT, &[]), json!([]), "[element, [contrast, text]]");
    page.click("#theme");
    assert_eq!(background(), before);
    assert_eq!(page.console(), [""; 0]);
}

pub fn no_width_makes_the_page_scroll_sideways(page: &Page, name: &str, _report: &Report) {
    for width in [1280, 768, 400, 320] {
        page.resize(width, 900);
        page.settle();
        let wide = page.run("return document.documentElement.scrollWidth", &[]).as_u64().unwrap();
        assert!(wide <= u64::from(width), "{name}: {wide} pixels at {width}");
    }
    page.resize(1280, 900);
}

#[test]
fn it_prints() {
    let page = page_or_skip!();
    for name in ["windows-2gb.dmp.zst", "x86_64-mapping-limit.core.zst"] {
        Report::of_sample(samples::named(name)).open(&page);
        let pdf = page.pdf();
        assert!(pdf.starts_with(b"%PDF-"));
        let text = String::from_utf8_lossy(&pdf);
        let pages = text.matches("/Type /Page\n").count();
        assert!((1..=30).contains(&pages), "{name}: {pages} pages");
        page.devtools("Emulation.setEmulatedMedia", json!({"media": "print"}));
        let shown = page.run(
            "return ['#search', '#theme', '#save-json', 'input.filter'] \
                .filter(s => { const e = document.querySelector(s); return e && e.getClientRects().length; })",
            &[],
        );
        assert_eq!(shown, json!([]), "{name}: these are of no use on paper");
        // Paper has another width than the window that was drawn for: the picture keeps its proportions.
        let stretched = page.run(
            "return [...document.querySelectorAll('canvas')].map(c => { c.width = 400; c.height = 100; \
                const r = c.getBoundingClientRect(); return r.width / r.height / 4; }) \
                .filter(factor => Math.abs(factor - 1) > 0.05)",
            &[],
        );
        assert_eq!(stretched, json!([]), "{name}: pictures are stretched by these factors");
        page.devtools("Emulation.setEmulatedMedia", json!({"media": ""}));
    }
}

#[test]
fn without_script_the_report_is_there_too() {
    let page = page_or_skip!();
    let report = Report::of_sample(samples::named("windows-2gb.dmp.zst"));
    page.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true}));
    page.open(&report.html);
    page.devtools("Emulation.setScriptExecutionDisabled", json!({"value": false}));
    let text = page.run("return document.body.innerText", &[]);
    for words in ["fragmented", "96 MiB", "0x1e210000", "winfrag.exe"] {
        assert!(text.as_str().unwrap().contains(words), "{words} is not there without script");
    }
}
