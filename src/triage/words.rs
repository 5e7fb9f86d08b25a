//! What summaries say in every format, in the same words.

use crate::triage::{Column, Gate, Kind, Row, RowGroup, Summary};
use crate::units::{Bytes, Count, plural};

/// What stands where something is not known.
pub const UNKNOWN: &str = "–";

/// Verdicts that a line of counts names.
const VERDICTS: usize = 8;

/// The first line: whether gates failed, how many dumps there are, and how many of them were not read.
pub fn headline(summary: &Summary) -> String {
    let failed = summary.gates.iter().filter(|gate| gate.fails()).count() as u64;
    let dumps = plural(summary.rows(), "dump");
    let read = match summary.not_read() {
        0 if summary.rows() == 0 => dumps,
        0 => format!("{dumps}, all read"),
        missing => format!("{dumps}, {} of them not read", Count(missing)),
    };
    match summary.gates.len() as u64 {
        0 => read,
        gates if failed == 0 => format!("{} passed: {read}", plural(gates, "gate")),
        gates => format!("{} of {} failed: {read}", Count(failed), plural(gates, "gate")),
    }
}

/// How many rows ended how: `950 ok, 30 partial`.
pub fn statuses(summary: &Summary) -> String {
    let counts = summary.statuses.iter().map(|(status, count)| format!("{} {}", Count(*count), status.name()));
    counts.collect::<Vec<_>>().join(", ")
}

/// How many of those that were read have which verdict: `640 fragmented, 300 fits`. The words are untrusted.
pub fn verdicts(summary: &Summary) -> String {
    let count = |(verdict, count): &(Option<String>, u64)| {
        format!("{} {}", Count(*count), verdict.as_deref().unwrap_or("without one"))
    };
    let mut counts: Vec<String> = summary.verdicts.iter().take(VERDICTS).map(count).collect();
    let rest: u64 = summary.verdicts.iter().skip(VERDICTS).map(|(_, count)| count).sum();
    if 0 < rest {
        counts.push(format!("{} others", Count(rest)));
    }
    counts.join(", ")
}

/// `failed` or `passed`.
pub fn result(gate: &Gate) -> &'static str {
    if gate.fails() { "failed" } else { "passed" }
}

/// What a gate found: `12 rows match`, `3 rows match, and it takes 5; of 20 rows it cannot be said`.
pub fn found(gate: &Gate) -> String {
    let matching = match gate.matched {
        0 => "no row matches".to_owned(),
        1 => "1 row matches".to_owned(),
        count => format!("{} rows match", Count(count)),
    };
    let enough = (0 < gate.matched && !gate.fails()).then(|| format!(", and it takes {}", Count(gate.fails_from)));
    let undecided = (0 < gate.undecided).then(|| format!("; of {} it cannot be said", plural(gate.undecided, "row")));
    matching + &enough.unwrap_or_default() + &undecided.unwrap_or_default()
}

/// The first `most` files that match a gate, each shown by `quote`, and how many more there are.
pub fn files(gate: &Gate, most: usize, quote: impl Fn(&str) -> String) -> Option<String> {
    let named: Vec<String> = gate.files.iter().take(most).map(|file| quote(file)).collect();
    let rest = gate.matched.saturating_sub(named.len() as u64);
    match (named.is_empty(), rest) {
        (true, _) => None,
        (_, 0) => Some(named.join(", ")),
        (_, rest) => Some(format!("{}, and {} more", named.join(", "), Count(rest))),
    }
}

/// A size that may not be known.
pub fn size(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| UNKNOWN.to_owned(), |bytes| Bytes(bytes).to_string())
}

/// A name or word that may not be known.
pub fn name(name: Option<&str>) -> String {
    name.filter(|name| !name.is_empty()).unwrap_or(UNKNOWN).to_owned()
}

/// What a group's rows have in common, as its column shows it.
pub fn key(column: &Column, key: Option<&str>) -> String {
    let whole = key.and_then(|key| key.parse::<u64>().ok());
    match (column.kind, whole) {
        (Kind::Bytes, Some(bytes)) => Bytes(bytes).to_string(),
        (Kind::Count, Some(count)) => Count(count).to_string(),
        _ => name(key),
    }
}

/// The cells of a group: what it has in common, how many rows, their median largest gap, its example.
pub fn group(summary: &Summary, group: &RowGroup) -> Vec<String> {
    let count = Count(group.count).to_string();
    let keys = summary.by.iter().zip(&group.key).map(|(column, found)| key(column, found.as_deref()));
    [count].into_iter().chain(keys).chain([size(group.median_largest), group.example.clone()]).collect()
}

/// The cells of a row that was not read: file, status, why.
pub fn not_read(row: &Row) -> [String; 3] {
    [row.file.clone(), row.status.name().to_owned(), name(row.message.as_deref())]
}

/// The cells of a row with a small largest gap: file, verdict, largest gap, free, and who splits most.
pub fn tight(row: &Row) -> [String; 5] {
    let splitter = row.splitters.first().map(|splitter| splitter.owner.as_str());
    [row.file.clone(), name(row.verdict.as_deref()), size(row.largest), size(row.free), name(splitter)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::Status;

    #[test]
    fn the_first_line_says_what_matters_most() {
        let gate = |matched, fails_from| Gate { matched, fails_from, ..Gate::default() };
        let statuses = vec![(Status::Ok, 1200), (Status::Timeout, 3)];
        for (gates, statuses, line) in [
            (vec![], vec![], "0 dumps"),
            (vec![], vec![(Status::Partial, 1)], "1 dump, all read"),
            (vec![], statuses.clone(), "1,203 dumps, 3 of them not read"),
            (vec![gate(0, 1)], statuses.clone(), "1 gate passed: 1,203 dumps, 3 of them not read"),
            (vec![gate(2, 3), gate(3, 3)], statuses, "1 of 2 gates failed: 1,203 dumps, 3 of them not read"),
        ] {
            assert_eq!(headline(&Summary { gates, statuses, ..Summary::default() }), line);
        }
    }

    #[test]
    fn gates_say_what_they_found() {
        let gate = |matched, fails_from, undecided| Gate { matched, fails_from, undecided, ..Gate::default() };
        assert_eq!(found(&gate(0, 1, 0)), "no row matches");
        assert_eq!(found(&gate(1, 1, 1)), "1 row matches; of 1 row it cannot be said");
        assert_eq!(found(&gate(3, 5, 1000)), "3 rows match, and it takes 5; of 1,000 rows it cannot be said");
        assert!(!gate(0, 0, 0).fails() && gate(1, 0, 0).fails());
        let named = Gate { matched: 9, files: vec!["a".into(), "b".into(), "c".into()], ..Gate::default() };
        assert_eq!(files(&named, 2, |f| f.to_uppercase()).unwrap(), "A, B, and 7 more");
        assert_eq!(files(&gate(9, 1, 0), 2, str::to_owned), None);
    }
}
