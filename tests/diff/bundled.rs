//! The bundled pairs: processes of which one run had its memory and the other had not, with what was done differently.

use std::path::Path;
use std::process::Command;

use expect_test::expect_file;
use serde_json::Value;

/// A scenario of remedies.sh, and what of it made the difference.
const PAIRS: [(&str, &str, &str); 3] =
    [("library", "module", "plugin.so"), ("stacks", "stack", ""), ("arenas", "heap", "glibc thread arena")];

fn run(scenario: &str, more: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_fragscope"))
        .arg("diff")
        .arg(format!("sample-dumps/i386-remedy-{scenario}.after.maps"))
        .arg(format!("sample-dumps/i386-remedy-{scenario}.core.zst"))
        .args(more)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{scenario}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

// The run that succeeded had no plugin, smaller stacks, one arena: the truth is in its .info file.
#[test]
fn the_culprit_is_what_was_done_differently() {
    for (scenario, kind, name) in PAIRS {
        let report: Value = serde_json::from_str(&run(scenario, &["--format", "json"])).unwrap();
        let what = &report["culprits"][0]["what"];
        assert_eq!((&what["kind"], what["name"].as_str().unwrap_or_default()), (&kind.into(), name), "{scenario}");
        assert_eq!(report["outcome"], "smaller-gap", "{scenario}");
        let figure = |name: &str| report["figures"].as_array().unwrap().iter().find(|f| f["name"] == name).unwrap();
        let (without, then) = (&report["culprits"][0]["largest_gap_without"], &figure("largest_gap")["old"]);
        let (without, then) = (without.as_u64().unwrap(), then.as_u64().unwrap());
        assert!(without.abs_diff(then) * 100 <= then, "{scenario}: {without} without it, {then} before it");
    }
}

#[test]
fn golden_comparisons() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-dumps/expected");
    let version =
        |text: String| text.replace(&format!("fragscope {}\n", env!("CARGO_PKG_VERSION")), "fragscope (any)\n");
    for (scenario, _, _) in PAIRS {
        let file = |suffix: &str| expect_file![folder.join(format!("i386-remedy-{scenario}.diff.{suffix}"))];
        file("txt").assert_eq(&run(scenario, &["--need", "480M"]));
        let markdown = run(scenario, &["--need", "480M", "--format", "markdown"]);
        let made = format!("Made with fragscope {}", env!("CARGO_PKG_VERSION"));
        file("md").assert_eq(&version(markdown.replace(&made, "Made with fragscope (any)")));
        let mut report: Value = serde_json::from_str(&run(scenario, &["--need", "480M", "--format", "json"])).unwrap();
        report["tool"]["version"] = "(any)".into();
        crate::golden::shorten(&mut report);
        file("json").assert_eq(&format!("{report:#}\n"));
    }
}
