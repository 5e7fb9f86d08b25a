//! Rows and picture are linked both ways, and the search leads to both.

use serde_json::{Value, json};

use super::page::{Page, key};
use super::report::{Report, address};
use super::view::{linear, view};

const TABLES: [&str; 6] = ["gaps", "barriers", "splitters", "threads", "modules", "regions"];

fn range(page: &Page, selector: &str) -> (u64, u64) {
    let border = |name| address(&page.attribute(selector, name).unwrap_or_else(|| panic!("{selector} has no {name}")));
    (border("data-start"), border("data-end"))
}

/// The last cell of the nth row: the first may hold a tick box.
fn cell(table: &str, row: u64) -> String {
    format!("#{table} tbody tr[data-start]:nth-of-type({row}) td:nth-of-type(2)")
}

pub fn a_click_on_a_row_shows_it_in_the_picture(page: &Page, name: &str, _report: &Report) {
    for table in TABLES {
        let rows = page.count(&format!("#{table} tbody tr[data-start]"));
        for row in [1, 2, rows].into_iter().filter(|row| (1..=rows).contains(row)) {
            page.click(&cell(table, row));
            let chosen = format!("#{table} tbody tr:nth-of-type({row})");
            assert_eq!(page.attribute(&chosen, "aria-selected").as_deref(), Some("true"), "{name}: {table} {row}");
            assert_eq!(page.count(&format!("#{table} tr[aria-selected=true]")), 1, "{name}: {table}");
            let (start, end) = range(page, &chosen);
            let (from, to) = view(page);
            assert!(from <= start && end <= to, "{name}: {table} {row}: {start:x}-{end:x} not in {from:x}-{to:x}");
            assert_eq!(range(page, "#details"), (start, end), "{name}: {table} {row}");
        }
    }
    assert_eq!(page.console(), [""; 0], "{name}");
}

/// Clicks where an address is, in the whole space.
fn click_address(page: &Page, at: u64) {
    linear(page);
    let ((start, end), spot) = (view(page), page.spot("#strip"));
    page.click_at(spot.at((at - start) as f64 / (end - start) as f64, 0.5));
}

/// The widest of a list, if it is wide enough to be hit.
fn widest<'r>(report: &'r Report, list: &str, page: &Page) -> Option<&'r Value> {
    let size = |entry: &&Value| address(entry["end"].as_str().unwrap()) - address(entry["start"].as_str().unwrap());
    let pixel = (address(report.json["address_space"]["ceiling"].as_str().unwrap()) as f64) / page.spot("#strip").width;
    report.list(list).iter().max_by_key(size).filter(|entry| size(entry) as f64 > 3.0 * pixel)
}

pub fn a_click_into_the_picture_chooses_what_is_there(page: &Page, name: &str, report: &Report) {
    for list in ["gaps", "regions"] {
        let Some(entry) = widest(report, list, page) else { continue };
        let (start, end) = (address(entry["start"].as_str().unwrap()), address(entry["end"].as_str().unwrap()));
        click_address(page, start + (end - start) / 2);
        assert_eq!(range(page, "#details"), (start, end), "{name}: {list}");
        let row = format!("#{list} tr[data-start={}]", json!(page.attribute("#details", "data-start")));
        assert_eq!(page.attribute(&row, "aria-selected").as_deref(), Some("true"), "{name}: {list}: {row}");
    }
}

pub fn the_pointer_is_told_what_it_is_over(page: &Page, name: &str, report: &Report) {
    linear(page);
    let gap = widest(report, "gaps", page).unwrap_or_else(|| panic!("{name} has no wide gap"));
    let (start, end) = (address(gap["start"].as_str().unwrap()), address(gap["end"].as_str().unwrap()));
    let (from, to) = view(page);
    let across = ((start - from) as f64 + (end - start) as f64 / 2.0) / (to - from) as f64;
    page.hover(page.spot("#strip").at(across, 0.5));
    let tip = page.run("const t = document.querySelector('#tip'); return t.hidden ? '' : t.innerText", &[]);
    let tip = tip.as_str().unwrap();
    for word in [gap["start"].as_str().unwrap(), gap["end"].as_str().unwrap(), "free"] {
        assert!(
            tip.contains(word) || (word == "free" && tip.contains("not listed")),
            "{name}: {word} is not in {tip:?}"
        );
    }
}

/// Types into the search field, after what was found before is gone.
fn search(page: &Page, text: &str) {
    page.run(
        "const s = document.querySelector('#search'); s.focus(); s.value = ''; \
         s.dispatchEvent(new Event('input', {bubbles: true}))",
        &[],
    );
    let shown = "[...document.querySelectorAll('#search-results button')].some(b => b.getClientRects().length)";
    page.wait_for(&format!("!({shown})"));
    page.keys(text);
    page.wait_for(shown);
}

fn addresses_are_found(page: &Page, name: &str, report: &Report) {
    let regions = report.list("regions");
    for entry in [&regions[0], &regions[regions.len() / 2], &report.list("gaps")[0]] {
        let (start, end) = (address(entry["start"].as_str().unwrap()), address(entry["end"].as_str().unwrap()));
        search(page, &format!("0x{:x}", start + (end - start) / 3));
        page.keys(key::ENTER);
        assert_eq!(range(page, "#details"), (start, end), "{name}");
        let (from, to) = view(page);
        assert!(from < end && start < to, "{name}: {start:x}-{end:x} is not in {from:x}-{to:x}");
    }
}

fn names_are_found(page: &Page, name: &str, report: &Report) {
    // A long name is nobody else's.
    let module = report.list("modules").iter().max_by_key(|m| m["name"].as_str().map_or(0, str::len));
    if let Some(module) = module {
        search(page, module["name"].as_str().unwrap());
        page.click("#search-results button");
        let (start, end) = range(page, "#details");
        let within = |border: &str| address(module[border].as_str().unwrap());
        assert!(start < within("end") && within("start") < end, "{name}: {module} is not at {start:x}-{end:x}");
    }
    let thread = report.list("threads").iter().find(|t| t["name"].as_str().is_some_and(|n| n.starts_with("request")));
    if let Some(thread) = thread.filter(|t| !t["stack"].is_null()) {
        search(page, thread["name"].as_str().unwrap());
        page.click("#search-results button");
        let (start, end) = range(page, "#details");
        let within = |border: &str| address(thread["stack"][border].as_str().unwrap());
        assert!(start < within("end") && within("start") < end, "{name}: {thread} is not at {start:x}-{end:x}");
    }
}

pub fn addresses_and_names_are_found(page: &Page, name: &str, report: &Report) {
    addresses_are_found(page, name, report);
    names_are_found(page, name, report);
}
