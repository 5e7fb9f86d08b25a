//! A page as a person meets it, and what the browser noticed meanwhile.

use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::driver::Lent;

/// Keys as WebDriver names them.
pub mod key {
    pub const TAB: &str = "\u{e004}";
    pub const ENTER: &str = "\u{e007}";
    pub const SHIFT: &str = "\u{e008}";
    pub const SPACE: &str = " ";
    pub const HOME: &str = "\u{e011}";
    pub const LEFT: &str = "\u{e012}";
    pub const RIGHT: &str = "\u{e014}";
}

/// A page in the test's own browser, or out of the test after a sentence.
macro_rules! page_or_skip {
    () => {
        match $crate::browser::page::Page::new() {
            Some(page) => page,
            None => {
                println!("skipped: no chromedriver");
                return;
            }
        }
    };
}

/// Where an element lies in the window, in CSS pixels.
#[derive(Clone, Copy, Debug)]
pub struct Spot {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Spot {
    pub fn at(self, across: f64, down: f64) -> (f64, f64) {
        (self.x + self.width * across, self.y + self.height * down)
    }
}

/// A tab.
pub struct Page {
    browser: Lent,
}

impl Page {
    /// An empty page of 1280 × 900 in light colours, or `None` where there is no browser.
    pub fn new() -> Option<Page> {
        let page = Page { browser: Lent::take()? };
        page.browser.post("url", &json!({"url": "about:blank"}));
        page.resize(1280, 900);
        page.media(&[("prefers-color-scheme", "light")]);
        Some(page)
    }

    /// Opens a file; what was logged before is forgotten.
    pub fn open(&self, file: &Path) {
        self.browser.post("url", &json!({"url": "about:blank"}));
        self.browser.log("browser");
        self.browser.log("performance");
        self.browser.post("url", &json!({"url": url(file)}));
    }

    /// Runs the body of a function in the page, and returns what it returns.
    pub fn run(&self, body: &str, arguments: &[Value]) -> Value {
        self.browser.post("execute/sync", &json!({"script": body, "args": arguments}))
    }

    /// Runs the body of an asynchronous function, and returns what it resolves to.
    pub fn run_async(&self, body: &str, arguments: &[Value]) -> Value {
        let script = "const done = arguments[arguments.length - 1]; \
            (async function (...args) { BODY }).apply(null, [...arguments].slice(0, -1)) \
            .then(done, error => done({failed: String(error)}));";
        let value =
            self.browser.post("execute/async", &json!({"script": script.replace("BODY", body), "args": arguments}));
        assert!(value["failed"].is_null(), "{}", value["failed"]);
        value
    }

    /// Waits until the page has drawn what it had to.
    pub fn settle(&self) {
        self.run_async(
            "for (let i = 0; i < 2; i++) await new Promise(drawn => requestAnimationFrame(drawn)); \
             await new Promise(later => setTimeout(later, 0));",
            &[],
        );
    }

    /// Waits until an expression is true.
    ///
    /// # Panics
    /// After ten seconds.
    pub fn wait_for(&self, expression: &str) {
        let body = format!(
            "const end = performance.now() + 10000; \
             while (!({expression})) {{ \
               if (performance.now() > end) return false; \
               await new Promise(later => setTimeout(later, 5)); }} \
             return true;"
        );
        assert_eq!(self.run_async(&body, &[]), json!(true), "{expression} does not come true");
    }

    /// An attribute of the first element that a selector names.
    pub fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        let body = "const e = document.querySelector(arguments[0]); return e && e.getAttribute(arguments[1])";
        self.run(body, &[json!(selector), json!(name)]).as_str().map(str::to_owned)
    }

    /// How many elements a selector names.
    pub fn count(&self, selector: &str) -> u64 {
        self.run("return document.querySelectorAll(arguments[0]).length", &[json!(selector)]).as_u64().unwrap()
    }

    /// Scrolls an element into view, and tells where it is.
    ///
    /// # Panics
    /// If there is none, or nothing of it is to be seen.
    pub fn spot(&self, selector: &str) -> Spot {
        let body = "const e = document.querySelector(arguments[0]); if (!e) return null; \
            e.scrollIntoView({block: 'center', inline: 'nearest', behavior: 'instant'}); \
            const r = e.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]";
        let place = self.run(body, &[json!(selector)]);
        let number = |index: usize| place[index].as_f64().unwrap_or_else(|| panic!("no {selector}"));
        let spot = Spot { x: number(0), y: number(1), width: number(2), height: number(3) };
        assert!(spot.width > 0.0 && spot.height > 0.0, "{selector} has no size: {spot:?}");
        spot
    }

    /// Clicks into the middle of an element.
    pub fn click(&self, selector: &str) {
        self.click_at(self.spot(selector).at(0.5, 0.5));
    }

    /// Clicks at a point of the window.
    pub fn click_at(&self, point: (f64, f64)) {
        self.pointer(&[
            moved(point),
            json!({"type": "pointerDown", "button": 0}),
            json!({"type": "pointerUp", "button": 0}),
        ]);
        self.settle();
    }

    /// Moves the pointer to a point of the window.
    pub fn hover(&self, point: (f64, f64)) {
        self.pointer(&[moved(point)]);
        self.settle();
    }

    /// Draws something from one point to another.
    pub fn drag(&self, from: (f64, f64), to: (f64, f64)) {
        let middle = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
        let down = json!({"type": "pointerDown", "button": 0});
        self.pointer(&[moved(from), down, moved(middle), moved(to), json!({"type": "pointerUp", "button": 0})]);
        self.settle();
    }

    fn pointer(&self, actions: &[Value]) {
        let pointer =
            json!({"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": actions});
        self.browser.post("actions", &json!({"actions": [pointer]}));
    }

    /// Turns the wheel at a point: towards you if `down` is positive.
    pub fn wheel(&self, point: (f64, f64), down: i32) {
        let scroll = json!({"type": "scroll", "x": pixel(point.0), "y": pixel(point.1), "deltaX": 0, "deltaY": down,
            "duration": 0, "origin": "viewport"});
        // The event comes by way of the compositor, maybe later than the answer.
        self.run(
            "window.turned = new Promise(done => addEventListener('wheel', done, {once: true, capture: true}))",
            &[],
        );
        self.browser.post("actions", &json!({"actions": [{"type": "wheel", "id": "wheel", "actions": [scroll]}]}));
        self.run_async("await turned", &[]);
        self.settle();
    }

    /// Presses keys one after the other, on what has the focus.
    pub fn keys(&self, text: &str) {
        let press = |c: char| {
            [json!({"type": "keyDown", "value": c.to_string()}), json!({"type": "keyUp", "value": c.to_string()})]
        };
        self.keyboard(&text.chars().flat_map(press).collect::<Vec<_>>());
    }

    /// Presses a key while another is held.
    pub fn keys_with(&self, held: &str, text: &str) {
        let press = |c: char| {
            [json!({"type": "keyDown", "value": c.to_string()}), json!({"type": "keyUp", "value": c.to_string()})]
        };
        let mut actions = vec![json!({"type": "keyDown", "value": held})];
        actions.extend(text.chars().flat_map(press));
        actions.push(json!({"type": "keyUp", "value": held}));
        self.keyboard(&actions);
    }

    fn keyboard(&self, actions: &[Value]) {
        self.browser.post("actions", &json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]}));
        self.settle();
    }

    /// Gives an element the focus, as Tab would.
    pub fn focus(&self, selector: &str) {
        self.run("document.querySelector(arguments[0]).focus()", &[json!(selector)]);
    }

    /// Sets the size of the window's inside, in CSS pixels.
    pub fn resize(&self, width: u32, height: u32) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.browser.devtools("Emulation.setDeviceMetricsOverride", metrics);
    }

    /// Sets media features, such as `prefers-color-scheme`.
    pub fn media(&self, features: &[(&str, &str)]) {
        let features: Vec<Value> = features.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
        self.browser.devtools("Emulation.setEmulatedMedia", json!({"features": features}));
    }

    /// Sends a command of the DevTools protocol.
    pub fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.browser.devtools(command, parameters)
    }

    /// The window as a PNG.
    pub fn screenshot(&self) -> Vec<u8> {
        let picture = self.browser.devtools("Page.captureScreenshot", json!({"format": "png"}));
        BASE64_STANDARD.decode(picture["data"].as_str().unwrap()).unwrap()
    }

    /// The page as a PDF.
    pub fn pdf(&self) -> Vec<u8> {
        let printed = self.browser.post("print", &json!({"background": true}));
        BASE64_STANDARD.decode(printed.as_str().unwrap()).unwrap()
    }

    /// What the console got since the page was opened or since this was asked last.
    pub fn console(&self) -> Vec<String> {
        self.browser.log("browser").iter().map(|e| format!("{}: {}", e["level"], e["message"])).collect()
    }

    /// What was asked of any network, blocked or not, since the page was opened or since this was asked last: all but
    /// the page's own file, and what never leaves the page.
    pub fn requests(&self, file: &Path) -> Vec<String> {
        let own = url(file);
        let asked = self.browser.log("performance").into_iter().filter_map(|entry| {
            let event: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let (method, parameters) = (event["message"]["method"].as_str()?, &event["message"]["params"]);
            match method {
                "Network.requestWillBeSent" => parameters["request"]["url"].as_str().map(str::to_owned),
                "Network.webSocketCreated" | "Network.webTransportCreated" => {
                    parameters["url"].as_str().map(str::to_owned)
                }
                _ => None,
            }
        });
        asked.filter(|url| *url != own && !url.starts_with("blob:") && !url.starts_with("data:")).collect()
    }

    /// What the page's main thread has done since the page was opened: seconds of its tasks, which on a busy machine hold
    /// the time that others got, and seconds of CPU.
    pub fn main_thread(&self) -> Work {
        self.browser.devtools("Performance.enable", json!({}));
        let metrics = self.browser.devtools("Performance.getMetrics", json!({}));
        let metric = |name| {
            let found = metrics["metrics"].as_array().unwrap().iter().find(|m| m["name"] == name);
            found.unwrap_or_else(|| panic!("no {name} in {metrics}"))["value"].as_f64().unwrap()
        };
        Work { tasks: metric("TaskDuration"), cpu: metric("ThreadTime") }
    }
}

/// Main-thread time in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    pub tasks: f64,
    pub cpu: f64,
}

impl std::ops::Sub for Work {
    type Output = Work;

    fn sub(self, before: Work) -> Work {
        Work { tasks: self.tasks - before.tasks, cpu: self.cpu - before.cpu }
    }
}

impl std::fmt::Display for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.3} s ({:.3} s CPU)", self.tasks, self.cpu)
    }
}

fn moved((x, y): (f64, f64)) -> Value {
    json!({"type": "pointerMove", "duration": 0, "x": pixel(x), "y": pixel(y), "origin": "viewport"})
}

/// WebDriver takes whole pixels only.
fn pixel(place: f64) -> i64 {
    place.floor() as i64
}

fn url(file: &Path) -> String {
    format!("file://{}", file.display())
}
