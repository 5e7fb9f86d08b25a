//! What the page's script unpacks are the rows.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use fragscope::triage::{COLUMNS, Row, RowSplitter, Rows, Value};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value as Json, json};

use super::made::{Kept, Made};
use super::page::{html, packed, summary};
use crate::nasty::NAMES;

/// Unpacks each page's text and compares every field, numbers to the last digit.
const HARNESS: &str = r#"
async function main() {
  const cases = JSON.parse(require('fs').readFileSync(0, 'utf8'));
  let compared = 0;
  for (const { text, fields, links } of cases) {
    const data = await unpack(text);
    if (data.rows !== fields.length) throw Error(`${data.rows} rows of ${fields.length}`);
    fields.forEach((expected, row) => {
      const got = data.columns.map((column) => (isFinite(column.at[row]) && isKnown(column, row)
        ? (column.words ? column.words[column.at[row]]
          : ['percent', 'millis'].includes(column.kind) ? String(Math.round(column.at[row] * 1000)) : String(exactOf(column, row)))
        : null));
      expected.forEach((text, i) => {
        compared += 1;
        if (got[i] !== text) throw Error(`row ${row}, ${data.columns[i].name}: ${got[i]}, expected ${text}`);
      });
      const link = data.links.words[data.links.at[row]] ?? null;
      if (link !== links[row]) throw Error(`row ${row}: ${link}, expected ${links[row]}`);
    });
  }
  console.log(`compared ${compared}`);
}
main().catch((error) => { console.log(error); process.exit(1); });
"#;

fn scripts() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = ["report/html/script/format.js", "triage/page/script/unpack.js", "triage/page/script/fields.js"];
    files.map(|file| std::fs::read_to_string(folder.join(file)).unwrap()).concat()
}

/// A field as the page should have it: names spelled out where they could harm.
fn field(row: &Row, index: usize) -> Json {
    match (COLUMNS[index].get)(row) {
        None => Json::Null,
        Some(Value::Text(text)) => json!(fragscope::report::escape::shortened(text, 1000).to_string()),
        Some(Value::Whole(number)) => json!(number.to_string()),
        Some(Value::Real(number)) => json!(format!("{}", (number * 1000.0).round())),
    }
}

fn case(rows: &[Row]) -> Json {
    let page = html(&Kept(rows), &summary(&Kept(rows), &["group"]));
    let fields: Vec<Vec<Json>> = rows.iter().map(|row| (0..COLUMNS.len()).map(|i| field(row, i)).collect()).collect();
    let links: Vec<Option<String>> =
        rows.iter().map(|row| row.report.as_ref().map(|report| format!("./{report}"))).collect();
    json!({"text": packed(&page), "fields": fields, "links": links})
}

/// Rows with anything in them, also what no real dump has: sizes up to 2^64, empty words, names that harm.
fn any_row() -> impl Strategy<Value = Row> {
    let word = prop_oneof![Just(String::new()), "[a-c]{1,2}", prop::sample::select(&NAMES[..]).prop_map(str::to_owned)];
    let number = prop_oneof![Just(0), 0..5u64, any::<u64>(), (0..u64::MAX >> 12).prop_map(|n| n << 12)];
    let words = prop::collection::vec(prop::option::of(word), 6);
    let numbers = prop::collection::vec(prop::option::of(number), 8);
    (words, numbers, prop::option::of(0.0..100.0f64), prop::option::of("[a-z]{1,4}")).prop_map(
        |(w, n, share, report)| Row {
            file: w[0].clone().unwrap_or_default(),
            message: w[1].clone(),
            verdict: w[2].clone(),
            process: w[3].clone(),
            group: w[4].clone(),
            splitters: w[5].iter().map(|owner| RowSplitter { owner: owner.clone(), gain: n[0].unwrap_or(7) }).collect(),
            request: n[1],
            free: n[2],
            largest: n[3],
            commit_left: n[4],
            gaps: n[5],
            mtime_ms: n[6],
            bits: n[7],
            fragmentation: share,
            report,
            ..Row::default()
        },
    )
}

fn cases() -> Vec<Json> {
    let mut runner = TestRunner::deterministic();
    let lists = prop::collection::vec(any_row(), 0..40);
    let drawn = (0..40).map(|_| case(&lists.new_tree(&mut runner).unwrap().current()));
    // More than one chunk, and not a whole number of them.
    let mut many = Vec::new();
    Made(2345)
        .each(&mut |row| {
            many.push(row.clone());
            Ok(())
        })
        .unwrap();
    drawn.chain([case(&many)]).collect()
}

#[test]
fn the_script_unpacks_the_rows() {
    let script = scripts() + HARNESS;
    let started = Command::new("node")
        .args(["-e", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut node) = started else {
        println!("skipped: there is no node to run the page's script in");
        return;
    };
    let cases = cases();
    let fields: usize = cases.iter().map(|case| case["fields"].as_array().unwrap().len() * COLUMNS.len()).sum();
    node.stdin.take().unwrap().write_all(json!(cases).to_string().as_bytes()).unwrap();
    let output = node.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.trim(), format!("compared {fields}"));
}
