//! The few rows that summaries show: those that were not read, and those with the smallest largest gaps.

use std::io;

use crate::triage::{Row, Rows};

/// Some of the rows.
#[derive(Debug, Default)]
pub struct Highlights {
    /// The first of those that were not read.
    pub not_read: Vec<Row>,
    /// Those with the smallest largest gaps, the smallest first; among equals the first.
    pub tightest: Vec<Row>,
    /// How many have a largest gap.
    pub measured: u64,
}

impl Highlights {
    /// Walks the rows and keeps at most `most` for each list.
    ///
    /// # Errors
    /// Those of reading the rows.
    pub fn of(rows: &dyn Rows, most: usize) -> io::Result<Highlights> {
        let mut found = Highlights::default();
        rows.each(&mut |row| {
            found.see(row, most);
            Ok(())
        })?;
        Ok(found)
    }

    fn see(&mut self, row: &Row, most: usize) {
        if !row.status.was_read() && self.not_read.len() < most {
            self.not_read.push(row.clone());
        }
        let Some(largest) = row.largest else { return };
        self.measured += 1;
        let place = self.tightest.partition_point(|other| other.largest <= Some(largest));
        if place < most {
            self.tightest.truncate(most - 1);
            self.tightest.insert(place, row.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::Status;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_tightest_are_those_that_sorting_finds(
            sizes in proptest::collection::vec(proptest::option::of(0u64..9), 0..40),
            most in 1usize..9,
        ) {
            let row = |(i, largest): (usize, &Option<u64>)| {
                let status = if largest.is_some() { Status::Ok } else { Status::Timeout };
                Row { largest: *largest, ..Row::failed(i.to_string(), status, String::new()) }
            };
            let rows: Vec<Row> = sizes.iter().enumerate().map(row).collect();
            let found = Highlights::of(&rows, most).unwrap();
            let (mut measured, failed): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.largest.is_some());
            prop_assert_eq!(found.measured, measured.len() as u64);
            measured.sort_by_key(|row| row.largest);
            prop_assert_eq!(found.tightest, measured.into_iter().take(most).collect::<Vec<_>>());
            prop_assert_eq!(found.not_read, failed.into_iter().take(most).collect::<Vec<_>>());
        }
    }
}
