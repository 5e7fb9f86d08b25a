//! Whole reports of every sample in every format, as files that people can read. `UPDATE_EXPECT=1` writes them anew.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::process::Command;

use expect_test::expect_file;
use serde_json::{Value, json};

use crate::samples;

/// Longer lists keep their first entries in the golden file, and a hash of the rest.
const KEPT: usize = 24;

fn run(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_fragscope"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn expected(sample: &str, suffix: &str) -> expect_test::ExpectFile {
    let name = format!("{}.{suffix}", sample.trim_end_matches(".zst"));
    expect_file![Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-dumps/expected").join(name)]
}

fn every_sample(check: impl Fn(&str, &str)) {
    for sample in samples::ALL {
        check(sample.file, &format!("sample-dumps/{}", sample.file));
    }
}

/// Keeps a golden file readable: long lists become their beginning, their length and a hash of the rest.
pub fn shorten(value: &mut Value) {
    match value {
        Value::Array(list) => {
            if let Some(rest) = list.get(KEPT..).filter(|r| !r.is_empty()) {
                let mut hasher = DefaultHasher::new();
                rest.iter().for_each(|v| v.to_string().hash(&mut hasher));
                let summary = json!({"left_out": rest.len(), "hash": format!("{:016x}", hasher.finish())});
                list.truncate(KEPT);
                list.push(summary);
            }
            list.iter_mut().for_each(shorten);
        }
        Value::Object(fields) => fields.values_mut().for_each(shorten),
        _ => {}
    }
}

#[test]
fn text_reports() {
    every_sample(|name, path| expected(name, "report.txt").assert_eq(&run(&["report", path])));
}

#[test]
fn markdown_reports() {
    let version = format!("Made with fragscope {}", env!("CARGO_PKG_VERSION"));
    every_sample(|name, path| {
        let report = run(&["report", "--format", "markdown", path]);
        assert!(report.len() <= fragscope::report::LONGEST && report.contains(&version));
        expected(name, "report.md").assert_eq(&report.replace(&version, "Made with fragscope (any)"));
    });
}

#[test]
fn deep_text_reports() {
    every_sample(|name, path| {
        if name.ends_with(".zst") {
            expected(name, "deep.txt").assert_eq(&run(&["report", "--deep", path]));
        }
    });
}

#[test]
fn json_reports() {
    every_sample(|name, path| {
        let mut report: Value = serde_json::from_str(&run(&["report", "--format", "json", path])).unwrap();
        report["tool"]["version"] = json!("(any)");
        shorten(&mut report);
        expected(name, "report.json").assert_eq(&format!("{report:#}\n"));
    });
}

#[test]
fn thread_lists() {
    every_sample(|name, path| {
        expected(name, "threads.txt").assert_eq(&run(&["threads", path]));
        expected(name, "threads-gdb.txt").assert_eq(&run(&["threads", "--gdb", path]));
    });
}

#[test]
fn addresses() {
    let markdown = run(&["at", "sample-dumps/windows-2gb.dmp.zst", "0x38a20000", "--format", "markdown"]);
    let version = format!("fragscope {}", env!("CARGO_PKG_VERSION"));
    expected("windows-2gb.dmp.zst", "at-0x38a20000.md").assert_eq(&markdown.replace(&version, "fragscope (any)"));
    for (name, address) in [
        ("i386-fragmented.core.zst", "0xb65bc000"),
        ("i386-fragmented.core.zst", "0xf7d8d000"),
        ("windows-2gb.dmp.zst", "0x38a20000"),
    ] {
        let suffix = format!("at-{address}.txt");
        expected(name, &suffix).assert_eq(&run(&["at", &format!("sample-dumps/{name}"), address]));
    }
}

#[test]
fn maps() {
    every_sample(|name, path| expected(name, "map.txt").assert_eq(&run(&["map", "--width", "100", path])));
    for name in ["windows-2gb.dmp.zst", "i386-legacy.core.zst", "linux-x86_64.dmp"] {
        let path = format!("sample-dumps/{name}");
        let args = ["map", "--width", "100", "--unicode", "--color", "always", &path];
        expected(name, "map-color.txt").assert_eq(&run(&args));
    }
}

#[test]
fn schema() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema");
    expect_file![folder.join("report-v1.json")].assert_eq(&run(&["schema"]));
    for command in ["map", "threads", "at", "fit", "what-if", "live", "how-to-capture", "row", "diff", "heap"] {
        expect_file![folder.join(format!("{command}-v1.json"))].assert_eq(&run(&["schema", command]));
    }
}

#[test]
fn what_must_go_and_what_if() {
    for (file, size) in
        [("windows-2gb.dmp.zst", "96M"), ("i386-fragmented.core.zst", "700M"), ("windows-x64.dmp.zst", "127T")]
    {
        expected(file, "fit.txt").assert_eq(&run(&["fit", &format!("sample-dumps/{file}"), size]));
    }
    for (file, edits) in [
        ("windows-2gb.dmp.zst", &["stack-size=64K:request-*", "without=module:*32.dll", "user-va=3G"][..]),
        ("i386-legacy.core.zst", &["top-down", "add=1M@0x40000000"]),
    ] {
        let path = format!("sample-dumps/{file}");
        expected(file, "what-if.txt").assert_eq(&run(&[&["what-if", &path], edits].concat()));
        expected(file, "what-if.md").assert_eq(&run(&[&["what-if", &path, "--format", "markdown"], edits].concat()));
    }
}

#[test]
fn heaps() {
    let version = format!("fragscope {}", env!("CARGO_PKG_VERSION"));
    for file in [
        "i386-fragmented.core.zst",
        "i386-remedy-arenas.core.zst",
        "i386-truncated.core",
        "x86_64-shared-stack-vma.core.zst",
        "windows-2gb.dmp.zst",
        "windows-heaps-x86.dmp.zst",
        "windows-heaps-x64.dmp.zst",
    ] {
        let path = format!("sample-dumps/{file}");
        expected(file, "heap.txt").assert_eq(&run(&["heap", &path]));
        let markdown = run(&["heap", &path, "--format", "markdown"]);
        assert!(markdown.len() <= fragscope::report::LONGEST);
        expected(file, "heap.md").assert_eq(&markdown.replace(&version, "fragscope (any)"));
        let mut report: Value = serde_json::from_str(&run(&["heap", &path, "--format", "json"])).unwrap();
        report["tool"]["version"] = json!("(any)");
        shorten(&mut report);
        expected(file, "heap.json").assert_eq(&format!("{report:#}\n"));
    }
    let all = ["heap", "sample-dumps/i386-fragmented.core.zst", "--all", "--explain"];
    expected("i386-fragmented.core.zst", "heap-all.txt").assert_eq(&run(&all));
}
