//! Views as JSON.

use std::io::{self, Write};

use serde::Serialize;

/// Writes a view as one JSON document with a line end. Lists are made while they are written.
///
/// # Errors
/// Those of `out`.
pub fn write_json(out: &mut dyn Write, view: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, view).map_err(io::Error::from)?;
    writeln!(out)
}
