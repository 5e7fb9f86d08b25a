//! What debuggers and other tools print of a process, saved as text: logs of whole sessions, single commands' output,
//! several files of one process.
//!
//! A log is read line by line. Each kind of output is a `session::Block` in a file of its own that recognises its
//! beginning, so that anything may stand in between. What the blocks find comes together in `found::Found`, and
//! `conclude` makes one set of facts of it. Formats and their traps: `docs/formats/transcripts.md`.

mod cells;
mod conclude;
mod debugdiag;
mod found;
mod gdb_mappings;
mod gdb_sections;
mod gdb_session;
mod gdb_sharedlibrary;
mod gdb_threads;
mod lines;
mod listing;
mod lldb_regions;
mod lldb_threads;
mod merge;
mod numbers;
mod pmap;
mod proc_maps;
mod readelf;
mod session;
mod signs;
mod sos;
mod systeminformer;
mod threads;
mod tool;
mod vadump;
mod vmmap;
mod windbg_address;
mod windbg_address_old;
mod windbg_address_one;
mod windbg_lm;
mod windbg_summary;
mod windbg_threads;
mod windows;

pub(super) use lines::looks_like_text;

use super::Input;
use super::facts::Facts;
use crate::error::LoadError;
use found::Found;
use session::Session;

/// Reads the facts of logs of one process.
///
/// # Errors
/// The index of an input, and why nothing can be said of it or why it does not belong to the others.
pub fn read(inputs: &[Input<'_>]) -> Result<Facts, (usize, LoadError)> {
    let mut found = Found::new();
    for (index, input) in inputs.iter().enumerate() {
        read_one(input, &mut found);
        if inputs.len() > 1 && !found.signs.has_output() {
            let message =
                format!("nothing in file {} of {} is the output of a command that is known", index + 1, inputs.len());
            found.facts.diagnostics.warn("nothing-recognised", message, None);
        }
    }
    conclude::conclude(found)
}

fn read_one(input: &Input<'_>, found: &mut Found) {
    found.signs.next_file();
    found.command.clear();
    found.threads.select(None);
    let mut session = Session::new();
    let goes_on = lines::for_each(input, |line| session.line(&line, found));
    session.end(found);
    if goes_on || input.ended_early().is_some() {
        found.facts.truncated = true;
        let message = "the log goes on behind what was read of it, or was not unpacked further; rows may be missing";
        found.facts.diagnostics.warn("truncated", message, None);
    }
}
