//! Tables are sorted by what their numbers mean, and filtered by what their rows say.

use serde_json::{Value, json};

use super::page::Page;
use super::report::{Report, address};
use crate::samples;

/// Start and end of the rows that a table shows, in its order.
fn rows(page: &Page, table: &str) -> Vec<(u64, u64)> {
    let body = "return [...document.querySelectorAll(`#${arguments[0]} tbody tr[data-start]`)] \
        .filter(r => r.getClientRects().length).map(r => [r.dataset.start, r.dataset.end])";
    let pairs = page.run(body, &[json!(table)]);
    let border = |value: &Value| address(value.as_str().unwrap());
    pairs.as_array().unwrap().iter().map(|pair| (border(&pair[0]), border(&pair[1]))).collect()
}

fn header(page: &Page, table: &str, title: &str) -> String {
    let body = "const buttons = [...document.querySelectorAll(`#${arguments[0]} th button`)]; \
        return buttons.findIndex(b => b.textContent.trim().startsWith(arguments[1]))";
    let index = page.run(body, &[json!(table), json!(title)]).as_i64().unwrap();
    assert!(index >= 0, "{table} has no button {title}");
    let column = "const b = [...document.querySelectorAll(`#${arguments[0]} th button`)][arguments[1]]; \
        b.closest('th').dataset.underTest = arguments[2]";
    page.run(column, &[json!(table), json!(index), json!(title)]);
    format!("#{table} th[data-under-test='{title}']")
}

/// Clicks a header twice, and checks that the order by a key is once up and once down, with aria-sort saying so.
fn sorts(page: &Page, table: &str, title: &str, key: impl Fn(&(u64, u64)) -> u64) {
    let head = header(page, table, title);
    let mut seen = Vec::new();
    for _ in 0..2 {
        page.click(&format!("{head} button"));
        let keys: Vec<u64> = rows(page, table).iter().map(&key).collect();
        assert!(keys.len() > 5, "{table} has {} rows", keys.len());
        let order = page.attribute(&head, "aria-sort").unwrap_or_default();
        let sorted = match order.as_str() {
            "ascending" => keys.is_sorted(),
            "descending" => keys.iter().rev().is_sorted(),
            _ => false,
        };
        assert!(sorted, "{table} by {title}, {order}: {keys:x?}");
        seen.push(order);
    }
    assert_ne!(seen[0], seen[1], "{table}: a second click on {title} turns the order");
}

#[test]
fn headers_sort() {
    let page = page_or_skip!();
    for name in ["windows-laa.dmp.zst", "x86_64-mapping-limit.core.zst"] {
        Report::of_sample(samples::named(name)).open(&page);
        for table in ["gaps", "barriers", "regions"] {
            sorts(&page, table, "start", |row| row.0);
            sorts(&page, table, "size", |row| row.1 - row.0);
        }
    }
}

/// Sorting is about all rows, not only about those on the page: the first of the largest are the report's largest.
#[test]
fn sorting_brings_up_what_was_not_shown() {
    let page = page_or_skip!();
    for name in ["windows-laa.dmp.zst", "x86_64-mapping-limit.core.zst"] {
        let report = Report::of_sample(samples::named(name));
        report.open(&page);
        for table in ["gaps", "regions"] {
            let head = header(&page, table, "size");
            page.click(&format!("{head} button"));
            if page.attribute(&head, "aria-sort").as_deref() == Some("ascending") {
                page.click(&format!("{head} button"));
            }
            let size = |e: &Value| address(e["end"].as_str().unwrap()) - address(e["start"].as_str().unwrap());
            let mut meant: Vec<u64> = report.list(table).iter().map(size).collect();
            meant.sort_unstable_by(|a, b| b.cmp(a));
            let shown: Vec<u64> = rows(&page, table).iter().map(|row| row.1 - row.0).collect();
            assert_eq!(shown, meant[..shown.len()], "{name}: {table}");
        }
    }
}

fn filter(page: &Page, table: &str, text: &str) {
    let mark = "const table = document.querySelector('#' + arguments[0]); \
        const field = table.closest('section').querySelector('input.filter'); \
        field.dataset.underTest = arguments[0]; field.focus(); field.select()";
    page.run(mark, &[json!(table)]);
    page.keys(text);
    // The page may wait for the end of the word.
    let done = "[...document.querySelectorAll(`#TABLE tbody tr[data-start]`)].every(r => r.innerText.toLowerCase().includes(WORDS))";
    page.wait_for(&done.replace("TABLE", table).replace("WORDS", &json!(text.to_lowercase()).to_string()));
}

#[test]
fn filters_keep_the_rows_that_say_the_words() {
    let page = page_or_skip!();
    let report = Report::of_sample(samples::named("windows-laa.dmp.zst"));
    report.open(&page);
    let module = report.list("modules").last().unwrap();
    filter(&page, "modules", module["name"].as_str().unwrap());
    let start = address(module["start"].as_str().unwrap());
    let shown = rows(&page, "modules");
    assert!(shown.iter().any(|row| row.0 == start) && shown.len() < report.list("modules").len(), "{shown:x?}");
    filter(&page, "modules", "no such thing anywhere");
    assert_eq!(rows(&page, "modules"), []);
    assert!(page.console().is_empty());
}
