//! The pages under test, made by the program as a user would.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock};

use serde_json::Value;

use super::page::Page;
use crate::samples::Sample;

/// One report in the formats that are compared.
pub struct Report {
    pub html: PathBuf,
    /// What `--format json` prints, to the byte.
    pub json_text: Vec<u8>,
    pub json: Value,
}

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn print(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO_BIN_EXE_fragscope")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

impl Report {
    /// The report of a dump, with further arguments.
    pub fn of(name: &str, dump: &Path, more: &[&str]) -> Report {
        let html = folder().join(format!("{name}.html"));
        let report = ["report", dump.to_str().unwrap()];
        fs::write(&html, print(&[&report[..], more, &["--format", "html"]].concat())).unwrap();
        let json_text = print(&[&report[..], more, &["--format", "json"]].concat());
        let json = serde_json::from_slice(&json_text).unwrap();
        Report { html, json_text, json }
    }

    /// That of a sample, made once.
    pub fn of_sample(sample: &'static Sample) -> &'static Report {
        static MADE: Mutex<BTreeMap<&str, &OnceLock<Report>>> = Mutex::new(BTreeMap::new());
        let cell = *MADE.lock().unwrap().entry(sample.file).or_insert_with(|| Box::leak(Box::default()));
        cell.get_or_init(|| Report::of(sample.file, &sample.path(), &[]))
    }

    /// Opens it, and waits until it is drawn.
    pub fn open(&self, page: &Page) {
        page.open(&self.html);
        page.wait_for("document.documentElement.dataset.ready === '1' && window.fragscope && window.fragscope.ready");
        page.settle();
    }

    /// The entries of a list.
    pub fn list(&self, name: &str) -> &[Value] {
        self.json[name].as_array().unwrap()
    }
}

/// An address of a report or of a page.
pub fn address(text: &str) -> u64 {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    u64::from_str_radix(digits, 16).unwrap_or_else(|_| panic!("{text} is no address"))
}
