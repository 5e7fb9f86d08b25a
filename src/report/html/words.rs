//! Columns of 64-bit numbers in JSON: hex words in one string, for JSON's numbers lose digits above 2^53 in a browser,
//! and a string per number would double the page.

use std::fmt::Write;

use serde::{Serialize, Serializer};

/// Numbers, written as `"1000 0 ffffe000"`.
#[derive(Default)]
pub(super) struct Words(String);

impl Words {
    /// Adds a number.
    pub fn push(&mut self, number: u64) {
        let blank = if self.0.is_empty() { "" } else { " " };
        // Writing to a string cannot fail.
        let _ = write!(self.0, "{blank}{number:x}");
    }

    /// Adds a number that may be unknown, which is written as `-`.
    pub fn push_option(&mut self, number: Option<u64>) {
        match number {
            Some(number) => self.push(number),
            None if self.0.is_empty() => self.0.push('-'),
            None => self.0.push_str(" -"),
        }
    }
}

impl Serialize for Words {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl FromIterator<u64> for Words {
    fn from_iter<I: IntoIterator<Item = u64>>(numbers: I) -> Words {
        let mut words = Words::default();
        numbers.into_iter().for_each(|n| words.push(n));
        words
    }
}

impl FromIterator<Option<u64>> for Words {
    fn from_iter<I: IntoIterator<Item = Option<u64>>>(numbers: I) -> Words {
        let mut words = Words::default();
        numbers.into_iter().for_each(|n| words.push_option(n));
        words
    }
}
