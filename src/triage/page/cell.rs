//! A field as text.

use crate::report::escape::shortened;
use crate::triage::words::UNKNOWN;
use crate::triage::{Column, Kind, Row, Value};
use crate::units::{Bytes, Count};

/// Longest text of a field, in characters: no sentence of a row is longer.
const LONGEST: usize = 1000;

/// A text from a row as the page has it: harmless, and not too long.
pub(super) fn words(text: &str) -> String {
    shortened(text, LONGEST).to_string()
}

/// What stands in a column of a row.
pub(super) fn text(column: &Column, row: &Row) -> String {
    match ((column.get)(row), column.kind) {
        (None, _) => UNKNOWN.into(),
        (Some(Value::Text(text)), _) => words(text),
        (Some(Value::Whole(number)), Kind::Bytes) => Bytes(number).to_string(),
        (Some(Value::Whole(number)), _) => Count(number).to_string(),
        (Some(Value::Real(number)), Kind::Percent) => format!("{number:.1} %"),
        (Some(Value::Real(number)), _) => format!("{number:.1} ms"),
    }
}

/// The class of a column's cells.
pub(super) fn class(column: &Column) -> Option<&'static str> {
    (column.kind != Kind::Text).then_some("num")
}
