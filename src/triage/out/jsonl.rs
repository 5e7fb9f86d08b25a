//! Rows as JSON Lines, to be read back whole. Names are exact; what could mislead a terminal is written as `\u009b`.

use std::io::{self, Write};

use crate::report::write_json;
use crate::triage::Triaged;

/// Writes each row as a line.
///
/// # Errors
/// Those of `out`, and of reading the rows.
pub fn write(out: &mut dyn Write, triaged: &Triaged<'_>) -> io::Result<()> {
    triaged.rows.each(&mut |row| write_json(out, row))
}
