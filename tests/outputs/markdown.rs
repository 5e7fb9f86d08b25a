//! The summary as Markdown: no name becomes markup, and it is never longer than a ticket takes.

use fragscope::triage::out::OutputKind;
use fragscope::triage::{Gate, Row};
use proptest::prelude::*;

use super::rows::{bytes, made, nasty_row, row};
use crate::markdown::page::{Shape, check};

fn page(rows: &[Row], by: &str, gates: Vec<Gate>) -> (Shape, String) {
    let page = String::from_utf8(bytes(OutputKind::Markdown, rows, by, gates)).unwrap();
    (check(&page), page)
}

#[test]
fn hostile_names_stay_names() {
    let (shape, page) = page(&made(), "group", super::rows::gates());
    assert_eq!(shape.headings.len(), 5, "{:?}\n{page}", shape.headings);
    assert!(shape.headings[0].contains("1 of 2 gates failed: 34 dumps, 13 of them not read"), "{:?}", shape.headings);
    let [gates, groups, failed, tight] = shape.headings.get(1..).unwrap() else { panic!("{:?}", shape.headings) };
    assert!(gates.starts_with("Gates") && groups.starts_with("Groups"), "{page}");
    assert_eq!((failed.as_str(), tight.as_str()), ("Not read", "Smallest largest gaps"));
    let rows: Vec<usize> = shape.tables.iter().map(Vec::len).collect();
    assert_eq!(rows, [1 + 30, 1 + 13, 1 + 20], "{page}");
}

#[test]
fn the_longest_names_fit_and_what_is_left_out_is_counted() {
    for piece in ["a", "`", "|", "\u{202e}", "@#<", "1. ", "\u{1f600}"] {
        let long = piece.repeat(3000);
        let rows: Vec<Row> = (0..300).map(|i| nasty_row(&format!("{long}{i}"), i)).collect();
        let gate = Gate { expression: long.clone(), matched: 9, files: vec![long.clone(); 20], ..Gate::default() };
        for by in ["group", "file,group,message,process,report,writer"] {
            let (_, page) = page(&rows, by, vec![gate.clone(); 60]);
            for noun in ["more of 60\n", "more of 300 groups", "more of 100 dumps", "more of 200 dumps"] {
                assert!(page.contains(noun), "{noun}\n{page}");
            }
            assert!(page.contains("fragscope triage --need 64M dumps"), "the command is always there");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_name_stays_a_name(rows in proptest::collection::vec(row(), 0..40), name in super::rows::text()) {
        let gate = Gate { expression: name.clone(), matched: 3, files: vec![name; 3], ..Gate::default() };
        let (shape, page) = page(&rows, "group,status,largest", vec![gate]);
        prop_assert!(shape.headings.len() <= 5, "{}", page);
        prop_assert_eq!(shape.blocks, 1, "{}", page);
    }
}
