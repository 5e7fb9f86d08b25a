//! A page and its parts, and the summary that it is made with.

use std::path::{Path, PathBuf};

use fragscope::triage::page::write_html;
use fragscope::triage::{Column, Gate, Rows, Summary, Triaged};

/// What rows have in common.
pub fn summary(rows: &dyn Rows, by: &[&'static str]) -> Summary {
    let by: Vec<&Column> = by.iter().map(|name| Column::named(name).unwrap()).collect();
    Summary::of(rows, by).unwrap()
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
