//! Rows, wherever they are kept.

use std::io;

use super::Row;

/// The rows of a run in the order of its inputs, to be walked as often as needed and one at a time: a large run's lie on
/// disk.
pub trait Rows {
    /// Calls `visit` with each.
    ///
    /// # Errors
    /// Those of `visit`, and of reading the rows back.
    fn each(&self, visit: &mut dyn FnMut(&Row) -> io::Result<()>) -> io::Result<()>;
}

impl Rows for [Row] {
    fn each(&self, visit: &mut dyn FnMut(&Row) -> io::Result<()>) -> io::Result<()> {
        self.iter().try_for_each(visit)
    }
}

impl Rows for Vec<Row> {
    fn each(&self, visit: &mut dyn FnMut(&Row) -> io::Result<()>) -> io::Result<()> {
        self.as_slice().each(visit)
    }
}
