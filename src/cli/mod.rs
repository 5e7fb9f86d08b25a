//! The command line: arguments in, a report out, an exit code for `main`.

mod args;
mod checked;
mod command_line;
mod commands;
mod failure;
mod map;
mod output;
mod size;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

/// Bad usage, or an input of which nothing could be said.
const FAILED: u8 = 2;

/// Runs the program with its command line.
///
/// Returns 0 when done, also if whoever read the output went away; 2 after a sentence on stderr.
pub fn run() -> ExitCode {
    match commands::run(args::Args::parse_from(map::joined(std::env::args_os()))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            // With nowhere to complain to, the exit code still tells; eprintln! would panic.
            let _ = writeln!(io::stderr(), "fragscope: {failure}");
            ExitCode::from(FAILED)
        }
    }
}
