//! Gates: conditions on rows that make a run fail.

use super::{COLUMNS, Column, Gate, Kind, Row, Value};
use crate::analyze::condition::{ConditionError, Expression};
use crate::units::{Bytes, Count};

/// Files of matching rows that a gate names.
pub const FILES_NAMED: usize = 20;

/// A condition on the columns of a row.
pub type GateExpression = Expression<Column>;

/// Reads a gate's condition; see [`Expression::parse`].
///
/// # Errors
/// What was expected, and a mark below the character where something else stands.
pub fn parse_gate(text: &str) -> Result<GateExpression, ConditionError> {
    Expression::parse(text, &COLUMNS)
}

/// Whether a condition holds of a row; `None` where that depends on a column that is not known.
pub fn judge(expression: &GateExpression, row: &Row) -> Option<bool> {
    expression.judge(|column| (column.get)(row))
}

/// What a row has in the columns that a condition names, for people: `largest = 32 MiB, os is not known`. Text in it is
/// untrusted.
pub fn seen(expression: &GateExpression, row: &Row) -> String {
    let seen = expression.subjects().into_iter().map(|column| match (column.get)(row) {
        Some(value) => format!("{} = {}", column.name, shown(column.kind, value)),
        None => format!("{} is not known", column.name),
    });
    seen.collect::<Vec<String>>().join(", ")
}

/// A value with its unit; a size that is rounded in it also in bytes.
fn shown(kind: Kind, value: Value<'_>) -> String {
    match (kind, value) {
        (_, Value::Text(text)) => text.to_owned(),
        (Kind::Bytes, Value::Whole(bytes)) => {
            let text = Bytes(bytes).to_string();
            let rounded = text.contains('.');
            if rounded { format!("{text} ({} bytes)", Count(bytes)) } else { text }
        }
        (Kind::Count, Value::Whole(number)) => Count(number).to_string(),
        (Kind::Percent, Value::Real(share)) => format!("{share:.2} %"),
        (_, Value::Real(number)) => format!("{number:.0} ms"),
        (_, Value::Whole(number)) => number.to_string(),
    }
}

/// A gate at work: it sees one row after the other.
#[derive(Clone, Debug)]
pub struct GateRun {
    expression: GateExpression,
    gate: Gate,
}

impl GateRun {
    /// A gate that fails from so many matching rows on; at least one.
    pub fn new(expression: GateExpression, fails_from: u64) -> GateRun {
        let gate = Gate { expression: expression.to_string(), fails_from: fails_from.max(1), ..Gate::default() };
        GateRun { expression, gate }
    }

    /// Counts a row that matches, and names the first [`FILES_NAMED`] of them.
    pub fn see(&mut self, row: &Row) {
        match judge(&self.expression, row) {
            Some(true) => {
                self.gate.matched += 1;
                if self.gate.files.len() < FILES_NAMED {
                    self.gate.files.push(row.file.clone());
                }
            }
            Some(false) => {}
            None => self.gate.undecided += 1,
        }
    }

    /// What was found.
    pub fn finish(self) -> Gate {
        self.gate
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::Status;

    fn row(file: usize, largest: Option<u64>) -> Row {
        let read = Row::failed(format!("core.{file}"), Status::Ok, String::new());
        Row { largest, ..read }
    }

    #[test]
    fn rows_that_match_are_counted_and_the_first_are_named() {
        let mut run = GateRun::new(parse_gate("largest < 64M").unwrap(), 3);
        (0..30).for_each(|file| run.see(&row(file, Some(1 << 20))));
        assert!(run.clone().finish().fails());
        run.see(&row(30, Some(64 << 20)));
        run.see(&row(31, None));
        let gate = run.finish();
        assert_eq!((gate.matched, gate.undecided, gate.files.len()), (30, 1, FILES_NAMED));
        assert_eq!(gate.files.last().map(String::as_str), Some("core.19"));
    }

    #[test]
    fn a_gate_that_nothing_matches_does_not_fail() {
        let mut run = GateRun::new(parse_gate("largest < 64M").unwrap(), 0);
        run.see(&row(0, None));
        assert!(!run.clone().finish().fails());
        run.see(&row(0, Some(0)));
        assert!(run.clone().finish().fails());
    }

    #[test]
    fn values_are_told_with_their_units() {
        let expression = parse_gate("largest < 64M && fragmentation > 50 || vma_count > 1 || os == linux").unwrap();
        let row = Row { fragmentation: Some(94.246), vma_count: Some(65_535), ..row(0, Some((64 << 20) - 1)) };
        let expected =
            "largest = 64.0 MiB (67,108,863 bytes), fragmentation = 94.25 %, vma_count = 65,535, os is not known";
        assert_eq!(seen(&expression, &row), expected);
        assert_eq!(
            seen(&parse_gate("largest < 64M").unwrap(), &Row { largest: Some(32 << 20), ..row }),
            "largest = 32 MiB"
        );
    }
}
