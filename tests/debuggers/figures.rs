//! What a report says of the address space, apart from whose it is.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

/// The program's own JSON about a file.
pub fn report_of(dump: &Path) -> Value {
    let program = env!("CARGO_BIN_EXE_fragscope");
    let output = Command::new(program).args(["report", "--format", "json"]).arg(dump).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// JSON that a debugger had the program write.
pub fn read(path: &str) -> Value {
    let text = std::fs::read(path).unwrap_or_else(|e| panic!("{path}: {e}"));
    serde_json::from_slice(&text).unwrap()
}

/// Bounds, totals, free space, gaps, and the access to every address. Which stack is whose is known only with threads.
pub fn figures(report: &Value) -> Value {
    let picked = |value: &Value, names: &[&str]| -> Value {
        names.iter().map(|name| ((*name).to_owned(), value[*name].clone())).collect::<serde_json::Map<_, _>>().into()
    };
    // How large the process's stacks are is known with its threads only.
    let mut free = report["free"].clone();
    free.as_object_mut().unwrap().remove("room_for_threads").unwrap();
    let gaps = report["gaps"].as_array().unwrap();
    json!({
        "space": report["address_space"],
        "totals": picked(&report["totals"], &["span", "committed", "reserved", "free", "unknown"]),
        "free": free,
        "gaps": gaps.iter().map(|gap| picked(gap, &["start", "end", "size", "usable", "certainty", "reachable"])).collect::<Vec<_>>(),
        "access": access(report),
    })
}

/// Asserts that two reports have the same figures, and names the first that differ.
pub fn assert_same_figures(found: &Value, expected: &Value) {
    let (found, expected) = (figures(found), figures(expected));
    for (name, expected) in expected.as_object().unwrap() {
        let found = &found[name];
        if let (Some(found), Some(expected)) = (found.as_array(), expected.as_array()) {
            let differs = found.iter().zip(expected).find(|(f, e)| f != e);
            assert_eq!(differs, None, "{name}");
            assert_eq!(found.len(), expected.len(), "{name}");
        }
        assert_eq!(found, expected, "{name}");
    }
}

/// Runs of addresses with the same state and protection, whoever they belong to.
fn access(report: &Value) -> Vec<(String, String, String)> {
    let mut runs: Vec<(String, String, String)> = Vec::new();
    for region in report["regions"].as_array().unwrap() {
        let text = |name: &str| region[name].as_str().unwrap_or_default().to_owned();
        let how = format!("{} {}", text("state"), text("protection"));
        match runs.last_mut() {
            Some((_, end, last)) if *end == text("start") && *last == how => *end = text("end"),
            _ => runs.push((text("start"), text("end"), how)),
        }
    }
    assert!(runs.len() > 20, "only {} runs", runs.len());
    runs
}

/// Stack pointers by thread id.
pub fn stack_pointers(report: &Value) -> BTreeMap<u64, u64> {
    let threads = report["threads"].as_array().unwrap();
    let known = threads.iter().filter_map(|t| Some((t["id"].as_u64()?, t["sp"].as_str()?)));
    known.map(|(id, sp)| (id, u64::from_str_radix(sp.trim_start_matches("0x"), 16).unwrap())).collect()
}

/// Names by thread id.
pub fn names(report: &Value) -> BTreeMap<u64, String> {
    let threads = report["threads"].as_array().unwrap();
    threads.iter().filter_map(|t| Some((t["id"].as_u64()?, t["name"].as_str()?.to_owned()))).collect()
}
