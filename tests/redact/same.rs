//! Redaction changes names and nothing else.

use fragscope::analyze::{advise, analyze};
use fragscope::heaps::NO_HEAPS;
use fragscope::load::redact::{Redaction, Redactor};
use fragscope::load::{LoadOptions, from_bytes, open};
use fragscope::report::{self, Context, OwnerIds, Report};
use proptest::prelude::*;
use serde_json::Value;

use crate::samples;

fn redacting() -> LoadOptions {
    LoadOptions { redact: Some(Redaction::default()), ..LoadOptions::default() }
}

fn json(snapshot: &fragscope::model::Snapshot) -> Value {
    let (analysis, ids) = (analyze(snapshot), OwnerIds::new(&snapshot.owners));
    let counsel = advise(snapshot, &analysis);
    let cx = Context { snapshot, analysis: &analysis, counsel: &counsel, ids: &ids, heaps: &NO_HEAPS };
    let mut text = Vec::new();
    report::write_json(&mut text, &Report::new(cx)).unwrap();
    serde_json::from_slice(&text).unwrap()
}

/// Strings that are the same after both are emptied of names: a stand-in for anything, ids up to their names.
fn without_names(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(without_names),
        Value::Object(fields) => {
            for key in ["name", "path", "backing", "id", "process_name", "message"] {
                if fields.get(key).is_some_and(Value::is_string) {
                    fields.remove(key);
                }
            }
            fields.values_mut().for_each(without_names);
        }
        _ => {}
    }
}

#[test]
fn figures_and_addresses_of_samples_stay() {
    for sample in samples::ALL {
        let [plain, hidden] = [LoadOptions::default(), redacting()]
            .map(|options| json(open(&sample.path(), &options).unwrap().snapshot()));
        let [mut a, mut b] = [plain, hidden];
        assert_eq!(a["verdict"], b["verdict"], "{}", sample.file);
        without_names(&mut a);
        without_names(&mut b);
        assert!(a == b, "{}", sample.file);
    }
}

#[test]
fn ids_stay_unique() {
    let maps = "00400000-00401000 r--p 0 0:0 1 /home/alice/a\n00401000-00402000 r--p 0 0:0 2 /home/bob/a\n";
    let dump = from_bytes(maps.as_bytes(), &redacting()).unwrap();
    let report = json(dump.snapshot());
    let ids: Vec<&str> =
        report["regions"].as_array().unwrap().iter().map(|r| r["owner"]["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 2);
    assert_ne!(ids[0], ids[1]);
    assert!(ids.iter().all(|id| !id.contains("alice") && !id.contains("bob")), "{ids:?}");
}

/// A name that a user or host may have, unlike any word in the paths below.
fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z][a-zA-Z0-9._ '-]{0,12}[a-zA-Z0-9]qx"
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn random_names_are_hidden(user in name(), host in name(), form in 0usize..8, other in 0usize..4) {
        let path = [
            "/home/USER/x/libx.so", r"C:\Users\USER\x.dll", "/Users/USER/x/y", "/srv/USER/.config/x",
            r"\\HOST\share\USER\AppData\x", "/net/HOST/home/USER/x", "//HOST/home/USER/x", "/run/media/USER/disk/x",
        ][form];
        let place = |text: &str| text.replace("USER", &user).replace("HOST", &host);
        let told = place(path);
        let elsewhere = place(["USER-worker", "(USER)", "/data/USER/x", "x/USER"][other]);
        let mut redactor = Redactor::new(&Redaction::default());
        redactor.learn(&told);
        for text in [&told, &elsewhere] {
            let shown = redactor.apply(text);
            prop_assert!(!shown.contains(user.as_str()), "{text} gives {shown}");
            prop_assert!(!path.contains("HOST") || !shown.contains(host.as_str()), "{text} gives {shown}");
            let mut again = Redactor::new(&Redaction::default());
            again.learn(&shown);
            prop_assert_eq!(again.apply(&shown), shown.clone());
            prop_assert_eq!(redactor.apply(&shown), shown);
        }
    }

    #[test]
    fn any_text_is_survived(text in "[ -~\\\\/:é\n]{0,80}") {
        let mut redactor = Redactor::new(&Redaction::default());
        redactor.learn(&text);
        let once = redactor.apply(&text);
        let _ = redactor.apply_cut(&once);
    }
}
