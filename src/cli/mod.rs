//! The command line: arguments in, a report out, an exit code for `main`.

mod args;
mod capture;
mod checked;
mod command_line;
mod commands;
mod diff;
mod edit;
mod failure;
mod gates;
mod heap;
mod integrate;
mod interrupt;
mod live;
mod man;
mod map;
mod opened;
mod output;
mod questions;
mod size;
mod triage;
mod watch;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::load::redact::Redactor;
use crate::report::escape::shown;
use failure::FAILED;

/// Runs the program with its command line.
///
/// Returns 0 when done, also if whoever read the output went away; after a sentence on stderr 1 where a gate matched, else 2.
pub fn run() -> ExitCode {
    let args = match args::Args::try_parse_from(map::joined(std::env::args_os())) {
        Ok(args) => args,
        Err(error) => refuse(&error),
    };
    match commands::run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            // With nowhere to complain to, the exit code still tells; eprintln! would panic.
            let _ = writeln!(io::stderr(), "fragscope: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Says what is wrong with the arguments, or prints the help that was asked for.
fn refuse(error: &clap::Error) -> ! {
    let redacts = std::env::args_os().any(|argument| argument == "--redact");
    let harms = std::env::args_os()
        .any(|argument| shown(&argument.to_string_lossy()).to_string() != *argument.to_string_lossy());
    if !(redacts || harms) || !error.use_stderr() {
        error.exit();
    }
    // What was typed is quoted in what is said, and a shell's `*` types the names of files.
    let said: String = error.render().to_string().lines().map(|line| format!("{}\n", shown(line))).collect();
    if !redacts {
        let _ = write!(io::stderr(), "{said}");
        std::process::exit(FAILED.into())
    }
    let mut redactor = Redactor::new(&checked::redaction_by_environment());
    redactor.learn(&said);
    let _ = write!(io::stderr(), "{}", redactor.apply(&said));
    std::process::exit(FAILED.into())
}
