//! The process's memory, through /proc/PID/mem: nothing is copied but the words that are asked for.

use std::fs::File;

use super::process::{Process, whom_to_be};
use crate::addr::FileOffset;
use crate::error::LoadError;
use crate::load::Input;
use crate::load::facts::{Facts, Row, RowLabel};
use crate::model::{Captured, Protection, State};

/// Opens the memory and states which of it may be read. Without permission there is none, and a diagnostic.
///
/// # Errors
/// None that a process could cause.
pub(super) fn open(process: &Process, facts: &mut Facts) -> Result<Input<'static>, LoadError> {
    match File::open(process.space_path("mem")) {
        Ok(file) => {
            facts.memory = facts.rows.iter().filter(|row| is_harmless(facts, row)).map(captured).collect();
            Ok(Input::of_process(file))
        }
        Err(error) => {
            let message = format!(
                "its memory may not be read ({error}): stacks are known by the map only, not exactly; {}",
                whom_to_be(process.pid)
            );
            facts.diagnostics.warn("no-memory", message, None);
            Input::from_bytes(Vec::new(), false)
        }
    }
}

/// The file's offset is the address.
fn captured(row: &Row) -> Captured {
    Captured { range: row.range, offset: FileOffset(row.range.start().0) }
}

/// Private memory and files. A device's mapping is left alone, for reading it may do something; shared memory too, for
/// nothing in it tells of stacks, modules or heaps.
fn is_harmless(facts: &Facts, row: &Row) -> bool {
    let readable = row.protection.is_some_and(|p| p.has(Protection::READ) && !p.has(Protection::SHARED));
    let name = row.file.and_then(|index| facts.files.get(index as usize)).map_or("", String::as_str);
    let device = name.starts_with("/dev/") || name.starts_with("anon_inode:");
    let kernels = matches!(row.label, RowLabel::Vsyscall | RowLabel::Vdso);
    readable && row.state == State::Committed && !device && !kernels
}
