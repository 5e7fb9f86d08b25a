//! Some rows as columns: words once each, sizes without the zeros that they share.

use std::collections::HashMap;

use serde::Serialize;

use super::{cell, link};
use crate::triage::{COLUMNS, Row, Value};

/// Rows in one chunk. Words are kept once per chunk, so that memory does not grow with the rows.
pub(super) const ROWS: usize = 1000;
/// From here on JSON's numbers lose digits in a browser.
const EXACT: u64 = 1 << 53;

/// The columns of some rows.
#[derive(Serialize)]
pub(super) struct Chunk {
    rows: usize,
    columns: Vec<Cells>,
    /// Links to the reports.
    links: Cells,
}

/// A column: nothing where no row has something.
#[derive(Serialize)]
#[serde(untagged)]
enum Cells {
    Nothing(()),
    Words(Words),
    Whole { shift: u32, at: Vec<Option<Number>> },
    Real { at: Vec<Option<f64>> },
}

/// Words in the order in which they come, and which of them stands in which row: 0 for the next one that is new, else
/// its number from 1 on.
#[derive(Serialize, Default)]
struct Words {
    words: Vec<String>,
    at: Vec<Option<usize>>,
    #[serde(skip)]
    numbers: HashMap<String, usize>,
}

/// A whole number that a browser reads exactly.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Number {
    Plain(u64),
    Digits(String),
}

impl Number {
    /// The number, as digits in a text if it is too large.
    pub fn new(number: u64) -> Number {
        if number <= EXACT { Number::Plain(number) } else { Number::Digits(number.to_string()) }
    }
}

impl Words {
    fn push(&mut self, word: Option<String>) {
        let number = word.map(|word| match self.numbers.get(&word) {
            Some(number) => *number,
            None => {
                self.words.push(word.clone());
                self.numbers.insert(word, self.words.len());
                0
            }
        });
        self.at.push(number);
    }

    fn cells(self) -> Cells {
        if self.words.is_empty() { Cells::Nothing(()) } else { Cells::Words(self) }
    }
}

impl Chunk {
    /// The columns of these rows.
    pub fn of(rows: &[Row]) -> Chunk {
        let columns = COLUMNS.iter().map(|column| column_of(rows.iter().map(|row| (column.get)(row))));
        let mut links = Words::default();
        rows.iter().for_each(|row| links.push(row.report.as_deref().and_then(link::href)));
        Chunk { rows: rows.len(), columns: columns.collect(), links: links.cells() }
    }
}

/// A column has values of one kind only.
fn column_of<'a>(values: impl Iterator<Item = Option<Value<'a>>> + Clone) -> Cells {
    match values.clone().flatten().next() {
        None => Cells::Nothing(()),
        Some(Value::Text(_)) => texts(values),
        Some(Value::Whole(_)) => whole(values),
        Some(Value::Real(_)) => Cells::Real { at: values.map(|value| value.and_then(real)).collect() },
    }
}

fn texts<'a>(values: impl Iterator<Item = Option<Value<'a>>>) -> Cells {
    let mut words = Words::default();
    values.for_each(|value| {
        words.push(match value {
            Some(Value::Text(text)) => Some(cell::words(text)),
            _ => None,
        });
    });
    words.cells()
}

fn whole<'a>(values: impl Iterator<Item = Option<Value<'a>>> + Clone) -> Cells {
    let numbers = values.map(|value| match value {
        Some(Value::Whole(number)) => Some(number),
        _ => None,
    });
    let all = numbers.clone().flatten().fold(0, |all, number| all | number);
    let shift = if all == 0 { 0 } else { all.trailing_zeros() };
    Cells::Whole { shift, at: numbers.map(|number| number.map(|n| Number::new(n >> shift))).collect() }
}

/// Three decimals are more than the page shows. What is no number is not known.
fn real(value: Value<'_>) -> Option<f64> {
    match value {
        Value::Real(number) if number.is_finite() => Some((number * 1000.0).round() / 1000.0),
        _ => None,
    }
}
