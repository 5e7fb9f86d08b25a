//! The harness sees what it is asked to watch for: otherwise silence would prove nothing.

use std::fs;
use std::path::PathBuf;

use serde_json::json;

use super::page::key;

/// A page that does everything that a report must not, and answers every gesture.
const NAUGHTY: &str = r#"<!DOCTYPE html><html><head><title>naughty</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<style>body { margin: 0 } #pad { width: 300px; height: 100px }</style></head><body>
<div id="pad" tabindex="0"></div><img src="https://example.invalid/pixel.png">
<script>
console.error("complaint");
window.seen = [];
for (const kind of ["wheel", "mousedown", "mouseup", "keydown", "mousemove"])
    document.getElementById("pad").addEventListener(kind, e =>
        seen.push([kind, e.key || e.deltaY || 0, e.clientX || 0, e.shiftKey]), {passive: true});
fetch("https://example.invalid/data").catch(() => 0);
</script></body></html>"#;

fn naughty() -> PathBuf {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("naughty.html");
    fs::write(&file, NAUGHTY).unwrap();
    file
}

#[test]
fn complaints_and_requests_are_noticed_even_where_the_policy_stops_them() {
    let page = page_or_skip!();
    let file = naughty();
    page.open(&file);
    page.settle();
    let console = page.console().join("\n");
    assert!(console.contains("complaint"), "{console}");
    assert!(
        console.contains("example.invalid/data"),
        "a fetch that the policy stops is told in the console:\n{console}"
    );
    assert_eq!(page.requests(&file), ["https://example.invalid/pixel.png"]);
}

#[test]
fn gestures_reach_the_page() {
    let page = page_or_skip!();
    page.open(&naughty());
    let point = page.spot("#pad").at(0.5, 0.5);
    page.click_at(point);
    page.wheel(point, -120);
    page.focus("#pad");
    page.keys("a");
    page.keys_with(key::SHIFT, key::HOME);
    let seen = page.run("return seen", &[]).to_string();
    for event in [
        json!(["mousedown", 0, 150, false]),
        json!(["mouseup", 0, 150, false]),
        json!(["wheel", -120, 150, false]),
        json!(["keydown", "a", 0, false]),
        json!(["keydown", "Home", 0, true]),
    ] {
        assert!(seen.contains(&event.to_string()), "{event} is not in {seen}");
    }
}

#[test]
fn the_window_has_the_size_and_colours_that_are_asked_for() {
    let page = page_or_skip!();
    page.open(&naughty());
    for (width, scheme) in [(1280, "light"), (400, "dark")] {
        page.resize(width, 900);
        page.media(&[("prefers-color-scheme", scheme)]);
        let script = "return [innerWidth, matchMedia(`(prefers-color-scheme: ${arguments[0]})`).matches]";
        assert_eq!(page.run(script, &[json!(scheme)]), json!([width, true]));
    }
    assert!(page.pdf().starts_with(b"%PDF-"));
    assert!(page.screenshot().starts_with(b"\x89PNG"));
}
