//! JUnit reports: well formed, as their schema has them, with a case for each row.

use std::io::Write;
use std::process::{Command, Stdio};

use fragscope::triage::out::OutputKind;
use fragscope::triage::{Gate, Row, Status};
use proptest::prelude::*;

use super::rows::{failed, gates, made, read, row, written};

/// What xmllint says of a report, `None` if there is no xmllint.
fn refusal(text: &str) -> Option<Option<String>> {
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/outputs/junit.xsd");
    let arguments = ["--nonet", "--noout", "--huge", "--schema", schema, "-"];
    let mut lint = Command::new("xmllint")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    lint.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = lint.wait_with_output().unwrap();
    Some((!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned()))
}

fn check(text: &str) {
    // XML 1.0, production 2.
    let forbidden =
        |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    assert_eq!(text.chars().find(|c| forbidden(*c)), None);
    match refusal(text) {
        None => println!("skipped: no xmllint"),
        Some(refused) => assert_eq!(refused, None, "{text}"),
    }
}

#[test]
fn made_rows_are_as_the_schema_has_them() {
    check(&written(OutputKind::Junit, &made(), gates()));
    check(&written(OutputKind::Junit, &[], vec![]));
}

#[test]
fn the_schema_refuses_what_is_wrong() {
    let good = written(OutputKind::Junit, &made(), gates());
    for (from, to) in
        [("errors=\"", "errors=\"x"), ("<error ", "<eror "), ("time=\"", "time=\"-"), (" message=", " text=")]
    {
        assert!(good.contains(from));
        if let Some(refused) = refusal(&good.replace(from, to)) {
            assert!(refused.is_some(), "{from} may be {to}");
        }
    }
}

#[test]
fn rows_are_counted_as_they_are_listed() {
    let rows = [
        read("a", "fits", 1 << 30),
        read("b", "fragmented", 1 << 20),
        failed("c", Status::Timeout, "it took > 30 s"),
        Row { status: Status::Partial, ..read("d", "fragmented", 2 << 20) },
    ];
    let gate = |expression: &str, files: &[&str], fails_from| Gate {
        expression: expression.into(),
        matched: files.len() as u64,
        fails_from,
        files: files.iter().map(|f| String::from(*f)).collect(),
        undecided: 0,
    };
    let gates = vec![
        gate("largest < 64M", &["b", "d"], 1),
        gate("verdict == fragmented", &["b", "d"], 2),
        gate("verdict == fits", &["a"], 2),
    ];
    let text = written(OutputKind::Junit, &rows, gates);
    check(&text);
    let totals = r#"tests="4" failures="2" errors="1" time="30.004""#;
    assert_eq!(text.matches(totals).count(), 2, "{text}");
    assert_eq!(text.matches("<testcase ").count(), 4);
    assert_eq!(text.matches("<failure ").count(), 4, "two rows meet two gates that failed");
    assert!(
        text.contains(r#"message="largest &#60; 64M (largest = 1 MiB)">fragmented: largest gap 1 MiB of 3 MiB free"#),
        "{text}"
    );
    assert!(!text.contains(r#"message="verdict == fits"#), "that gate passed");
    assert!(
        text.contains(r#"<error type="timeout" message="it took &#62; 30 s">it took &#62; 30 s</error>"#),
        "{text}"
    );
    assert!(text.contains(r#"<property name="gate verdict == fits" value="passed: 1 row matches, and it takes 2"/>"#));
}

proptest! {
    // A process for each.
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_rows_are_as_the_schema_has_them(rows in proptest::collection::vec(row(), 0..20)) {
        let files = rows.iter().step_by(2).map(|row| row.file.clone()).collect();
        let gate = Gate { expression: "a < b && \"\u{1b}\"".into(), matched: 1, files, ..Gate::default() };
        check(&written(OutputKind::Junit, &rows, vec![gate]));
    }
}
