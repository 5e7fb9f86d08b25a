//! Pages in a real browser: Debian's chromium, driven through chromedriver on the loopback interface.
//!
//! * [`driver`]: the two processes and the WebDriver protocol
//! * [`page`]: what a person does with a page, and what the browser noticed
//! * [`report`]: the pages under test
//!
//! Where chromium or chromedriver is missing every test here says "skipped: no chromedriver" and passes.

#[macro_use]
mod page;
mod driver;
mod harness;
mod report;

mod every_sample;
mod hostile;
mod looks;
mod opens;
mod selection;
mod size;
mod tables;
mod tick_boxes;
mod triage;
mod view;
