//! A page and its parts, and the summary that it is made with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fragscope::triage::page::write_html;
use fragscope::triage::{Column, Gate, RowGroup, Rows, Status, Summary, Triaged, Value};

/// What rows have in common, found the plain way: by keeping what is needed of each.
pub fn summary(rows: &dyn Rows, by: &[&'static str]) -> Summary {
    let by: Vec<&Column> = by.iter().map(|name| Column::named(name).unwrap()).collect();
    let mut statuses: BTreeMap<Status, u64> = BTreeMap::new();
    let mut groups: BTreeMap<Vec<Option<String>>, (Vec<u64>, u64, String)> = BTreeMap::new();
    rows.each(&mut |row| {
        *statuses.entry(row.status).or_default() += 1;
        let part = |column: &&Column| {
            (column.get)(row).map(|value| match value {
                Value::Text(text) => text.to_owned(),
                Value::Whole(number) => number.to_string(),
                Value::Real(number) => number.to_string(),
            })
        };
        let group = groups.entry(by.iter().map(part).collect()).or_insert_with(|| (Vec::new(), 0, row.file.clone()));
        group.0.extend(row.largest);
        group.1 += 1;
        Ok(())
    })
    .unwrap();
    let mut groups: Vec<RowGroup> = groups
        .into_iter()
        .map(|(key, (mut sizes, count, example))| {
            sizes.sort_unstable();
            let median_largest = sizes.get(sizes.len().saturating_sub(1) / 2).copied();
            RowGroup { key, count, median_largest, example }
        })
        .collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    Summary { statuses: statuses.into_iter().collect(), by, groups, ..Summary::default() }
}

/// Two gates, one of which fails.
pub fn gates() -> Vec<Gate> {
    let failing = Gate {
        expression: "largest < 64M && os == windows".into(),
        matched: 7,
        fails_from: 1,
        files: vec!["a.dmp".into(), "b.dmp".into()],
        undecided: 3,
    };
    vec![failing, Gate { expression: "stacks.count > 400".into(), matched: 0, fails_from: 1, ..Gate::default() }]
}

/// The page of some rows.
pub fn html(rows: &dyn Rows, summary: &Summary) -> String {
    let mut out = Vec::new();
    let command = Some("fragscope triage uploads -o triage.html");
    write_html(&mut out, &Triaged { rows, summary, command }).unwrap();
    String::from_utf8(out).unwrap()
}

/// The page as a file.
pub fn file(name: &str, rows: &dyn Rows, summary: &Summary) -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("triage-{name}.html"));
    std::fs::write(&file, html(rows, summary)).unwrap();
    file
}

/// The packed rows of a page.
pub fn packed(html: &str) -> &str {
    let start = html.split_once("<script id=\"rows-data\" type=\"application/gzip+base64\">").unwrap().1;
    start.split_once("</script>").unwrap().0
}
