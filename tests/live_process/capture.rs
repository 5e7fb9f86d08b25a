//! `how-to-capture`, and the same in reports.

use serde_json::Value;

use super::target::run;
use crate::samples;

#[test]
fn what_is_advised_of_incomplete_dumps_is_the_writers_own() {
    for (sample, first) in
        [("windows-no-map.dmp.zst", "wine"), ("i386-fragmented.gcore.zst", "gcore"), ("arm-qemu.core.zst", "qemu")]
    {
        let path = format!("sample-dumps/{sample}");
        let report: Value = serde_json::from_str(&run(&["report", &path, "--format", "json"]).out).unwrap();
        let advice = &report["capture_advice"][0];
        assert_eq!(advice["name"], first, "{sample}");
        // 48 bytes for each region and gap, and a header of 16.
        let (regions, gaps) = (report["regions"].as_array().unwrap().len(), report["gaps"].as_array().unwrap().len());
        if first == "wine" {
            assert_eq!(advice["added_bytes"], 16 + 48 * (regions + gaps), "{sample}");
        }
        assert_eq!(advice["full_memory_bytes"], report["totals"]["committed"], "{sample}");
        for format in ["text", "markdown", "html"] {
            let shown = run(&["report", &path, "--format", format]).out;
            assert!(shown.contains("is not needed"), "{sample} {format}");
        }
    }
}

#[test]
fn complete_maps_need_no_advice() {
    let mut seen = 0;
    for sample in samples::ALL {
        let path = format!("sample-dumps/{}", sample.file);
        let report: Value = serde_json::from_str(&run(&["report", &path, "--format", "json"]).out).unwrap();
        let complete = report["address_space"]["evidence"] == "complete";
        assert_eq!(report["capture_advice"].as_array().unwrap().is_empty(), complete, "{}", sample.file);
        seen += usize::from(complete);
    }
    assert!(seen > 3);
}

#[test]
fn how_to_capture_in_every_form() {
    let all: Value = serde_json::from_str(&run(&["how-to-capture", "--format", "json"]).out).unwrap();
    let schema: Value = serde_json::from_str(&run(&["schema", "how-to-capture"]).out).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&all));
    let (text, markdown) = (run(&["how-to-capture"]).out, run(&["how-to-capture", "--format", "markdown"]).out);
    assert!(text.lines().all(|line| line.chars().count() <= 100));
    for recipe in all["capture_advice"].as_array().unwrap() {
        let name = recipe["name"].as_str().unwrap();
        let one = run(&["how-to-capture", name]).out;
        assert!(text.contains(&one) && one.starts_with(&format!("{name}: ")), "{name}");
        for command in recipe["steps"].as_array().unwrap().iter().filter_map(|s| s["command"].as_str()) {
            assert!(markdown.contains(&format!("```\n{command}\n```")), "{name}: {command}");
            assert!(command.lines().all(|line| one.contains(line)), "{name}: {command}");
        }
    }
    let unknown = run(&["how-to-capture", "floppy"]);
    assert!(unknown.code == Some(2) && unknown.err.contains("procdump"), "{}", unknown.err);
}
