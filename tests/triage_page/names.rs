//! Names that try to leave the text that they stand in.

use fragscope::triage::{Gate, Row, RowSplitter, Status};

use super::made::Kept;
use super::page::{html, summary};
use crate::nasty::NAMES;

/// A row that has a name everywhere where rows have words.
pub fn row(name: &str) -> Row {
    let some = || Some(name.to_owned());
    Row {
        file: name.into(),
        status: Status::Partial,
        message: some(),
        format: some(),
        writer: some(),
        os: some(),
        cpu: some(),
        process: some(),
        crash_reason: some(),
        verdict: some(),
        evidence: some(),
        advice: some(),
        group: some(),
        sha256: some(),
        tool_version: name.into(),
        report: some(),
        splitters: vec![RowSplitter { owner: name.into(), gain: 4096 }],
        largest: Some(1 << 20),
        free: Some(1 << 22),
        ..Row::default()
    }
}

/// All rows that harm, and a gate whose expression does.
pub fn rows() -> Vec<Row> {
    NAMES.map(row).to_vec()
}

/// What they have in common, with gates of the same names.
pub fn hostile_summary(rows: &[Row]) -> fragscope::triage::Summary {
    let gate = |name: &&str| Gate {
        expression: (*name).to_owned(),
        matched: 2,
        files: vec![(*name).to_owned()],
        ..Gate::default()
    };
    fragscope::triage::Summary {
        gates: NAMES.iter().map(gate).collect(),
        ..summary(&Kept(rows), &["group", "process"])
    }
}

#[test]
fn no_name_is_markup() {
    let rows = rows();
    let page = html(&Kept(&rows), &hostile_summary(&rows));
    let (markup, _) = page.rsplit_once("<script>").unwrap();
    let tags = |tag: &str| markup.matches(tag).count();
    assert_eq!(tags("<script"), 1, "only the packed rows");
    assert_eq!((tags("<img"), tags("<iframe"), tags("<svg onload"), tags("<h1")), (0, 0, 0, 1));
    assert!(markup.contains("&lt;script&gt;window.pwned=1&lt;/script&gt;"), "names are there as text");
    let harmful = |c: char| c != '\n' && (c.is_control() || ('\u{2028}'..='\u{202e}').contains(&c));
    assert_eq!(markup.chars().find(|c| harmful(*c)), None);
}

#[test]
fn links_lead_beside_the_page_only() {
    let rows = rows();
    let page = html(&Kept(&rows), &hostile_summary(&rows));
    let links: Vec<&str> = page.split(" href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(links.len() > NAMES.len() / 2, "{links:?}");
    for link in links {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"./-_~%".contains(&b);
        assert!(link.starts_with('#') || (link.starts_with("./") && link.bytes().all(plain)), "{link}");
    }
}
