//! The map, read until two readings are the same: the kernel writes a few kilobytes at a time, and the process goes on
//! in between.

use super::process::Process;
use crate::error::LoadError;
use crate::load::facts::Facts;
use crate::load::proc_fs;
use crate::model::Source;

/// Readings that are compared before a process is called restless.
const READINGS: usize = 4;

/// States the rows of the map.
///
/// # Errors
/// A sentence, if the map may not be read, or there is none any more.
pub(super) fn read(process: &Process, facts: &mut Facts) -> Result<(), LoadError> {
    let mut text = process.space_bytes("maps")?;
    let mut settled = false;
    for _ in 1..READINGS {
        let again = process.space_bytes("maps")?;
        settled = again == text;
        text = again;
        if settled {
            break;
        }
    }
    if text.is_empty() {
        process.still_there()?;
        return Err(LoadError::Process("the process has no address space: it is about to begin or to end".into()));
    }
    for (number, line) in (1..).zip(String::from_utf8_lossy(&text).lines()) {
        proc_fs::take_line(facts, line, number, Source::Maps);
    }
    proc_fs::grade(facts);
    if !settled {
        let message = "the process mapped or unmapped memory each time its map was read; a mapping that moved meanwhile \
                       may be missing or stand where it was";
        facts.diagnostics.info("map-changed", message, None);
    }
    Ok(())
}
