//! Laws of summaries: nothing is lost, the order of rows means nothing, the median is the one that sorting finds.

use std::collections::BTreeMap;

use fragscope::triage::{COLUMNS, Row, Status, Summary, SummaryRun, Value, parse_by};
use proptest::prelude::*;

use super::rows::row;

fn key(by: &str, row: &Row) -> Vec<Option<String>> {
    let shown = |value: Value<'_>| match value {
        Value::Text(text) => text.to_owned(),
        Value::Whole(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
    };
    parse_by(by).unwrap().iter().map(|column| (column.get)(row).map(shown)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn groups_are_those_that_sorting_finds(
        rows in proptest::collection::vec(row(), 0..30),
        by in proptest::sample::select(vec!["group", "status,largest", "file", "status"]),
    ) {
        let summary = Summary::of(&rows, parse_by(by).unwrap()).unwrap();
        prop_assert_eq!(summary.rows(), rows.len() as u64);
        prop_assert_eq!(summary.groups.iter().map(|g| g.count).sum::<u64>(), rows.len() as u64);
        let read = rows.iter().filter(|row| row.status.was_read()).count() as u64;
        prop_assert_eq!(summary.verdicts.iter().map(|(_, count)| count).sum::<u64>(), read);
        prop_assert_eq!(summary.not_read(), rows.len() as u64 - read);
        for status in Status::ALL {
            let count = rows.iter().filter(|row| row.status == status).count() as u64;
            let found = summary.statuses.iter().find(|(other, _)| *other == status);
            prop_assert_eq!(found.map_or(0, |(_, count)| *count), count);
        }
        let mut groups: BTreeMap<_, Vec<&Row>> = BTreeMap::new();
        rows.iter().for_each(|row| groups.entry(key(by, row)).or_default().push(row));
        prop_assert_eq!(summary.groups.len(), groups.len());
        for group in &summary.groups {
            let members = &groups[&group.key];
            prop_assert_eq!((group.count, &group.example), (members.len() as u64, &members[0].file));
            let mut sizes: Vec<u64> = members.iter().filter_map(|row| row.largest).collect();
            sizes.sort_unstable();
            let median = sizes.get(sizes.len().saturating_sub(1) / 2).copied();
            prop_assert_eq!(group.median_largest, median);
        }
        let order: Vec<_> = summary.groups.iter().map(|g| (u64::MAX - g.count, g.key.clone())).collect();
        prop_assert!(order.is_sorted());
    }

    #[test]
    fn the_order_of_rows_means_nothing(rows in proptest::collection::vec(row(), 0..30)) {
        let of = |rows: &mut dyn Iterator<Item = &Row>| {
            let mut run = SummaryRun::new(parse_by("group,largest").unwrap());
            rows.for_each(|row| run.see(row));
            let mut summary = run.finish();
            summary.groups.iter_mut().for_each(|group| group.example.clear());
            (summary.statuses, summary.verdicts, summary.groups)
        };
        prop_assert_eq!(of(&mut rows.iter()), of(&mut rows.iter().rev()));
    }
}

#[test]
fn rows_are_grouped_by_any_column() {
    for column in &COLUMNS {
        let rows = super::rows::made();
        let summary = Summary::of(&rows, parse_by(column.name).unwrap()).unwrap();
        assert_eq!(summary.groups.iter().map(|g| g.count).sum::<u64>(), rows.len() as u64, "{}", column.name);
    }
}
