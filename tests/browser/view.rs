//! Zooming and panning: the picture shows other addresses, and what is under the pointer stays there.

use serde_json::Value;

use super::page::{Page, key};
use super::report::{Report, address};

/// The addresses that the strip shows.
pub fn view(page: &Page) -> (u64, u64) {
    let border = |name| address(&page.attribute("#strip", name).unwrap());
    (border("data-start"), border("data-end"))
}

fn width((start, end): (u64, u64)) -> u64 {
    end - start
}

/// The same but for rounding to whole addresses.
fn as_wide(a: (u64, u64), b: (u64, u64)) -> bool {
    width(a).abs_diff(width(b)) <= 1 + (width(a) >> 40)
}

/// Shows every address by the same measure, where the page has another measure for wide spaces.
pub fn linear(page: &Page) {
    page.run(
        "const choice = document.querySelector('#scale'); \
         if (choice) { choice.value = 'linear'; choice.dispatchEvent(new Event('change', {bubbles: true})); }",
        &[],
    );
    page.settle();
    page.focus("#strip");
    page.keys(key::HOME);
}

/// Which address lies at a fraction of the strip's width.
fn address_at((start, end): (u64, u64), across: f64) -> f64 {
    start as f64 + (end - start) as f64 * across
}

/// Turns the wheel at a fraction of the strip's width, and checks that the address there stays, to a pixel.
fn zoom_at(page: &Page, name: &str, across: f64, down: i32) {
    let (spot, before) = (page.spot("#strip"), view(page));
    let point = spot.at(across, 0.5);
    // WebDriver points at whole pixels.
    let across = (point.0.floor() - spot.x) / spot.width;
    page.wheel(point, down);
    let after = view(page);
    let moved = (address_at(after, across) - address_at(before, across)).abs();
    let pixel = width(before).max(width(after)) as f64 / spot.width;
    assert!(moved <= pixel, "{name}: {moved:#} bytes at {across}, {before:x?} became {after:x?}; a pixel is {pixel}");
    match down < 0 {
        true => assert!(width(after) < width(before), "{name}: the wheel did not zoom in: {before:x?} {after:x?}"),
        false => assert!(width(after) > width(before), "{name}: the wheel did not zoom out: {before:x?} {after:x?}"),
    }
}

pub fn the_wheel_keeps_what_is_under_the_pointer(page: &Page, name: &str, _report: &Report) {
    linear(page);
    for across in [0.3, 0.7, 0.5] {
        zoom_at(page, name, across, -240);
    }
    zoom_at(page, name, 0.5, 120);
}

/// At the end of zooming in, turning the wheel further moves nothing.
pub fn the_closest_view_does_not_drift(page: &Page, name: &str, _report: &Report) {
    linear(page);
    page.keys(&"+".repeat(60));
    let (point, closest) = (page.spot("#strip").at(0.9, 0.5), view(page));
    page.wheel(point, -240);
    page.wheel(point, -240);
    let after = view(page);
    let pixel = width(closest) / 1000;
    assert!(after.0.abs_diff(closest.0) <= pixel && as_wide(after, closest), "{name}: {closest:x?} became {after:x?}");
}

/// Also where the picture leaves out what is free between bands: what was under the pointer can be chosen there again.
pub fn the_wheel_zooms_into_what_it_points_at(page: &Page, name: &str, _report: &Report) {
    let point = page.spot("#strip").at(0.41, 0.5);
    page.click_at(point);
    let chosen = chosen(page);
    let (start, end) = view(page);
    page.wheel(point, -120);
    page.wheel(point, -120);
    let (after_start, after_end) = view(page);
    assert!(after_end - after_start < end - start, "{name}: the wheel did not zoom in");
    assert!(after_start < chosen.1 && chosen.0 < after_end, "{name}: {chosen:x?} left the view");
}

/// The addresses of what is chosen.
fn chosen(page: &Page) -> (u64, u64) {
    let border = |name| address(&page.attribute("#details", name).expect("something is chosen"));
    (border("data-start"), border("data-end"))
}

pub fn keys_zoom_and_pan_and_home_shows_all_again(page: &Page, name: &str, _report: &Report) {
    linear(page);
    let whole = view(page);
    page.keys("++");
    let near = view(page);
    assert!(width(near) < width(whole), "{name}: + did not zoom in");
    page.keys(key::RIGHT);
    let right = view(page);
    assert!(right.0 > near.0 && as_wide(right, near), "{name}: → made {right:x?} of {near:x?}");
    page.keys(&key::LEFT.repeat(2));
    assert!(view(page).0 < right.0, "{name}: ← did not pan");
    page.keys("-");
    assert!(width(view(page)) > width(near), "{name}: - did not zoom out");
    page.keys(key::HOME);
    assert_eq!(view(page), whole, "{name}: Home does not show all");
}

pub fn dragging_pans(page: &Page, name: &str, _report: &Report) {
    linear(page);
    page.keys("+++");
    let (spot, before) = (page.spot("#strip"), view(page));
    page.drag(spot.at(0.6, 0.5), spot.at(0.4, 0.5));
    let after = view(page);
    let meant = width(before) as f64 * 0.2;
    let moved = after.0 as f64 - before.0 as f64;
    let pixel = width(before) as f64 / spot.width;
    assert!((moved - meant).abs() <= 2.0 * pixel, "{name}: {before:x?} became {after:x?}, {moved} instead of {meant}");
    assert!(as_wide(after, before), "{name}: {before:x?} became {after:x?}");
}

/// Neither zooming nor panning leaves the address space, however far one goes.
pub fn the_view_stays_in_the_space(page: &Page, name: &str, report: &Report) {
    let space = &report.json["address_space"];
    let border = |name: &str| address(space[name].as_str().unwrap());
    let inside = |(start, end): (u64, u64)| border("floor") <= start && start < end && end <= border("ceiling");
    page.focus("#strip");
    for keys in ["+".repeat(60), key::LEFT.repeat(9), "-".repeat(70), key::RIGHT.repeat(9)] {
        page.keys(&keys);
        assert!(inside(view(page)), "{name}: {:x?}", view(page));
    }
    assert_eq!(page.console(), [""; 0], "{name}");
}

/// The grid shows the same: a click into it brings the strip there.
pub fn the_grid_leads_the_strip(page: &Page, name: &str, report: &Report) {
    page.click_at(page.spot("#grid").at(0.37, 0.3));
    let chosen = chosen(page);
    let border = |entry: &Value, name: &str| address(entry[name].as_str().unwrap());
    let known = |list| report.list(list).iter().any(|e| (border(e, "start"), border(e, "end")) == chosen);
    assert!(known("regions") || known("gaps") || known("barriers"), "{name}: {chosen:x?} is no region, no gap");
    let (start, end) = view(page);
    assert!(start < chosen.1 && chosen.0 < end, "{name}: the strip does not show {chosen:x?}");
}
